"""Entering security actions of this service: ordered in the very commit of their effect."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.security.commands import RecordAction


def enter(
    ctx: Context,
    action: str,
    *,
    subject: str = "",
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
) -> None:
    """Enter an action in the audit log of the commit's owner: ids and enumerations, never personal text."""
    ctx.commit.order(
        RecordAction(
            action=action,
            at=rfc3339(ctx.now),
            actor=str(ctx.actor),
            session_id=ctx.actor.session_id,
            subject=subject,
            before=before or {},
            after=after or {},
        ),
        subject=ctx.commit.owner.id,
    )
