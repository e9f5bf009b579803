"""What a caller may see of the kept sums, and what things are called."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from chalicelib.analytics.model.flows import By, Named, Names
from chalicelib.analytics.model.periods import Span, runs
from chalicelib.analytics.model.sums import UNCATEGORISED, Cell, Label, Sums
from chalicelib.analytics.repository import roll_ups
from chalicelib.expenses import api as expenses
from chalicelib.kernel.context import Context


def check_account(ctx: Context, account_id: str | None) -> None:
    """Refuse an account that is foreign, absent, or not for the caller to see: `AccountNotFound`."""
    if account_id is not None:
        expenses.account(ctx.owner, account_id, allowed=ctx.accounts)


def check_accounts(ctx: Context, account_ids: Collection[str]) -> None:
    """Refuse accounts of which one is foreign, absent, or not for the caller to see, in one read: `AccountNotFound`."""
    hidden = set(account_ids) - (set(account_ids) if ctx.accounts is None else set(ctx.accounts))
    for account_id in hidden:
        check_account(ctx, account_id)
    if account_ids:
        expenses.account_states(ctx.owner, account_ids)


def cells_of(
    ctx: Context,
    spans: Sequence[Span],
    *,
    account_id: str | None = None,
    currency: str | None = None,
) -> list[tuple[Cell, Sums]]:
    """Read the sums of some months, one query for each stretch of them without a gap.

    Gives those of one account, or of all that the caller may see.
    """
    return [
        found
        for since, until in runs(spans)
        for found in of_account(
            ctx, roll_ups.find(ctx.owner, str(since), str(until), currency=currency), account_id
        )
    ]


def of_account(
    ctx: Context, cells: Iterable[tuple[Cell, Sums]], account_id: str | None
) -> list[tuple[Cell, Sums]]:
    """Pick one account's sums, or those of all accounts that the caller may see."""
    return [
        (cell, sums)
        for cell, sums in cells
        if (account_id is None or cell.account_id == account_id)
        and (ctx.accounts is None or cell.account_id in ctx.accounts)
    ]


def labels_of(ctx: Context) -> dict[str, Label]:
    """Ask for the names at the time of the answer: a renamed category needs no event."""
    return {
        category_id: Label(view.name, view.parent_id, view.kind)
        for category_id, view in expenses.category_names(ctx.owner, ctx.vault).items()
    }


def names_of(ctx: Context, by: By | None, labels: Mapping[str, Label]) -> Names:
    """Give the names of what sums are grouped by; those of accounts are one read more."""
    if by == "account":
        found = expenses.accounts(ctx.owner, ctx.vault)
        return {one.id: Named(one.name, None) for one in found}
    if by is None:
        return {}
    return {
        None: Named(UNCATEGORISED, None),
        **{identity: Named(label.name, label.kind) for identity, label in labels.items()},
    }
