"""Which months of an account the imported statements cover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from chalicelib.expenses import api as expenses
from chalicelib.interchange.model.coverage import Span, coverage
from chalicelib.interchange.model.following import Progress
from chalicelib.interchange.model.importing import Import
from chalicelib.interchange.repository import imports as repository
from chalicelib.interchange.schemas.coverage import CoverageOut, CoverageQuery
from chalicelib.kernel.context import Context

MOST_IMPORTS: Final = 1_000
"""Imports that one answer looks at, newest first."""
_PAGE: Final = 100


def read_coverage(ctx: Context, query: CoverageQuery) -> CoverageOut:
    """Say what the statements of imports cover that were recorded whole and neither reverted nor deleted.

    Refuses an account that is foreign or absent (its `NotFound`).
    """
    account = expenses.account(ctx.owner, query.account_id)
    spans: list[Span] = []
    start: Mapping[str, str] | None = None
    for _ in range(MOST_IMPORTS // _PAGE):
        page = repository.find(ctx, limit=_PAGE, start=start)
        for one, progress in page.items:
            spans += _spans(one, progress, account.id)
        start = page.resume
        if start is None:
            break
    return CoverageOut.of(account.id, coverage(spans), complete=start is None)


def _spans(one: Import, progress: Progress | None, account_id: str) -> Iterator[Span]:
    if progress is None or progress.state != "done" or one.reading is None:
        return
    for part in one.reading.statements:
        if (one.accounts or {}).get(str(part.index)) != account_id:
            continue
        if part.period_start is None or part.period_end is None:
            continue
        first, last = sorted((part.period_start, part.period_end))
        yield Span(
            import_id=one.id,
            statement=part.index,
            first=first,
            last=last,
            currency=part.currency,
            opening_minor=part.opening_minor,
            closing_minor=part.closing_minor,
            difference_minor=part.difference_minor,
        )
