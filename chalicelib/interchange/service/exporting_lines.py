"""From what the ledger has to what writers are given."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.expenses import api as expenses
from chalicelib.interchange.model.writers.types import (
    AccountLine,
    Book,
    CategoryLine,
    Line,
    PartLine,
    RefundLine,
    TransferLine,
)
from chalicelib.kernel.context import Context


def book_of(ctx: Context, wanted: expenses.Wanted, asked: Iterable[str]) -> tuple[Book, int]:
    """Read accounts and categories; gives the book, and about how many transactions there are.

    `asked` are the accounts of the file, none for all; the others that may be seen lend their names.
    """
    chosen = frozenset(asked)
    found = expenses.visible_accounts(ctx, wanted)
    mine = [one for one in found if not chosen or one.id in chosen]
    book = Book(
        accounts=tuple(map(_account, mine)),
        categories=_categories(ctx),
        made_at=ctx.now,
        others=tuple(_account(one) for one in found if chosen and one.id not in chosen),
        first=wanted.first,
        last=wanted.last,
        complete=wanted.everything,
    )
    return book, sum(one.entries for one in mine)


def _account(one: expenses.Account) -> AccountLine:
    return AccountLine(
        id=one.id,
        name=one.name,
        kind=one.kind,
        currency=one.currency,
        opening_minor=one.opening_minor,
        balance_minor=one.balance_minor,
        pending_minor=one.pending_minor,
        opened_on=one.created_at.date(),
        closed=one.archived,
        entries=one.entries,
    )


def _categories(ctx: Context) -> tuple[CategoryLine, ...]:
    known = expenses.category_names(ctx.owner, ctx.vault)
    paths: dict[str, tuple[str, ...]] = {}
    for identity, one in known.items():  # each comes after its parent
        paths[identity] = (*paths.get(one.parent_id or "", ()), one.name)
    return tuple(
        CategoryLine(id=identity, path=paths[identity], kind=one.kind)
        for identity, one in known.items()
    )


def line_of(one: expenses.Transaction) -> Line:
    """Write a transaction as a line."""
    original = one.original
    return Line(
        one.id,
        one.account_id,
        one.booked_on,
        one.amount.amount_minor,
        one.amount.currency,
        one.payee,
        one.notes,
        one.filing.category_id,
        one.tags,
        _parts(one) if one.parts else (),
        one.status,
        one.kind,
        _transfer(one),
        original.amount_minor if original is not None else None,
        original.currency if original is not None else None,
        one.bank_payee,
        one.source,
        one.filing.by,
        _refunds(one) if one.refunds else (),
        one.import_id,
        one.created_at,
        one.updated_at,
    )


def _parts(one: expenses.Transaction) -> tuple[PartLine, ...]:
    return tuple(
        PartLine(part.id, part.amount.amount_minor, part.category_id, part.notes, part.account_id)
        for part in one.parts
    )


def _transfer(one: expenses.Transaction) -> TransferLine | None:
    other = one.transfer
    if other is None:
        return None
    return TransferLine(
        other.to_account_id,
        other.received.amount_minor,
        other.received.currency,
        other.received_on,
        other.fee.amount_minor if other.fee is not None else 0,
        other.fee_category_id,
    )


def _refunds(one: expenses.Transaction) -> tuple[RefundLine, ...]:
    return tuple(
        RefundLine(
            link.transaction_id, link.amount_minor, link.currency, link.covered_minor, link.part_id
        )
        for link in one.refunds
    )
