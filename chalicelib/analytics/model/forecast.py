"""What is to come month by month: what the schedule says, and a forecast of the rest with its own record.

The rest of a month is what was spent (or earned) less what the schedule has for it, as the schedule stands now. Where
the forecast of the rest has too short a history, or did worse than saying that all stays as it was, it is
refused: only the schedule is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, Literal

from chalicelib.analytics.model.periods import Span
from chalicelib.analytics.model.sums import NOTHING, Cell, Label, Sums, is_transfer
from chalicelib.analytics.model.theta import ahead
from chalicelib.analytics.model.track import Track, halves, track
from chalicelib.kernel.values import dataclass

State = Literal["ready", "too-little-history", "worse-than-naive"]
Side = Literal["income", "expense"]
SIDES: Final[tuple[Side, ...]] = ("income", "expense")


@dataclass(frozen=True, slots=True)
class Planned:
    """One time that something comes by the schedule, with its sign, in minor units of a currency."""

    on: date
    minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month of one side, in minor units counted upwards; what is not known is None.

    `expected` is `scheduled` and `rest`, `low` to `high` its 80 % interval.
    """

    scheduled: int
    rest: int | None
    expected: int | None
    half: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SideForecast:
    """Income or expense: whether the rest is forecast, from how many months, with which record, and each month."""

    state: State
    history: int
    track: Track | None
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyForecast:
    """One currency: both sides, and of each month the net with its interval where both sides are known."""

    currency: str
    income: SideForecast
    expense: SideForecast
    so_far: Sums

    def net(self, at: int) -> tuple[int, int] | None:
        """Give a month's net and half its interval; errors of the two sides are taken to be independent."""
        income, expense = self.income.months[at], self.expense.months[at]
        if income.expected is None or expense.expected is None:
            return None
        half = ((income.half or 0) ** 2 + (expense.half or 0) ** 2) ** 0.5
        return income.expected - expense.expected, round(half)


def forecasts(
    cells: Iterable[tuple[Cell, Sums]],
    labels: Mapping[str, Label],
    planned: Sequence[Planned],
    past: Span,
    to_come: Span,
) -> tuple[CurrencyForecast, ...]:
    """Forecast each currency that has sums or a schedule; `past` are months that are over, `to_come` those to forecast.

    The first month to come is the one that we are in: `so_far` is what it has by now.
    """
    sums: dict[str, dict[str, Sums]] = {}
    for cell, one in cells:
        if not is_transfer(cell.category_id, labels):
            months = sums.setdefault(cell.currency, {})
            months[cell.month] = months.get(cell.month, NOTHING) + one
    codes = {*sums, *(one.currency for one in planned if str_month(one.on) >= str(to_come[0]))}
    return tuple(
        _currency(
            code,
            sums.get(code, {}),
            [one for one in planned if one.currency == code],
            past,
            to_come,
        )
        for code in sorted(codes)
    )


def str_month(day: date) -> str:
    """Write the month of a day."""
    return day.isoformat()[:7]


def _currency(
    code: str, sums: Mapping[str, Sums], planned: Sequence[Planned], past: Span, to_come: Span
) -> CurrencyForecast:
    begun = [str(month) for month in past]
    while begun and not sums.get(begun[0]):
        begun.pop(0)
    sides = {
        side: _side(
            [_of(sums.get(month, NOTHING), side) for month in begun],
            _scheduled(planned, side, begun),
            _scheduled(planned, side, [str(month) for month in to_come]),
        )
        for side in SIDES
    }
    return CurrencyForecast(
        currency=code,
        income=sides["income"],
        expense=sides["expense"],
        so_far=sums.get(str(to_come[0]), NOTHING),
    )


def _of(sums: Sums, side: Side) -> int:
    return sums.income if side == "income" else sums.expense


def _scheduled(planned: Sequence[Planned], side: Side, months: Sequence[str]) -> list[int]:
    found = dict.fromkeys(months, 0)
    for one in planned:
        month = str_month(one.on)
        if month in found and (one.minor > 0) == (side == "income"):
            found[month] += abs(one.minor)
    return list(found.values())


def _side(came: Sequence[int], known: Sequence[int], scheduled: Sequence[int]) -> SideForecast:
    rest = [one - other for one, other in zip(came, known, strict=True)]
    record = track(rest, len(scheduled))
    if record is None or record.is_worse:
        return SideForecast(
            state="too-little-history" if record is None else "worse-than-naive",
            history=len(rest),
            track=record,
            months=tuple(
                Month(scheduled=one, rest=None, expected=None, half=None) for one in scheduled
            ),
        )
    said = ahead(rest, len(scheduled))
    return SideForecast(
        state="ready",
        history=len(rest),
        track=record,
        months=tuple(
            _month(one, round(middle), round(half))
            for one, middle, half in zip(scheduled, said.middle, halves(said), strict=True)
        ),
    )


def _month(scheduled: int, rest: int, half: int) -> Month:
    # less than nothing is not spent: what came back is counted at the purchase
    expected = max(scheduled + rest, 0)
    return Month(scheduled=scheduled, rest=expected - scheduled, expected=expected, half=half)


# --- accounts, day by day


@dataclass(frozen=True, slots=True)
class Leg:
    """What the schedule moves on an account on a day, in minor units with its sign."""

    account_id: str
    on: date
    minor: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which something moves: by how much, and the account at its end, in minor units."""

    on: date
    change: int
    balance: int


def by_day(legs: Iterable[Leg]) -> dict[str, dict[date, int]]:
    """Sum legs up by account and day."""
    found: dict[str, dict[date, int]] = {}
    for leg in legs:
        days = found.setdefault(leg.account_id, {})
        days[leg.on] = days.get(leg.on, 0) + leg.minor
    return found


def path(changes: Mapping[date, int], balances: Mapping[date, int]) -> tuple[Day, ...]:
    """Walk an account through its days: `balances` are what it comes to on each by what is entered already."""
    found, so_far = [], 0
    for day in sorted(changes):
        so_far += changes[day]
        found.append(Day(day, changes[day], balances[day] + so_far))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPath:
    """An account: today's balance, and each day on which the schedule moves something."""

    id: str
    name: str
    currency: str
    balance: int
    days: tuple[Day, ...]

    @property
    def lowest(self) -> Day | None:
        """The first day on which it is lowest; None where nothing moves."""
        return min(self.days, key=lambda one: one.balance, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Months to come by currency, and accounts by day."""

    months: tuple[str, ...]
    currencies: tuple[CurrencyForecast, ...]
    accounts: tuple[AccountPath, ...]
