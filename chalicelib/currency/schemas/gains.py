"""Gains and losses on held currency, on the wire."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from chalicelib.currency.model.gains import Exchange, Gains, Position
from chalicelib.currency.model.lots import Disposal
from chalicelib.currency.schemas.common import Day, RateOut
from chalicelib.kernel.money import Money, wire_amount
from chalicelib.kernel.wire import CurrencyCode, MoneyIn, MoneyWire, Wire

MOST_MOVEMENTS = 500


class MovementIn(Wire):
    """Money that came in, went out, or was exchanged (both), without a sign; a transfer is an exchange.

    `worth` is in the home currency, for what neither side tells; without it the day's rate is taken.
    """

    date: Day
    into: MoneyIn | None = None
    out: MoneyIn | None = None
    worth: MoneyIn | None = None

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        sides = [money.to_money() for money in (self.into, self.out) if money is not None]
        if not sides:
            raise ValueError("name what came in, what went out, or both")
        if len({money.currency for money in sides}) < len(sides):
            raise ValueError("an exchange is between two currencies")
        worth = [self.worth.to_money()] if self.worth is not None else []
        if any(money.amount_minor <= 0 for money in sides + worth):
            raise ValueError("amounts are above zero: the sides say the direction")
        return self

    def to_exchange(self) -> Exchange:
        """Give the exchange."""
        return Exchange(
            day=self.date, into=_money(self.into), out=_money(self.out), worth=_money(self.worth)
        )


class GainsIn(Wire):
    """Movements of held currencies in any order; those of one day count in the order given."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "home": "EUR",
                    "method": "fifo",
                    "as_of": "2020-03-18",
                    "movements": [
                        {
                            "date": "2020-01-02",
                            "into": {"amount": "1119.30", "currency": "USD"},
                            "out": {"amount": "1000.00", "currency": "EUR"},
                        },
                        {"date": "2020-02-20", "out": {"amount": "500.00", "currency": "USD"}},
                    ],
                }
            ]
        }
    )

    home: CurrencyCode
    method: Literal["fifo", "average"] = "fifo"
    as_of: Day | None = None
    movements: Annotated[list[MovementIn], Field(min_length=1, max_length=MOST_MOVEMENTS)]

    @model_validator(mode="after")
    def _worth_at_home(self) -> Self:
        for one in self.movements:
            if one.worth is not None and one.worth.currency != self.home:
                raise ValueError("a worth is in the home currency")
        return self


class TakenOut(Wire):
    """What a disposal took from a lot; `acquired` is null for an average."""

    acquired: Day | None
    amount: MoneyWire
    cost: MoneyWire


class DisposalOut(Wire):
    """One movement out: what it fetched, what that had cost, and the difference."""

    movement: Annotated[int, Field(description="its place in the list of movements, from 0")]
    date: Day
    amount: MoneyWire
    worth: MoneyWire
    cost: MoneyWire
    gain: MoneyWire
    lots: list[TakenOut]


class PositionOut(Wire):
    """One held currency: realised gain, what is left and its cost, and with `as_of` what it is worth."""

    currency: CurrencyCode
    realised: MoneyWire
    disposals: list[DisposalOut]
    held: MoneyWire
    cost: MoneyWire
    lots: list[TakenOut]
    worth: MoneyWire | None
    unrealised: MoneyWire | None
    rate: RateOut | None

    @classmethod
    def of(cls, one: Position, home: str, as_of: Day | None) -> PositionOut:
        """Show a position."""
        holding, market = one.holding, one.market
        return cls(
            currency=one.currency,
            realised=_wire(holding.gain, home),
            disposals=[_disposal(each, one.currency, home) for each in holding.disposals],
            held=_wire(holding.units, one.currency),
            cost=_wire(holding.cost, home),
            lots=[
                TakenOut(
                    acquired=lot.acquired,
                    amount=_wire(lot.units, one.currency),
                    cost=_wire(lot.cost, home),
                )
                for lot in holding.lots
            ],
            worth=None if market is None else _wire(market, home),
            unrealised=None if market is None else _wire(market - holding.cost, home),
            rate=RateOut.of(one.rates, as_of) if one.rates is not None and as_of else None,
        )


class ValuedOut(Wire):
    """A movement that was valued at its day's rate."""

    movement: int
    rate: RateOut


class GainsOut(Wire):
    """All positions, and which movements were valued at which rate."""

    home: CurrencyCode
    method: Literal["fifo", "average"]
    realised: MoneyWire
    positions: list[PositionOut]
    valued: list[ValuedOut]

    @classmethod
    def of(cls, found: Gains, asked: GainsIn) -> GainsOut:
        """Show gains."""
        days = [one.date for one in asked.movements]
        return cls(
            home=asked.home,
            method=asked.method,
            realised=_wire(sum(one.holding.gain for one in found.positions), asked.home),
            positions=[PositionOut.of(one, asked.home, asked.as_of) for one in found.positions],
            valued=[
                ValuedOut(movement=at, rate=RateOut.of(path, days[at]))
                for at, path in enumerate(found.valued)
                if path is not None
            ],
        )


def _disposal(one: Disposal, currency: str, home: str) -> DisposalOut:
    return DisposalOut(
        movement=one.movement.at,
        date=one.movement.day,
        amount=_wire(-one.movement.units, currency),
        worth=_wire(one.movement.worth, home),
        cost=_wire(one.cost, home),
        gain=_wire(one.gain, home),
        lots=[
            TakenOut(
                acquired=lot.acquired, amount=_wire(lot.units, currency), cost=_wire(lot.cost, home)
            )
            for lot in one.taken
        ],
    )


def _wire(minor: int, currency: str) -> MoneyWire:
    return MoneyWire(amount=wire_amount(minor, currency), currency=currency)


def _money(wire: MoneyIn | None) -> Money | None:
    return None if wire is None else wire.to_money()
