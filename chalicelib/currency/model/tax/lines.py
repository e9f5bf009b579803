"""Tax on the lines of a receipt or an invoice: exact until a rounding that is named, and parts that add up.

`per-line` rounds the tax of each line; `per-total` rounds it once a rate and spreads it over the lines by largest
remainders: EN 16931 (BR-CO-17) asks invoices for the latter. Of a price that has the tax in it, rate / (1 + rate)
is tax. Two taxes on one line (Canada's GST and PST) are each rounded alone, but for prices that have them in,
where together they are the whole of the tax. Category codes are those of UN/CEFACT list 5305.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final, Literal

from chalicelib.currency.model.rounding import Rounding, apportioned
from chalicelib.currency.model.tax.rates import Part, Rate
from chalicelib.kernel.values import dataclass

Prices = Literal["exclusive", "inclusive"]
Totals = Literal["per-line", "per-total"]
Treatment = Literal["taxed", "zero-rated", "exempt", "reverse-charge", "out-of-scope"]
CODES: Final[dict[Treatment, str]] = {
    "taxed": "S", "zero-rated": "Z", "exempt": "E", "reverse-charge": "AE", "out-of-scope": "O",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A line to tax: with `percent` at the caller's own rate, else at the table's rate of its kind."""

    label: str
    minor: int
    treatment: Treatment
    kind: str
    percent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How prices are meant, and how tax is rounded."""

    prices: Prices
    rounding: Rounding
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """What is sold: an amount in minor units, and how it is taxed. `rate` is the table's, if one was used."""

    label: str
    minor: int
    treatment: Treatment
    kind: str
    parts: tuple[Part, ...]
    rate: Rate | None

    @property
    def charged(self) -> tuple[Part, ...]:
        """The taxes that the seller takes: none under the reverse charge, and none where exempt."""
        return self.parts if self.treatment == "taxed" else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxed:
    """A line with its tax in minor units: net + taxes = gross, always. `due` is what the buyer owes themselves."""

    line: TaxLine
    net: int
    taxes: tuple[int, ...]
    due: int

    @property
    def tax(self) -> int:
        """All its taxes."""
        return sum(self.taxes)

    @property
    def gross(self) -> int:
        """What is paid."""
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """The lines of one treatment and rate together: what was taxed, and the tax of each part."""

    treatment: Treatment
    parts: tuple[Part, ...]
    net: int
    taxes: tuple[int, ...]
    due: int


def calculate(
    lines: Sequence[TaxLine], *, prices: Prices, rounding: Rounding, totals: Totals
) -> tuple[Taxed, ...]:
    """Give each line its tax; with `per-total` the tax of the lines of one rate is the rounded exact tax of their sum."""
    groups: dict[tuple[Treatment, tuple[Part, ...]], list[int]] = {}
    for at, line in enumerate(lines):
        groups.setdefault((line.treatment, line.parts), []).append(at)
    found: dict[int, Taxed] = {}
    for places in groups.values():
        sets = [places] if totals == "per-total" else [[at] for at in places]
        for some in sets:
            made = _together([lines[at] for at in some], prices=prices, rounding=rounding)
            found.update(zip(some, made, strict=True))
    return tuple(found[at] for at in range(len(lines)))


def _together(lines: Sequence[TaxLine], *, prices: Prices, rounding: Rounding) -> list[Taxed]:
    """Tax lines of one rate as one sum, and spread what was rounded over them."""
    parts = lines[0].charged
    columns = _exclusive(lines, parts, rounding)
    if prices == "inclusive":
        columns = _inclusive(lines, parts, rounding)
    dues = [0] * len(lines)
    if lines[0].treatment == "reverse-charge":
        factor = _sum(lines[0].parts)
        dues = apportioned([line.minor * factor for line in lines], rounding)
    return [
        Taxed(
            line=line,
            net=line.minor - sum(column[at] for column in columns) * (prices == "inclusive"),
            taxes=tuple(column[at] for column in columns),
            due=dues[at],
        )
        for at, line in enumerate(lines)
    ]


def _sum(parts: Sequence[Part]) -> Fraction:
    return sum((part.fraction for part in parts), Fraction(0))


def _exclusive(
    lines: Sequence[TaxLine], parts: Sequence[Part], rounding: Rounding
) -> list[list[int]]:
    return [apportioned([line.minor * part.fraction for line in lines], rounding) for part in parts]


def _inclusive(
    lines: Sequence[TaxLine], parts: Sequence[Part], rounding: Rounding
) -> list[list[int]]:
    """Take the tax out of the lines: first its whole by line, then each line's by part."""
    whole = _sum(parts)
    if not whole:
        return [[0] * len(lines) for _ in parts]
    taxes = apportioned([line.minor * whole / (1 + whole) for line in lines], rounding)
    rows = [_split(tax, parts, whole) for tax in taxes]
    return [[row[at] for row in rows] for at in range(len(parts))]


def _split(tax: int, parts: Sequence[Part], whole: Fraction) -> list[int]:
    return apportioned([tax * part.fraction / whole for part in parts], "half-even")


def breakdown(found: Sequence[Taxed]) -> tuple[Breakdown, ...]:
    """Sum lines up by treatment and rate, in the order in which they come."""
    sums: dict[tuple[Treatment, tuple[Part, ...]], Breakdown] = {}
    for one in found:
        key = one.line.treatment, one.line.parts
        empty = Breakdown(treatment=key[0], parts=key[1], net=0, taxes=(0,) * len(one.taxes), due=0)
        old = sums.get(key, empty)
        taxes = tuple(a + b for a, b in zip(old.taxes, one.taxes, strict=True))
        sums[key] = replace(old, net=old.net + one.net, taxes=taxes, due=old.due + one.due)
    return tuple(sums.values())
