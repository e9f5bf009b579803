"""Net worth over time: balances as the ledger keeps them by day, converted at the rate of each day."""

from __future__ import annotations

from chalicelib.analytics.errors import TooMuchToSum
from chalicelib.analytics.model.net_worth import Holding, NetWorth, asked, ends, net_worth
from chalicelib.analytics.model.periods import span
from chalicelib.analytics.schemas.net_worth import MOST_BALANCES, NetWorthQuery
from chalicelib.analytics.service.reading import check_account
from chalicelib.currency import api as currency
from chalicelib.expenses import api as expenses
from chalicelib.kernel.clock import Period
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.users import api as users


def read_net_worth(ctx: Context, query: NetWorthQuery) -> NetWorth:
    """Give what all accounts, or one, came to at the end of each month, in the person's base currency or another.

    Refuses months to come, a foreign or absent account, and more balances than one answer holds.
    """
    check_account(ctx, query.account_id)
    today = ctx.now.date()
    until = Period.parse(query.until) if query.until else Period.of(today)
    if until > Period.of(today):
        raise Invalid(errors=(FieldProblem("?until", "this month at the latest"),))
    days = ends(span(until, query.months), today)
    found = expenses.balances_of_all(ctx.owner, ctx.vault, days, allowed=ctx.accounts)
    holdings = [
        _holding(one) for one in found if query.account_id is None or one.id == query.account_id
    ]
    if len(holdings) * len(days) > MOST_BALANCES:
        raise TooMuchToSum
    target = query.currency or users.preferences(ctx.person.id).base_currency
    worths = currency.worths(list(asked(holdings, days)), target, owner=ctx.owner, now=ctx.now)
    return net_worth(holdings, days, [one.minor for one in worths], target)


def _holding(one: expenses.AccountBalances) -> Holding:
    return Holding(
        id=one.id,
        name=one.name,
        kind=one.kind,
        currency=one.currency,
        archived=one.archived,
        minor=one.minor,
    )
