"""What is to come, on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.analytics.model.forecast import (
    AccountPath,
    CurrencyForecast,
    Day,
    Forecast,
    SideForecast,
    State,
)
from chalicelib.analytics.model.track import Track
from chalicelib.analytics.schemas.sums import money
from chalicelib.kernel.wire import CurrencyCode, Id, MoneyWire, Month, Wire


def _euro(amount: str) -> JsonDict:
    return {"amount": amount, "currency": "EUR"}


_RANGE: Final[JsonDict] = {
    "scheduled": _euro("880.00"),
    "rest": _euro("520.00"),
    "expected": _euro("1400.00"),
    "low": _euro("1250.00"),
    "high": _euro("1550.00"),
}
_TRACK: Final[JsonDict] = {
    "origins": 12,
    "points": 57,
    "mean_error": _euro("92.00"),
    "mean_error_like_last_year": _euro("140.00"),
    "mean_error_like_last_month": _euro("131.00"),
    "mase": "0.66",
    "smape": "14.20",
    "coverage": "0.81",
}
_SIDE: Final[JsonDict] = {"state": "ready", "history_months": 48, "track": _TRACK}
_NET: Final[JsonDict] = {
    "expected": _euro("750.00"),
    "low": _euro("590.00"),
    "high": _euro("910.00"),
}
_EXAMPLE: Final[JsonDict] = {
    "examples": [
        {
            "currencies": [
                {
                    "currency": "EUR",
                    "so_far": {"income": _euro("0.00"), "expense": _euro("61.20")},
                    "income": _SIDE,
                    "expense": _SIDE,
                    "months": [
                        {"month": "2026-12", "income": _RANGE, "expense": _RANGE, "net": _NET}
                    ],
                }
            ],
            "accounts": [
                {
                    "id": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e40",
                    "name": "Everyday",
                    "balance": _euro("1200.00"),
                    "lowest": {
                        "on": "2026-12-31",
                        "change": _euro("-880.00"),
                        "balance": _euro("320.00"),
                    },
                    "days": [
                        {
                            "on": "2026-12-31",
                            "change": _euro("-880.00"),
                            "balance": _euro("320.00"),
                        }
                    ],
                }
            ],
        }
    ]
}


class ForecastQuery(Wire):
    """How many months, the current one included, and perhaps of which account or currency only."""

    months: Annotated[int, Field(ge=1, le=12)] = 6
    account_id: Id | None = None
    currency: CurrencyCode | None = None


class TrackOut(Wire):
    """How this forecast did, cut after each of the latest months and compared with what came.

    Errors are mean absolute ones of a month's rest, beside those of saying `like last year` and `like last month`. `mase`
    is the error in units of the mean change from a year to the next (null where nothing changed), `smape` a percentage from 0 to
    200, `coverage` the part of months within the 80 % interval.
    """

    origins: int
    points: int
    mean_error: MoneyWire
    mean_error_like_last_year: MoneyWire
    mean_error_like_last_month: MoneyWire
    mase: str | None
    smape: str
    coverage: str

    @classmethod
    def of(cls, one: Track, currency: str) -> Self:
        """Write a record."""
        return cls(
            origins=one.origins,
            points=one.points,
            mean_error=money(round(one.mae), currency),
            mean_error_like_last_year=money(round(one.mae_last_year), currency),
            mean_error_like_last_month=money(round(one.mae_last_month), currency),
            mase=None if one.mase is None else f"{one.mase:.2f}",
            smape=f"{one.smape:.2f}",
            coverage=f"{one.inside / one.points:.2f}",
        )


class SideOut(Wire):
    """Whether the rest of income or expense is forecast, from how many months, and the record that allows it.

    `too-little-history`: fewer than 18 months that are over. `worse-than-naive`: saying `like last year` or `like last month`
    was better beyond chance, so nothing is said of the rest.
    """

    state: State
    history_months: int
    track: TrackOut | None

    @classmethod
    def of(cls, one: SideForecast, currency: str) -> Self:
        """Write a side."""
        record = None if one.track is None else TrackOut.of(one.track, currency)
        return cls(state=one.state, history_months=one.history, track=record)


class SideMonthOut(Wire):
    """One month's income or expense, counted upwards: the schedule, the rest, both, and their 80 % interval."""

    scheduled: MoneyWire
    rest: MoneyWire | None
    expected: MoneyWire | None
    low: MoneyWire | None
    high: MoneyWire | None

    @classmethod
    def of(cls, one: SideForecast, at: int, currency: str) -> Self:
        """Write a month of a side; neither side is below nothing."""
        month = one.months[at]
        known = month.expected is not None and month.half is not None
        expected, half = month.expected or 0, month.half or 0
        return cls(
            scheduled=money(month.scheduled, currency),
            rest=money(month.rest, currency) if month.rest is not None else None,
            expected=money(expected, currency) if known else None,
            low=money(max(expected - half, 0), currency) if known else None,
            high=money(expected + half, currency) if known else None,
        )


class NetMonthOut(Wire):
    """What a month leaves, and its 80 % interval; errors of income and expense are taken to be independent."""

    expected: MoneyWire
    low: MoneyWire
    high: MoneyWire


class ForecastMonthOut(Wire):
    """One month; `net` is null where a side is not forecast."""

    month: Month
    income: SideMonthOut
    expense: SideMonthOut
    net: NetMonthOut | None

    @classmethod
    def of(cls, month: str, one: CurrencyForecast, at: int) -> Self:
        """Write a month."""
        code, net = one.currency, one.net(at)
        return cls(
            month=month,
            income=SideMonthOut.of(one.income, at, code),
            expense=SideMonthOut.of(one.expense, at, code),
            net=None
            if net is None
            else NetMonthOut(
                expected=money(net[0], code),
                low=money(net[0] - net[1], code),
                high=money(net[0] + net[1], code),
            ),
        )


class SoFarOut(Wire):
    """What the current month has by now."""

    income: MoneyWire
    expense: MoneyWire


class CurrencyForecastOut(Wire):
    """One currency: how well income and expense are forecast, and each month, the current one whole."""

    currency: CurrencyCode
    so_far: SoFarOut
    income: SideOut
    expense: SideOut
    months: list[ForecastMonthOut]

    @classmethod
    def of(cls, one: CurrencyForecast, months: tuple[str, ...]) -> Self:
        """Write a currency."""
        code = one.currency
        return cls(
            currency=code,
            so_far=SoFarOut(
                income=money(one.so_far.income, code), expense=money(one.so_far.expense, code)
            ),
            income=SideOut.of(one.income, code),
            expense=SideOut.of(one.expense, code),
            months=[ForecastMonthOut.of(month, one, at) for at, month in enumerate(months)],
        )


class PathDayOut(Wire):
    """A day on which the schedule moves an account: by how much, and what it comes to."""

    on: date
    change: MoneyWire
    balance: MoneyWire

    @classmethod
    def of(cls, one: Day, currency: str) -> Self:
        """Write a day."""
        return cls(
            on=one.on, change=money(one.change, currency), balance=money(one.balance, currency)
        )


class AccountPathOut(Wire):
    """An account, three months from today: what the schedule alone makes of it, and its lowest day.

    What is not scheduled is not in it.
    """

    id: Id
    name: str
    balance: MoneyWire
    lowest: PathDayOut | None
    days: list[PathDayOut]

    @classmethod
    def of(cls, one: AccountPath) -> Self:
        """Write an account's path."""
        code, lowest = one.currency, one.lowest
        return cls(
            id=one.id,
            name=one.name,
            balance=money(one.balance, code),
            lowest=None if lowest is None else PathDayOut.of(lowest, code),
            days=[PathDayOut.of(day, code) for day in one.days],
        )


class ForecastOut(Wire):
    """Months to come by currency, and accounts that the schedule moves, day by day."""

    model_config = ConfigDict(json_schema_extra=_EXAMPLE)

    currencies: list[CurrencyForecastOut]
    accounts: list[AccountPathOut]

    @classmethod
    def of(cls, one: Forecast) -> Self:
        """Write a forecast."""
        return cls(
            currencies=[CurrencyForecastOut.of(found, one.months) for found in one.currencies],
            accounts=[AccountPathOut.of(found) for found in one.accounts],
        )
