"""Splitting a transaction into parts, and what each part needs to be allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.expenses.errors import NotSplittable, PartNotFound, WrongCurrency
from chalicelib.expenses.model.accounts import accept
from chalicelib.expenses.model.parts import Part, allotted
from chalicelib.expenses.model.transactions import (
    Transaction,
    check_links,
    check_lock,
    next_version,
    said_by,
)
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.schemas.splits import PutSplits, SplitPart
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.rights import require_account, require_transaction
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.money import Money


def split_transaction(ctx: Context, transaction_id: str, body: PutSplits) -> Transaction:
    """Give a transaction exactly these parts, or none; they sum to its amount.

    Refuses a stale or missing `If-Match`, transfers and linked refunds, accounts and categories that are
    absent or archived, parts that are not the amount, and less for a part than was refunded of it.
    Tells `TransactionChanged` when what counts where changes.
    """
    found = look_up(
        ctx,
        transaction=[transaction_id],
        account=accounts_in(body.parts),
        category=categories_in(body.parts),
    )
    before = found.transaction(transaction_id)
    require_transaction(ctx, before, "editor")
    ctx.expect_version(before.version, required=True)
    if before.transfer or before.refunds:
        raise NotSplittable
    parts = made_parts(ctx, found, body.parts, before)
    after = said_by(before, replace(before, parts=parts), "user")
    after = next_version(before, after, ctx.now)
    if after is before:
        return before
    check_lock(before, after)
    check_links(before, after)
    ledger.correct(ctx, before, after)
    return after


def accounts_in(parts: Sequence[SplitPart]) -> list[str]:
    """Give the accounts that parts name."""
    return [part.account_id for part in parts if part.account_id]


def categories_in(parts: Sequence[SplitPart]) -> list[str]:
    """Give the categories that parts name."""
    return [part.category_id for part in parts if part.category_id]


def made_parts(
    ctx: Context, found: Found, wanted: Sequence[SplitPart], whole: Transaction
) -> tuple[Part, ...]:
    """Make the parts of a transaction; one that has the id of a part of it is that part."""
    known = {part.id: part for part in whole.parts}
    _check_ids(wanted, known)
    for place, part in enumerate(wanted):
        _check(ctx, found, part, whole, place)
    amounts = allotted(whole.amount, [part.share() for part in wanted]) if wanted else ()
    return tuple(
        Part(
            id=part.id or new_id(),
            account_id=None if part.account_id == whole.account_id else part.account_id,
            category_id=_category(found, part.category_id, whole),
            amount=amount,
            notes=part.notes,
        )
        for part, amount in zip(wanted, amounts, strict=True)
    )


def _category(found: Found, category_id: str | None, whole: Transaction) -> str | None:
    """Give a part's category, or what that was merged into; one that is in use is not asked again."""
    if category_id is None or category_id in {part.category_id for part in whole.parts}:
        return category_id
    return found.category_to_use(category_id)


def _check_ids(wanted: Sequence[SplitPart], known: dict[str, Part]) -> None:
    seen: set[str] = set()
    for place, part in enumerate(wanted):
        if part.id is None:
            continue
        if part.id not in known:
            raise PartNotFound
        if part.id in seen:
            raise Invalid(errors=(FieldProblem(f"/parts/{place}/id", "it is there twice"),))
        seen.add(part.id)


def _check(ctx: Context, found: Found, part: SplitPart, whole: Transaction, place: int) -> None:
    """Refuse what a part names and may not have; what the transaction lies on already is not asked again."""
    if part.amount and part.amount.currency != whole.amount.currency:
        raise WrongCurrency(f"/parts/{place}/amount/currency", whole.amount.currency)
    if part.account_id and part.account_id not in whole.accounts:
        require_account(ctx, part.account_id, "editor")
        nothing = Money(0, whole.amount.currency)
        accept(found.account(part.account_id), nothing, pointer=f"/parts/{place}/account_id")
