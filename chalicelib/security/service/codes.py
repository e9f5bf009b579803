"""Using the codes of second factors: each counts once, also of two calls at once, and tries are limited.

Apart from setting factors up, because every service that signs people in loads this.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.kernel.context import Context
from chalicelib.kernel.keys import provider
from chalicelib.security.errors import FactorRefused
from chalicelib.security.events import RecoveryCodeUsed
from chalicelib.security.model import recovery_codes, totp
from chalicelib.security.model.factors import RECOVERY_TRIES, TOTP_TRIES
from chalicelib.security.repository import factors as rows
from chalicelib.security.service import audit
from chalicelib.security.service.limits import take
from chalicelib.security.service.unit import in_one_write


def verify_totp(user_id: str, code: str, *, now: datetime) -> None:
    """Use a code of the authenticator app, in a transaction of its own; raise `FactorRefused` or `TooMany`.

    Call it once a request, outside any loop that runs again after a lost race: the step is spent when this
    returns, and a step counts once.
    """
    take(TOTP_TRIES, user_id, now=now)
    in_one_write(rows.owner_of(user_id), lambda ctx: spend_totp(ctx, code), now=now)


def spend_totp(ctx: Context, code: str) -> None:
    """Use a code of the app in the caller's commit; raise `FactorRefused`. The caller counts the try."""
    found = rows.find_totp(ctx.person.id)
    if found is None or not found.live:
        raise FactorRefused
    secret = rows.open_secret(ctx.vaults(ctx.person), found)
    step = totp.step_of(code, secret, last_step=found.last_step, now=ctx.now)
    if step is None:
        raise FactorRefused
    rows.save_totp(ctx.commit, totp.used(found, step))


def use_recovery_code(user_id: str, code: str, *, now: datetime) -> int:
    """Use a recovery code, in a transaction of its own, and give how many are left.

    Raises `FactorRefused` or `TooMany`; tells `RecoveryCodeUsed`. Call it once a request, outside any loop
    that runs again after a lost race: the code is spent when this returns, and a code counts once.
    """
    take(RECOVERY_TRIES, user_id, now=now)

    def work(ctx: Context) -> int:
        ctx.commit.open()
        return spend_recovery_code(ctx, code)

    return in_one_write(rows.owner_of(user_id), work, now=now)


def spend_recovery_code(ctx: Context, code: str) -> int:
    """Use a recovery code in the caller's commit; raise `FactorRefused`. The caller counts the try."""
    user_id = ctx.person.id
    secret = recovery_codes.read_code(code)
    codes = rows.find_recovery_codes(user_id)
    if secret is None or codes is None:
        raise FactorRefused
    left = recovery_codes.without(codes, recovery_hash(user_id, secret))
    if left is None:
        raise FactorRefused
    rows.save_recovery_codes(ctx.commit, left)
    count = len(left.hashes)
    audit.record(
        ctx, action="recovery-code-used", subject="recovery-codes", after={"left": str(count)}
    )
    ctx.commit.tell(RecoveryCodeUsed(user_id=user_id, left=count), subject=user_id)
    return count


def recovery_hash(user_id: str, secret: bytes) -> bytes:
    """Give what is kept of a recovery code."""
    return recovery_codes.hash_of(provider().secret("recovery-codes"), user_id, secret)
