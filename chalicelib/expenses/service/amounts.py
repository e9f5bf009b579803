"""What is booked for what was paid in another currency: at the rate of the day, or as the user says."""

from __future__ import annotations

from datetime import date

from chalicelib.currency import api as currency
from chalicelib.expenses.errors import BadOriginal, NoAmount, NoRate
from chalicelib.expenses.model.transactions import UsedRate
from chalicelib.kernel.context import Context
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """An amount in the account's currency; what was paid and the rate, where those are worth keeping."""

    amount: Money
    original: Money | None = None
    rate: UsedRate | None = None


def booked(
    ctx: Context, *, amount: Money | None, original: Money | None, day: date, into: str
) -> Booked:
    """Say what to book on an account that is kept in `into`.

    An original amount alone is converted; beside an amount both stand as they are given, and no rate is kept,
    because the user's bank knows its own. Refuses a day without a rate (`NoRate`), and two amounts that
    do not fit each other (`BadOriginal`).
    """
    if original is None:
        if amount is None:
            raise NoAmount
        return Booked(amount=amount)
    if amount is None:
        if original.currency == into:
            return Booked(amount=original)
        money, rate = converted(ctx, original, into, day=day, pointer="/original_amount")
        return Booked(amount=money, original=original, rate=rate)
    if original.currency == amount.currency:
        raise BadOriginal("it is in the currency of the account: give amount alone")
    if original.amount_minor * amount.amount_minor < 0:
        raise BadOriginal("it has another sign than amount")
    return Booked(amount=amount, original=original)


def converted(
    ctx: Context, money: Money, into: str, *, day: date, pointer: str
) -> tuple[Money, UsedRate]:
    """Convert at the rate of a day, and give the number with its day and source; raises `NoRate`."""
    try:
        found = currency.convert(money, into, day=day, owner=ctx.owner, now=ctx.now)
    except currency.MissingRate as error:
        raise NoRate(pointer, "/amount") from error
    if found.money is None or not isinstance(found.path, currency.Path):
        raise NoRate(pointer, "/amount")
    sources = dict.fromkeys(leg.source for leg in found.path.legs)
    used = UsedRate(rate=found.path.rate, day=found.path.day(day), source=", ".join(sources))
    return found.money, used
