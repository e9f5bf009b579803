"""One step of taking accounts along: which transactions go, whole or in part, and what they leave behind.

A transaction that lies on other accounts too is cut: what lies on the taken ones goes, the rest stays. A purchase
and its refund keep their link where both go whole; else the side that stays counts whole again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.portion import portion
from chalicelib.expenses.model.refunding import linked_to
from chalicelib.expenses.model.splitting import NewIds, taken_transaction
from chalicelib.expenses.model.transactions import Transaction, next_version
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.table import payee_id
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.carrying import Carrier
from chalicelib.expenses.service.category_mapping import CategoryMapping, derived
from chalicelib.kernel.context import Context

_ROOM: Final = 32
"""Operations that a transaction with new categories, its account, its month and the last messages may need."""
_PER_ACCOUNT: Final = 4
"""Operations for another account that it lies on: balance and month on both sides."""


class TakingStep:
    """Takes some transactions of a household into the person's ledger, in the units of both."""

    def __init__(
        self, ctx: Context, side: Context, targets: Mapping[str, str], *, moves: bool
    ) -> None:
        """Bind to the person's unit and the household's; `targets` are the new accounts by the old."""
        self._ctx = ctx
        self._side = side
        self._targets = targets
        self._moves = moves
        self._mapping = CategoryMapping(ctx, side)
        self._touched: set[str] = set()

    def take(self, found: Sequence[Transaction]) -> tuple[int, Counter[str]]:
        """Take as many as fit; gives how many were looked at, and how many arrived by account."""
        known = look_up(self._ctx, transaction=[self._id(one.id) for one in found])
        linked = [identity for one in found for identity in linked_to(one)]
        theirs = look_up(self._side, transaction=linked)
        ours = look_up(self._ctx, transaction=map(self._id, linked))
        carrier = Carrier(self._ctx, self._side, found)
        taken: Counter[str] = Counter()
        for place, one in enumerate(found):
            going = self._going_along(one, theirs, ours)
            if place and not (carrier.has_room(one.id) and self._fits(one, going, carrier)):
                return place, taken
            piece = portion(one, self._targets)
            if piece is not None and known.raw("transaction", self._id(one.id)) is None:
                ledger.enter(self._ctx, self._carried(piece, going))
                carrier.carry(one.id, self._id(one.id))
                taken.update(piece.accounts)
            if self._moves:
                self._leave(one, going)
        return len(found), taken

    def _id(self, identity: str) -> str:
        return derived(self._ctx, self._side.owner.id, "transaction", identity)

    def _going_along(self, one: Transaction, theirs: Found, ours: Found) -> frozenset[str]:
        """Give the linked transactions that go whole, or went before: their links stay."""
        if not self._goes_whole(one):
            return frozenset()
        return frozenset(
            identity
            for identity in linked_to(one)
            if (
                self._goes_whole(theirs.transaction(identity))
                if theirs.is_live("transaction", identity)
                else ours.is_live("transaction", self._id(identity))
            )
        )

    def _goes_whole(self, one: Transaction) -> bool:
        return all(account_id in self._targets for account_id in one.accounts)

    def _fits(self, one: Transaction, going: Collection[str], carrier: Carrier) -> bool:
        """Tell whether it can go in this transaction too: nothing is written twice in one."""
        others = set(linked_to(one)) - set(going)
        needed = _ROOM + len(others) + _PER_ACCOUNT * (len(one.accounts) - 1)
        needed += carrier.count(one.id)
        return self._ctx.commit.room() >= needed and not self._touched & {one.id, *others}

    def _carried(self, piece: Transaction, going: Collection[str]) -> Transaction:
        words = merchant_key(piece.bank_payee or piece.payee, piece.notes)
        return taken_transaction(
            piece,
            new_id=self._id(piece.id),
            payee_id=payee_id(self._ctx.vault, words),
            ids=NewIds(
                accounts=self._targets,
                category=self._mapping.of,
                transactions={identity: self._id(identity) for identity in going},
            ),
            at=self._ctx.now,
        )

    def _leave(self, one: Transaction, going: Collection[str]) -> None:
        """Take it out of the household's ledger, or what of it went."""
        self._touched |= {one.id, *linked_to(one)} - set(going)
        stays = portion(one, [other for other in one.accounts if other not in self._targets])
        if stays is None:
            ledger.strike(self._side, one, keeping=going)
            return
        ledger.release(self._side, one)
        ledger.correct(self._side, one, next_version(one, stays, self._side.now))
