"""Showing again that it is you, before what would hurt most in other hands."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.security.schemas.passkeys import PasskeyOptionsOut
from chalicelib.security.schemas.step_up import StepUp, StepUpOut
from chalicelib.security.service import step_up as service
from functions.security.routes.edge import edge


@edge.endpoint(
    "POST",
    "/v1/security/step-up/options",
    summary="Begin a step-up with a passkey",
    out=PasskeyOptionsOut,
    scope="security:write",
    people_only=True,
    idempotent=False,
)
def start_step_up(ctx: Context) -> PasskeyOptionsOut:
    """Give a challenge for `navigator.credentials.get()`; it is answered once, within five minutes."""
    return service.options(ctx)


@edge.endpoint(
    "POST",
    "/v1/security/step-up",
    summary="Show a second factor again",
    body=StepUp,
    out=StepUpOut,
    scope="security:write",
    people_only=True,
    idempotent=False,  # the factor is spent: who lost the answer repeats what asked for the step-up
)
def step_up(ctx: Context, body: StepUp) -> StepUpOut:
    """Take a code or a passkey; for ten minutes this session may do what asks for a fresh proof."""
    return service.step_up(ctx, body)
