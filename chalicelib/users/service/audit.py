"""Entering security actions of this service: ordered in the very commit of their effect."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.context import Context
from chalicelib.security.commands import RecordAction


def enter(
    ctx: Context,
    action: str,
    *,
    on: Commit | None = None,
    subject: str = "",
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
) -> None:
    """Enter an action in the audit log of the commit's owner: ids and enumerations, never personal text.

    `on` names the unit beside the caller's own, where somebody does something to somebody else.
    """
    unit = on or ctx.commit
    unit.order(
        RecordAction(
            action=action,
            at=rfc3339(ctx.now),
            actor=str(ctx.actor),
            session_id=ctx.actor.session_id,
            subject=subject,
            before=before or {},
            after=after or {},
        ),
        subject=unit.owner.id,
    )
