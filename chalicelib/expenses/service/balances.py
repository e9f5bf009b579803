"""What an account came to on any day, exactly and at the same cost however many transactions there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from chalicelib.expenses.commands import SortMovements
from chalicelib.expenses.model.accounts import Account, AccountKind
from chalicelib.expenses.model.movements import (
    MOST_POINTS,
    Balance,
    Every,
    balances,
    count_points,
    points,
)
from chalicelib.expenses.repository.accounts import all_accounts
from chalicelib.expenses.repository.movements import Movements, read_all_days, read_days
from chalicelib.expenses.service.accounts import read_account
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBalances:
    """An account and what it came to at the end of each of some days, in minor units, with what is pending."""

    id: str
    name: str
    kind: AccountKind
    currency: str
    archived: bool
    minor: tuple[int, ...]


def balances_of_all(
    owner: Owner, vault: Vault, days: Sequence[date], *, allowed: Collection[str] | None = None
) -> tuple[AccountBalances, ...]:
    """Give the balances of all accounts at the end of some days, which are in order; accounts by their ids.

    `allowed` are the accounts that the caller may see, where that is not all. Reads accounts and months, however
    many transactions there are. Raises `TooManyMovements`.
    """
    moved = read_all_days(owner)
    return tuple(
        AccountBalances(
            id=one.id,
            name=one.name,
            kind=one.kind,
            currency=one.currency,
            archived=one.archived,
            minor=tuple(
                found.amount_minor
                for found in balances(one.opening_minor, moved.get(one.id, {}), days)
            ),
        )
        for one in all_accounts(owner, vault)
        if allowed is None or one.id in allowed
    )


def sort_movements(ctx: Context, order: SortMovements) -> None:
    """Take movements that wait to their months; orders itself again while some are left."""
    if Movements(ctx).sort():
        ctx.commit.order(order, subject=str(ctx.owner))
