"""What comes again in the ledger's history, as templates that can be posted as they are.

A call looks at the last 13 months, newest first, and at 4,000 rows at most: eight queries of the index, about
300 read units; finding the series among them takes 0.12 seconds of CPU (benchmarks/recurring.py). It groups by
the payee's id, so only what it suggests is unsealed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from chalicelib.expenses.errors.recurring import SuggestionNotFound
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.recurrence.fit import Hit
from chalicelib.expenses.model.recurring import Recurring
from chalicelib.expenses.model.suggestions import (
    Covering,
    Detected,
    Look,
    Stream,
    Suggestion,
    suggestions,
)
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.recurring import Recurrings
from chalicelib.expenses.repository.suggestions import Suggestions
from chalicelib.expenses.repository.table import TRANSACTION, payee_id
from chalicelib.expenses.repository.transactions import MOST_EXAMINED, Filter, scan
from chalicelib.expenses.service.paging import cut, listed, start_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Raw
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.wire import PageQuery

_WINDOW: Final = timedelta(days=396)
MOST_ROWS: Final = 4_000
_QUESTION: Final = "recurring-detected"


@dataclass(frozen=True, slots=True)
class History:
    """What was paid and received lately, by id, from a day on."""

    rows: Mapping[str, Raw]
    since: date
    examined: int


def list_detected(ctx: Context, query: PageQuery) -> Look:
    """Suggest templates for what comes again and is neither covered by one nor dismissed, likeliest first."""
    history = history_of(ctx)
    unwanted = Suggestions(ctx).dismissed()
    found = [one for one in _suggested(ctx, history) if one.id not in unwanted]
    ids = [one.id for one in found]
    page = cut(found, ids, start_of(ctx, query, _QUESTION), query.limit)
    listing = listed(ctx, page, _QUESTION)
    detected = described(ctx, listing.items, history)
    return Look(
        listing=Listing(detected, listing.next_cursor),
        since=history.since,
        examined=history.examined,
    )


def dismiss(ctx: Context, suggestion_id: str) -> None:
    """Let a suggestion not be made again; again is no error. Raises `SuggestionNotFound`."""
    if suggestion_id in Suggestions(ctx).dismissed():
        return
    if all(one.id != suggestion_id for one in _suggested(ctx, history_of(ctx))):
        raise SuggestionNotFound
    Suggestions(ctx).dismiss(suggestion_id)


def history_of(ctx: Context) -> History:
    """Read what was paid and received lately, without what is planned and what only moved.

    Of a household only what lies on an account that the caller sees.
    """
    today = ctx.now.date()
    seen = None if ctx.accounts is None else frozenset(ctx.accounts)
    wanted = Filter(first=today - _WINDOW, last=today, accounts=seen)
    rows: dict[str, Raw] = {}
    examined, since, start = 0, today - _WINDOW, None
    for _ in range(MOST_ROWS // MOST_EXAMINED):
        items, start = scan(ctx.owner, wanted, start=start, limit=MOST_EXAMINED)
        examined += len(items)
        for item in items:
            if _speaks(item):
                rows[item["sk"]["S"].removeprefix(TRANSACTION)] = item
        if start is None:
            break
    if start is not None:
        since = date.fromisoformat(start["at"].partition("#")[0])
    return History(rows, since, examined)


def _speaks(item: Raw) -> bool:
    planned = item["status"]["S"] == "planned"
    return not planned and "transfer" not in item and table.number(item, "amount") != 0


def _suggested(ctx: Context, history: History) -> list[Suggestion]:
    return series_of(ctx, history, [covering(ctx, one) for one in Recurrings(ctx).all()])


def covering(ctx: Context, one: Recurring) -> Covering:
    """Say which payments a template is for."""
    payee = payee_id(ctx.vault, merchant_key(one.template.payee, one.template.notes))
    return Covering.of(one.template, payee)


def series_of(ctx: Context, history: History, covered: Sequence[Covering]) -> list[Suggestion]:
    """Find what comes again in a history, but for what templates made, and is not covered, the likeliest first."""
    payments = [
        _payment(identity, item)
        for identity, item in history.rows.items()
        if item["source"]["S"] != "recurring"
    ]
    return suggestions(payments, covered, today=ctx.now.date())


def _payment(identity: str, item: Raw) -> tuple[Stream, Hit]:
    amount = table.number(item, "amount")
    day = date.fromisoformat(item["by_day"]["S"].partition("#")[0])
    stream = Stream(item["payee_id"]["S"], 1 if amount > 0 else -1, item["currency"]["S"])
    return stream, Hit(identity, day, abs(amount))


def described(ctx: Context, found: Sequence[Suggestion], history: History) -> tuple[Detected, ...]:
    """Fill suggestions in from the latest payment of each; accounts that are archived by now are left out."""
    latest = {one.id: history.rows[one.series.hits[-1].id] for one in found}
    accounts = {item["account_id"]["S"] for item in latest.values()}
    categories = {table.text(item, "category_id") for item in latest.values()} - {None}
    known = look_up(ctx, account=accounts, category=[str(one) for one in categories])
    return tuple(
        Detected(
            suggestion=one,
            account_id=latest[one.id]["account_id"]["S"],
            category_id=_category(known, table.text(latest[one.id], "category_id")),
            payee=table.opened(ctx.vault, latest[one.id], "payee"),
        )
        for one in found
        if _is_open(known, latest[one.id]["account_id"]["S"])
    )


def _is_open(known: Found, account_id: str) -> bool:
    return known.is_live("account", account_id) and not known.account(account_id).archived


def _category(known: Found, category_id: str | None) -> str | None:
    return category_id if category_id and known.takes_category(category_id) else None
