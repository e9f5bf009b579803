"""Reading receipts: made-up ones of many shops, as printed and as scanned; and whatever else may be sent."""

from __future__ import annotations

import random
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.expenses.model.receipts.amounts import amounts, mended
from chalicelib.expenses.model.receipts.draft import Draft
from chalicelib.expenses.model.receipts.parsing import parse
from chalicelib.kernel.currencies import EXPONENTS
from tests.corpus.receipts.generator import LAYOUTS, NOISES, TODAY, receipts, scanned
from tests.corpus.receipts.scoring import FIELDS, Scores, measured

BARS: dict[str, dict[str, float]] = {
    "clean": dict.fromkeys(FIELDS, 1.0),
    "light": {
        "merchant": 0.97,
        "date": 0.97,
        "total": 0.98,
        "tax": 0.95,
        "currency": 0.97,
        "lines": 0.93,
    },
    "heavy": {
        "merchant": 0.95,
        "date": 0.93,
        "total": 0.96,
        "tax": 0.88,
        "currency": 0.95,
        "lines": 0.86,
    },
}


def read(text: str, currency: str = "EUR") -> Draft:
    return parse(text, today=TODAY, currency=currency)


@pytest.fixture(scope="module")
def scores() -> Scores:
    some = list(receipts(seeds=8))
    assert len(some) >= 60
    assert len({one.layout for one in some}) == len(LAYOUTS) >= 20
    return measured(some)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("noise", NOISES)
def test_fields_are_read_right_so_often(scores: Scores, noise: str, name: str) -> None:
    assert scores.of(noise, name).accuracy >= BARS[noise][name]


@pytest.mark.parametrize("name", FIELDS)
def test_what_is_said_to_be_sure_is_right(scores: Scores, name: str) -> None:
    sure = sum(scores.of(noise, name).sure for noise in NOISES)
    right = sum(scores.of(noise, name).sure_right for noise in NOISES)

    assert right >= 0.98 * sure


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("MILK 1,29 A", [129]),
        ("total 1.234,56", [123456]),
        ("total 1,234.56 EUR", [123456]),
        ("total 1 234,56", [123456]),
        ("total 1'234.50", [123450]),
        ("TOTALEUR- 15.68", [1568]),
        ("coupon -2,00", [-200]),
        ("coupon 2,00-", [-200]),
        ("1S,O8", [1508]),
        ("15. 68", [1568]),
        ("net 13,18 tax 2,50 gross 15,68", [1318, 250, 1568]),
        ("02.11.2026 12:45", []),
        ("tel 030 1234567", []),
        ("4 pieces", []),
        ("SO.OO", []),
    ],
)
def test_amounts_are_found_in_any_dress(line: str, found: list[int]) -> None:
    assert [one.figures for one in amounts(mended(line), 2)] == found


@pytest.mark.parametrize(
    ("line", "currency", "day"),
    [
        ("Datum 02.11.2026", "EUR", date(2026, 11, 2)),
        ("2.11.26", "EUR", date(2026, 11, 2)),
        ("11/02/2026", "USD", date(2026, 11, 2)),
        ("02/11/2026", "GBP", date(2026, 11, 2)),
        ("25/10/2026", "USD", date(2026, 10, 25)),
        ("2026-11-02T10:00", "EUR", date(2026, 11, 2)),
        ("2 novembre 2026", "EUR", date(2026, 11, 2)),
        ("2. Nov. 2026", "EUR", date(2026, 11, 2)),
        ("November 2nd, 2026", "USD", date(2026, 11, 2)),
        ("2 de noviembre de 2026", "EUR", date(2026, 11, 2)),
        ("2026年11月02日", "JPY", date(2026, 11, 2)),
        ("31.12.2031", "EUR", None),
        ("31.02.2026", "EUR", None),
        ("Valid until 01.01.2026, bought 02.11.2026", "EUR", None),
    ],
)
def test_days_are_found_as_their_country_writes_them(
    line: str, currency: str, day: date | None
) -> None:
    found = read(f"Shop\n{line}\nTOTAL 5.00 {currency}").bought_on

    if day is None:
        assert found is None or found.confidence < 60
    else:
        assert found is not None
        assert found.value == day


def test_the_day_of_delivery_is_not_the_day_of_the_purchase() -> None:
    found = read("Lieferdatum: 20.11.2026\nRechnungsdatum: 18.11.2026\nSumme 5,00 EUR").bought_on

    assert found is not None
    assert found.value == date(2026, 11, 18)


def test_what_adds_up_is_believed_more() -> None:
    right = read("Shop\nMilk 1.00\nBread 2.00\nTOTAL 3.00").total_minor
    wrong = read("Shop\nMilk 1.00\nBread 2.50\nTOTAL 3.00").total_minor

    assert right is not None
    assert wrong is not None
    assert right.value == wrong.value == 300
    assert right.confidence > wrong.confidence


def test_a_dollar_is_the_one_that_the_reader_pays_with() -> None:
    text = "Shop\nMilk $1.00\nTOTAL $1.00"

    for usual, found in (("CAD", "CAD"), ("AUD", "AUD"), ("EUR", "USD")):
        currency = read(text, usual).currency
        assert currency is not None
        assert currency.value == found


@given(st.text(max_size=600), st.sampled_from(sorted(EXPONENTS)))
@settings(max_examples=150)
def test_any_text_gives_a_draft(text: str, currency: str) -> None:
    draft = read(text, currency)

    every = [draft.merchant, draft.bought_on, draft.total_minor, draft.tax_minor, draft.currency]
    assert all(1 <= one.confidence <= 99 for one in every if one is not None)
    assert draft.total_minor is None or draft.total_minor.value > 0


def test_a_receipt_spoiled_again_and_again_gives_a_draft() -> None:
    some = random.Random(5)
    for one in receipts(seeds=1):
        text = one.text
        for _ in range(6):
            text = scanned(text, "heavy", some)
            assert isinstance(read(text, one.usual), Draft)


@pytest.mark.parametrize(
    "text",
    [
        "1" * 40_000,
        "1," * 20_000,
        "total " * 8_000,
        "\n".join(["Milk 1.00"] * 10_000),
        "%" * 40_000,
        "- " * 20_000,
        ("from " * 2_000 + "\n") * 10,
        ("Subject: " + "receipt from " * 1_000 + "\n") * 10,
        "1 234 " * 6_000,
        ("a" * 190 + " 1.00\n") * 400,
        ("19% 1.00 2.00 3.00 4.00 5.00 6.00 7.00 8.00\n") * 400,
    ],
    ids=range(11),
)
def test_no_text_costs_more_than_a_second(text: str) -> None:
    began = time.process_time()

    read(text)

    assert time.process_time() - began < 1
