"""The ECB's history that is shipped: rates from the first start, without a network and without a read.

`data/ecb_rates.zip` has an entry a year; one year is unpacked when it is first asked for (about 5 ms) and
then kept. What the file holds stands in data/README.md.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from typing_extensions import override

from chalicelib.currency.model.quotes import EURO, Sheet
from chalicelib.kernel.values import dataclass

FILE: Final = Path(__file__).resolve().parent.parent / "data" / "ecb_rates.zip"
SOURCE: Final = "ecb"


@dataclass(frozen=True, slots=True)
class _Year:
    days: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]


class _Day(Mapping[str, str]):
    """One day of a year: a view, so that nothing is copied."""

    __slots__ = ("_at", "_year")

    def __init__(self, year: _Year, at: int) -> None:
        self._year, self._at = year, at

    @override
    def __getitem__(self, currency: str) -> str:
        rate = self._year.columns[currency][self._at]
        if not rate:
            raise KeyError(currency)
        return rate

    @override
    def __iter__(self) -> Iterator[str]:
        return (name for name, column in self._year.columns.items() if column[self._at])

    @override
    def __len__(self) -> int:
        return sum(1 for _ in self)


@cache
def _names() -> tuple[str, ...]:
    from zipfile import ZipFile

    with ZipFile(FILE) as given:
        return tuple(sorted(given.namelist()))


@cache
def _year(number: int) -> _Year | None:
    from zipfile import ZipFile

    name = f"{number:04d}.csv"
    if name not in _names():
        return None
    with ZipFile(FILE) as given:
        lines = given.read(name).decode("ascii").splitlines()
    rows = {line.partition(",")[0]: tuple(line.split(",")[1:]) for line in lines}
    return _Year(rows.pop("Date"), rows)


def sheet(day: date) -> Sheet | None:
    """Give what the ECB published for a day; None on a weekend, a holiday, and outside of the file."""
    year = _year(day.year)
    if year is None:
        return None
    text = day.isoformat()
    at = bisect_left(year.days, text)
    if at == len(year.days) or year.days[at] != text:
        return None
    return Sheet(day, SOURCE, EURO, _Day(year, at))


@cache
def last_day() -> date:
    """Give the newest day in the file."""
    newest = _year(int(_names()[-1][:4]))
    if newest is None:
        raise LookupError("the file of rates is empty")
    return date.fromisoformat(newest.days[-1])


@cache
def last_day_of(currency: str) -> date | None:
    """Give the last day on which the file has a rate of a currency, or None."""
    for name in reversed(_names()):
        year = _year(int(name[:4]))
        column = year.columns.get(currency) if year else None
        for at in range(len(column or ()) - 1, -1, -1):
            if year and column and column[at]:
                return date.fromisoformat(year.days[at])
    return None
