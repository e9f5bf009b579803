"""From the sealed pages of an import to rows on their way into accounts, and what each would be as a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeAlias

from chalicelib.expenses.commands import (
    CHUNKS_PER_PAGE,
    PENDING,
    ROWS_PER_CHUNK,
    ImportRow,
    ImportRows,
    RowExtras,
    page_key,
)
from chalicelib.expenses.errors import UnreadableRows
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.tags import MAX_TAGS, distinct
from chalicelib.expenses.model.transactions import (
    MAX_NOTES,
    MAX_PAYEE,
    Filing,
    Transaction,
)
from chalicelib.expenses.repository.table import payee_id
from chalicelib.expenses.service.meeting import Sibling
from chalicelib.kernel import blobs
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Money
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

Raws: TypeAlias = list[Sequence[Any]]
NOT_FILED = Filing(category_id=None, by="none")
_NOTHING_MORE = RowExtras()


@dataclass(frozen=True, slots=True)
class Planned:
    """A row on its way into an account, under the id that it will always have there."""

    id: str
    account_id: str
    row: ImportRow
    amount: Money
    booked_on: date
    original: Money | None = None

    @property
    def own_id(self) -> str:
        """The id that it has in the ledger that it was exported from, or nothing."""
        return self.row.extras.own_id if self.row.extras is not None else ""

    @property
    def extras(self) -> RowExtras:
        """What is known of it beyond what a bank knows."""
        return self.row.extras or _NOTHING_MORE


def page_of(vault: Vault, order: ImportRows, number: int) -> Raws:
    """Read a page as it lies; raises `BlobGone`."""
    raws: Raws = blobs.get(vault, page_key(order.prefix, number))
    return raws


def plan(vault: Vault, order: ImportRows, page: Raws) -> list[Planned]:
    """Read the chunk's importable rows of statements that have an account; raises `UnreadableRows`."""
    first = order.chunk % CHUNKS_PER_PAGE * ROWS_PER_CHUNK
    return _read(vault, order, page[first : first + ROWS_PER_CHUNK])


def siblings(vault: Vault, order: ImportRows, page: Raws) -> list[Sibling]:
    """Read the rows around the chunk: the rest of its page, and at the page's edge the next page."""
    number, place = divmod(order.chunk, CHUNKS_PER_PAGE)
    first = place * ROWS_PER_CHUNK
    around = [*page[:first], *page[first + ROWS_PER_CHUNK :]]
    if place == 0 and number:
        around += page_of(vault, order, number - 1)
    if place == CHUNKS_PER_PAGE - 1 and order.chunk + 1 < order.chunks:
        around += page_of(vault, order, number + 1)
    return [
        Sibling(one.id, one.account_id, one.amount.amount_minor, one.own_id)
        for one in _read(vault, order, around)
    ]


def _read(vault: Vault, order: ImportRows, raws: Raws) -> list[Planned]:
    try:
        rows = [ImportRow.from_json(raw) for raw in raws]
        return [
            _planned(vault, row, order.accounts[str(row.statement)])
            for row in rows
            if row.importable and str(row.statement) in order.accounts
        ]
    except (ValueError, TypeError) as error:
        raise UnreadableRows from error


def _planned(vault: Vault, row: ImportRow, account_id: str) -> Planned:
    if row.booked_on is None or row.amount_minor is None:
        raise UnreadableRows
    identity = row_id(vault, account_id, row.identity(), row.ordinal)
    amount = Money(row.amount_minor, row.currency)
    original = _original(row.extras) if row.extras is not None else None
    return Planned(identity, account_id, row, amount, row.booked_on, original)


def row_id(vault: Vault, account_id: str, identity: Sequence[str], ordinal: int) -> str:
    """Derive the id of a row in an account: the same whenever it comes again."""
    return derived_id(vault.fingerprint("row", account_id, *identity, str(ordinal)))


def transaction_of_row(ctx: Context, order: ImportRows, one: Planned) -> Transaction:
    """Give what a row would be as a transaction, under no category yet."""
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
        filing=NOT_FILED,
        source="import",
        created_at=ctx.now,
        updated_at=ctx.now,
        import_id=order.import_id,
        status="pending" if row.kind.casefold() == PENDING else "posted",
        bank_ref=_bank_ref(ctx.vault, one),
        tags=distinct(one.extras.tags)[:MAX_TAGS],
        original=one.original,
    )


def _bank_ref(vault: Vault, one: Planned) -> bytes | None:
    """Give a keyed fingerprint of the bank's own id, without which two rows are compared by content."""
    if not one.row.provider_id:
        return None
    return vault.fingerprint("bank-ref", one.account_id, one.row.provider_id)[:16]


def _original(extras: RowExtras) -> Money | None:
    if extras.original_minor is None:
        return None
    return Money(extras.original_minor, extras.original_currency)


def line_of_row(one: Planned) -> Line:
    """Give a row as rules and the categoriser look at it."""
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
