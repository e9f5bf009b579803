"""What our own journals say of a transaction beyond double entry: where each part lies, and what a transfer cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from typing import NamedTuple

from chalicelib.interchange.model.formats.amounts import ZERO
from chalicelib.interchange.model.formats.journals.entries import Entry
from chalicelib.interchange.model.formats.journals.flows import Leg, Piece
from chalicelib.interchange.model.formats.types import MAX_TEXT, Extras, Part, Row

_NOTHING = Extras()


class Item(NamedTuple):
    """A row and the book that it belongs to; `from_equity` says that nothing but the owner stands behind it."""

    account: str
    commodity: str
    row: Row
    from_equity: bool


def lie_as_said(legs: Sequence[Leg]) -> bool:
    """Let each reason explain the account that it is said to lie on; tells whether all of them say so, exactly."""
    reasons = [leg for leg in legs if leg.role == "category"]
    money = {leg.posting.account: leg for leg in legs if leg.is_money}
    if not reasons or len(money) + len(reasons) != len(legs):
        return False
    left = {account: leg.left for account, leg in money.items()}
    for reason in reasons:
        if reason.posting.own.lies_on not in left:
            return False
        left[reason.posting.own.lies_on] += reason.left
    if any(left.values()) or len({leg.posting.weight_in for leg in legs}) != 1:
        return False
    for reason in reasons:
        there = money[reason.posting.own.lies_on]
        there.pieces.append(Piece(reason.left.copy_negate(), reason))
        there.left += reason.left
        reason.left = ZERO
    return True


def over_accounts(
    entry: Entry, legs: Sequence[Leg], rows: Sequence[Item], path: dict[str, tuple[str, ...]]
) -> list[Row]:
    """Let the rows of a transaction that lies on several accounts be one; `path` gives the category of a reason."""
    shown = [one.account for one in rows]
    if len(shown) < 2 or len(set(shown)) != len(shown):
        return [one.row for one in rows]
    homes = [leg.posting.account for leg in legs if leg.posting.own.is_home]
    home = homes[0] if homes and homes[0] in shown else shown[0]
    parts = tuple(
        Part(
            amount=amount.copy_negate(),
            category=path.get(leg.posting.account, ()),
            memo=leg.posting.note[:MAX_TEXT],
            elsewhere="" if leg.posting.own.lies_on == home else leg.posting.own.lies_on,
            own_id=leg.posting.own.part,
        )
        for leg in legs
        if leg.posting.own.lies_on in shown and (amount := leg.posting.amount) is not None
    )
    return list(map(_share, rows, repeat(entry), repeat(home), repeat(parts)))


def _share(one: Item, entry: Entry, home: str, parts: tuple[Part, ...]) -> Row:
    extras = one.row.extras or _NOTHING
    if one.account == home:
        own = replace(extras.own, split=entry.own_id)
        extras = replace(extras, own=own, parts=parts, category=())
        return one.row._replace(extras=extras)
    own = replace(extras.own, split=entry.own_id, share=one.account, refunds=())
    extras = replace(extras, own=own, original_amount=None, original_currency=None)
    return one.row._replace(extras=extras)


def with_fee(rows: Sequence[Item], account: str) -> Iterator[tuple[Item, Row]]:
    """Put what a transfer cost into the row that it left an account by; give the rows that stay."""
    there = [one for one in rows if one.account == account]
    sent = [one for one in there if one.row.extras and one.row.extras.transfer]
    fees = [one for one in there if one not in sent]
    amounts = [one.row.amount for one in (*sent, *fees)]
    alone = len(sent) == len(fees) == 1
    if not alone or any(amount is None or amount >= 0 for amount in amounts):
        yield from ((one, one.row) for one in rows)
        return
    for one in rows:
        if one is sent[0]:
            yield one, _paid(one.row, fees[0].row)
        elif one is not fees[0]:
            yield one, one.row


def _paid(sent: Row, fee: Row) -> Row:
    amount, extras = fee.amount or ZERO, fee.extras or _NOTHING
    more = sent.extras or _NOTHING
    more = replace(more, own=replace(more.own, fee=-amount, fee_category=extras.category))
    return sent._replace(amount=(sent.amount or ZERO) + amount, extras=more)
