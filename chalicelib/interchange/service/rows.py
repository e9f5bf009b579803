"""Paging through the rows of a file as they were understood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from chalicelib.expenses import api as expenses
from chalicelib.expenses.commands import ImportRows, page_key
from chalicelib.interchange.model.examining import PageRow
from chalicelib.interchange.model.importing import (
    ROWS_PER_PAGE,
    Import,
    Reading,
    read_rows,
    recognised,
)
from chalicelib.interchange.repository import imports as repository
from chalicelib.interchange.schemas.import_requests import RowsQuery
from chalicelib.interchange.schemas.import_rows import RowOut
from chalicelib.kernel import blobs
from chalicelib.kernel.context import Context
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.vault import Vault
from chalicelib.kernel.wire import PageOut

_MOST_PAGES: Final = 2
"""Sealed pages that one call opens, at most."""
Found = tuple[list[tuple[int, PageRow]], int | None]


class _Pages:
    """The sealed pages of a file's rows, each opened once."""

    def __init__(self, vault: Vault, reading: Reading) -> None:
        """Open nothing yet."""
        self.reading = reading
        self._vault = vault
        self._opened: dict[int, list[PageRow]] = {}

    def rows(self, pages: Iterable[int]) -> Iterator[tuple[int, PageRow]]:
        """Give the rows of some pages with their places in the file."""
        for page in pages:
            if page not in self._opened:
                raw = blobs.get(self._vault, page_key(self.reading.prefix, page))
                self._opened[page] = [PageRow.from_json(row) for row in raw]
            yield from enumerate(self._opened[page], page * ROWS_PER_PAGE)


def list_rows(ctx: Context, import_id: str, query: RowsQuery) -> PageOut[RowOut]:
    """Give rows in file order, or only those with problems; a call opens at most two sealed pages.

    Refuses with `ImportNotReady` before there are rows, `BlobGone` after they expired.
    """
    one, _ = repository.get(ctx, import_id)
    reading = read_rows(one)
    owner, question = str(ctx.owner), f"interchange.rows:{import_id}:{query.only}"
    resume = decode_cursor(query.cursor, owner=owner, question=question)
    start = int(resume["row"]) if resume else 0
    pages = _Pages(ctx.vault, reading)
    look = _flawed if query.only == "problems" else _any
    found, following = look(pages, reading, start, query.limit)
    after = {"row": str(following)} if following is not None else None
    said = _duplicates(ctx, one, pages, found)
    return PageOut[RowOut](
        items=[RowOut.of(place, row, said.get(place)) for place, row in found],
        next_cursor=encode_cursor(after, owner=owner, question=question),
    )


def _duplicates(
    ctx: Context, one: Import, opened: _Pages, found: Sequence[tuple[int, PageRow]]
) -> dict[int, expenses.Duplicate]:
    """Ask the ledger which rows it knows already, of statements whose account is known; problems are none of its."""
    reading = opened.reading
    accounts = dict(one.accounts) if one.accounts is not None else recognised(one, reading, None)
    asked = [
        place for place, row in found if row.row.importable and str(row.row.statement) in accounts
    ]
    if not asked:
        return {}
    pages = range(asked[0] // ROWS_PER_PAGE, asked[-1] // ROWS_PER_PAGE + 1)
    around = {place: row.row for place, row in opened.rows(pages)}
    order = ImportRows(
        import_id=one.id, prefix=reading.prefix, chunk=0, chunks=reading.chunks, accounts=accounts
    )
    return expenses.foresee(ctx.owner, ctx.vault, order, around, asked)


def _any(opened: _Pages, reading: Reading, start: int, limit: int) -> Found:
    end = min(start + limit, reading.rows)
    pages = range(start // ROWS_PER_PAGE, -(-end // ROWS_PER_PAGE))
    found = [(place, row) for place, row in opened.rows(pages) if start <= place < end]
    return found, end if end < reading.rows else None


def _flawed(opened: _Pages, reading: Reading, start: int, limit: int) -> Found:
    """Only pages that hold a problem are opened, so that a clean file costs nothing."""
    left = [page for page in reading.problem_pages if page >= start // ROWS_PER_PAGE]
    pages, later = left[:_MOST_PAGES], left[_MOST_PAGES:]
    found = [(place, row) for place, row in opened.rows(pages) if place >= start and row.problems]
    if len(found) > limit:
        return found[:limit], found[limit][0]
    return found, later[0] * ROWS_PER_PAGE if later else None
