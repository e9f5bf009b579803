"""Accounts as items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.expenses.errors import AccountNotFound
from chalicelib.expenses.model.accounts import MAX_ACCOUNTS_OWNED, Account
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.decode import account_of
from chalicelib.expenses.repository.table import LAYOUT, AccountRow, key, place, tombstone
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Key, Table
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault


class Accounts:
    """The accounts of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def find(self, *, start: Mapping[str, str] | None, limit: int) -> Page[Account]:
        """Give a page of live accounts in the order of their ids; it may be short."""
        pk = str(self._ctx.owner)
        after = {"pk": pk, "sk": table.ACCOUNT + start["id"]} if start else None
        piece = Table(table.TABLE).query(
            pk, table.ACCOUNT, table.ACCOUNT + table.LAST, limit=limit, start=after, consistent=True
        )
        accounts = tuple(
            account_of(item, self._ctx.vault, {})
            for item in piece.items
            if not table.is_deleted(item)
        )
        last = piece.resume["sk"].removeprefix(table.ACCOUNT) if piece.resume else None
        return Page(accounts, {"id": last} if last else None)

    def count(self, *, most: int) -> int:
        """Count the owner's accounts, deleted ones too, up to a bound."""
        piece = Table(table.TABLE).query(
            str(self._ctx.owner),
            table.ACCOUNT,
            table.ACCOUNT + table.LAST,
            limit=most,
            consistent=True,
            count_only=True,
        )
        return len(piece.items)

    def entries(self) -> int:
        """Count what lies on all accounts together: a transaction on two of them counts on each."""
        total, start = 0, None
        while True:
            page = self.find(start=start, limit=200)
            total += sum(account.entries for account in page.items)
            start = page.resume
            if start is None:
                return total

    def add(self, account: Account) -> None:
        """Put a new account into the unit of work."""
        self._ctx.commit.put(self._row(account), expect=0, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="account",
                id=account.id,
                version=account.version,
                fields=_clear(account),
                after={"name": account.name},
            )
        )

    def replace(self, before: Account, after: Account) -> None:
        """Put an edited account into the unit of work; a posting in between is a lost race."""
        self._ctx.commit.put(self._row(after), expect=before.version, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="account",
                id=after.id,
                version=after.version,
                fields=_clear(after),
                before={**_clear(before), "name": before.name},
                after={"name": after.name},
            )
        )

    def remove(self, account: Account) -> None:
        """Put a tombstone in the account's place."""
        gone = tombstone(self._key(account), version=account.version + 1, at=self._ctx.now)
        self._ctx.commit.put(gone, expect=account.version, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="account",
                id=account.id,
                version=account.version + 1,
                op="delete",
                before={**_clear(account), "name": account.name},
            )
        )

    def post(
        self,
        account_id: str,
        amount_minor: int,
        *,
        postings: int,
        entries: int,
        pending: int = 0,
    ) -> None:
        """Add postings to an account's balance. No entry in the change log: those of the postings say it."""
        numbers = {"balance": amount_minor, "entries": entries, "version": postings}
        self._ctx.commit.add(
            key(self._ctx.owner, table.ACCOUNT, account_id),
            {**numbers, "pending": pending} if pending else numbers,
            values={"updated_at": rfc3339(self._ctx.now)},
            must_exist=True,
            refusal=LostRace(),
        )

    def _key(self, account: Account) -> Key:
        return key(self._ctx.owner, table.ACCOUNT, account.id)

    def _row(self, account: Account) -> AccountRow:
        pk, sk = self._key(account)
        row = AccountRow(
            pk,
            sk,
            layout=LAYOUT,
            version=account.version,
            name=self._ctx.vault.seal(account.name, *place(sk, "name")),
            kind=account.kind,
            currency=account.currency,
            opening=account.opening_minor,
            balance=account.balance_minor,
            entries=account.entries,
            archived=account.archived,
            pending=account.pending_minor,
            created_at=rfc3339(account.created_at),
            updated_at=rfc3339(account.updated_at),
        )
        if account.made is not None:
            row.made = account.made
        if account.opened_by is not None:
            row.opened_by = account.opened_by
        if account.reconciliation_id is not None:
            row.reconciliation_id = account.reconciliation_id
        if account.reconciled_on is not None:
            row.reconciled_on = account.reconciled_on.isoformat()
        return row


def all_accounts(owner: Owner, vault: Vault) -> tuple[Account, ...]:
    """Give all live accounts of an owner in the order of their ids."""
    items = Table(table.TABLE).query_all(
        str(owner),
        table.ACCOUNT,
        table.ACCOUNT + table.LAST,
        most=MAX_ACCOUNTS_OWNED,
        consistent=True,
    )
    return tuple(account_of(item, vault, {}) for item in items if not table.is_deleted(item))


def one_account(owner: Owner, vault: Vault, account_id: str) -> Account:
    """Give a live account; raise `AccountNotFound`."""
    item = Table(table.TABLE).get(key(owner, table.ACCOUNT, account_id))
    if item is None or table.is_deleted(item):
        raise AccountNotFound
    return account_of(item, vault, {})


def currency_and_state(owner: Owner, account_id: str) -> tuple[str, bool]:
    """Give an account's currency and whether it is archived; raise `AccountNotFound`."""
    item = Table(table.TABLE).get(key(owner, table.ACCOUNT, account_id))
    if item is None or table.is_deleted(item):
        raise AccountNotFound
    return item["currency"]["S"], table.flag(item, "archived")


def states(owner: Owner, account_ids: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """Give the currencies of live accounts and whether they are archived, in one read."""
    keys = [key(owner, table.ACCOUNT, one) for one in account_ids]
    return {
        sk.removeprefix(table.ACCOUNT): (item["currency"]["S"], table.flag(item, "archived"))
        for (_, sk), item in Table(table.TABLE).get_many(keys).items()
        if not table.is_deleted(item)
    }


def _clear(account: Account) -> dict[str, object]:
    return {
        "kind": account.kind,
        "currency": account.currency,
        "opening_minor": account.opening_minor,
        "balance_minor": account.balance_minor,
        "archived": account.archived,
        "reconciled_on": account.reconciled_on.isoformat() if account.reconciled_on else None,
    }
