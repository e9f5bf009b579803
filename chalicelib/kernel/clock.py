"""Time: aware UTC instants, plain calendar days, and the one Period type for months."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime
from typing import Final

from typing_extensions import override

from chalicelib.kernel.regex import regex
from chalicelib.kernel.values import dataclass

_MONTH: Final = regex(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)


def now() -> datetime:
    """Give the current instant, aware, in UTC; the only place that reads the wall clock."""
    return datetime.now(UTC)


def rfc3339(instant: datetime) -> str:
    """Write an instant as RFC 3339 with `Z`, to the millisecond."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """Read what `rfc3339` writes; raise ValueError for a time without a zone."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("the instant is out of range") from error


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month, written `YYYY-MM`."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `YYYY-MM`; raise ValueError for anything else."""
        match = _MONTH.fullmatch(text)
        if match is None or int(match.group(1)) == 0:
            msg = "a month is written YYYY-MM"
            raise ValueError(msg)
        return cls(int(match.group(1)), int(match.group(2)))

    @classmethod
    def of(cls, day: date) -> Period:
        """Give the month in which a day lies."""
        return cls(day.year, day.month)

    def first(self) -> date:
        """Give the first day of the month."""
        return date(self.year, self.month, 1)

    def last(self) -> date:
        """Give the last day of the month."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def next(self) -> Period:
        """Give the month after this one."""
        return Period(self.year + self.month // 12, self.month % 12 + 1)

    @override
    def __str__(self) -> str:
        """Write `YYYY-MM`."""
        return f"{self.year:04d}-{self.month:02d}"
