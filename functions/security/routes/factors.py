"""The authenticator app and the recovery codes: all people only, all after a fresh proof."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.security.schemas.factors import (
    ConfirmTotp,
    FactorsOut,
    RecoveryCodesOut,
    StartTotp,
    TotpOut,
)
from chalicelib.security.service import factors, recovery_codes, totp
from functions.security.routes.edge import edge


@edge.endpoint(
    "GET",
    "/v1/security/factors",
    summary="Your second factors",
    out=FactorsOut,
    scope="security:read",
    people_only=True,
)
def read_factors(ctx: Context) -> FactorsOut:
    """Say which second factors the caller has, and how many recovery codes are left."""
    found = factors.second_factors(ctx.owner.id)
    return FactorsOut(
        totp=found.totp, passkeys=found.passkeys, recovery_codes_left=found.recovery_codes_left
    )


@edge.endpoint(
    "POST",
    "/v1/security/totp",
    summary="Set up an authenticator app",
    body=StartTotp,
    out=TotpOut,
    scope="security:write",
    people_only=True,
    step_up=True,
)
def start_totp(ctx: Context, body: StartTotp) -> TotpOut:
    """Give a secret with its QR code; it counts from its first code on, which must come within an hour."""
    return totp.start(ctx, body)


@edge.endpoint(
    "POST",
    "/v1/security/totp/confirm",
    summary="Show the first code of the app",
    body=ConfirmTotp,
    out=FactorsOut,
    scope="security:write",
    people_only=True,
    step_up=True,
)
def confirm_totp(ctx: Context, body: ConfirmTotp) -> FactorsOut:
    """Make the app a second factor; without recovery codes, ask for them next."""
    return totp.confirm(ctx, body)


@edge.endpoint(
    "DELETE",
    "/v1/security/totp",
    summary="Remove the authenticator app",
    status=204,
    scope="security:write",
    people_only=True,
    step_up=True,
)
def remove_totp(ctx: Context) -> None:
    """Remove the app; with the last second factor the recovery codes go too."""
    totp.remove(ctx)


@edge.endpoint(
    "POST",
    "/v1/security/recovery-codes",
    summary="Make ten recovery codes",
    out=RecoveryCodesOut,
    scope="security:write",
    people_only=True,
    step_up=True,
)
def create_recovery_codes(ctx: Context) -> RecoveryCodesOut:
    """Give ten codes, which are shown this once; all older ones are void."""
    return recovery_codes.create(ctx)
