"""Estimates of income tax: published figures, what holds for every income, and a country that is data alone."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.currency.gateways import tax
from chalicelib.currency.model.tax.estimate import Estimate, estimate
from chalicelib.currency.model.tax.pack import Pack, pack_of
from chalicelib.currency.model.tax.tables import TableFault

INCOMES = st.integers(0, 10**9).map(lambda cents: Fraction(cents, 100))


def pack(country: str) -> Pack:
    found = tax.pack(country)
    assert found is not None
    return found


def run(country: str, year: int, choice: str = "", **inputs: str) -> Estimate:
    found = pack(country)
    choices = {next(iter(found.choices)): choice} if choice else {}
    values = {name: Fraction(text) for name, text in inputs.items()}
    return estimate(found, year, inputs=values, choices=choices)


def taxes(found: Estimate) -> tuple[str, ...]:
    return tuple(
        f"{amount.numerator * 100 // amount.denominator / 100:.2f}"
        for amount in found.taxes.values()
    )


@pytest.mark.parametrize(
    ("year", "residence", "inputs", "expected"),
    [
        # GOV.UK "Income Tax rates and Personal Allowances": 12,570 free, 20 % to 50,270, 40 % to 125,140, 45 %
        (2024, "", {"employment": "12570"}, ("0.00", "0.00")),
        (2024, "", {"employment": "50270"}, ("7540.00", "3016.00")),
        (2024, "", {"employment": "60000"}, ("11432.00", "3210.60")),
        # the allowance falls by 1 for each 2 above 100,000 and is gone at 125,140
        (2024, "", {"employment": "110000"}, ("33432.00", "4210.60")),
        (2024, "", {"employment": "125140"}, ("42516.00", "4513.40")),
        (2024, "", {"employment": "150000"}, ("53703.00", "5010.60")),
        # before 2023-24 the additional rate began at 150,000; NI of 2022-23 as for directors (12.73 %, 2.73 %)
        (2022, "", {"employment": "150000"}, ("52460.00", "7606.11")),
        (2017, "", {"employment": "45000"}, ("6700.00", "4420.32")),
        # Class 2 and 4 of 2023-24: 52 x 3.45, and 9 % of 37,430
        (2023, "", {"self_employment": "50000"}, ("7486.00", "3548.10")),
        # Scottish bands of 2024-25 (Scottish Rate Resolution)
        (2024, "scotland", {"employment": "60000"}, ("13228.31", "3210.60")),
        # GOV.UK "Tax on savings interest": 16,000 of wages and 200 of interest: the starting rate covers it
        (2024, "", {"employment": "16000", "savings": "200"}, ("686.00", "274.40")),
        # GOV.UK "Tax on dividends", example of 2024-25: 3,000 of dividends and 29,570 of wages: 218.75 on dividends
        (2024, "", {"employment": "29570", "dividends": "3000"}, ("3618.75", "1360.00")),
    ],
)  # fmt: skip
def test_the_united_kingdoms_published_figures_come_out(
    year: int, residence: str, inputs: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert taxes(run("GB", year, residence, **inputs)) == expected


@pytest.mark.parametrize(
    ("year", "status", "inputs", "expected"),
    [
        # Rev. Proc. 2019-44: schedules of 2020, standard deduction 12,400 and 24,800
        (2020, "single", {"wages": "52525"}, ("4617.50", "4018.16", "0.00", "0.00")),
        (2020, "joint", {"wages": "105050"}, ("9235.00", "8036.33", "0.00", "0.00")),
        # Rev. Proc. 2023-34: 2024 single, taxable 85,400: 5,426 + 22 % above 47,150
        (2024, "single", {"wages": "100000"}, ("13841.00", "7650.00", "0.00", "0.00")),
        # wage base of 2024: 168,600; Additional Medicare Tax above 200,000
        (2024, "single", {"wages": "250000"}, ("53014.50", "14528.20", "0.00", "0.00")),
        # Schedule SE: 80,000 x 92.35 % x 15.3 %, half of it deductible
        (2023, "single", {"self_employment": "80000"}, ("8617.10", "0.00", "11303.64", "0.00")),
        # long-term gains of 2024 within the bracket of 0 %, up to 47,025
        (2024, "single", {"qualified": "61625"}, ("0.00", "0.00", "0.00", "0.00")),
        (2024, "single", {"qualified": "61725"}, ("15.00", "0.00", "0.00", "0.00")),
        # Net Investment Income Tax: 3.8 % of the income above 200,000
        (2024, "single", {"interest": "210000"}, ("40214.50", "0.00", "0.00", "380.00")),
        # 2017: two exemptions of 4,050, standard deduction 6,350
        (2017, "single", {"wages": "40000", "dependants": "1"}, ("3366.25", "3060.00", "0.00", "0.00")),
    ],
)  # fmt: skip
def test_the_united_states_published_figures_come_out(
    year: int, status: str, inputs: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert taxes(run("US", year, status, **inputs)) == expected


@settings(max_examples=150)
@given(st.sampled_from(["GB", "US"]), st.data(), INCOMES)
def test_every_tax_is_the_sum_of_its_lines_in_minor_units(
    country: str, data: st.DataObject, income: Fraction
) -> None:
    found = pack(country)
    year = data.draw(st.integers(found.first, found.last))
    choice = {
        name: data.draw(st.sampled_from(sorted(one.options))) for name, one in found.choices.items()
    }
    money = [name for name, one in found.inputs.items() if one.kind == "money"]
    inputs = dict.fromkeys(data.draw(st.sets(st.sampled_from(money), min_size=1)), income)

    made = estimate(found, year, inputs=inputs, choices=choice)

    for name, amount in made.taxes.items():
        lines = [one.amount for one in made.figures if one.tax == name and not one.memo]
        assert sum(lines, Fraction(0)) == amount >= 0
        assert all((one * 100).denominator == 1 for one in lines)
    for one in made.figures:
        if one.rate is not None and one.base is not None:
            assert abs(one.base * one.rate - one.amount) < Fraction(1, 100)
    assert all(one.row is not None for one in made.figures if one.rate is not None)


@settings(max_examples=100)
@given(INCOMES, INCOMES, st.integers(2017, 2026), st.sampled_from(["", "scotland"]))
def test_more_pay_never_means_less_tax_nor_less_left(
    one: Fraction, other: Fraction, year: int, residence: str
) -> None:
    low, high = sorted((one, other))

    less = estimate(pack("GB"), year, inputs={"employment": low}, choices=_at(residence))
    more = estimate(pack("GB"), year, inputs={"employment": high}, choices=_at(residence))

    assert less.total <= more.total
    assert low - less.total <= high - more.total + 1  # an allowance is rounded up to a pound


def _at(residence: str) -> dict[str, str]:
    return {"residence": residence} if residence else {}


@pytest.mark.parametrize("country", ["GB", "US"])
def test_every_year_status_and_step_of_a_pack_can_be_computed(country: str) -> None:
    found = pack(country)
    (choice,) = found.choices.values()

    for year in range(found.first, found.last + 1):
        for option in choice.options:
            made = estimate(found, year, inputs={}, choices={choice.name: option})
            assert made.total == 0
            assert {one.step for one in made.figures} == {one.name for one in found.steps}


ESTONIA: dict[str, Any] = {
    "country": "EE",
    "name": "Estonia: income tax",
    "currency": "EUR",
    "as_of": "2023-01-01",
    "year_starts": "01-01",
    "years": [2018, 2023],
    "rounding": "half-up",
    "sources": {
        "tumas": {
            "title": "Income Tax Act, sections 4 and 23",
            "url": "https://www.riigiteataja.ee/en/",
            "licence": "public domain",
        }
    },
    "taxes": {"income-tax": "Income tax"},
    "choices": {},
    "inputs": {"wages": {"label": "Wages"}},
    "income": ["wages"],
    "leaves_out": ["social tax"],
    "tables": {
        "rate": {"source": "tumas", "rows": [["2018-01-01", "0.2"]]},
        "free": {"source": "tumas", "rows": [["2018-01-01", "6000"]]},
        "start": {"source": "tumas", "rows": [["2018-01-01", "14400"]]},
        "width": {"source": "tumas", "rows": [["2018-01-01", "10800"]]},
    },
    "steps": [
        {"id": "above", "label": "Above", "op": "sum", "of": ["wages", "-start"], "floor": True},
        {"id": "share", "label": "Share", "op": "quotient", "of": ["above", "width"]},
        {"id": "kept", "label": "Kept", "op": "sum", "of": ["1", "-share"], "floor": True},
        {"id": "allowance", "label": "Basic exemption", "op": "product", "of": ["free", "kept"]},
        {"id": "taxable", "label": "Taxable", "op": "sum", "of": ["wages", "-allowance"], "floor": True},
        {"id": "tax", "label": "Income tax", "op": "rate", "base": "taxable", "rate": "rate", "tax": "income-tax"},
    ],
}  # fmt: skip


def test_a_country_is_added_as_data_alone(tmp_path: Path) -> None:
    """The basic exemption as the Estonian Tax and Customs Board explains it: 6000 - 6000 / 10800 x (income - 14400)."""
    folder = tmp_path / "income"
    folder.mkdir()
    (folder / "ee.json").write_text(json.dumps(ESTONIA), encoding="utf-8")

    found = tax.pack("EE", tmp_path)

    assert tax.countries(tmp_path) == ("EE",)
    assert found is not None
    results = {
        wages: estimate(found, 2020, inputs={"wages": Fraction(wages)}, choices={}).total
        for wages in (6000, 14400, 18000, 25200, 40000)
    }
    assert results == {6000: 0, 14400: 1680, 18000: 2800, 25200: 5040, 40000: 8000}


def test_a_region_is_added_as_data_alone(tmp_path: Path) -> None:
    folder = tmp_path / "consumption"
    folder.mkdir()
    source = {"law": {"title": "VAT Act", "url": "https://example.org/", "licence": "CC0-1.0"}}
    rates = {"standard": [["2020-01-01", None, "12.5", "law", "exact"]]}
    region = {"name": "Freedonia", "currency": "EUR", "tax": "vat", "rates": rates}
    table = {"as_of": "2026-01-01", "sources": source, "regions": {"XF": region}}
    (folder / "freedonia.json").write_text(json.dumps(table), encoding="utf-8")

    assert [one.percent for one in tax.regions(tmp_path)["XF"].rates] == ["12.5"]
    (folder / "twice.json").write_text(json.dumps(table), encoding="utf-8")
    tax.regions.cache_clear()
    with pytest.raises(TableFault, match="two tables"):
        tax.regions(tmp_path)
    tax.regions.cache_clear()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"steps": [{"id": "a", "label": "a", "op": "sum", "of": ["nobody"]}]}, "nobody"),
        ({"steps": [{"id": "a", "label": "a", "op": "loop", "of": ["wages"]}]}, "loop"),
        ({"steps": [{"id": "wages", "label": "a", "op": "sum", "of": ["wages"]}]}, "twice"),
        ({"steps": [{"id": "a", "label": "a", "op": "sum", "of": ["wages"], "tax": "x"}]}, "tax x"),
        ({"steps": [{"id": "a", "label": "a", "op": "sum", "of": [1]}]}, "neither"),
        ({"tables": {"wages": {"source": "tumas", "rows": [["2018-01-01", "1"]]}}}, "one name"),
        ({"tables": {"t": {"source": "tumas", "rows": []}}}, "no rows"),
        ({"tables": {"t": {"source": "x", "rows": [["2018-01-01", "1"]]}}}, "KeyError"),
        ({"tables": {"t": {"source": "tumas", "rows": [["2018-01-01", [["5", "1"]]]]}}}, "bands"),
        ({"sources": {}}, "sources"),
        ({"year_starts": "soon"}, "ValueError"),
        ({"years": 2018}, "lists"),
    ],
)
def test_a_wrong_pack_is_refused_when_it_is_read(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(TableFault, match=fault):
        pack_of({**ESTONIA, **change})


def test_a_table_that_begins_later_is_a_fault_and_not_a_zero() -> None:
    found = pack_of({**ESTONIA, "years": [2010, 2023]})

    with pytest.raises(TableFault, match="begins after"):
        estimate(found, 2012, inputs={"wages": Fraction(1)}, choices={})
