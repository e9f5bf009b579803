"""Public rates: one item a day, all sources in it, so that any conversion of that day is one read.

`pk=FX#EUR` (a listed partition without an owner, decision 16), `sk=2026-11-20`. About 170 currencies deflate to
1.5 KB, so a year is some 0.4 MB: one query, or 46 read units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.currency.model.quotes import Sheet
from chalicelib.currency.repository.table import TABLE
from chalicelib.kernel.changes import pack, unpack
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.tables import Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace, Operation, condition, send

PARTITION: Final = "FX#EUR"
_MOST_DAYS: Final = 8_000
"""A query for more days than 22 years of them has a fault."""


class DayRow(Row):
    """What all sources said for a day."""

    sheets = BinaryAttribute(legacy_encoding=False)
    at = UnicodeAttribute()
    version = WholeNumber()


def find_newest(day: date, *, back: timedelta, most: int) -> dict[date, tuple[Sheet, ...]]:
    """Read the newest days up to `day`, not further than `back` before it, `most` items at most."""
    low, high = (day - back).isoformat(), day.isoformat()
    found = Table(TABLE).query(PARTITION, low, high, limit=most, forward=False)
    return {date.fromisoformat(row["sk"]["S"]): _sheets(row) for row in found.items}


def find_days(first: date, last: date) -> dict[date, tuple[Sheet, ...]]:
    """Read all days between two, one item each."""
    rows = Table(TABLE).query_all(PARTITION, first.isoformat(), last.isoformat(), most=_MOST_DAYS)
    return {date.fromisoformat(row["sk"]["S"]): _sheets(row) for row in rows}


def get_days(days: Sequence[date]) -> dict[date, tuple[tuple[Sheet, ...], int]]:
    """Read days with their versions, strongly consistent, in order to write them again."""
    found = Table(TABLE).get_many((PARTITION, day.isoformat()) for day in days)
    return {
        date.fromisoformat(row["sk"]["S"]): (_sheets(row), int(row["version"]["N"]))
        for row in found.values()
    }


def save_days(days: Mapping[date, tuple[Sequence[Sheet], int]], *, now: datetime) -> None:
    """Write days in one transaction, each at the version that was read (0: absent); raise `LostRace`."""
    send([_put(day, sheets, version, now) for day, (sheets, version) in days.items()])


def _put(day: date, sheets: Sequence[Sheet], version: int, now: datetime) -> Operation:
    row = DayRow(
        PARTITION,
        day.isoformat(),
        sheets=pack([_packed(sheet) for sheet in sheets]),
        at=rfc3339(now),
        version=version + 1,
    )
    request: dict[str, Any] = {"TableName": TABLE.name, "Item": row.raw()}
    request.update(condition(version))
    return Operation({"Put": request}, LostRace())


def _packed(sheet: Sheet) -> list[object]:
    return [sheet.source, sheet.base, int(sheet.priced), dict(sheet.rates)]


def _sheets(raw: Raw) -> tuple[Sheet, ...]:
    day = date.fromisoformat(raw["sk"]["S"])
    return tuple(
        Sheet(day, source, base, rates, bool(priced))
        for source, base, priced, rates in unpack(raw["sheets"]["B"])
    )
