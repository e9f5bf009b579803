"""Erasing a part step by step: each step deletes the page that the last one counted, and counts the next.

So a step that dies and comes again deletes the same page, and every row is counted exactly once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chalicelib.kernel.changes import META
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.parts.objects import Files
from chalicelib.kernel.parts.part import Part
from chalicelib.kernel.parts.values import Root, Walk
from chalicelib.kernel.tables import Table

PAGE: Final = 250
"""Rows or objects of one step: 10 batch writes, well under a second."""


def root(part: Part, owner: Owner) -> Root:
    """Read the head of the owner's change log in a part."""
    raw = Table(part.spec).get((str(owner), META)) if part.spec.ledger else None
    if raw is None:
        return Root()
    return Root(number=int(raw["seq"]["N"]), hash=raw["head"]["B"].hex())


def erase(part: Part, owner: Owner, walk: Walk, *, most: int = PAGE) -> tuple[Walk, bool]:
    """Do one step; give where it is then, and whether all is gone."""
    sources = part.sources()
    if walk.until:
        sources[walk.source].remove(owner, walk.after, walk.until, most)
        walk = replace(walk, after=walk.until, until="")
    while walk.source < len(sources):
        source = sources[walk.source]
        count, last = source.page(owner, walk.after, most)
        if count:
            counted = (
                replace(walk, objects=walk.objects + count)
                if isinstance(source, Files)
                else replace(walk, rows=walk.rows + count)
            )
            return replace(counted, until=last), False
        walk = replace(walk, source=walk.source + 1, after="")
    return walk, True
