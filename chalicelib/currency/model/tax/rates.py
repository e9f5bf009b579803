"""Rates of VAT, GST and sales tax by region, kind and day, each with the table that it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Final, Literal

from chalicelib.currency.model.tax.tables import Source, TableFault, decimal_text
from chalicelib.kernel.values import dataclass

STANDARD: Final = "standard"
Start = Literal["exact", "inferred", "unknown"]
"""How sure the first day is: published; that of the standard rate beside it; or just the day of the table."""
_STARTS: Final[Mapping[object, Start]] = {
    "exact": "exact", "inferred": "inferred", "unknown": "unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One tax of a rate, such as `gst` beside `qst`; `percent` is a decimal string."""

    tax: str
    percent: str

    @property
    def fraction(self) -> Fraction:
        """The rate as an exact number: 19 % is 19/100."""
        return Fraction(self.percent) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate and its days: `until` is the first day on which it is no longer so."""

    kind: str
    parts: tuple[Part, ...]
    since: date
    until: date | None
    start: Start
    source: Source

    @property
    def percent(self) -> str:
        """The sum of the parts' percents."""
        return decimal_text(100 * sum((part.fraction for part in self.parts), Fraction(0)), 8)

    def covers(self, day: date) -> bool:
        """Say whether it stands on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A country (`DE`), or a part of one with rates of its own (`PT-20`), and all its rates, newest first."""

    code: str
    name: str
    currency: str
    tax: str
    note: str
    also: tuple[str, ...]
    rates: tuple[Rate, ...]
    as_of: date

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of rates, the standard one first."""
        return tuple(
            sorted({one.kind for one in self.rates}, key=lambda kind: (kind != STANDARD, kind))
        )

    def on(self, day: date) -> tuple[Rate, ...]:
        """Give the rates of a day."""
        return tuple(one for one in self.rates if one.covers(day))

    def rate(self, kind: str, day: date) -> Rate | None:
        """Give the rate of a kind on a day; None where the table has none, which is not 0."""
        return next((one for one in self.on(day) if one.kind == kind), None)


def _rows(tax: str, rows: Sequence[object], kind: str, sources: Mapping[str, Source]) -> list[Rate]:
    found: list[Rate] = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 5:
            raise TableFault(f"{kind}: a row is since, until, percent, source, start")
        since, until, percent, source, start = row
        parts = [[tax, percent]] if isinstance(percent, str) else percent
        found.append(
            Rate(
                kind=kind,
                parts=tuple(Part(name, text) for name, text in parts),
                since=date.fromisoformat(since),
                until=date.fromisoformat(until) if until else None,
                start=_STARTS[start],
                source=sources[source],
            )
        )
    return found


def region_of(
    code: str, facts: Mapping[str, object], sources: Mapping[str, Source], as_of: date
) -> Region:
    """Read a region of a table; raise `TableFault` for what is not one."""
    kinds, also = facts.get("rates"), facts.get("also", [])
    if not isinstance(kinds, dict) or not isinstance(also, list):
        raise TableFault(f"{code} has no rates")
    tax = str(facts["tax"])
    return Region(
        code=code,
        name=str(facts["name"]),
        currency=str(facts["currency"]),
        tax=tax,
        note=str(facts.get("note", "")),
        also=tuple(map(str, also)),
        rates=tuple(
            rate for kind, rows in kinds.items() for rate in _rows(tax, rows, kind, sources)
        ),
        as_of=as_of,
    )
