"""Looking for matches after a chunk of an import, by an order that the chunk gives: what is found is proposed.

It writes nothing but proposals, each under an id that its two transactions make; so an order that comes twice,
or two chunks that see the same pair, propose it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from chalicelib.currency import api as currency
from chalicelib.expenses.commands import CHUNKS_PER_LOOK, ROWS_PER_CHUNK, FindMatches
from chalicelib.expenses.model.accounts import MAX_ACCOUNTS_OWNED
from chalicelib.expenses.model.pairing.arrivals import WINDOW
from chalicelib.expenses.model.pairing.matches import MOST_OPEN, Match, pairs_of, propose
from chalicelib.expenses.model.pairing.merging import can_merge
from chalicelib.expenses.model.pairing.proposals import Proposal, pair_key
from chalicelib.expenses.model.pairing.refunds import BACK
from chalicelib.expenses.model.pairing.transfers import Convert
from chalicelib.expenses.model.payee import fold
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository import judging
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.closed_imports import is_closed, require_open
from chalicelib.expenses.repository.matches import Matches
from chalicelib.expenses.repository.neighbours import MOST_NEIGHBOURS, neighbours
from chalicelib.kernel.context import Context
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass

_MOST_AT_ONCE: Final = 80
_MOST_AROUND: Final = MOST_NEIGHBOURS + CHUNKS_PER_LOOK * ROWS_PER_CHUNK
"""Transactions that one look takes in: about 1 MB, which is what one answer of the store holds."""
_MOST_RATES: Final = 200
_UNIT: Final = 10**9
"""Minor units whose worth is asked for, so that rounding does not show."""


def find_matches(ctx: Context, order: FindMatches) -> None:
    """Propose matches of what an import brought: copies that were not certain, transfers and refunds.

    Before that it counts who filed the rows. Where more is found than one transaction holds, it orders a look at
    each half of the days instead.
    """
    judging.add(ctx, order.filed, order.month or None)
    first, last = date.fromisoformat(order.first), date.fromisoformat(order.last)
    around = neighbours(
        ctx, first - timedelta(days=BACK), last + timedelta(days=WINDOW), most=_MOST_AROUND
    )
    legs = frozenset(order.legs)
    rows = [one for one in around if one.id not in legs]
    fresh = {
        one.id
        for one in rows
        if one.import_id == order.import_id and first <= one.booked_on <= last and can_merge(one)
    }
    if not fresh:
        return
    stored = Matches(ctx)
    known = stored.open()
    room = min(MOST_OPEN - len(known), _MOST_AT_ONCE)
    found = propose(
        rows, fresh, convert=_convert(ctx, rows), names=_names(ctx), rejected=pairs_of(known)
    )
    decided = pairs_of(stored.decided(stored.id_of(one.first, one.second) for one in found))
    fit = [one for one in found if pair_key(one.first, one.second) not in decided]
    by_id = {one.id: one for one in rows}
    if not fit or room <= 0 or is_closed(ctx, order.import_id):
        return
    if len(fit) > room == _MOST_AT_ONCE and first < last:
        _halve(ctx, order, first, last)
        return
    require_open(ctx, order.import_id)
    for one in fit[:room]:
        stored.add(_match(ctx, stored, one, by_id))


def _halve(ctx: Context, order: FindMatches, first: date, last: date) -> None:
    middle = first + (last - first) // 2
    for begin, end in ((first, middle), (middle + timedelta(days=1), last)):
        half = replace(order, first=begin.isoformat(), last=end.isoformat(), filed={})
        ctx.commit.order(half, subject=str(ctx.owner))


def _match(ctx: Context, stored: Matches, one: Proposal, rows: dict[str, Transaction]) -> Match:
    accounts = (rows[one.first].account_id, rows[one.second].account_id)
    return Match(
        id=stored.id_of(one.first, one.second),
        version=1,
        kind=one.kind,
        first=one.first,
        second=one.second,
        accounts=tuple(dict.fromkeys(accounts)),
        confidence=one.confidence,
        reason=one.reason,
        amount_minor=one.amount,
        state="open",
        created_at=ctx.now,
        updated_at=ctx.now,
    )


def _names(ctx: Context) -> dict[str, frozenset[str]]:
    """Give the words of the accounts' own names: banks write them on transfers."""
    accounts = Accounts(ctx).find(start=None, limit=MAX_ACCOUNTS_OWNED).items
    return {
        one.id: frozenset(word for word in fold(one.name).split() if len(word) > 3)
        for one in accounts
    }


@dataclass(frozen=True, slots=True)
class _Rates:
    """What a unit of each currency was worth on each day, in one that all are compared in."""

    base: str
    worth: dict[tuple[str, int], Decimal]

    def convert(self, minor: int, source: str, target: str, day: int) -> int | None:
        one, other = self._of(source, day), self._of(target, day)
        return round(minor * one / other) if one and other else None

    def _of(self, code: str, day: int) -> Decimal | None:
        return Decimal(1) if code == self.base else self.worth.get((code, day))


def _convert(ctx: Context, rows: Sequence[Transaction]) -> Convert:
    """Read the rates of the days on which something left, where there is more than one currency at all."""
    codes = sorted({one.amount.currency for one in rows})
    days = sorted({one.booked_on for one in rows if one.amount.amount_minor < 0}, reverse=True)
    lines = [
        currency.Line(amount=Money(_UNIT, code), day=day) for code in codes[1:] for day in days
    ][:_MOST_RATES]
    if not lines:
        return _Rates(codes[0] if codes else "", {}).convert
    found = currency.convert_lines(
        lines, codes[0], owner=ctx.owner, now=ctx.now, manner=currency.Manner(flag=True)
    )
    worth = {
        (one.line.amount.currency, one.line.day.toordinal()): Decimal(one.money.amount_minor)
        / _UNIT
        for one in found
        if one.money is not None
    }
    return _Rates(codes[0], worth).convert
