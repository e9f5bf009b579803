"""Driving the rotation of owners' data keys, an hour at a time, until the old generation may go.

`rotate_owner_key` begins one. Each round tells every service to seal its part anew; their answers come as
orders. What crashes is asked again, and sealing again is harmless.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from chalicelib.kernel.context import Context, system_context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.transaction import LostRace
from chalicelib.security import repository
from chalicelib.security.commands import ResealHere, ResealProgress
from chalicelib.security.errors import KeyMadeMeanwhile, OwnerKeyAbsent
from chalicelib.security.events import OwnerKeyRotated
from chalicelib.security.model.rotation import Rotation, begun, next_step
from chalicelib.security.repository.owner_keys import (
    RotationRow,
    due_rotations,
    forget_previous_key,
    move_rotation,
)
from chalicelib.security.repository.rotations import find_rotation, remove_rotation, save_rotation
from chalicelib.security.repository.table import TABLE
from chalicelib.security.service import audit
from chalicelib.security.service.owner_keys import forget, vault

MOST: Final = 200
"""Rotations a run; the next run goes on."""


def drive(*, now: datetime, most: int = MOST) -> int:
    """Take every rotation that is due one step further; give how many."""
    due = due_rotations(now, most=most)
    for row in due:
        try:
            move_rotation(row, _drive(row, now))
        except (LostRace, KeyMadeMeanwhile):
            continue  # another run is at it
    return len(due)


def _drive(row: RotationRow, now: datetime) -> int | None:
    """Do what is next for one owner; give when to look again, or None when it is over."""
    owner = Owner.parse(row.owner)
    if not _under_way(owner, row.generation):
        return None
    ctx = system_context(owner, TABLE, vaults=vault, at=now)
    ctx.commit.open()
    at = int(now.timestamp())
    rotation = find_rotation(owner)
    step, again = next_step(rotation, active_from=row.active_from, at=at)
    if step == "finish" and rotation is not None:
        _finish(ctx, rotation)
        return None
    if step == "begin":
        following = begun(rotation, generation=row.generation, at=at)
        save_rotation(ctx.commit, following)
        _tell(ctx, following)
        ctx.commit.write()
    return again


def _under_way(owner: Owner, generation: int) -> bool:
    try:
        key = repository.owner_key(owner)
    except OwnerKeyAbsent:
        return False  # erased meanwhile
    previous: bytes | None = key.previous
    return previous is not None and key.generation == generation


def _finish(ctx: Context, rotation: Rotation) -> None:
    """Forget the old generation, then say so; dying in between only begins another round."""
    remove_rotation(ctx.commit, rotation)
    audit.record(ctx, action="owner-key-rotated", subject=str(rotation.generation))
    ctx.commit.write()
    forget_previous_key(ctx.owner, rotation.generation)
    forget()


def heard(ctx: Context, order: ResealProgress) -> None:
    """Take a service's answer: let it go on, or note that it is through; answers to an old round are dropped."""
    rotation = find_rotation(ctx.owner)
    if rotation is None or (rotation.generation, rotation.round) != (order.generation, order.round):
        return
    if order.after:
        _tell(ctx, rotation, order)
        return
    dirty = order.changed > 0 or order.unknown > 0
    save_rotation(ctx.commit, rotation.answered(order.service, dirty=dirty))


def _tell(ctx: Context, rotation: Rotation, order: ResealProgress | None = None) -> None:
    service = order.service if order else ""
    after = order.after if order else ""
    changed, unknown = (order.changed, order.unknown) if order else (0, 0)
    about = (rotation.generation, rotation.round, service, after, changed, unknown)
    names = ("generation", "round", "service", "after", "changed", "unknown")
    said: dict[str, Any] = dict(zip(names, about, strict=True))
    if service != TABLE.service:
        ctx.commit.tell(OwnerKeyRotated(**said), subject=ctx.owner.id)
    if service in {"", TABLE.service}:
        ctx.commit.order(ResealHere(**said), subject=ctx.owner.id)
