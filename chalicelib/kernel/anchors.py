"""Anchors: once a day the heads of all change logs that moved go, as Merkle roots, to the security service.

The first commit of an owner on a day leaves a marker, `ANC#<day>#<shard>` / `<owner>`: one write an owner and
day, not one a commit. A daily run takes markers of days that are over in batches; a batch's markers and the
order that carries its root go and come in one transaction, so each is anchored once whatever crashes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.kernel import merkle
from chalicelib.kernel.changes import META
from chalicelib.kernel.context import system_context
from chalicelib.kernel.ids import derived_id, new_id
from chalicelib.kernel.markers import SHARDS, marker_partition
from chalicelib.kernel.owners import USER, Owner
from chalicelib.kernel.tables import Table, TableSpec
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass

if TYPE_CHECKING:
    from chalicelib.kernel.events import Order
    from chalicelib.kernel.vault import Vault

BATCH: Final = 64
"""Heads under one root: with their markers and the message they fit one transaction of 100."""
LOOK_BACK: Final = 14
"""Days that a run goes back for markers that an earlier one did not reach."""
MOST: Final = 20_000
"""Owners a run; the next run goes on."""
NOBODY: Final = Owner(USER, derived_id("xpense", "nobody"))
"""The owner of messages about many owners at once: nobody has this id."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far an owner's change log in a service had come: the last number and its hash in hex."""

    owner: str
    seq: int
    hash: str

    def leaf(self, service: str) -> bytes:
        """Give the leaf hash."""
        return merkle.leaf(merkle.parts(service, self.owner, self.seq, bytes.fromhex(self.hash)))


Ordering = Callable[[str, str, str, tuple[Head, ...]], "Order"]
"""Makes the order from day, batch id, root in hex and heads."""


def run(
    spec: TableSpec,
    ordering: Ordering,
    *,
    vaults: Callable[[Owner], Vault],
    now: datetime,
    most: int = MOST,
    days: int = LOOK_BACK,
) -> int:
    """Anchor what moved on the days that are over, oldest first; give how many owners were done."""
    done = 0
    for back in range(days, 0, -1):
        day = now.date() - timedelta(days=back)
        for shard in range(SHARDS):
            done += _shard(spec, ordering, vaults, now, marker_partition(day, shard), most - done)
    return done


def _shard(  # noqa: PLR0917 - handed on as they are
    spec: TableSpec,
    ordering: Ordering,
    vaults: Callable[[Owner], Vault],
    now: datetime,
    partition: str,
    most: int,
) -> int:
    done = 0
    while done < most:
        piece = Table(spec).query(partition, "A", "~", limit=BATCH, consistent=True)
        owners = [item["sk"]["S"] for item in piece.items]
        if not owners:
            break
        ctx = system_context(NOBODY, spec, vaults=vaults, at=now)
        for owner in owners:
            ctx.commit.delete((partition, owner), expect=1, refusal=LostRace())
        heads = _heads(spec, owners)
        if heads:
            batch = new_id()
            root = merkle.root([head.leaf(spec.service) for head in heads])
            order = ordering(now.date().isoformat(), batch, root.hex(), heads)
            ctx.commit.order(order, subject=batch)
        try:
            ctx.commit.write()
        except LostRace:
            break  # another run is at it
        done += len(owners)
    return done


def _heads(spec: TableSpec, owners: Sequence[str]) -> tuple[Head, ...]:
    """Read how far the logs are; an owner who was erased meanwhile has none."""
    found = Table(spec).get_many((owner, META) for owner in owners)
    return tuple(
        Head(owner, int(raw["seq"]["N"]), raw["head"]["B"].hex())
        for owner in owners
        if (raw := found.get((owner, META))) is not None
    )
