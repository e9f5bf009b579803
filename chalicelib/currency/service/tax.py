"""Answering questions of tax from the tables that are shipped. Nothing here reads or writes a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from chalicelib.currency.errors import NoTaxRate, UnknownTaxRegion, UnknownTaxYear
from chalicelib.currency.gateways import tax
from chalicelib.currency.model.tax.estimate import Estimate, estimate
from chalicelib.currency.model.tax.lines import Asked, Manner, Taxed, TaxLine, calculate
from chalicelib.currency.model.tax.numbers import Checked, check
from chalicelib.currency.model.tax.numbers import countries as number_countries
from chalicelib.currency.model.tax.pack import Input, Pack
from chalicelib.currency.model.tax.rates import Part, Rate, Region
from chalicelib.currency.model.tax.years import Start, TaxYear, year_at, year_named
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.money import Money, MoneyError


def regions() -> tuple[Region, ...]:
    """Give all regions in the order of their codes."""
    found = tax.regions()
    return tuple(found[code] for code in sorted(found) if found[code].code == code)


def region(code: str, pointer: str) -> Region:
    """Give a region; raise `UnknownTaxRegion` pointing at the field."""
    found = tax.regions().get(code.upper())
    if found is None:
        raise UnknownTaxRegion(pointer)
    return found


def rates(code: str, day: date) -> tuple[Region, tuple[Rate, ...]]:
    """Give a region's rates of a day; raise `UnknownTaxRegion`, or `NoTaxRate` where none is known."""
    found = region(code, "?region")
    known = found.on(day)
    if not known:
        raise NoTaxRate((FieldProblem("?date", _no_rate(found, day)),))
    return found, known


def _no_rate(of: Region, day: date, kind: str = "") -> str:
    known = [one.since for one in of.rates if kind in {"", one.kind}]
    what = f"a {kind} rate" if kind else "a rate"
    if not known:
        return f"{of.code} has no {kind} rate; it has {', '.join(of.kinds)}"
    return f"{of.code} has {what} from {min(known)} on, but not for {day}"


def calculate_lines(
    code: str, day: date, asked: Sequence[Asked], *, manner: Manner, customer_number: str | None
) -> tuple[Region, tuple[Taxed, ...]]:
    """Tax lines in a region on a day.

    Raises `UnknownTaxRegion`, `NoTaxRate` naming each line, and `Invalid` for a customer's number that is wrong,
    or missing where VAT is charged to the customer (Directive 2006/112/EC, Articles 196 and 214).
    """
    found = region(code, "/region")
    _refuse_number(found, asked, customer_number)
    problems: list[FieldProblem] = []
    lines = [_line(found, day, one, at, problems) for at, one in enumerate(asked)]
    if problems:
        raise NoTaxRate(tuple(problems[:50]))
    made = calculate(lines, prices=manner.prices, rounding=manner.rounding, totals=manner.totals)
    return found, made


def _refuse_number(found: Region, asked: Sequence[Asked], number: str | None) -> None:
    reverse = any(one.treatment == "reverse-charge" for one in asked)
    pointer = "/customer_number"
    if number is None:
        if reverse and found.tax == "vat":
            detail = "the reverse charge needs the customer's VAT number"
            raise Invalid(errors=(FieldProblem(pointer, detail),))
        return
    checked = check(number)
    if checked is None or checked.verdict != "valid":
        raise Invalid(errors=(FieldProblem(pointer, "this is no VAT number of a known country"),))


def _line(of: Region, day: date, asked: Asked, at: int, problems: list[FieldProblem]) -> TaxLine:
    parts, rate = _parts(of, day, asked)
    if parts is None:
        known = asked.kind in of.kinds
        pointer = "/date" if known else f"/lines/{at}/kind"
        problems.append(FieldProblem(pointer, _no_rate(of, day, asked.kind)))
    return TaxLine(
        label=asked.label, minor=asked.minor, treatment=asked.treatment, kind=asked.kind,
        parts=parts or (), rate=rate,
    )  # fmt: skip


def _parts(of: Region, day: date, asked: Asked) -> tuple[tuple[Part, ...] | None, Rate | None]:
    if asked.treatment not in {"taxed", "reverse-charge"}:
        return (), None
    if asked.percent is not None:
        return (Part(of.tax, asked.percent),), None
    rate = of.rate(asked.kind, day)
    return (rate.parts if rate else None), rate


def check_number(number: str, country: str) -> Checked:
    """Check the form and the digits of a VAT number; raise `Invalid` for a country that is not known."""
    found = check(number, country)
    if found is None:
        pointer = "/country" if country else "/number"
        detail = "begins with, or names, one of " + ", ".join(number_countries())
        raise Invalid(errors=(FieldProblem(pointer, detail),))
    return found


def packs() -> tuple[Pack, ...]:
    """Give all countries whose income tax can be estimated."""
    return tuple(pack for country in tax.countries() if (pack := tax.pack(country)) is not None)


def estimate_year(
    country: str, year: int, *, inputs: Mapping[str, str], choices: Mapping[str, str]
) -> Estimate:
    """Estimate the income tax of the tax year that begins in `year`; inputs are decimal texts.

    Raises `UnknownTaxRegion`, `UnknownTaxYear`, and `Invalid` naming each input or choice that is not the pack's.
    """
    pack = tax.pack(country.upper())
    if pack is None:
        raise UnknownTaxRegion("/country")
    if not pack.first <= year <= pack.last:
        detail = f"tables are there for the years from {pack.first} to {pack.last}"
        raise UnknownTaxYear(errors=(FieldProblem("/year", detail),))
    problems = _wrong_choices(pack, choices)
    values: dict[str, Fraction] = {}
    for name, text in inputs.items():
        try:
            values[name] = _value(pack, pack.inputs[name], text)
        except KeyError:
            problems.append(FieldProblem(f"/inputs/{name}", "is one of " + ", ".join(pack.inputs)))
        except ValueError as error:
            problems.append(FieldProblem(f"/inputs/{name}", str(error)))
    if problems:
        raise Invalid(errors=tuple(problems[:50]))
    return estimate(pack, year, inputs=values, choices=choices)


def _wrong_choices(pack: Pack, choices: Mapping[str, str]) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    for name, option in choices.items():
        known = pack.choices.get(name)
        allowed = known.options if known else pack.choices
        if known is None or option not in known.options:
            problems.append(FieldProblem(f"/choices/{name}", "is one of " + ", ".join(allowed)))
    return problems


def _value(pack: Pack, asked: Input, text: str) -> Fraction:
    """Read an input; raise `ValueError` saying what it should be."""
    if asked.kind == "count":
        if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= asked.most):
            raise ValueError(f"is a whole number up to {asked.most}")
        return Fraction(text)
    money = Money.parse(text, pack.currency)
    if money.amount_minor < 0:
        raise MoneyError("is not negative")
    return Fraction(money.amount)


def year_start(country: str, pointer: str = "/country") -> Start:
    """Give when a country's tax year begins; raise `UnknownTaxRegion` pointing at the field."""
    found = tax.tax_years().get(country.upper())
    if found is None:
        raise UnknownTaxRegion(pointer)
    return found


def tax_year(country: str, *, year: int | None, day: date, pointer: str) -> TaxYear:
    """Give a country's tax year that begins in a calendar year, or the one that a day is in; raise `UnknownTaxRegion`."""
    start = year_start(country, pointer)
    return year_at(start, day) if year is None else year_named(start, year)


def year_starts() -> Mapping[str, Start]:
    """Give all countries whose tax years are known."""
    return tax.tax_years()
