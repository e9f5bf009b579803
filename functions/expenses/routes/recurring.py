"""What comes again, over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.common import page
from chalicelib.expenses.schemas.recurring import (
    CreateRecurring,
    PatchRecurring,
    RecurringOut,
    UpcomingOut,
    UpcomingQuery,
)
from chalicelib.expenses.schemas.suggestions import DetectedPage
from chalicelib.expenses.service import recurring, recurring_detected
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from functions.expenses.routes.edge import READ, WRITE, edge


@edge.endpoint(
    "POST",
    "/v1/expenses/recurring",
    summary="Make a recurring transaction",
    body=CreateRecurring,
    out=RecurringOut,
    status=201,
    scope=WRITE,
)
def create_recurring(ctx: Context, body: CreateRecurring) -> RecurringOut:
    """Make a template that a schedule books, or plans ahead, on every day of its rule."""
    return RecurringOut.of(recurring.create_recurring(ctx, body))


@edge.endpoint(
    "GET",
    "/v1/expenses/recurring",
    summary="List the recurring transactions",
    query=PageQuery,
    out=PageOut[RecurringOut],
    scope=READ,
)
def list_recurring(ctx: Context, query: PageQuery) -> PageOut[RecurringOut]:
    """List the templates, oldest first, paused and stopped ones too."""
    return page(recurring.list_recurring(ctx, query), RecurringOut.of)


@edge.endpoint(
    "GET",
    "/v1/expenses/recurring/upcoming",
    summary="List what comes",
    query=UpcomingQuery,
    out=PageOut[UpcomingOut],
    scope=READ,
)
def list_upcoming(ctx: Context, query: UpcomingQuery) -> PageOut[UpcomingOut]:
    """List the occurrences of all templates between two days, by day."""
    return page(recurring.list_upcoming(ctx, query), UpcomingOut.of)


@edge.endpoint(
    "GET",
    "/v1/expenses/recurring/detected",
    summary="List what seems to come again",
    query=PageQuery,
    out=DetectedPage,
    scope=READ,
)
def list_detected(ctx: Context, query: PageQuery) -> DetectedPage:
    """Find what comes again in the last 13 months, and suggest templates that can be posted as they are."""
    return DetectedPage.of(recurring_detected.list_detected(ctx, query))


@edge.endpoint(
    "DELETE",
    "/v1/expenses/recurring/detected/{suggestion_id}",
    summary="Dismiss a suggestion",
    status=204,
    scope=WRITE,
)
def dismiss_suggestion(ctx: Context, suggestion_id: str) -> None:
    """Dismiss a suggestion for good: it is not made again."""
    recurring_detected.dismiss(ctx, suggestion_id)


@edge.endpoint(
    "GET",
    "/v1/expenses/recurring/{recurring_id}",
    summary="Read a recurring transaction",
    out=RecurringOut,
    scope=READ,
)
def read_recurring(ctx: Context, recurring_id: str) -> RecurringOut:
    """Read a template with its next turn."""
    return RecurringOut.of(recurring.read_recurring(ctx, recurring_id))


@edge.endpoint(
    "PATCH",
    "/v1/expenses/recurring/{recurring_id}",
    summary="Change a recurring transaction",
    body=PatchRecurring,
    out=RecurringOut,
    scope=WRITE,
    if_match="required",
)
def amend_recurring(ctx: Context, recurring_id: str, body: PatchRecurring) -> RecurringOut:
    """Change a template, pause it, or vary and leave out single occurrences; what it made stays."""
    return RecurringOut.of(recurring.amend_recurring(ctx, recurring_id, body))


@edge.endpoint(
    "DELETE",
    "/v1/expenses/recurring/{recurring_id}",
    summary="End a recurring transaction",
    status=204,
    scope=WRITE,
    if_match="required",
)
def remove_recurring(ctx: Context, recurring_id: str) -> None:
    """End a template; what it made stays."""
    recurring.remove_recurring(ctx, recurring_id)
