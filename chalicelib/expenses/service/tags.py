"""The tags that transactions bear."""

from __future__ import annotations

from typing import Final

from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.repository.tags import Tag, find_tags
from chalicelib.expenses.service.paging import listed, start_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageQuery

_QUESTION: Final = "tags"


def list_tags(ctx: Context, query: PageQuery) -> Listing[Tag]:
    """List the tags in use in the order of their ids; a page may be short before the end."""
    start = start_of(ctx, query, _QUESTION)
    return listed(ctx, find_tags(ctx, start=start, limit=query.limit), _QUESTION)
