"""The security audit: each action is an entry of the owner's change log in the security table.

The change log is numbered without gaps and hash-chained (`kernel.changes`), so the audit needs no table of
its own, and nobody can take an entry away unseen.
"""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import parse_rfc3339, rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.ids import new_id
from chalicelib.security.commands import RecordAction
from chalicelib.security.model.audit import Action

KIND = "action"
"""The kind of change that an audit entry is."""


def record(
    ctx: Context,
    *,
    action: str,
    subject: str = "",
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
) -> None:
    """Enter an action of the caller in the same commit as its effect; for use inside this service.

    Raises ValueError for an action that is not in `model.audit.ACTIONS`: that is a mistake of ours.
    """
    _enter(
        ctx,
        Action(
            action=action,
            at=ctx.now,
            actor=str(ctx.actor),
            session_id=ctx.actor.session_id,
            subject=subject,
            before=before or {},
            after=after or {},
        ),
        new_id(),
    )


def record_action(ctx: Context, order: RecordAction) -> None:
    """Enter an action that a service above ordered; raise `Invalid` for one that is none."""
    try:
        action = Action(
            action=order.action,
            at=parse_rfc3339(order.at),
            actor=order.actor,
            session_id=order.session_id,
            subject=order.subject,
            before=order.before,
            after=order.after,
        )
    except ValueError as error:
        raise Invalid("not a security action") from error
    _enter(ctx, action, ctx.message_id)


def _enter(ctx: Context, action: Action, identity: str) -> None:
    """The id of an ordered action is its message's, so that a reader can follow it back."""
    fields = {
        "action": action.action,
        "at": rfc3339(action.at),
        "actor": action.actor,
        "session_id": action.session_id,
        "subject": action.subject,
    }
    ctx.commit.record(
        Change(
            kind=KIND,
            id=identity,
            version=1,
            fields={name: text for name, text in fields.items() if text},
            before=action.before or None,
            after=action.after or None,
        )
    )
