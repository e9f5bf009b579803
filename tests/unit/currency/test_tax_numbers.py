"""VAT numbers: numbers that firms and authorities publish are valid, and a wrong digit is seen."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.currency.model.tax.check_digits import CHECKS
from chalicelib.currency.model.tax.numbers import FORMS, MOST, OTHER_NAMES, check, countries

PUBLISHED = [
    "ATU13585627", "AU 51 824 753 556", "BE 0428.759.497", "BG175074752", "CHE-107.787.577 IVA",
    "CHE100155212MWST", "CY10259033P", "CZ25123891", "CZ7103192745", "DE136695976", "DK13585628",
    "EE100931558", "EL094259216", "GR 094259216", "ESB58378431", "ESX2482300W", "ES54362315K",
    "FI20774740", "FR40303265045", "FR83404833048", "FR23334175221", "FRK7399859412", "GB980780684",
    "GBGD001", "GBHA599", "XI 980780684", "HR33392005961", "HU12892312", "IE6433435F", "IE6433435OA",
    "IE8D79739I", "IT00743110157", "LT119511515", "LT100001919017", "LU15027442", "LV40003521600",
    "LV16117519997", "MT11679112", "NL004495445B01", "NO 974 760 673 MVA", "PL8567346215",
    "PT501964843", "RO18547290", "SE123456789701", "SI50223054", "SK2022749619",
]  # fmt: skip
"""From the documents of the authorities, of VIES, and of libraries that check them."""
NO_CHECK = {"LV": "32", "GB": "GD"}


@pytest.mark.parametrize("number", PUBLISHED)
def test_a_published_number_is_valid(number: str) -> None:
    found = check(number)

    assert found is not None
    assert found.verdict == "valid"
    assert " " not in found.number


@pytest.mark.parametrize(
    "number", [one for one in PUBLISHED if not one.startswith(("GBGD", "GBHA"))]
)
def test_another_last_digit_but_one_is_seen(number: str) -> None:
    """Of ten digits in one place at most two are right (a check digit of 10 is written as 0 in some countries)."""
    found = check(number)
    assert found is not None
    places = [at for at, char in enumerate(found.number) if char.isdigit()]
    at = places[3]
    others = [found.number[:at] + str(digit) + found.number[at + 1 :] for digit in range(10)]

    verdicts = [one.verdict for text in others if (one := check(text)) is not None]

    assert 1 <= verdicts.count("valid") <= 2


def test_every_country_that_has_a_form_has_check_digits() -> None:
    assert set(FORMS) == set(CHECKS)
    assert set(OTHER_NAMES.values()) <= set(FORMS)
    assert {"GR", "EL", "XI", "DE"} <= set(countries())


def test_the_country_may_be_named_apart() -> None:
    for number, country in (("136695976", "DE"), ("DE136695976", "de"), ("094259216", "GR")):
        found = check(number, country)
        assert found is not None
        assert found.verdict == "valid"
    assert check("136695976") is None
    assert check("136695976", "QQ") is None


@given(st.text(max_size=MOST), st.sampled_from(["", *countries()]))
def test_no_text_makes_it_fail(text: str, country: str) -> None:
    found = check(text, country)

    assert found is None or found.verdict in {"valid", "wrong-form", "wrong-check-digits"}


@given(st.sampled_from(sorted(FORMS)), st.data())
def test_no_number_of_the_right_form_makes_the_arithmetic_fail(
    country: str, data: st.DataObject
) -> None:
    number = data.draw(st.from_regex(re.compile(FORMS[country].pattern, re.ASCII), fullmatch=True))

    assert CHECKS[country](number) in {True, False}
