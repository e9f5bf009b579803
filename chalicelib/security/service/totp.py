"""The authenticator app: set up, confirmed by a first code, removed. Its codes are used in `codes`."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.security.errors import CodeRefused, TotpAbsent, TotpExists
from chalicelib.security.gateways import qr
from chalicelib.security.model import totp as model
from chalicelib.security.model.factors import TOTP_TRIES
from chalicelib.security.model.totp import Totp
from chalicelib.security.repository import factors as rows
from chalicelib.security.schemas.factors import ConfirmTotp, FactorsOut, StartTotp, TotpOut
from chalicelib.security.service import audit, factors, proofs
from chalicelib.security.service.limits import take

_ID = "totp"


def start(ctx: Context, body: StartTotp) -> TotpOut:
    """Make a secret that waits an hour for its first code, in place of any that waited.

    Raises `TotpExists` when an app is set up already. The secret is shown here and never again.
    """
    found = rows.find_totp(ctx.owner.id)
    if found is not None and found.live:
        raise TotpExists
    secret = _new_secret()
    fresh = Totp(
        user_id=ctx.owner.id,
        secret=rows.seal_secret(ctx.vault, secret),
        live=False,
        last_step=0,
        created_at=ctx.now,
        version=1,
    )
    rows.save_totp(ctx.commit, fresh, fresh=True)
    audit.record(ctx, action="totp-enrolled", subject=_ID)
    uri = model.otpauth_uri(secret, body.account_name)
    return TotpOut(
        secret=secret,
        otpauth_uri=uri,
        qr_svg=qr.svg(uri),
        expires_in=int(model.PENDING_LIFE.total_seconds()),
    )


def confirm(ctx: Context, body: ConfirmTotp) -> FactorsOut:
    """Take the first code, which makes the app a second factor; this is a fresh proof too.

    Raises `TotpAbsent` when no secret waits, `CodeRefused`, or `TooMany`. Tells `FactorAdded`.
    """
    take(TOTP_TRIES, ctx.owner.id, now=ctx.now)
    waiting = rows.find_totp(ctx.owner.id)
    if waiting is None:
        raise TotpAbsent
    if waiting.live:
        raise TotpExists
    secret = rows.open_secret(ctx.vault, waiting)
    step = model.step_of(body.code, secret, last_step=waiting.last_step, now=ctx.now)
    if step is None:
        raise CodeRefused
    before = factors.second_factors(ctx.owner.id)
    rows.save_totp(ctx.commit, model.used(waiting, step))
    factors.added(ctx, "totp", _ID, action="totp-confirmed")
    proofs.keep(ctx, "totp")
    return FactorsOut(
        totp=True, passkeys=before.passkeys, recovery_codes_left=before.recovery_codes_left
    )


def remove(ctx: Context) -> None:
    """Remove the app, and a secret that waits likewise; raise `TotpAbsent`. Tells `FactorRemoved`."""
    found = rows.find_totp(ctx.owner.id)
    if found is None:
        raise TotpAbsent
    rows.remove_totp(ctx.commit, found)
    if not found.live:
        audit.record(ctx, action="totp-removed", subject=_ID, before={"state": "pending"})
        return
    last = factors.second_factors(ctx.owner.id).passkeys == 0
    factors.removed(ctx, "totp", _ID, action="totp-removed", last=last)


def _new_secret() -> str:
    """160 random bits, as RFC 4226 (4, R6) recommends, in base32."""
    from pyotp import random_base32

    return str(random_base32(32))
