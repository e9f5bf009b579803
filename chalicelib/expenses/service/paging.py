"""Cursors of the ledger's lists: signed for one owner and one question.

A member who may not see all accounts gets them sealed: a page may end at an object that is hidden from them.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from chalicelib.expenses.model.listing import Listing
from chalicelib.kernel.context import Context
from chalicelib.kernel.paging import Page, decode_cursor, encode_cursor
from chalicelib.kernel.wire import PageQuery

T = TypeVar("T")
_LIMITED: Final = "limited:"


def start_of(ctx: Context, query: PageQuery, question: str) -> Mapping[str, str] | None:
    """Read where a list goes on; raise `BadCursor`."""
    if ctx.accounts is None:
        return decode_cursor(query.cursor, owner=str(ctx.owner), question=question)
    place = _LIMITED + question
    sealed = decode_cursor(query.cursor, owner=str(ctx.owner), question=place)
    if sealed is None:
        return None
    start: dict[str, str] = json.loads(ctx.vault.open(b64decode(sealed["at"]), "cursor", place))
    return start


def listed(ctx: Context, page: Page[T], question: str) -> Listing[T]:
    """Sign where a page's list goes on."""
    resume = page.resume
    if resume is not None and ctx.accounts is not None:
        question = _LIMITED + question
        sealed = ctx.vault.seal(json.dumps(dict(resume)), "cursor", question)
        resume = {"at": b64encode(sealed).decode()}
    cursor = encode_cursor(resume, owner=str(ctx.owner), question=question)
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
