"""Transactions as items."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from chalicelib.expenses.model.transactions import Transaction, moved
from chalicelib.expenses.repository import packing, table
from chalicelib.expenses.repository.decode import accounts_of, categories_of, transaction_of
from chalicelib.expenses.repository.table import (
    BY_DAY,
    LAYOUT,
    TombstoneRow,
    TransactionRow,
    key,
    place,
    tombstone,
)
from chalicelib.expenses.repository.tags import count_uses, tag_id
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import HOUSEHOLD, Owner
from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Key, Raw, Table
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

MOST_EXAMINED: Final = 500
"""Items that one call looks at; a filter that matches few of them gives a short page."""
MOST_OPENED: Final = 2_000
"""Items that one call opens, where a query asks for what is sealed."""
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
    test: Callable[[Raw], bool] | None = None
    """What else must hold of an item, its sealed texts included."""

    def holds(self, item: Raw) -> bool:
        """Tell whether an item passes; days are the query's business."""
        if self.accounts is not None and not (accounts_of(item) & self.accounts):
            return False
        if self.account_id is not None and self.account_id not in accounts_of(item):
            return False
        if self.category_id is not None and self.category_id not in categories_of(item):
            return False
        return self.test is None or self.test(item)

    @property
    def selects(self) -> bool:
        """Whether items that the query brings may be dropped."""
        asked = (self.account_id, self.category_id, self.accounts, self.test)
        return any(one is not None for one in asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """How a transaction leaves: `into` another one, with its import that was `reverted`, or for good."""

    into: str | None = None
    reverted: str | None = None


FOR_GOOD: Final = Leaving()


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

    def add(self, transaction: Transaction, *, over: int = 0) -> None:
        """Put a new transaction into the unit of work, or one in the place of its tombstone of that version."""
        self._ctx.commit.put(self._row(transaction), expect=over, refusal=LostRace())
        count_uses(self._ctx, before=(), after=transaction.tags)
        self._ctx.commit.record(
            Change(
                kind="transaction",
                id=transaction.id,
                version=transaction.version,
                fields=_clear(transaction),
                after=_private(transaction),
                prev=transaction.change,
            )
        )

    def replace(self, before: Transaction, after: Transaction) -> None:
        """Put an edited transaction into the unit of work."""
        self._ctx.commit.put(self._row(after), expect=before.version, refusal=LostRace())
        count_uses(self._ctx, before=before.tags, after=after.tags)
        fields = _clear(after)
        if before.postings != after.postings:
            fields["was"] = _was(before)
        self._ctx.commit.record(
            Change(
                kind="transaction",
                id=after.id,
                version=after.version,
                fields=fields,
                before=_whole(before),
                after=_private(after),
                prev=before.change,
            )
        )

    def remove(self, transaction: Transaction, leaving: Leaving = FOR_GOOD) -> None:
        """Put a tombstone in the transaction's place; an imported row's id so never comes back."""
        version = transaction.version + 1
        gone = self._tombstone(transaction, version=version)
        gone.change = self._ctx.commit.sequence
        gone.into, gone.reverted = leaving.into, leaving.reverted
        if leaving.into is not None:
            gone.import_id = transaction.import_id
        self._ctx.commit.put(gone, expect=transaction.version, refusal=LostRace())
        count_uses(self._ctx, before=transaction.tags, after=())
        self._ctx.commit.record(
            Change(
                kind="transaction",
                id=transaction.id,
                version=version,
                op="delete",
                fields={"was": _was(transaction)},
                before=_whole(transaction),
                prev=transaction.change,
            )
        )

    def bury(self, transaction: Transaction, *, copy_of: str, settled: int | None = None) -> None:
        """Put a tombstone where a transaction would have come that is another one's copy: it never comes.

        `settled` is the number of the change by which the other one took it in.
        """
        gone = self._tombstone(transaction, version=transaction.version)
        gone.copy_of, gone.settled = copy_of, settled
        gone.import_id = transaction.import_id
        self._ctx.commit.put(gone, expect=transaction.version - 1, refusal=LostRace())

    def dig_up(self, item: Raw, *, import_id: str) -> None:
        """Take a tombstone away, so that its row may come again; what was live before keeps one that says so."""
        gone = TombstoneRow.from_raw_data(dict(item))
        version = gone.version
        if version == 1:
            where = (gone.pk, gone.sk)
            self._ctx.commit.delete(where, expect=version, refusal=LostRace())
            return
        gone.version = version + 1
        gone.copy_of = gone.settled = gone.into = gone.import_id = None
        gone.reverted = import_id
        self._ctx.commit.put(gone, expect=version, refusal=LostRace())

    def _tombstone(self, transaction: Transaction, *, version: int) -> TombstoneRow:
        gone = tombstone(self._key(transaction), version=version, at=self._ctx.now)
        if self._ctx.owner.kind == HOUSEHOLD:
            gone.account_id = transaction.account_id
        return gone

    def _key(self, transaction: Transaction) -> Key:
        return key(self._ctx.owner, table.TRANSACTION, transaction.id)

    def _row(self, transaction: Transaction) -> TransactionRow:
        pk, sk = self._key(transaction)
        row = TransactionRow(
            pk,
            sk,
            layout=LAYOUT,
            version=transaction.version,
            by_day=day_key(transaction.booked_on, transaction.id),
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
            change=self._ctx.commit.sequence,
        )
        _fill(row, transaction, self._ctx.vault)
        return row


def _fill(row: TransactionRow, transaction: Transaction, vault: Vault) -> None:
    """Set what a transaction need not have; an attribute that is absent costs nothing."""
    for name, text in _sealed(transaction).items():
        if text:
            setattr(row, name, vault.seal(text, *place(row.sk, name)))
    for name, value in _clear_values(transaction, vault).items():
        if value is not None:
            setattr(row, name, value)
    for name, structure in _structure(transaction).items():
        setattr(row, name, packing.packed(structure))


def _sealed(transaction: Transaction) -> dict[str, str]:
    """Give the texts that are sealed, empty where there is none."""
    notes = {part.id: part.notes for part in transaction.parts if part.notes}
    return {
        "notes": transaction.notes,
        "bank_payee": transaction.bank_payee,
        "tags": packing.packed(transaction.tags) if transaction.tags else "",
        "part_notes": packing.packed(notes) if notes else "",
        "absorbed": transaction.absorbed,
    }


def _clear_values(transaction: Transaction, vault: Vault) -> dict[str, object]:
    """Give the plain values in clear, None where there is none."""
    return {
        "category_id": transaction.filing.category_id,
        "confidence": transaction.filing.confidence,
        "import_id": transaction.import_id,
        "made": transaction.made,
        "bank_ref": transaction.bank_ref,
        "reconciled_in": transaction.reconciled_in,
        "tag_ids": " ".join(tag_id(vault, name) for name in transaction.tags) or None,
        "set_by": packing.packed(dict(transaction.set_by)) if transaction.set_by else None,
    }


def _structure(transaction: Transaction) -> dict[str, object]:
    """Give the parts, legs, links and rates that a transaction has, in clear."""
    found = {
        "original": transaction.original and packing.write_money(transaction.original),
        "rate": transaction.rate and packing.write_rate(transaction.rate),
        "parts": packing.write_parts(transaction.parts),
        "transfer": transaction.transfer and packing.write_transfer(transaction.transfer),
        "refunds": packing.write_refunds(transaction.refunds),
        "refunded": packing.write_refunded(transaction.refunded),
    }
    return {name: value for name, value in found.items() if value}


def scan(
    owner: Owner,
    wanted: Filter,
    *,
    start: Mapping[str, str] | None,
    limit: int,
    forward: bool = False,
) -> tuple[list[Raw], Mapping[str, str] | None]:
    """Read items by day and pick those that pass, of a bounded number that is looked at; say where to go on."""
    low = wanted.first.isoformat() if wanted.first else _FIRST_DAY
    high = (wanted.last.isoformat() if wanted.last else "9999") + table.LAST
    picked: list[Raw] = []
    left = MOST_EXAMINED if wanted.test is None else MOST_OPENED
    step = max(_STEP, 2 * limit)
    at = start["at"] if start else None
    while True:
        piece = Table(table.TABLE).query(
            str(owner),
            low,
            high,
            limit=min(left, step if wanted.selects else limit - len(picked)),
            index=BY_DAY,
            forward=forward,
            start=_start_key(owner, at) if at else None,
        )
        step *= 2  # few were found among these: look at more at once
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


def day_key(booked_on: date, identity: str) -> str:
    """Give where a transaction stands in the order by day."""
    return f"{booked_on.isoformat()}#{identity}"


def _clear(transaction: Transaction) -> dict[str, object]:
    """Give what the change log says in clear: ids, amounts and days; a status only where it is not the usual one."""
    clear: dict[str, object] = {
        "account_id": transaction.account_id,
        "category_id": transaction.filing.category_id,
        "amount_minor": transaction.amount.amount_minor,
        "currency": transaction.amount.currency,
        "booked_on": transaction.booked_on.isoformat(),
        **_structure(transaction),
    }
    if transaction.status != "posted":
        clear["status"] = transaction.status
    if transaction.reconciled_in is not None:
        clear["reconciled_in"] = transaction.reconciled_in
    if _is_plain(transaction):
        return clear
    return {**clear, "moved": moved(transaction)}


def _was(transaction: Transaction) -> dict[str, object]:
    """Give what a transaction did to balances before."""
    was: dict[str, object] = {
        "account_id": transaction.account_id,
        "amount_minor": transaction.amount.amount_minor,
    }
    return was if _is_plain(transaction) else {**was, "moved": moved(transaction)}


def _is_plain(transaction: Transaction) -> bool:
    """Tell whether it moves its account by its amount; of any other the log names what moved, by account."""
    lies_elsewhere = transaction.parts or transaction.transfer
    return transaction.status != "planned" and not lies_elsewhere


def _private(transaction: Transaction) -> dict[str, object]:
    """Give what the change log seals; what is empty is left out, but for the texts that all have."""
    private: dict[str, object] = {
        "payee": transaction.payee,
        "notes": transaction.notes,
        "filed_by": transaction.filing.by,
        "confidence": transaction.filing.confidence,
    }
    more = {
        "bank_payee": transaction.bank_payee,
        "tags": list(transaction.tags),
        "set_by": dict(transaction.set_by),
        "part_notes": {part.id: part.notes for part in transaction.parts if part.notes},
    }
    return {**private, **{name: value for name, value in more.items() if value}}


def _whole(transaction: Transaction) -> dict[str, object]:
    """Give all of a version that another one replaces, so that undoing can bring it back."""
    origin = {
        "payee_id": transaction.payee_id,
        "source": transaction.source,
        "created_at": rfc3339(transaction.created_at),
        "import_id": transaction.import_id,
        "made": transaction.made and transaction.made.hex(),
        "bank_ref": transaction.bank_ref and transaction.bank_ref.hex(),
        "absorbed": transaction.absorbed,
    }
    kept = {name: value for name, value in origin.items() if value}
    return {**_clear(transaction), **_private(transaction), **kept}
