"""Payees and tags over HTTP."""

from __future__ import annotations

from chalicelib.expenses.repository.tags import Tag
from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.payees import (
    AlikeOut,
    MergePayees,
    PatchPayee,
    PayeeOut,
    PayeeSuggestionsOut,
    TagOut,
)
from chalicelib.expenses.service import payee_book, tags
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from functions.expenses.routes.edge import READ, WRITE, edge


@edge.endpoint(
    "GET",
    "/v1/expenses/payees",
    summary="List the payees",
    query=PageQuery,
    out=PageOut[PayeeOut],
    scope=READ,
)
def list_payees(ctx: Context, query: PageQuery) -> PageOut[PayeeOut]:
    """List the payees of the newest 1,000 transactions and all about which something was said, the most used first."""
    return page(payee_book.list_payees(ctx, query), PayeeOut.of)


@edge.endpoint(
    "GET",
    "/v1/expenses/payees/suggestions",
    summary="Find payees that may be one",
    out=PayeeSuggestionsOut,
    scope=READ,
)
def suggest_payees(ctx: Context) -> PayeeSuggestionsOut:
    """Give pairs of payees whose names differ by a slip, a space or a word more; ignored ones are left alone."""
    return PayeeSuggestionsOut(items=[AlikeOut.of(one) for one in payee_book.suggest(ctx)])


@edge.endpoint(
    "PATCH",
    "/v1/expenses/payees/{payee_id}",
    summary="Change a payee",
    body=PatchPayee,
    out=PayeeOut,
    scope=WRITE,
    if_match="optional",
)
def amend_payee(ctx: Context, payee_id: str, body: PatchPayee) -> PayeeOut:
    """Name a payee, give it aliases and a category, stop learning from it, or ignore it; for rows to come."""
    return PayeeOut.of(payee_book.amend_payee(ctx, payee_id, body))


@edge.endpoint(
    "POST",
    "/v1/expenses/payees/merge",
    summary="Merge payees",
    body=MergePayees,
    out=PayeeOut,
    scope=WRITE,
)
def merge_payees(ctx: Context, body: MergePayees) -> PayeeOut:
    """Make payees aliases of one of them: rows to come get that one, and lists count them with it."""
    return PayeeOut.of(payee_book.merge_payees(ctx, body))


@edge.endpoint(
    "GET",
    "/v1/expenses/tags",
    summary="List the tags",
    query=PageQuery,
    out=PageOut[TagOut],
    scope=READ,
)
def list_tags(ctx: Context, query: PageQuery) -> PageOut[TagOut]:
    """List the tags in use with how many transactions bear them; a page may be short before the end."""
    return page(tags.list_tags(ctx, query), _tag)


def _tag(one: Tag) -> TagOut:
    return TagOut(id=one.id, name=one.name, uses=one.uses)
