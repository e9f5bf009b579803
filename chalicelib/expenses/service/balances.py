"""What an account came to on any day, exactly and at the same cost however many transactions there are."""

from __future__ import annotations

from datetime import date

from chalicelib.expenses.commands import SortMovements
from chalicelib.expenses.model.accounts import Account
from chalicelib.expenses.model.movements import (
    MOST_POINTS,
    Balance,
    Every,
    balances,
    count_points,
    points,
)
from chalicelib.expenses.repository.movements import Movements, read_days
from chalicelib.expenses.service.accounts import read_account
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid


def read_balances(
    ctx: Context, account_id: str, *, first: date | None, last: date | None, every: Every
) -> tuple[Account, tuple[Balance, ...]]:
    """Give an account and its balances at the end of each day or month of a span.

    Refuses a span that is turned round or has too many points, and an account that the caller does not see.
    """
    account = read_account(ctx, account_id)
    until = last or ctx.now.date()
    since = first or until
    if since > until:
        raise Invalid(errors=(FieldProblem("?from", "from must not be after to"),))
    if count_points(since, until, every) > MOST_POINTS:
        many = FieldProblem("?from", f"a span has at most {MOST_POINTS} balances")
        raise Invalid(errors=(many,))
    days = read_days(ctx.owner, account_id, until=until)
    return account, balances(account.opening_minor, days, points(since, until, every))


def sort_movements(ctx: Context, order: SortMovements) -> None:
    """Take movements that wait to their months; orders itself again while some are left."""
    if Movements(ctx).sort():
        ctx.commit.order(order, subject=str(ctx.owner))
