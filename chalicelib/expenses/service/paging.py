"""Cursors of the ledger's lists: signed for one owner and one question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from chalicelib.expenses.model.listing import Listing
from chalicelib.kernel.context import Context
from chalicelib.kernel.paging import Page, decode_cursor, encode_cursor
from chalicelib.kernel.wire import PageQuery

T = TypeVar("T")


def start_of(ctx: Context, query: PageQuery, question: str) -> Mapping[str, str] | None:
    """Read where a list goes on; raise `BadCursor`."""
    return decode_cursor(query.cursor, owner=str(ctx.owner), question=question)


def listed(ctx: Context, page: Page[T], question: str) -> Listing[T]:
    """Sign where a page's list goes on."""
    cursor = encode_cursor(page.resume, owner=str(ctx.owner), question=question)
    return Listing(page.items, cursor)


def cut(
    items: Sequence[T], ids: Sequence[str], start: Mapping[str, str] | None, limit: int
) -> Page[T]:
    """Cut a page out of a short list that was read whole, going on after an id.

    Where that object is gone meanwhile, what stood behind it has moved up by one place.
    """
    begin = 0
    if start is not None:
        begin = ids.index(start["id"]) + 1 if start["id"] in ids else int(start["place"]) - 1
    end = begin + limit
    resume = {"id": ids[end - 1], "place": str(end)} if end < len(items) else None
    return Page(tuple(items[begin:end]), resume)
