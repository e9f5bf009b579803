"""Proposed matches over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.matches import MatchOut, MatchQuery
from chalicelib.expenses.service import matches
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut
from functions.expenses.routes.edge import READ, WRITE, edge


@edge.endpoint(
    "GET",
    "/v1/expenses/matches",
    summary="List proposed matches",
    query=MatchQuery,
    out=PageOut[MatchOut],
    scope=READ,
    by_account=True,
)
def list_matches(ctx: Context, query: MatchQuery) -> PageOut[MatchOut]:
    """List transactions that may be one movement, or two legs of one, the surest first; a page may be short."""
    return page(matches.list_matches(ctx, query), _out)


@edge.endpoint(
    "POST",
    "/v1/expenses/matches/{match_id}/accept",
    summary="Accept a match",
    out=MatchOut,
    scope=WRITE,
    if_match="required",
    by_account=True,
)
def accept_match(ctx: Context, match_id: str) -> MatchOut:
    """Make one transaction of two, or a transfer of two legs; what a person entered stays."""
    return _out(matches.accept_match(ctx, match_id))


@edge.endpoint(
    "POST",
    "/v1/expenses/matches/{match_id}/reject",
    summary="Reject a match",
    out=MatchOut,
    scope=WRITE,
    if_match="optional",
    by_account=True,
)
def reject_match(ctx: Context, match_id: str) -> MatchOut:
    """Say that two transactions do not belong together; the pair is never proposed again."""
    return _out(matches.reject_match(ctx, match_id))


def _out(seen: matches.Seen) -> MatchOut:
    return MatchOut.of(seen.match, seen.first, seen.second)
