"""Step-up: a signed-in user shows a second factor again."""

from __future__ import annotations

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.security.errors import FactorRefused
from chalicelib.security.model.factors import RECOVERY_TRIES, TOTP_TRIES
from chalicelib.security.model.proofs import LIFE, Proof, ProofMethod
from chalicelib.security.schemas.passkeys import PasskeyOptionsOut
from chalicelib.security.schemas.step_up import StepUp, StepUpOut
from chalicelib.security.service import assertions, audit, codes, proofs
from chalicelib.security.service.limits import take
from chalicelib.security.service.unit import like


def options(ctx: Context) -> PasskeyOptionsOut:
    """Ask for one of the caller's passkeys; raise `NoPasskey`, or `TooMany`."""
    asked = assertions.passkey_options(ctx.person.id, purpose="step-up", now=ctx.now)
    return PasskeyOptionsOut(challenge_id=asked.challenge_id, options=dict(asked.options))


def step_up(ctx: Context, body: StepUp) -> StepUpOut:
    """Take a code or a passkey for a fresh proof of this session; raise `FactorRefused` or `TooMany`.

    The factor is spent and the proof kept in one transaction. A failure is entered in the audit too.
    """
    method = body.method()
    _count(ctx, method)
    try:
        proof = like(ctx, lambda own: _prove(own, body, method))
    except FactorRefused:
        like(ctx, lambda own: _enter(own, "step-up-failed", method))
        raise
    return StepUpOut(
        method=method,
        proved_at=rfc3339(proof.at),
        expires_at=rfc3339(proof.at + LIFE),
    )


def _count(ctx: Context, method: ProofMethod) -> None:
    """Tries at codes are limited; a passkey's challenges are, where they are given."""
    limit = {"totp": TOTP_TRIES, "recovery-code": RECOVERY_TRIES}.get(method)
    if limit is not None:
        take(limit, ctx.person.id, now=ctx.now)


def _prove(ctx: Context, body: StepUp, method: ProofMethod) -> Proof:
    ctx.commit.open()
    if body.totp is not None:
        codes.spend_totp(ctx, body.totp)
    elif body.recovery_code is not None:
        codes.spend_recovery_code(ctx, body.recovery_code)
    elif body.passkey is not None:
        answer = body.passkey
        assertions.use(
            ctx, answer.challenge_id, answer.credential.sent(), purpose="step-up", named=True
        )
    _enter(ctx, "step-up", method)
    return proofs.keep(ctx, method)


def _enter(ctx: Context, action: str, method: ProofMethod) -> None:
    audit.record(ctx, action=action, subject=ctx.actor.session_id, after={"method": method})
