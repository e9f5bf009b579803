"""Changing one's address: asked for by the person, proved by the new mailbox, stopped by the old one."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.context import Context, Visit
from chalicelib.security.api import Limit
from chalicelib.users.schemas.email_change import (
    ChangeEmail,
    EmailChangeAcceptedOut,
    EmailOut,
    EmailToken,
)
from chalicelib.users.service import email_change
from functions.users.routes.edge import edge

# by network address, which many people may share: it stops floods, not guesses
TOKENS: Final = Limit("email-token", quota=100, window=900)


@edge.endpoint(
    "GET",
    "/v1/users/me/email",
    summary="Your address",
    out=EmailOut,
    scope="users:read",
    people_only=True,
)
def read_email(ctx: Context) -> EmailOut:
    """Give the caller's address, and the one that is still to be proved."""
    return email_change.read_email(ctx)


@edge.endpoint(
    "POST",
    "/v1/users/me/email",
    summary="Change your address",
    body=ChangeEmail,
    out=EmailChangeAcceptedOut,
    status=202,
    scope="users:write",
    people_only=True,
    step_up=True,
)
def change_email(ctx: Context, body: ChangeEmail) -> EmailChangeAcceptedOut:
    """Mail a link to the new address; the answer is the same whether or not somebody has it.

    The old address is told, with a link that stops the change for a week. Sessions go on.
    """
    email_change.ask_for_change(ctx, body.email)
    return EmailChangeAcceptedOut(state="accepted", next="confirm-email")


@edge.endpoint(
    "DELETE",
    "/v1/users/me/email",
    summary="Keep your address",
    status=204,
    scope="users:write",
    people_only=True,
)
def keep_email(ctx: Context) -> None:
    """Take back a change that was asked for and not proved yet."""
    email_change.drop_change(ctx)


@edge.endpoint(
    "POST",
    "/v1/users/email/confirm",
    summary="Show that the new address is yours",
    body=EmailToken,
    status=204,
    public=True,
    limit=TOKENS,
)
def confirm_email(visit: Visit, body: EmailToken) -> None:
    """Take the token that was mailed to the new address; it works once, within 24 hours."""
    email_change.confirm_change(visit, body.token)


@edge.endpoint(
    "POST",
    "/v1/users/email/stop",
    summary="Stop a change of address",
    body=EmailToken,
    status=204,
    public=True,
    limit=TOKENS,
)
def stop_email_change(visit: Visit, body: EmailToken) -> None:
    """Take the token that was mailed to the old address: the change is stopped, or taken back within a week.

    Taking it back ends every session.
    """
    email_change.stop_change(visit, body.token)
