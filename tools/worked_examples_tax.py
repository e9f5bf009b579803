"""The worked examples of tax: National Insurance, US brackets, and every published rate of VAT and sales tax."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from chalicelib.currency.gateways import tax
from chalicelib.currency.model.tax.estimate import estimate
from chalicelib.currency.model.tax.lines import TaxLine, calculate
from chalicelib.currency.model.tax.pack import Bands, Pack
from tools import tax_packs, uk_reference
from tools import tax_packs_doubt as doubt

Example = tuple[str, object, object]
_STATUS: Final = {
    "single": "single", "married": "joint", "married_separately": "separate", "head_of_household": "head",
}  # fmt: skip
MISPRINTS: Final = frozenset({
    "2014 married_separately 199175", "2014 married_separately 225000", "2015 married 146400",
    "2015 married 226850", "2016 single 413350", "2016 single 415050", "2017 married_separately 76550",
    "2017 married_separately 116675", "2017 married_separately 208350", "2017 married_separately 235350",
    "2017 head_of_household 444500", "2020 single 510300", "2020 married_separately 510300",
})  # fmt: skip
"""Sums in the reference that are not what its own rates give from the sum before; they are not counted."""


def _united_states() -> Pack:
    pack = tax.pack("US")
    if pack is None:
        raise LookupError("the pack of the United States is not there")
    return pack


def _with_brackets(pack: Pack, status: str, bands: Bands) -> Pack:
    table = pack.tables["brackets"]
    row = replace(table.rows[-1], bands={status: bands})
    return replace(pack, tables={**pack.tables, "brackets": replace(table, rows=(row,))})


def _tax(pack: Pack, year: int, status: str, income: Fraction) -> Fraction:
    given = {"taxable_income": income}
    found = estimate(pack, year, inputs={}, choices={"status": status}, given=given)
    return found.value("income_tax")


def bracket_tables(source: Path) -> Iterator[tuple[int, str, list[dict[str, Fraction]]]]:
    """Give the federal brackets of each year and status of the reference."""
    text = (source / "us_income_tax_2014_2020_taxee.json").read_text(encoding="utf-8")
    for year, states in json.loads(text, parse_float=Fraction, parse_int=Fraction).items():
        federal = states["federal"]["tax_withholding_percentage_method_tables"]["annual"]
        for status, one in federal.items():
            yield int(year), status, one["income_tax_brackets"]


def us_brackets(source: Path) -> Iterator[Example]:
    """The tax at the lower bound of each bracket, from the reference's sum at the bound before."""
    for year, status, rows in bracket_tables(source):
        ours = _STATUS[status]
        bands = tuple((row["bracket"], row["marginal_rate"] / 100) for row in rows)
        pack = _with_brackets(_united_states(), ours, bands)
        for before, row in pairwise(rows):
            name = f"{year} {status} {int(row['bracket'])}"
            if name in MISPRINTS:
                continue
            step = _tax(pack, year, ours, row["bracket"]) - _tax(
                pack, year, ours, before["bracket"]
            )
            yield name, _cents(row["amount"]), _cents(before["amount"] + step)


def us_shipped(source: Path) -> Iterator[Example]:
    """The same sums by the shipped tables, where the reference has the year's own brackets."""
    pack = _united_states()
    for year, status, rows in bracket_tables(source):
        ours = _STATUS[status]
        shipped = pack.tables["brackets"].at(date(year, 1, 1)).bands[ours]
        if tuple(row["bracket"] for row in rows) != tuple(bound for bound, _ in shipped):
            continue
        for row in rows[1:]:
            name = f"{year} {status} {int(row['bracket'])}"
            if name not in MISPRINTS:
                yield name, _cents(row["amount"]), _cents(_tax(pack, year, ours, row["bracket"]))


def shipped_tax(year: int, status: str, income: int) -> str:
    """Give the income tax on a taxable income by the shipped tables."""
    return _cents(_tax(_united_states(), year, status, Fraction(income)))


def _cents(value: Fraction) -> str:
    return f"{int(value * 100) / 100:.2f}"


def _hundred(code: str, kind: str, day: str) -> str:
    """Give our tax on 100.00 in hundredths of a cent, or what we lack."""
    region = tax.regions().get(code)
    rate = region.rate(kind, date.fromisoformat(day)) if region else None
    if rate is None:
        return "no rate"
    line = TaxLine(
        label="", minor=1_000_000, treatment="taxed", kind=kind, parts=rate.parts, rate=rate
    )
    (found,) = calculate([line], prices="exclusive", rounding="half-up", totals="per-line")
    return str(found.tax)


def standard_rates(source: Path) -> Iterator[Example]:
    """kdeldycke/vat-rates: each row on its first day, in each of its territories."""
    for codes, row in tax_packs.standard_rates(source):
        for code in codes:
            theirs = str(int(Fraction(row["rate"]) * 1_000_000))
            yield (
                f"{code} {row['start_date']}",
                theirs,
                _hundred(code, "standard", row["start_date"]),
            )


def reduced_rates(source: Path) -> Iterator[Example]:
    """ibericode/vat-rates: each rate on the last day of its period; its standard rates check the other table."""
    for country, _, until, rates in tax_packs.reduced_rates(source):
        last = str(date.fromisoformat(until) - timedelta(days=1)) if until else doubt.AS_OF
        for name, percent in rates.items():
            kind = tax_packs.kind_of(name)
            yield (
                f"{country} {kind} {last}",
                str(int(Fraction(percent) * 10_000)),
                _hundred(country, kind, last),
            )


def _states(code: str, given: Mapping[str, Any]) -> Iterator[tuple[str, Fraction]]:
    yield code, Fraction(given["rate"])
    for state, one in given.get("states", {}).items():
        if code in {"CA", "US"}:
            yield f"{code}-{state}", Fraction(given["rate"]) + Fraction(one["rate"])


def sales_taxes(source: Path) -> Iterator[Example]:
    """node-sales-tax: each rate of now that is not left out (tools/tax_packs_doubt.py), of provinces the sum."""
    text = (source / "sales_tax_rates.json").read_text(encoding="utf-8")
    for country, given in json.loads(text, parse_float=str, parse_int=str).items():
        for code, rate in _states(country, given):
            if code not in doubt.WORLD and rate:
                yield code, str(int(rate * 1_000_000)), _hundred(code, "standard", doubt.AS_OF)


FAMILIES: Final[Mapping[str, Callable[[Path], Iterator[Example]]]] = {
    "UK National Insurance": uk_reference.examples,
    "US income tax at the bounds of brackets": us_brackets,
    "US income tax at the bounds, by the shipped tables": us_shipped,
    "VAT on 100.00 at every standard rate": standard_rates,
    "VAT on 100.00 at every reduced rate": reduced_rates,
    "sales tax, GST and VAT on 100.00 elsewhere": sales_taxes,
}
