"""Suggestions of what comes again: series of a payee that no template covers yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.recurrence.detect import Series, detect
from chalicelib.expenses.model.recurrence.fit import Hit
from chalicelib.expenses.model.recurring import Template
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass

_ALIKE: Final = 1.5
"""Amounts that differ by no more than this factor can be those of one template."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Payments of one payee in one direction and currency."""

    payee_id: str
    sign: int
    currency: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A series worth a template. Its id stays while the payee has the same series."""

    id: str
    stream: Stream
    series: Series

    @property
    def amount(self) -> Money:
        """What to expect, with its sign."""
        return Money(self.stream.sign * self.series.amount_minor, self.stream.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """A suggestion with what its latest payment says about the rest."""

    suggestion: Suggestion
    account_id: str
    category_id: str | None
    payee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a look at the history brought; `since` is later than asked where there were too many rows."""

    listing: Listing[Detected]
    since: date
    examined: int


@dataclass(frozen=True, slots=True)
class Covering:
    """What an existing template already covers."""

    stream: Stream
    amount_minor: int

    @classmethod
    def of(cls, template: Template, payee_id: str) -> Covering:
        """Say what a template covers."""
        amount = template.amount.amount_minor
        stream = Stream(payee_id, 1 if amount > 0 else -1, template.amount.currency)
        return cls(stream, abs(amount))


def suggestions(
    payments: Iterable[tuple[Stream, Hit]], covered: Iterable[Covering], *, today: date
) -> list[Suggestion]:
    """Find series in payments, the likeliest first, but for those that a template covers."""
    streams: defaultdict[Stream, list[Hit]] = defaultdict(list)
    for stream, hit in payments:
        streams[stream].append(hit)
    known = list(covered)
    found = [
        one
        for stream, hits in streams.items()
        for one in _of_stream(stream, hits, today)
        if not any(covers(cover, one) for cover in known)
    ]
    return sorted(found, key=lambda one: (-one.series.score, one.id))


def _of_stream(stream: Stream, hits: list[Hit], today: date) -> Iterator[Suggestion]:
    counts: defaultdict[str, int] = defaultdict(int)
    for series in sorted(detect(hits, today=today), key=lambda one: -one.amount_minor):
        period = series.fit.period.name
        place = counts[period]
        counts[period] += 1
        said = (stream.payee_id, str(stream.sign), stream.currency, period, str(place))
        yield Suggestion(derived_id("suggestion", *said), stream, series)


def covers(cover: Covering, one: Suggestion) -> bool:
    """Tell whether a template is for what a series is: one payee, direction and currency, and amounts alike."""
    if cover.stream != one.stream:
        return False
    low, high = sorted((cover.amount_minor, one.series.amount_minor))
    return high <= _ALIKE * low
