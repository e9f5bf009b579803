"""Net worth over time, on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.analytics.model.net_worth import NetWorth, Point, Valued
from chalicelib.analytics.schemas.flows import ReportMonth
from chalicelib.analytics.schemas.sums import money
from chalicelib.kernel.wire import CurrencyCode, Id, MoneyWire, Wire

MOST_BALANCES: Final = 6_000
"""Balances of one answer: 100 accounts for five years, about a megabyte."""
_ACCOUNT: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e40"


def _euro(amount: str) -> JsonDict:
    return {"amount": amount, "currency": "EUR"}


_POINT: Final[JsonDict] = {
    "on": "2026-11-29",
    "net": _euro("4300.00"),
    "assets": _euro("4700.00"),
    "debts": _euro("400.00"),
    "kinds": [
        {"kind": "bank", "net": _euro("4700.00")},
        {"kind": "card", "net": _euro("-400.00")},
    ],
    "missing": [],
    "moved": _euro("-100.00"),
    "revalued": _euro("12.50"),
}
_BALANCE: Final[JsonDict] = {
    "on": "2026-11-29",
    "balance": {"amount": "5000.00", "currency": "USD"},
    "worth": _euro("4700.00"),
}
_NAMED: Final[JsonDict] = {
    "id": _ACCOUNT,
    "name": "Everyday",
    "kind": "bank",
    "currency": "USD",
    "archived": False,
    "balances": [_BALANCE],
}
_EXAMPLE: Final[JsonDict] = {
    "examples": [{"currency": "EUR", "points": [_POINT], "accounts": [_NAMED]}]
}


class NetWorthQuery(Wire):
    """How many months' ends, up to and with which month, in which currency (default: the person's base currency)."""

    months: Annotated[int, Field(ge=1, le=60)] = 12
    until: ReportMonth | None = None
    currency: CurrencyCode | None = None
    account_id: Id | None = None


class KindWorthOut(Wire):
    """What accounts of one kind come to together."""

    kind: str
    net: MoneyWire


class WorthPointOut(Wire):
    """One month's end, or today: `net` is `assets` less `debts`, and the sum of `kinds`.

    `missing` names currencies without a rate on the day: what is held in them is left out. Since the point before,
    `moved` came and went, at this day's rates, and `revalued` is what rates alone did; both are null at the first point
    and where a rate is missing.
    """

    on: date
    net: MoneyWire
    assets: MoneyWire
    debts: MoneyWire
    kinds: list[KindWorthOut]
    missing: list[CurrencyCode]
    moved: MoneyWire | None
    revalued: MoneyWire | None

    @classmethod
    def of(cls, one: Point, currency: str) -> Self:
        """Write a point."""
        return cls(
            on=one.on,
            net=money(one.net, currency),
            assets=money(one.assets, currency),
            debts=money(one.debts, currency),
            kinds=[KindWorthOut(kind=kind, net=money(net, currency)) for kind, net in one.kinds],
            missing=list(one.missing),
            moved=None if one.moved is None else money(one.moved, currency),
            revalued=None if one.revalued is None else money(one.revalued, currency),
        )


class AccountBalanceOut(Wire):
    """An account at the end of a day, in its own currency, and what that was worth; null without a rate."""

    on: date
    balance: MoneyWire
    worth: MoneyWire | None


class AccountWorthOut(Wire):
    """One account over time."""

    id: Id
    name: str
    kind: str
    currency: CurrencyCode
    archived: bool
    balances: list[AccountBalanceOut]

    @classmethod
    def of(cls, one: Valued, days: list[date], currency: str) -> Self:
        """Write an account."""
        held = one.holding
        return cls(
            id=held.id,
            name=held.name,
            kind=held.kind,
            currency=held.currency,
            archived=held.archived,
            balances=[
                AccountBalanceOut(
                    on=day,
                    balance=money(minor, held.currency),
                    worth=None if worth is None else money(worth, currency),
                )
                for day, minor, worth in zip(days, held.minor, one.worth, strict=True)
            ],
        )


class NetWorthOut(Wire):
    """What everything comes to, oldest first, and each account; opening balances have no day and are always in it."""

    model_config = ConfigDict(json_schema_extra=_EXAMPLE)

    currency: CurrencyCode
    points: list[WorthPointOut]
    accounts: list[AccountWorthOut]

    @classmethod
    def of(cls, one: NetWorth) -> Self:
        """Write the answer."""
        days = [point.on for point in one.points]
        return cls(
            currency=one.currency,
            points=[WorthPointOut.of(point, one.currency) for point in one.points],
            accounts=[AccountWorthOut.of(held, days, one.currency) for held in one.accounts],
        )
