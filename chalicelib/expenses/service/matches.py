"""Proposed matches: listed, accepted, rejected. A rejected pair is never proposed again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from chalicelib.expenses.errors.matches import MatchDecided, MatchNotFound, MatchOutdated
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.pairing.matches import Match
from chalicelib.expenses.model.pairing.merging import can_go, can_merge, merged
from chalicelib.expenses.model.pairing.proposals import Kind
from chalicelib.expenses.model.transactions import Transaction, check_lock
from chalicelib.expenses.repository.attachments import Attachments
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.matches import Matches
from chalicelib.expenses.repository.transactions import Leaving
from chalicelib.expenses.schemas.matches import MatchQuery
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.paging import cut, listed, start_of
from chalicelib.expenses.service.refunds import link_refund
from chalicelib.expenses.service.rights import require_transaction, sees
from chalicelib.expenses.service.transfers import pair_transfer
from chalicelib.kernel.context import Context
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """A match with its transactions as they are now; one that is gone is None."""

    match: Match
    first: Transaction | None
    second: Transaction | None


def list_matches(ctx: Context, query: MatchQuery) -> Listing[Seen]:
    """List open matches, the surest first; those whose transactions are gone or hidden are left out."""
    question = f"matches:{query.kind}"
    shown = [
        one for one in Matches(ctx).open() if query.kind in {None, one.kind} and _is_seen(ctx, one)
    ]
    page = cut(shown, [one.id for one in shown], start_of(ctx, query, question), query.limit)
    found = look_up(ctx, transaction=[tx for one in page.items for tx in (one.first, one.second)])
    signed = listed(ctx, page, question)
    live = (_seen(found, one) for one in signed.items)
    return Listing(tuple(one for one in live if one.first and one.second), signed.next_cursor)


def _is_seen(ctx: Context, match: Match) -> bool:
    return all(sees(ctx, account) for account in match.accounts)


def _seen(found: Found, match: Match) -> Seen:
    first, second = (
        found.transaction(one) if found.is_live("transaction", one) else None
        for one in (match.first, match.second)
    )
    return Seen(match, first, second)


def accept_match(ctx: Context, match_id: str) -> Seen:
    """Make of two transactions what was proposed; again is no error.

    Two that are one movement become one: the older keeps its id and what a person said, the other's id never
    returns. Two legs become a transfer. Refuses a stale or missing `If-Match`, a match that was rejected
    (`MatchDecided`), and one that no longer fits (`MatchOutdated`).
    """
    match = _match(ctx, match_id)
    if match.state == "rejected":
        raise MatchDecided
    found = look_up(ctx, transaction=[match.first, match.second])
    if match.state == "accepted":
        return _seen(found, match)
    ctx.expect_version(match.version, required=True)
    seen = _seen(found, match)
    if seen.first is None or seen.second is None:
        raise MatchOutdated
    for one in (seen.first, seen.second):
        require_transaction(ctx, one, "editor")
    now = {one.id: one for one in _ACCEPTING[match.kind](ctx, seen.first, seen.second)}
    after = Matches(ctx).decide(match, "accepted")
    return Seen(after, now.get(match.first), now.get(match.second))


def reject_match(ctx: Context, match_id: str) -> Seen:
    """Say that two transactions have nothing to do with each other, for ever; again is no error.

    Refuses a stale `If-Match`, and a match that was accepted (`MatchDecided`).
    """
    match = _match(ctx, match_id)
    if match.state == "accepted":
        raise MatchDecided
    found = look_up(ctx, transaction=[match.first, match.second])
    seen = _seen(found, match)
    if match.state == "rejected":
        return seen
    ctx.expect_version(match.version)
    for one in (seen.first, seen.second):
        if one is not None:
            require_transaction(ctx, one, "editor")
    return Seen(Matches(ctx).decide(match, "rejected"), seen.first, seen.second)


def _match(ctx: Context, match_id: str) -> Match:
    match = Matches(ctx).get(match_id)
    if not _is_seen(ctx, match):
        raise MatchNotFound
    return match


def _merge(ctx: Context, newcomer: Transaction, known: Transaction) -> tuple[Transaction, ...]:
    """Make one of two rows of an account: the known one stays, unless only the other can."""
    if newcomer.account_id not in known.accounts or not can_merge(newcomer):
        raise MatchOutdated
    if known.transfer is not None and _may_go(ctx, newcomer):
        # it is one of its legs
        ledger.strike(ctx, newcomer, leaving=Leaving(into=known.id))
        return (known,)
    if not can_merge(known):
        raise MatchOutdated
    kept, gone = known, newcomer
    if not _may_go(ctx, gone):
        kept, gone = gone, kept
        if not _may_go(ctx, gone):
            raise MatchOutdated
    after = merged(kept, gone, ctx.now)
    check_lock(kept, after)
    if after is not kept:
        ledger.correct(ctx, kept, after)
    ledger.strike(ctx, gone, leaving=Leaving(into=after.id))
    return (after,)


def _may_go(ctx: Context, one: Transaction) -> bool:
    """Nothing that hangs on a transaction may go with it: links, parts, attachments, a reconciliation."""
    return can_go(one) and not Attachments(ctx).any_of(one.id)


def _pair(ctx: Context, sent: Transaction, arrived: Transaction) -> tuple[Transaction, ...]:
    return (pair_transfer(ctx, sent, arrived),)


_Accepting = Callable[[Context, Transaction, Transaction], tuple[Transaction, ...]]
_ACCEPTING: Final[Mapping[Kind, _Accepting]] = {
    "duplicate": _merge,
    "pending": _merge,
    "planned": _merge,
    "transfer": _pair,
    "refund": link_refund,
}
