"""Anchors: the daily roots of all change logs, signed and chained, so that nobody can rewrite yesterday.

A service orders the root over a batch of heads; here each owner's path is kept and the root waits. A schedule
puts waiting roots under one signed statement (receipt key, `typ` anchor+jwt), which names the hash of the
statement before it.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from typing import Final

from chalicelib.kernel import merkle
from chalicelib.kernel.anchors import BATCH, Head
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.transaction import LostRace
from chalicelib.security.commands import AnchoredHead, AnchorRoot
from chalicelib.security.repository import anchors as stored
from chalicelib.security.repository.anchors import OwnerAnchorRow, RootRow
from chalicelib.security.service import receipts

ROOTS: Final = 32
"""Roots under one anchor: each is deleted and written again, in one transaction of at most 100."""
MOST: Final = 500
"""Anchors a run."""
_SERVICE: Final = re.compile(r"[a-z]{1,20}", re.ASCII)
_HASH: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


def keep_root(ctx: Context, order: AnchorRoot) -> None:
    """Keep the heads' paths and let the root wait for its anchor; raise `Invalid` for a root that is not theirs."""
    try:
        leaves = [_leaf(order.service, head) for head in order.heads]
        date.fromisoformat(order.day)
        right = merkle.root(leaves).hex() == order.root
    except ValueError as error:
        raise Invalid("not the heads of change logs") from error
    if not (right and len(leaves) <= BATCH and is_id(order.batch)):
        raise Invalid("the root does not follow from the heads")
    for index, head in enumerate(order.heads):
        row = OwnerAnchorRow(
            seq=head.seq,
            head=bytes.fromhex(head.hash),
            day=order.day,
            batch=order.batch,
            index=index,
            size=len(leaves),
            path=stored.joined(merkle.path(leaves, index)),
        )
        stored.save_head(ctx.commit, row, owner=head.owner, service=order.service)
    waiting = RootRow(
        service=order.service, day=order.day, size=len(leaves), root=bytes.fromhex(order.root)
    )
    stored.save_waiting_root(ctx.commit, waiting, batch=order.batch)


def _leaf(service: str, head: AnchoredHead) -> bytes:
    if not (_SERVICE.fullmatch(service) and _HASH.fullmatch(head.hash)) or head.seq < 1:
        raise ValueError("not a head")
    return Head(str(Owner.parse(head.owner)), head.seq, head.hash).leaf(service)


def root_leaf(batch: str, row: RootRow) -> bytes:
    """Give the leaf hash of a batch's root in its anchor's tree."""
    return merkle.leaf(merkle.parts(batch, row.service, row.day, row.size, row.root))


def sign_waiting(*, now: datetime, most: int = MOST) -> int:
    """Anchor the roots that wait, 32 under a statement; give how many statements were signed."""
    for count in range(most):
        waiting = stored.waiting_roots(ROOTS)
        if not waiting:
            return count
        try:
            _sign(waiting, now)
        except LostRace:
            return count  # another run is at it
    return most


def _sign(waiting: list[RootRow], now: datetime) -> None:
    last, before = stored.last_anchor()
    leaves = [root_leaf(row.sk, row) for row in waiting]
    said = {
        "number": last + 1,
        "previous": hashlib.sha256(before.encode()).hexdigest() if before else "",
        "size": len(leaves),
        "root": merkle.root(leaves).hex(),
    }
    statement = receipts.sign(said, kind=receipts.ANCHOR_TYPE, now=now)
    placed = [(row, merkle.path(leaves, index)) for index, row in enumerate(waiting)]
    stored.add_anchor(last + 1, statement, placed)
