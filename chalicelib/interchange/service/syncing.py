"""Syncing a connection: each message fetches one page and lays it aside, the last one hands all to the ledger.

The cursor moves only when the ledger has taken everything, so whatever dies in between, the next run sees it
all again; and what the ledger has already is nothing new to it. A provider's failure is no failure of the
message: it is written down, and the schedule comes again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from chalicelib.expenses import api as expenses
from chalicelib.expenses.commands import ApplyFeed, FeedRow, page_key
from chalicelib.interchange.commands import FetchFeed
from chalicelib.interchange.errors import ProviderNotConfigured
from chalicelib.interchange.gateways import banks
from chalicelib.interchange.model.bank_feeds import BankTrouble, SyncPage
from chalicelib.interchange.model.connections import (
    Connection,
    LinkedAccount,
    changed,
    seen,
    with_accounts,
)
from chalicelib.interchange.model.syncing import (
    MOST_RESTARTS,
    MOST_STEPS,
    ROWS_PER_PAGE,
    Run,
    restarted,
)
from chalicelib.interchange.repository import connections as repository
from chalicelib.interchange.repository import feeds
from chalicelib.interchange.service.syncing_ends import (
    drop_pages,
    fail,
    finish,
    save,
    tell,
)
from chalicelib.kernel import blobs
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Refusal

MOST_GONE: Final = 20_000
"""Rows that a bank takes back in one run, at most: more of them is no sync but another account."""


def fetch(ctx: Context, order: FetchFeed) -> None:
    """Fetch a page of a run, and order the next; another run's order, or one that was done, does nothing."""
    one, run = repository.get(ctx, order.connection_id)
    wanted = (order.run_id, order.step, order.restarts)
    if run.state != "fetching" or (run.id, run.step, run.restarts) != wanted:
        return
    found = _looked_at(one, run, ctx)
    if isinstance(found, BankTrouble):
        fail(ctx, one, run, found)
        return
    now, page = found
    if page is None:
        finish(ctx, one, now, run)
    elif isinstance(page, BankTrouble):
        _troubled(ctx, one, now, run, page)
    else:
        _turn_page(ctx, one, now, run, page)


_Page = SyncPage | BankTrouble | None


def _looked_at(one: Connection, run: Run, ctx: Context) -> tuple[Connection, _Page] | BankTrouble:
    """Ask the provider: about the connection first where a run begins, then for a page, if any is wanted."""
    if one.access is None:
        return BankTrouble("gone")
    try:
        provider = banks.provider(one.provider)
    except ProviderNotConfigured:
        return BankTrouble("not-configured")
    now = one
    if run.step == 0 and (provider.tells_consent or not one.accounts):
        found = provider.accounts(one.access)
        if isinstance(found, BankTrouble):
            return found
        if found.trouble is not None and found.trouble.reason == "login-required":
            return found.trouble
        now = seen(one, found, ctx.now)
    if not now.mapped:
        return now, None
    return now, provider.sync(one.access, run.cursor, ctx.now)


def _troubled(
    ctx: Context, before: Connection, now: Connection, run: Run, trouble: BankTrouble
) -> None:
    if trouble.reason != "mutated" or run.restarts >= MOST_RESTARTS:
        fail(ctx, before, run, trouble, now=now)
        return
    drop_pages(ctx, run)
    cursor = feeds.get_cursor(ctx, run.connection_id)
    anew = restarted(run, cursor, ctx.now)
    feeds.keep_run(ctx, run, anew)
    save(ctx, before, now)
    _order(ctx, anew)


def _order(ctx: Context, run: Run) -> None:
    order = FetchFeed(
        connection_id=run.connection_id, run_id=run.id, step=run.step, restarts=run.restarts
    )
    ctx.commit.order(order, subject=run.connection_id)


# --- laying a page aside


def _turn_page(ctx: Context, before: Connection, now: Connection, run: Run, page: SyncPage) -> None:
    now = _with_balances(now, page, ctx)
    after = _laid_aside(ctx, now, run, page)
    if after.back > MOST_GONE:
        fail(ctx, before, run, BankTrouble("refused"), now=now)
    elif page.more and after.step < MOST_STEPS:
        feeds.keep_run(ctx, run, after)
        save(ctx, before, now)
        _order(ctx, after)
    else:
        _hand_over(ctx, before, now, (run, after))


def _with_balances(one: Connection, page: SyncPage, ctx: Context) -> Connection:
    accounts = with_accounts(one.accounts, page.accounts)
    return one if accounts == one.accounts else changed(one, ctx.now, accounts=accounts)


def _laid_aside(ctx: Context, one: Connection, run: Run, page: SyncPage) -> Run:
    """Put a page's rows where the ledger will read them; again is the same."""
    places = {
        account.bank.ref: number
        for number, account in enumerate(one.accounts)
        if account.account_id is not None
    }
    currencies = {account.bank.ref: account.bank.currency for account in one.accounts}
    wanted = [row for row in page.upserts if row.account_ref in places]
    rows = [row for row in wanted if row.currency == currencies[row.account_ref]]
    pages = [rows[start : start + ROWS_PER_PAGE] for start in range(0, len(rows), ROWS_PER_PAGE)]
    prefix = run.prefix(ctx.owner)
    for number, part in enumerate(pages, run.pages):
        lines = [row.to_feed(places[row.account_ref]).to_json() for row in part]
        blobs.put(ctx.vault, page_key(prefix, number), lines)
    removed = [(str(places[ref]), identity) for ref, identity in page.removed if ref in places]
    there = {(str(places[row.account_ref]), row.id) for row in rows}
    gone, back = _gone(ctx, run, there, removed)
    return replace(
        run,
        version=run.version + 1,
        updated_at=ctx.now,
        step=run.step + 1,
        pages=run.pages + len(pages),
        rows=run.rows + len(rows),
        gone=gone,
        back=back,
        skipped=run.skipped + page.skipped + len(wanted) - len(rows),
        note=page.trouble.reason if page.trouble is not None else run.note,
        cursor=page.next_cursor,
    )


def _gone(
    ctx: Context, run: Run, there: set[tuple[str, str]], removed: Sequence[tuple[str, str]]
) -> tuple[int, int]:
    """Keep the list of what was taken back: the later word of two counts. Gives where it lies, and its length."""
    known = _read_gone(ctx, run)
    if not removed and not (there & set(known)):
        return run.gone, len(known)
    left = [pair for pair in known if pair not in there]
    whole = list(dict.fromkeys([*left, *removed]))
    step = run.step + 1
    blobs.put(ctx.vault, page_key(run.gone_prefix(ctx.owner), step), whole)
    return step, len(whole)


def _read_gone(ctx: Context, run: Run) -> list[tuple[str, str]]:
    if not run.gone:
        return []
    raw = blobs.get(ctx.vault, page_key(run.gone_prefix(ctx.owner), run.gone))
    return [(index, identity) for index, identity in raw]


# --- handing all to the ledger


def _hand_over(ctx: Context, before: Connection, now: Connection, runs: tuple[Run, Run]) -> None:
    """Order the ledger to take what lies aside, with accounts opened that wait for it."""
    run, after = runs
    try:
        now = _opened(ctx, now, after)
    except Refusal as refusal:
        fail(ctx, before, run, refusal.slug, now=now)
        return
    total = after.rows + after.back
    if not total:
        finish(ctx, before, now, run, after)
        return
    after = replace(after, state="recording", total=total)
    feeds.keep_run(ctx, run, after)
    save(ctx, before, now)
    gone = page_key(after.gone_prefix(ctx.owner), after.gone) if after.back else ""
    order = ApplyFeed(
        feed_id=now.id,
        run_id=after.id,
        prefix=after.prefix(ctx.owner),
        pages=after.pages,
        gone=gone,
        accounts={
            str(number): account.account_id
            for number, account in enumerate(now.accounts)
            if account.account_id is not None
        },
        total=total,
    )
    ctx.commit.order(order, subject=now.id)
    tell(ctx, now.id, "recording", 0, total)


def _opened(ctx: Context, one: Connection, run: Run) -> Connection:
    """Open the accounts that wait, each so that with its booked rows it stands where the bank says."""
    if not any(account.opens for account in one.accounts):
        return one
    sums = _sums(ctx, run)
    after = []
    for number, account in enumerate(one.accounts):
        if account.opens and account.account_id is not None:
            _open(ctx, one, account, sums.get(str(number), 0))
        after.append(replace(account, opens=False))
    return changed(one, ctx.now, accounts=tuple(after))


def _open(ctx: Context, one: Connection, account: LinkedAccount, booked: int) -> None:
    bank = account.bank
    names = (one.institution, bank.name, bank.mask and f"…{bank.mask}")
    new = expenses.NewAccount(
        id=account.account_id or "",
        name=" ".join(part for part in names if part)[:100] or "Bank",
        kind=bank.kind,
        currency=bank.currency,
        opening_minor=0 if bank.balance_minor is None else bank.balance_minor - booked,
        opened_by=one.opened_by,
    )
    expenses.open_account(ctx.owner, ctx.vaults, new)


def _sums(ctx: Context, run: Run) -> dict[str, int]:
    """Add up the booked rows that lie aside, by account; of a row that stands twice the last word counts."""
    amounts: dict[tuple[str, str], int] = {}
    for number in range(run.pages):
        raws: list[Any] = blobs.get(ctx.vault, page_key(run.prefix(ctx.owner), number))
        for one in map(FeedRow.from_json, raws):
            row = one.row
            amounts[(str(row.statement), row.provider_id)] = (
                0 if row.kind else row.amount_minor or 0
            )
    for pair in _read_gone(ctx, run):
        amounts.pop(pair, None)
    sums: dict[str, int] = {}
    for (index, _), amount in amounts.items():
        sums[index] = sums.get(index, 0) + amount
    return sums
