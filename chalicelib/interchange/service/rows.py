"""Paging through the rows of a file as they were understood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from chalicelib.expenses.commands import page_key
from chalicelib.interchange.model.examining import PageRow
from chalicelib.interchange.model.importing import ROWS_PER_PAGE, Reading, read_rows
from chalicelib.interchange.repository import imports as repository
from chalicelib.interchange.schemas.import_answers import RowOut
from chalicelib.interchange.schemas.import_requests import RowsQuery
from chalicelib.kernel import blobs
from chalicelib.kernel.context import Context
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.vault import Vault
from chalicelib.kernel.wire import PageOut

_MOST_PAGES: Final = 2
"""Sealed pages that one call opens, at most."""
Found = tuple[list[tuple[int, PageRow]], int | None]


def list_rows(ctx: Context, import_id: str, query: RowsQuery) -> PageOut[RowOut]:
    """Give rows in file order, or only those with problems; a call opens at most two sealed pages.

    Refuses with `ImportNotReady` before there are rows, `BlobGone` after they expired.
    """
    one, _ = repository.get(ctx, import_id)
    reading = read_rows(one)
    owner, question = str(ctx.owner), f"interchange.rows:{import_id}:{query.only}"
    resume = decode_cursor(query.cursor, owner=owner, question=question)
    start = int(resume["row"]) if resume else 0
    look = _flawed if query.only == "problems" else _any
    found, following = look(ctx.vault, reading, start, query.limit)
    after = {"row": str(following)} if following is not None else None
    return PageOut[RowOut](
        items=[RowOut.of(place, row) for place, row in found],
        next_cursor=encode_cursor(after, owner=owner, question=question),
    )


def _any(vault: Vault, reading: Reading, start: int, limit: int) -> Found:
    end = min(start + limit, reading.rows)
    pages = range(start // ROWS_PER_PAGE, -(-end // ROWS_PER_PAGE))
    found = [(place, row) for place, row in _opened(vault, reading, pages) if start <= place < end]
    return found, end if end < reading.rows else None


def _flawed(vault: Vault, reading: Reading, start: int, limit: int) -> Found:
    """Only pages that hold a problem are opened, so that a clean file costs nothing."""
    left = [page for page in reading.problem_pages if page >= start // ROWS_PER_PAGE]
    pages, later = left[:_MOST_PAGES], left[_MOST_PAGES:]
    found = [
        (place, row)
        for place, row in _opened(vault, reading, pages)
        if place >= start and row.problems
    ]
    if len(found) > limit:
        return found[:limit], found[limit][0]
    return found, later[0] * ROWS_PER_PAGE if later else None


def _opened(vault: Vault, reading: Reading, pages: Iterable[int]) -> Iterable[tuple[int, PageRow]]:
    for page in pages:
        raw = blobs.get(vault, page_key(reading.prefix, page))
        for place, row in enumerate(raw, page * ROWS_PER_PAGE):
            yield place, PageRow.from_json(row)
