"""Recording a chunk of a parsed statement: known rows out, new ones filed, all in one transaction.

Chunk k orders chunk k+1 in its own transaction, so the chunks of an import run one after the other and a
crash between any two steps repeats at most a chunk that then finds all its rows known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, TypeAlias

from chalicelib.expenses.commands import (
    CHUNKS_PER_PAGE,
    MAX_ACCOUNTS,
    PENDING,
    ROWS_PER_CHUNK,
    FindMatches,
    ImportRow,
    ImportRows,
    page_key,
)
from chalicelib.expenses.errors import (
    AccountArchived,
    AccountNotFound,
    BalanceOutOfRange,
    UnreadableRows,
    WrongCurrency,
)
from chalicelib.expenses.events import ImportStopped, TransactionsImported
from chalicelib.expenses.model.accounts import accept, in_range
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.importing import by_account, totals
from chalicelib.expenses.model.memory import traits_of
from chalicelib.expenses.model.movements import Moved, moves, pending_by_account, summed
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.transactions import (
    MAX_NOTES,
    MAX_PAYEE,
    Filing,
    Transaction,
    moved,
)
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.memory import needed
from chalicelib.expenses.repository.movements import Movements
from chalicelib.expenses.repository.table import payee_id
from chalicelib.expenses.repository.transactions import Transactions
from chalicelib.expenses.service.categorising import tally
from chalicelib.expenses.service.filing import filer_of
from chalicelib.expenses.service.meeting import PER_SETTLED, Meeting, Sibling, bury, meet, settle
from chalicelib.kernel import blobs
from chalicelib.kernel.blobs import BlobGone
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Money
from chalicelib.kernel.vault import Vault

_STOPPING = (
    AccountArchived,
    AccountNotFound,
    BalanceOutOfRange,
    BlobGone,
    UnreadableRows,
    WrongCurrency,
)
"""What no second try can mend."""
_MESSAGES = 3
"""Operations that are still to come when the rows are booked: the fact, the next order, and movements that wait."""
_NOT_FILED = Filing(category_id=None, by="none")


@dataclass(frozen=True, slots=True)
class _Planned:
    """A row on its way into an account, under the id that it will always have there."""

    id: str
    account_id: str
    row: ImportRow
    amount: Money
    booked_on: date


def import_rows(ctx: Context, order: ImportRows) -> None:
    """Record a chunk, tell `TransactionsImported` and order the next one.

    Tells `ImportStopped` instead, and orders nothing, where the rows are gone or cannot be read, or an
    account is gone, archived, or kept in another currency.
    """
    try:
        page = _page(ctx.vault, order, order.chunk // CHUNKS_PER_PAGE)
        planned = _plan(ctx.vault, order, page)
        found = _look_up(ctx, planned)
        meeting = _meet(ctx, order, (planned, page), found)
        _check(ctx, found, meeting)
    except _STOPPING as refusal:
        _stop(ctx, order, refusal)
        return
    room = ctx.commit.room() - len({one.account_id for one in planned}) - _MESSAGES - 1
    if meeting.settled and meeting.items > room:
        settle(ctx, meeting.settled[: room // PER_SETTLED])
        ctx.commit.order(order, subject=order.import_id)  # again: then those are known
        return
    settle(ctx, meeting.settled)
    bury(ctx, meeting.copies)
    recorded = _filed(ctx, planned, meeting.fresh) if meeting.fresh else []
    _book(ctx, recorded)
    _tell(ctx, order, recorded, duplicates=len(planned) - len(recorded))
    tally(ctx, recorded)


_Raws: TypeAlias = list[Sequence[Any]]


def _page(vault: Vault, order: ImportRows, number: int) -> _Raws:
    raws: _Raws = blobs.get(vault, page_key(order.prefix, number))
    return raws


def _plan(vault: Vault, order: ImportRows, page: _Raws) -> list[_Planned]:
    """Read the chunk's importable rows of statements that have an account."""
    first = order.chunk % CHUNKS_PER_PAGE * ROWS_PER_CHUNK
    return _read(vault, order, page[first : first + ROWS_PER_CHUNK])


def _siblings(vault: Vault, order: ImportRows, page: _Raws) -> list[Sibling]:
    """Read the rows around the chunk: the rest of its page, and at the page's edge the next page."""
    number, place = divmod(order.chunk, CHUNKS_PER_PAGE)
    first = place * ROWS_PER_CHUNK
    around = [*page[:first], *page[first + ROWS_PER_CHUNK :]]
    if place == 0 and number:
        around += _page(vault, order, number - 1)
    if place == CHUNKS_PER_PAGE - 1 and order.chunk + 1 < order.chunks:
        around += _page(vault, order, number + 1)
    return [
        Sibling(one.id, one.account_id, one.amount.amount_minor)
        for one in _read(vault, order, around)
    ]


def _read(vault: Vault, order: ImportRows, raws: _Raws) -> list[_Planned]:
    try:
        rows = [ImportRow.from_json(raw) for raw in raws]
        return [
            _planned(vault, row, order.accounts[str(row.statement)])
            for row in rows
            if row.importable and str(row.statement) in order.accounts
        ]
    except (ValueError, TypeError) as error:
        raise UnreadableRows from error


def _planned(vault: Vault, row: ImportRow, account_id: str) -> _Planned:
    if row.booked_on is None or row.amount_minor is None:
        raise UnreadableRows
    mark = vault.fingerprint("row", account_id, *row.identity(), str(row.ordinal))
    amount = Money(row.amount_minor, row.currency)
    return _Planned(derived_id(mark), account_id, row, amount, row.booked_on)


def _look_up(ctx: Context, planned: Sequence[_Planned]) -> Found:
    accounts = {one.account_id for one in planned}
    if len(accounts) > MAX_ACCOUNTS:
        raise UnreadableRows
    return look_up(ctx, transaction=[one.id for one in planned], account=accounts)


def _meet(
    ctx: Context, order: ImportRows, chunk: tuple[Sequence[_Planned], _Raws], found: Found
) -> Meeting:
    """Sort the rows that the ledger never had, each once; where it had all, nothing more is read."""
    planned, page = chunk
    known = {one.id: one for one in planned if found.raw("transaction", one.id) is not None}
    fresh = {one.id: one for one in planned if one.id not in known}
    if not fresh:
        return Meeting()
    held = Counter(one.account_id for one in known.values())
    newcomers = [_transaction(ctx, order, one) for one in fresh.values()]
    siblings = partial(_siblings, ctx.vault, order, page)
    return meet(ctx, newcomers, known=frozenset(known), held=held, siblings=siblings)


def _check(ctx: Context, found: Found, meeting: Meeting) -> None:
    """Check that the accounts of new rows take them, and that no balance outgrows the store.

    Known rows ask nothing of an account, so a repeat is harmless even when it was archived since.
    """
    sums = Counter[str]()
    for one in meeting.fresh:
        accept(found.account(one.account_id), one.amount)
        sums[one.account_id] += one.amount.amount_minor
    for known in meeting.settled:
        sums.update(moved(known.after))
        sums.subtract(moved(known.before))
    for account_id, amount in sums.items():
        in_range(found.account(account_id).balance_minor + amount)
    fresh = meeting.fresh
    days = [{(one.account_id, one.booked_on): Moved(one.amount.amount_minor)} for one in fresh]
    Movements(ctx).check(summed(days))


def _filed(
    ctx: Context, planned: Sequence[_Planned], fresh: Sequence[Transaction]
) -> list[Transaction]:
    """File new transactions, each under the category that rules, memory or the prior name."""
    rows = {one.id: one for one in planned}
    seen = [traits_of(_line(rows[one.id])) for one in fresh]
    memory = look_up(ctx, memory=needed(ctx.vault, seen), known={one.payee_id for one in fresh})
    accounts = {one.account_id for one in fresh}
    room = ctx.commit.room() - len(fresh) - len(accounts) - _MESSAGES
    filer = filer_of(ctx, memory, room=room)
    return [filer.carried(one, _line(rows[one.id])) for one in fresh]


def _transaction(ctx: Context, order: ImportRows, one: _Planned) -> Transaction:
    row = one.row
    return Transaction(
        id=one.id,
        version=1,
        account_id=one.account_id,
        amount=one.amount,
        booked_on=one.booked_on,
        payee=row.payee[:MAX_PAYEE],
        payee_id=payee_id(ctx.vault, merchant_key(row.payee, row.memo)),
        notes=row.memo[:MAX_NOTES],
        filing=_NOT_FILED,
        source="import",
        created_at=ctx.now,
        updated_at=ctx.now,
        import_id=order.import_id,
        status="pending" if row.kind.casefold() == PENDING else "posted",
        bank_ref=_bank_ref(ctx.vault, one),
    )


def _bank_ref(vault: Vault, one: _Planned) -> bytes | None:
    """Give a keyed fingerprint of the bank's own id, without which two rows are compared by content."""
    if not one.row.provider_id:
        return None
    return vault.fingerprint("bank-ref", one.account_id, one.row.provider_id)[:16]


def _line(one: _Planned) -> Line:
    row = one.row
    return Line(
        payee=row.payee,
        notes=row.memo,
        amount_minor=one.amount.amount_minor,
        currency=one.amount.currency,
        account_id=one.account_id,
        booked_on=one.booked_on,
        mcc=row.mcc,
        source="import",
    )


def _book(ctx: Context, recorded: Sequence[Transaction]) -> None:
    transactions, accounts = Transactions(ctx), Accounts(ctx)
    for one in recorded:
        transactions.add(one)
    changes = summed(moves(one) for one in recorded)
    pending = pending_by_account(changes)
    for account_id, (amount, count) in by_account(moved(one) for one in recorded).items():
        accounts.post(
            account_id,
            amount,
            postings=count,
            entries=count,
            pending=pending.get(account_id, 0),
        )
    Movements(ctx).add(changes, keep=_MESSAGES)


def _tell(
    ctx: Context, order: ImportRows, recorded: Sequence[Transaction], *, duplicates: int
) -> None:
    fact = TransactionsImported(
        import_id=order.import_id,
        chunk=order.chunk,
        chunks=order.chunks,
        recorded=len(recorded),
        duplicates=duplicates,
        totals=totals(posting for one in recorded for posting in one.postings),
        change=ctx.commit.sequence if recorded else 0,
    )
    ctx.commit.tell(fact, subject=order.import_id)
    if recorded:
        days = [one.booked_on.isoformat() for one in recorded]
        look = FindMatches(import_id=order.import_id, first=min(days), last=max(days))
        ctx.commit.order(look, subject=str(ctx.owner))
    if order.chunk + 1 < order.chunks:
        ctx.commit.order(replace(order, chunk=order.chunk + 1), subject=order.import_id)


def _stop(ctx: Context, order: ImportRows, refusal: Refusal) -> None:
    fact = ImportStopped(import_id=order.import_id, chunk=order.chunk, reason=refusal.slug)
    ctx.commit.tell(fact, subject=order.import_id)
