"""Transactions as items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.decode import transaction_of
from chalicelib.expenses.repository.table import (
    BY_DAY,
    LAYOUT,
    TransactionRow,
    key,
    place,
    tombstone,
)
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import HOUSEHOLD, Owner
from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Key, Raw, Table
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault

MOST_EXAMINED: Final = 500
"""Items that one call looks at; a filter that matches few of them gives a short page."""
_STEP: Final = 100
_FIRST_DAY: Final = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which transactions: `category_id` may be empty text for those without a category."""

    account_id: str | None = None
    category_id: str | None = None
    first: date | None = None
    last: date | None = None
    accounts: frozenset[str] | None = None
    """Where the caller may see some accounts only: which."""

    def holds(self, item: Raw) -> bool:
        """Tell whether an item passes; days are the query's business."""
        if self.accounts is not None and item["account_id"]["S"] not in self.accounts:
            return False
        if self.account_id is not None and item["account_id"]["S"] != self.account_id:
            return False
        return self.category_id is None or (
            (table.text(item, "category_id") or "") == self.category_id
        )

    @property
    def selects(self) -> bool:
        """Whether items that the query brings may be dropped."""
        asked = (self.account_id, self.category_id, self.accounts)
        return any(one is not None for one in asked)


class Transactions:
    """The transactions of a context's owner; writes join the context's unit of work."""

    def __init__(self, ctx: Context) -> None:
        """Bind to a context."""
        self._ctx = ctx

    def find(
        self, wanted: Filter, *, start: Mapping[str, str] | None, limit: int
    ) -> Page[Transaction]:
        """Give a page, newest day first; it may be short, and only without `resume` it is the last."""
        raws, resume = scan(self._ctx.owner, wanted, start=start, limit=limit)
        vault = self._ctx.vault
        return Page(tuple(transaction_of(item, vault) for item in raws), resume)

    def add(self, transaction: Transaction) -> None:
        """Put a new transaction into the unit of work."""
        self._ctx.commit.put(self._row(transaction), expect=0, refusal=LostRace())
        self._ctx.commit.record(
            Change(
                kind="transaction",
                id=transaction.id,
                version=transaction.version,
                fields=_clear(transaction),
                after=_private(transaction),
            )
        )

    def replace(self, before: Transaction, after: Transaction) -> None:
        """Put an edited transaction into the unit of work."""
        self._ctx.commit.put(self._row(after), expect=before.version, refusal=LostRace())
        fields = _clear(after)
        if before.posting != after.posting:
            fields["was"] = {
                "account_id": before.account_id,
                "amount_minor": before.amount.amount_minor,
            }
        self._ctx.commit.record(
            Change(
                kind="transaction",
                id=after.id,
                version=after.version,
                fields=fields,
                before={**_clear(before), **_private(before)},
                after=_private(after),
            )
        )

    def remove(self, transaction: Transaction) -> None:
        """Put a tombstone in the transaction's place; an imported row's id so never comes back."""
        version = transaction.version + 1
        gone = tombstone(self._key(transaction), version=version, at=self._ctx.now)
        if self._ctx.owner.kind == HOUSEHOLD:
            gone.account_id = transaction.account_id
        self._ctx.commit.put(gone, expect=transaction.version, refusal=LostRace())
        was = {
            "account_id": transaction.account_id,
            "amount_minor": transaction.amount.amount_minor,
        }
        self._ctx.commit.record(
            Change(
                kind="transaction",
                id=transaction.id,
                version=version,
                op="delete",
                fields={"was": was},
                before={**_clear(transaction), **_private(transaction)},
            )
        )

    def _key(self, transaction: Transaction) -> Key:
        return key(self._ctx.owner, table.TRANSACTION, transaction.id)

    def _row(self, transaction: Transaction) -> TransactionRow:
        pk, sk = self._key(transaction)
        row = TransactionRow(
            pk,
            sk,
            layout=LAYOUT,
            version=transaction.version,
            by_day=_day_key(transaction.booked_on, transaction.id),
            account_id=transaction.account_id,
            amount=transaction.amount.amount_minor,
            currency=transaction.amount.currency,
            payee_id=transaction.payee_id,
            payee=self._ctx.vault.seal(transaction.payee, *place(sk, "payee")),
            filed_by=transaction.filing.by,
            status=transaction.status,
            source=transaction.source,
            created_at=rfc3339(transaction.created_at),
            updated_at=rfc3339(transaction.updated_at),
        )
        _fill(row, transaction, self._ctx.vault)
        return row


def _fill(row: TransactionRow, transaction: Transaction, vault: Vault) -> None:
    """Set what a transaction need not have; an attribute that is absent costs nothing."""
    if transaction.notes:
        row.notes = vault.seal(transaction.notes, *place(row.sk, "notes"))
    if transaction.bank_payee:
        row.bank_payee = vault.seal(transaction.bank_payee, *place(row.sk, "bank_payee"))
    if transaction.filing.category_id is not None:
        row.category_id = transaction.filing.category_id
    if transaction.filing.confidence is not None:
        row.confidence = transaction.filing.confidence
    if transaction.import_id is not None:
        row.import_id = transaction.import_id
    if transaction.made is not None:
        row.made = transaction.made


def scan(
    owner: Owner,
    wanted: Filter,
    *,
    start: Mapping[str, str] | None,
    limit: int,
    forward: bool = False,
) -> tuple[list[Raw], Mapping[str, str] | None]:
    """Read items by day and pick those that pass, examining at most `MOST_EXAMINED`; say where to go on."""
    low = wanted.first.isoformat() if wanted.first else _FIRST_DAY
    high = (wanted.last.isoformat() if wanted.last else "9999") + table.LAST
    picked: list[Raw] = []
    left = MOST_EXAMINED
    at = start["at"] if start else None
    while True:
        piece = Table(table.TABLE).query(
            str(owner),
            low,
            high,
            limit=min(left, max(_STEP, 2 * limit) if wanted.selects else limit - len(picked)),
            index=BY_DAY,
            forward=forward,
            start=_start_key(owner, at) if at else None,
        )
        for item in piece.items:
            at = item["by_day"]["S"]
            left -= 1
            if wanted.holds(item):
                picked.append(item)
                if len(picked) == limit and (item is not piece.items[-1] or piece.resume):
                    return picked, {"at": at}
        if piece.resume is None:
            return picked, None
        if left <= 0:
            return picked, {"at": at or ""}


def _start_key(owner: Owner, at: str) -> dict[str, str]:
    identity = at.partition("#")[2]
    pk, sk = key(owner, table.TRANSACTION, identity)
    return {"pk": pk, "sk": sk, "by_day": at}


def _day_key(booked_on: date, identity: str) -> str:
    return f"{booked_on.isoformat()}#{identity}"


def _clear(transaction: Transaction) -> dict[str, object]:
    return {
        "account_id": transaction.account_id,
        "category_id": transaction.filing.category_id,
        "amount_minor": transaction.amount.amount_minor,
        "currency": transaction.amount.currency,
        "booked_on": transaction.booked_on.isoformat(),
    }


def _private(transaction: Transaction) -> dict[str, object]:
    return {
        "payee": transaction.payee,
        "notes": transaction.notes,
        "filed_by": transaction.filing.by,
        "confidence": transaction.filing.confidence,
    }
