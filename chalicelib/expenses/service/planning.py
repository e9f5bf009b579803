"""From the sealed pages of an import to rows on their way into accounts, and what each would be as a transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias

from chalicelib.expenses.commands import (
    CHUNKS_PER_PAGE,
    PENDING,
    ROWS_PER_CHUNK,
    ImportRow,
    ImportRows,
    JoinRows,
    Label,
    RowExtras,
    RowPart,
    labels_key,
    page_key,
)
from chalicelib.expenses.errors import UnreadableRows
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.effects import line_of
from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.tags import MAX_TAGS, distinct, folded
from chalicelib.expenses.model.transactions import (
    MAX_NOTES,
    MAX_PAYEE,
    Filing,
    Transaction,
)
from chalicelib.expenses.repository.lookup import Found
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
_MOST_SUMS = 90
"""Sums of a month, currency and category that one fact changes: analytics writes an item for each."""
_MOST_BYTES = 60_000
"""Bytes of the change-log entry for parts: it has room for 390,000, most of which long texts of rows may take."""
_PART_BYTES = 60


@dataclass(frozen=True, slots=True)
class Planned:
    """A row on its way into an account, under the id that it will always have there."""

    id: str
    account_id: str
    row: ImportRow
    amount: Money
    booked_on: date
    original: Money | None = None
    parts: tuple[tuple[RowPart, Part], ...] = ()
    """Its pieces, under no category yet, each with what the file says of it."""

    @property
    def has_other(self) -> bool:
        """Whether the file itself says to which of its rows it belongs, so that nobody need guess."""
        return self.extras.other_side is not None or self.extras.tied

    @property
    def pieces(self) -> tuple[Part, ...]:
        """Its parts, where it has more than one here: the others may lie on accounts that are not brought in."""
        return tuple(part for _, part in self.parts) if len(self.parts) > 1 else ()

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that it will lie on, its own first."""
        others = (part.account_id for _, part in self.parts if part.account_id)
        return tuple(dict.fromkeys((self.account_id, *others)))

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
            _planned(vault, row, order.accounts)
            for row in rows
            if row.importable and goes_alone(row, order.accounts)
        ]
    except (ValueError, TypeError) as error:
        raise UnreadableRows from error


def goes_alone(row: ImportRow, accounts: Mapping[str, str]) -> bool:
    """Tell whether a row is recorded as one: its statement has an account, and no other row holds what it is."""
    within = row.extras.within if row.extras is not None else None
    return str(row.statement) in accounts and (within is None or str(within) not in accounts)


def _planned(vault: Vault, row: ImportRow, accounts: Mapping[str, str]) -> Planned:
    if row.booked_on is None or row.amount_minor is None:
        raise UnreadableRows
    account_id = accounts[str(row.statement)]
    identity = row_id(vault, account_id, row.identity(), row.ordinal)
    amount = Money(row.amount_minor, row.currency)
    if row.extras is None:
        return Planned(identity, account_id, row, amount, row.booked_on)
    parts = _parts(identity, row, accounts)
    if parts:
        amount = Money(sum(one.amount.amount_minor for _, one in parts), row.currency)
    whole = len(parts) == len(row.extras.parts)  # what was paid elsewhere was paid for all of them
    original = _original(row.extras) if whole else None
    return Planned(identity, account_id, row, amount, row.booked_on, original, tuple(parts))


def _original(extras: RowExtras) -> Money | None:
    if extras.original_minor is None:
        return None
    return Money(extras.original_minor, extras.original_currency)


def _parts(
    identity: str, row: ImportRow, accounts: Mapping[str, str]
) -> list[tuple[RowPart, Part]]:
    """Give the pieces that lie on accounts of this ledger, each with what the file says of it."""
    if row.extras is None or not row.extras.parts:
        return []
    own = [part.amount_minor for part in row.extras.parts if part.statement is None]
    if sum(own) != row.amount_minor:
        raise UnreadableRows
    home = accounts[str(row.statement)]
    found = []
    for place, said in enumerate(row.extras.parts):
        there = home if said.statement is None else accounts.get(str(said.statement))
        if there is not None:
            part = Part(
                id=part_id(identity, place),
                category_id=None,
                amount=Money(said.amount_minor, row.currency),
                account_id=None if there == home else there,
                notes=said.memo,
            )
            found.append((said, part))
    return found


def part_id(identity: str, place: int) -> str:
    """Derive the id of a row's part, which stands at a place among all that the file says."""
    return derived_id(identity, "part", str(place))


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


Labels: TypeAlias = Mapping[Label, str]
"""The category of each label that has one."""


def labels_of(vault: Vault, order: ImportRows | JoinRows) -> Labels:
    """Read what the labels of the file mean, where it has any; raises `BlobGone`."""
    if not order.labels:
        return {}
    found = blobs.get(vault, labels_key(order.prefix, order.labels))
    return {tuple(label): category_id for label, category_id in found}


def stated(
    transaction: Transaction,
    one: Planned,
    labels: Labels,
    in_use: Callable[[str | None], str | None],
) -> Transaction:
    """Give a new transaction its parts, and the categories that the file states for it and for them.

    `in_use` gives a category that may be used, or None: one may be archived or gone since the import was committed.
    """
    if one.row.extras is None:
        return transaction
    parts = tuple(
        replace(part, category_id=in_use(labels.get(said.label))) for said, part in one.parts
    )
    label = one.extras.label
    if len(parts) == 1:  # the others lie on accounts that are not brought in
        label, parts = one.parts[0][0].label, ()
    category_id = in_use(labels.get(label))
    if category_id is not None:
        transaction = replace(transaction, filing=Filing(category_id=category_id, by="import"))
    if one.extras.reconciled and transaction.status == "posted":
        transaction = replace(transaction, status="reconciled")
    return replace(transaction, parts=parts)


def line_of_row(one: Planned, filed: Transaction | None = None) -> Line:
    """Give a row as rules and the categoriser look at it; `filed` with what the file states of it."""
    row = one.row
    if filed is not None and row.extras is not None:
        return replace(line_of(filed), notes=row.memo, payee=row.payee, mcc=row.mcc)
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


# --- what the ledger has of a chunk, and what of it fits one transaction


def is_known(found: Found, one: Planned, again: Collection[str]) -> bool:
    """Tell whether the ledger has or had a row: under its id here, or as the transaction that was exported.

    Ids in `again` are free: what they were left with its import.
    """
    ids = (one.id, one.own_id) if one.own_id else (one.id,)
    return any(
        found.raw("transaction", identity) is not None and identity not in again for identity in ids
    )


def recorded_by(import_id: str, planned: Sequence[Planned], found: Found) -> int:
    """Count what an import recorded of a chunk before, in an earlier step or before it got stuck."""
    ids = {one.id for one in planned}
    return sum(
        found.is_live("transaction", one) and found.brought_by(one) == import_id for one in ids
    )


def fitting(
    fresh: Sequence[Transaction], rows: Mapping[str, Planned], *, room: int
) -> Sequence[Transaction]:
    """Give as many new transactions as fit one of the store's: in items, in bytes of the log, in sums.

    A bank's chunk fits always: what may not fit are tags, many accounts, and parts.
    """
    items, sums, letters = set[str](), set[object](), 0
    for number, one in enumerate(fresh):
        planned = rows[one.id]
        items |= items_beside([one]).union(planned.accounts)
        if not planned.parts:
            sums.add(one.id)
        for said, part in planned.parts:
            month = one.booked_on.isoformat()[:7]
            sums.add((month, one.amount.currency, said.label, part.account_id))
            letters += _PART_BYTES + 3 * len(said.memo)
        if number + 1 + len(items) > room or len(sums) > _MOST_SUMS or letters > _MOST_BYTES:
            return fresh[:number]
    return fresh


def items_beside(fresh: Iterable[Transaction]) -> set[str]:
    """Name the items beside their own that new transactions touch, but for the months of their accounts."""
    found: set[str] = set()
    for one in fresh:
        found.update(one.accounts)
        found.update(folded(tag) for tag in one.tags)
    return found
