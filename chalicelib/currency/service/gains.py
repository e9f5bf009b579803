"""What holding other currencies has gained or lost: from movements to lots, worth taken at each day's rate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from chalicelib.currency.errors import MoreThanHeld
from chalicelib.currency.model import lots
from chalicelib.currency.model.book import MAX_AGE, Missing, Path
from chalicelib.currency.model.conversion import rounding_for, value_of
from chalicelib.currency.model.gains import Exchange, Gains, Position
from chalicelib.currency.model.lots import Holding, Method, Movement
from chalicelib.currency.model.rounding import rounded
from chalicelib.currency.service import books
from chalicelib.currency.service.conversion import refuse_missing
from chalicelib.kernel.money import Money
from chalicelib.kernel.owners import Owner


def gains(
    exchanges: Sequence[Exchange],
    home: str,
    *,
    method: Method,
    as_of: date | None,
    owner: Owner | None,
    now: datetime,
) -> Gains:
    """Compute realised gains by currency and, with `as_of`, what is left at that day's rate.

    Raises `MissingRate` where an exchange has no worth and no rate, and `MoreThanHeld`.
    """
    worths, valued = _worths(exchanges, home, owner, now)
    moved: dict[str, list[Movement]] = {}
    for at, (one, worth) in enumerate(zip(exchanges, worths, strict=True)):
        for money, sign in ((one.into, 1), (one.out, -1)):
            if money is not None and money.currency != home:
                units = sign * money.amount_minor
                moved.setdefault(money.currency, []).append(
                    Movement(at=at, day=one.day, units=units, worth=worth)
                )
    held = {currency: _held(some, method) for currency, some in sorted(moved.items())}
    rates = _market(held, home, as_of, owner, now)
    return Gains(
        positions=tuple(
            Position(
                currency=currency,
                holding=holding,
                market=_worth(Money(holding.units, currency), rates[currency])
                if currency in rates
                else None,
                rates=rates.get(currency),
            )
            for currency, holding in held.items()
        ),
        valued=tuple(valued),
    )


def _held(movements: Sequence[Movement], method: Method) -> Holding:
    try:
        return lots.hold(movements, method)
    except lots.Short as error:
        raise MoreThanHeld(error.at) from error


def _known(one: Exchange, home: str) -> Money | None:
    """What an exchange was worth, where one side is home money or the caller says so."""
    for money in (one.into, one.out):
        if money is not None and money.currency == home:
            return money
    return one.worth


def _worths(
    exchanges: Sequence[Exchange], home: str, owner: Owner | None, now: datetime
) -> tuple[list[int], list[Path | None]]:
    unknown = [
        (at, one.day, one.out or one.into)
        for at, one in enumerate(exchanges)
        if _known(one, home) is None
    ]
    priced = [(at, day, money) for at, day, money in unknown if money is not None]
    ways = books.paths(
        [(money.currency, home, day) for _, day, money in priced],
        owner=owner,
        now=now,
        max_age=MAX_AGE,
    )
    refuse_missing(
        (f"/movements/{at}/date", day, path)
        for (at, day, _), path in zip(priced, ways, strict=True)
    )
    valued: list[Path | None] = [None] * len(exchanges)
    worths = [
        known.amount_minor if (known := _known(one, home)) is not None else 0 for one in exchanges
    ]
    for (at, _, money), path in zip(priced, ways, strict=True):
        if isinstance(path, Path):
            valued[at] = path
            worths[at] = _worth(money, path)
    return worths, valued


def _worth(money: Money, path: Path) -> int:
    return rounded(value_of(money, path), rounding_for(path, None))


def _market(
    held: dict[str, Holding], home: str, as_of: date | None, owner: Owner | None, now: datetime
) -> dict[str, Path]:
    if as_of is None:
        return {}
    codes = [currency for currency, holding in held.items() if holding.units]
    pairs = [(currency, home, as_of) for currency in codes]
    ways = books.paths(pairs, owner=owner, now=now, max_age=MAX_AGE)
    refuse_missing(("/as_of", as_of, path) for path in ways)
    return {
        currency: path
        for currency, path in zip(codes, ways, strict=True)
        if not isinstance(path, Missing)
    }
