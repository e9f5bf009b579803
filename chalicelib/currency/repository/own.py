"""Users' own rates: one item an owner and month, so that a conversion asks for all of them in one query.

`pk=U#<owner>`, `sk=OWN#2026-11`. A rate and a date are clear (decision 18): amounts and dates are no free text.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from pynamodb.attributes import BinaryAttribute

from chalicelib.currency.model.quotes import OWN, Quote
from chalicelib.currency.repository.table import TABLE
from chalicelib.kernel.changes import pack, unpack
from chalicelib.kernel.clock import Period
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass

PREFIX: Final = "OWN#"
_MOST_MONTHS: Final = 1_000


class MonthRow(Row):
    """An owner's rates of a month: `[base, quote, day] -> rate`."""

    rates = BinaryAttribute(legacy_encoding=False)
    version = WholeNumber()


@dataclass(frozen=True, slots=True)
class Month:
    """An owner's rates of a month, and the item's version (0: absent)."""

    period: Period
    quotes: tuple[Quote, ...]
    version: int


def get_month(owner: Owner, period: Period) -> Month:
    """Read a month in order to change it."""
    raw = Table(TABLE).get(_key(owner, period))
    if raw is None:
        return Month(period, (), 0)
    return Month(period, _quotes(raw), int(raw["version"]["N"]))


def find_quotes(owner: Owner, first: date, last: date) -> tuple[Quote, ...]:
    """Read the owner's rates of all months from one day's to another's, newest first: one query."""
    low, high = (f"{PREFIX}{Period.of(day)}" for day in (first, last))
    rows = Table(TABLE).query_all(str(owner), low, high, most=_MOST_MONTHS)
    quotes = [quote for row in rows for quote in _quotes(row)]
    return tuple(sorted(quotes, key=lambda one: one.day, reverse=True))


def save_month(commit: Commit, owner: Owner, month: Month) -> None:
    """Write a month at the version that was read; one without a rate is removed."""
    key = _key(owner, month.period)
    if not month.quotes:
        commit.delete(key, expect=month.version, refusal=LostRace())
        return
    rates = pack([[one.base, one.quote, one.day.isoformat(), one.rate] for one in month.quotes])
    row = MonthRow(*key, rates=rates, version=month.version + 1)
    commit.put(row, expect=month.version, refusal=LostRace())


def _key(owner: Owner, period: Period) -> Key:
    return (str(owner), f"{PREFIX}{period}")


def _quotes(raw: Raw) -> tuple[Quote, ...]:
    return tuple(
        Quote(base, quote, rate, date.fromisoformat(day), OWN)
        for base, quote, day, rate in unpack(raw["rates"]["B"])
    )
