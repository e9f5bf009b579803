"""What all tables of tax share: where a number comes from, and the fault of a table that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from chalicelib.kernel.values import dataclass


class TableFault(ValueError):
    """A table that is shipped is not one: a mistake of ours, found when it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a number was published, and under which licence its table is used."""

    id: str
    title: str
    url: str
    licence: str


def sources_of(facts: object) -> dict[str, Source]:
    """Read a table's sources by their ids; raise `TableFault`."""
    if not isinstance(facts, Mapping) or not facts:
        raise TableFault("a table names its sources")
    return {
        name: Source(id=name, title=one["title"], url=one["url"], licence=one["licence"])
        for name, one in facts.items()
    }


def decimal_text(value: Fraction, places: int) -> str:
    """Write a number with at most `places` digits after the point, half to even; what tables have is exact."""
    text = format(Decimal(round(value * 10**places)).scaleb(-places), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
