"""Guesses for lines that are not recorded, and how good the categoriser is, over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.categorising import (
    CategoriseLines,
    CategoriserOut,
    GuessesOut,
    GuessOut,
)
from chalicelib.expenses.service import categorising, suggesting
from chalicelib.kernel.context import Context
from functions.expenses.routes.edge import READ, edge


@edge.endpoint(
    "POST",
    "/v1/expenses/categorise",
    summary="Guess categories for lines",
    body=CategoriseLines,
    out=GuessesOut,
    scope=READ,
    reads=True,
    by_account=True,
)
def categorise(ctx: Context, body: CategoriseLines) -> GuessesOut:
    """Guess categories for up to 200 lines as recording them would, rules first; writes nothing."""
    return GuessesOut(items=[GuessOut.of(one) for one in suggesting.suggest(ctx, body.lines)])


@edge.endpoint(
    "GET",
    "/v1/expenses/categoriser",
    summary="How well the categoriser does",
    out=CategoriserOut,
    scope=READ,
)
def read_categoriser(ctx: Context) -> CategoriserOut:
    """Tell how often guesses were right for this owner, from counts kept as categories are corrected or confirmed."""
    return CategoriserOut.of(categorising.report(ctx))
