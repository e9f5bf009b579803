"""One strongly consistent read for everything by id that a use-case needs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from chalicelib.expenses.errors import (
    AccountNotFound,
    CategoryArchived,
    CategoryNotFound,
    IdTaken,
    RuleNotFound,
    TransactionNotFound,
)
from chalicelib.expenses.errors.recurring import RecurringNotFound, SuggestionNotFound
from chalicelib.expenses.errors.searches import SearchNotFound
from chalicelib.expenses.model.accounts import Account
from chalicelib.expenses.model.categories import is_default
from chalicelib.expenses.model.memory import Memory
from chalicelib.expenses.model.payee_book import KnownPayee
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.closed_imports import CLOSED
from chalicelib.expenses.repository.decode import account_of, transaction_of
from chalicelib.expenses.repository.judging import JUDGED
from chalicelib.expenses.repository.memory import LEARNED, memory_of, read
from chalicelib.expenses.repository.payee_book import known_payee
from chalicelib.expenses.repository.searches import SEARCH
from chalicelib.expenses.repository.suggestions import DISMISSED
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.tables import Key, Raw

_PREFIXES: Final[Mapping[str, tuple[str, type[NotFound]]]] = {
    "account": (table.ACCOUNT, AccountNotFound),
    "transaction": (table.TRANSACTION, TransactionNotFound),
    "category": (table.CATEGORY, CategoryNotFound),
    "rule": (table.RULE, RuleNotFound),
    "memory": (LEARNED, NotFound),
    "judged": (JUDGED, NotFound),
    "known": (table.KNOWN_PAYEE, NotFound),
    "recurring": (table.RECURRING, RecurringNotFound),
    "suggestion": (DISMISSED, SuggestionNotFound),
    "search": (SEARCH, SearchNotFound),
    "closed": (CLOSED, NotFound),
}


_MOST_MERGES: Final = 5
"""Pointers that are followed: merging on turns the older ones, so that there is seldom more than one."""


class Found:
    """What a look-up brought: asking for an object that it did not bring refuses with `...NotFound`."""

    def __init__(self, ctx: Context, items: Mapping[Key, Raw]) -> None:
        """Keep the items raw; each is decoded when it is asked for."""
        self._ctx = ctx
        self._items = items

    def raw(self, kind: str, identity: str) -> Raw | None:
        """Give an item, deleted ones too, or None."""
        return self._items.get(table.key(self._ctx.owner, _PREFIXES[kind][0], identity))

    def live(self, kind: str, identity: str) -> Raw:
        """Give an item that is not deleted; raise the kind's `NotFound`."""
        item = self.raw(kind, identity)
        if item is None or table.is_deleted(item):
            raise _PREFIXES[kind][1]
        return item

    def is_live(self, kind: str, identity: str) -> bool:
        """Tell whether the object is there and not deleted."""
        item = self.raw(kind, identity)
        return item is not None and not table.is_deleted(item)

    def copied(self, transaction_id: str) -> str | None:
        """Give the transaction of which an imported row was a copy, if it was one."""
        item = self.raw("transaction", transaction_id)
        return table.text(item, "copy_of") if item else None

    def taken_by(self, transaction_id: str) -> str | None:
        """Give the import that took a row for a transaction that was there."""
        item = self.raw("transaction", transaction_id)
        return table.text(item, "import_id") if item and table.is_deleted(item) else None

    def reverted(self, transaction_id: str) -> str | None:
        """Give the import with whose revert a transaction left, so that it may come again."""
        item = self.raw("transaction", transaction_id)
        return table.text(item, "reverted") if item else None

    def brought_by(self, transaction_id: str) -> str | None:
        """Give the import that a live transaction came with."""
        item = self.raw("transaction", transaction_id)
        return table.text(item, "import_id") if item else None

    def brought(self, import_id: str) -> list[str]:
        """Give the live transactions of the look-up that came with an import."""
        return [
            sk.removeprefix(table.TRANSACTION)
            for (_, sk), item in self._items.items()
            if sk.startswith(table.TRANSACTION)
            and not table.is_deleted(item)
            and table.text(item, "import_id") == import_id
        ]

    def account_once(self, transaction_id: str) -> str | None:
        """Give the account of a transaction that was deleted, where its tombstone names one."""
        item = self.raw("transaction", transaction_id)
        return table.text(item, "account_id") if item else None

    def version_once(self, transaction_id: str) -> int:
        """Give the version of a deleted transaction's tombstone; raises `TransactionNotFound`."""
        item = self.raw("transaction", transaction_id)
        if item is None or not table.is_deleted(item):
            raise TransactionNotFound
        return table.number(item, "version")

    def version_of(self, kind: str, identity: str) -> int:
        """Give the version of an item, deleted or not; 0 where there was never one."""
        item = self.raw(kind, identity)
        return table.number(item, "version") if item is not None else 0

    def is_gone(self, kind: str, identity: str) -> bool:
        """Tell whether the object was there and is deleted."""
        item = self.raw(kind, identity)
        return item is not None and table.is_deleted(item)

    def account(self, identity: str) -> Account:
        """Give an account with what this unit of work has already posted to it."""
        item = self.live("account", identity)
        added = self._ctx.commit.added(table.key(self._ctx.owner, table.ACCOUNT, identity))
        return account_of(item, self._ctx.vault, added)

    def transaction(self, identity: str) -> Transaction:
        """Give a transaction."""
        return transaction_of(self.live("transaction", identity), self._ctx.vault)

    def require_category(self, identity: str) -> None:
        """Refuse a category that is not there (`CategoryNotFound`) or archived (`CategoryArchived`)."""
        item = self.raw("category", identity)
        if item is None:
            if not is_default(identity):
                raise CategoryNotFound
        elif table.is_deleted(item):
            raise CategoryNotFound
        elif table.flag(item, "archived"):
            raise CategoryArchived

    def category_to_use(self, identity: str) -> str:
        """Give a category, or what it was merged into; refuses as `require_category` does.

        A client that was away still knows the one that is gone.
        """
        for _ in range(_MOST_MERGES):
            item = self.raw("category", identity)
            into = table.text(item, "merged_into") if item is not None else None
            if into is None:
                break
            wanted = table.key(self._ctx.owner, table.CATEGORY, into)
            self._items = {**self._items, **read(self._ctx, [wanted])}
            identity = into
        self.require_category(identity)
        return identity

    def takes_category(self, identity: str) -> bool:
        """Tell whether a category is there and not archived."""
        try:
            self.require_category(identity)
        except (CategoryNotFound, CategoryArchived):
            return False
        return True

    def known(self) -> dict[str, KnownPayee]:
        """Give what was said about the payees of the look-up."""
        read = (
            known_payee(item, self._ctx.vault)
            for (_, sk), item in self._items.items()
            if sk.startswith(table.KNOWN_PAYEE)
        )
        return {one.id: one for one in read}

    def memory(self) -> Memory:
        """Give what choices taught, as far as the look-up asked for it (`memory=needed(...)`)."""
        return memory_of(self._ctx.vault, self._items)

    def repeats(self, kind: str, identity: str, made: bytes | None) -> bool:
        """Tell whether a client repeats its own creation; raise `IdTaken` when the id is another's."""
        item = self.raw(kind, identity)
        if item is None:
            return False
        if made is None or table.is_deleted(item) or table.binary(item, "made") != made:
            raise IdTaken
        return True


def look_up(ctx: Context, **wanted: Iterable[str]) -> Found:
    """Read objects by kind (`account=`, `transaction=`, `category=`, `rule=`, ...) and id at once."""
    keys = [
        table.key(ctx.owner, _PREFIXES[kind][0], identity)
        for kind, identities in wanted.items()
        for identity in identities
    ]
    return Found(ctx, read(ctx, keys))


def made_of(ctx: Context, body: Mapping[str, object]) -> bytes:
    """Give the keyed hash of what a client sent to create an object."""
    sent = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
    return ctx.vault.fingerprint("made", sent)[:16]
