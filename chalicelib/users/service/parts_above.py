"""What every service above does with its part of an erasure or an export: one step, and the order of the next.

A service adds its `Part` and its own two orders; the rest is here, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.kernel import parts
from chalicelib.kernel.owners import Owner
from chalicelib.users.commands import (
    ErasePartMore,
    ExportPartMore,
    PartErased,
    PartExported,
)
from chalicelib.users.events import ErasureStarted, ExportRequested

if TYPE_CHECKING:
    from chalicelib.kernel.context import Context


def erase_part(
    ctx: Context,
    part: parts.Part,
    message: ErasureStarted | ErasePartMore,
    more: type[ErasePartMore],
) -> None:
    """Do one step of a service's part of an erasure, and order the next or tell users that all is gone."""
    owner = Owner.parse(message.owner)
    if isinstance(message, ErasePartMore):
        root, walk = message.root, message.walk
    else:
        root, walk = parts.root(part, owner), parts.Walk()
    walk, gone = parts.erase(part, owner, walk)
    if not gone:
        step = more(owner=message.owner, round=message.round, root=root, walk=walk)
        ctx.commit.order(step, subject=ctx.owner.id)
        return
    done = PartErased(
        service=part.service,
        round=message.round,
        rows=walk.rows,
        objects=walk.objects,
        root=root,
    )
    ctx.commit.order(done, subject=ctx.owner.id)


def export_part(
    ctx: Context,
    part: parts.Part,
    message: ExportRequested | ExportPartMore,
    more: type[ExportPartMore],
) -> None:
    """Do one step of a service's part of an export, and order the next or tell users that all is written."""
    reading = parts.Reading(part=part, owner=ctx.owner, vault=ctx.vault, job_id=message.job_id)
    before = message.step if isinstance(message, ExportPartMore) else parts.Step()
    step, done = parts.export(reading, before)
    if not done:
        order = more(user_id=message.user_id, job_id=message.job_id, step=step)
        ctx.commit.order(order, subject=message.job_id)
        return
    written = PartExported(
        job_id=message.job_id,
        service=part.service,
        files=parts.files(part, step),
        unreadable=step.unreadable,
    )
    ctx.commit.order(written, subject=message.job_id)
