"""What everything comes to at the end of each of some days, in one currency, and why it changed.

A holding without a rate on a day is left out of that day's sums and named, never taken at 1. Sums are those of
the accounts' converted balances, each rounded once, so what is shown adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeAlias

from chalicelib.analytics.model.periods import Span
from chalicelib.kernel.values import dataclass

Asked: TypeAlias = tuple[int, str, date]
"""Minor units, currency, and the day at whose rate they are to be converted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An account and its balances at the end of each day, in minor units of its own currency."""

    id: str
    name: str
    kind: str
    currency: str
    archived: bool
    minor: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """A holding and what its balances are worth; None where there is no rate."""

    holding: Holding
    worth: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day: `net` is `assets` (balances above zero) less `debts` (those below, counted upwards).

    Since the day before, `moved` is what came and went, at this day's rates, `revalued` what rates alone did; None
    on the first day, and where an account has no rate on one of the two. `missing` names currencies without a rate.
    """

    on: date
    net: int
    assets: int
    debts: int
    kinds: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]
    moved: int | None
    revalued: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetWorth:
    """What everything comes to, in minor units of `currency`."""

    currency: str
    points: tuple[Point, ...]
    accounts: tuple[Valued, ...]


def ends(span: Span, today: date) -> tuple[date, ...]:
    """Give the last day of each month; of one that is not over, today."""
    return tuple(min(month.last(), today) for month in span)


def asked(holdings: Sequence[Holding], days: Sequence[date]) -> Iterator[Asked]:
    """Say what is to be converted: each balance, and each difference from the day before, at the day's rate.

    `net_worth` takes the answers in the same order.
    """
    for one in holdings:
        yield from ((minor, one.currency, day) for minor, day in zip(one.minor, days, strict=True))
        yield from (
            (now - before, one.currency, day)
            for (before, now), day in zip(pairwise(one.minor), days[1:], strict=True)
        )


def net_worth(
    holdings: Sequence[Holding],
    days: Sequence[date],
    answers: Sequence[int | None],
    currency: str,
) -> NetWorth:
    """Sum up what the conversions of `asked` brought."""
    step = 2 * len(days) - 1
    valued, moves = [], []
    for place, one in enumerate(holdings):
        mine = answers[place * step : (place + 1) * step]
        valued.append(Valued(holding=one, worth=tuple(mine[: len(days)])))
        moves.append((None, *mine[len(days) :]))
    points = tuple(
        _point(day, at, valued, [one[at] for one in moves]) for at, day in enumerate(days)
    )
    return NetWorth(currency=currency, points=points, accounts=tuple(valued))


def _point(day: date, at: int, valued: Sequence[Valued], moves: Sequence[int | None]) -> Point:
    known = [(one.holding.kind, worth) for one in valued if (worth := one.worth[at]) is not None]
    kinds: dict[str, int] = {}
    for kind, worth in known:
        kinds[kind] = kinds.get(kind, 0) + worth
    net = sum(kinds.values())
    moved = _whole(moves) if at else None
    before = _whole([one.worth[at - 1] for one in valued]) if at else None
    revalued = None if moved is None or before is None else net - before - moved
    return Point(
        on=day,
        net=net,
        assets=sum(worth for _, worth in known if worth > 0),
        debts=-sum(worth for _, worth in known if worth < 0),
        kinds=tuple(sorted(kinds.items())),
        missing=tuple(sorted({one.holding.currency for one in valued if one.worth[at] is None})),
        moved=None if revalued is None else moved,
        revalued=revalued,
    )


def _whole(parts: Sequence[int | None]) -> int | None:
    """Add up what is known whole; None where anything is missing."""
    known = [one for one in parts if one is not None]
    return sum(known) if len(known) == len(parts) else None
