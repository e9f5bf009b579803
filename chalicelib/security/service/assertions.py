"""Using a passkey: a challenge, and the one answer to it that counts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import is_id, new_id
from chalicelib.kernel.settings import settings
from chalicelib.security.errors import FactorRefused, NoPasskey
from chalicelib.security.gateways import authenticators
from chalicelib.security.model.ceremonies import assertion_options
from chalicelib.security.model.factors import PASSKEY_CHALLENGES
from chalicelib.security.model.passkeys import (
    CHALLENGE_BYTES,
    CHALLENGE_LIFE,
    AssertionPurpose,
    Challenge,
    Passkey,
    PasskeyOptions,
    PasskeyProof,
    Purpose,
    RelyingParty,
    after_use,
    relying_party,
    user_of,
)
from chalicelib.security.repository import passkeys as rows
from chalicelib.security.repository.factors import owner_of
from chalicelib.security.service.limits import take
from chalicelib.security.service.unit import in_one_write


def party() -> RelyingParty:
    """Give who we are to authenticators."""
    return relying_party(settings().public_url)


def new_challenge(user_id: str | None, purpose: Purpose, *, now: datetime) -> Challenge:
    """Store a challenge for five minutes; raise `TooMany` for a user who asks too often.

    Challenges without a user are limited by the route that gives them, by network address.
    """
    if user_id is not None:
        take(PASSKEY_CHALLENGES, user_id, now=now)
    challenge = Challenge(
        id=new_id(),
        user_id=user_id,
        purpose=purpose,
        secret=secrets.token_bytes(CHALLENGE_BYTES),
        expires_at=now + CHALLENGE_LIFE,
    )
    rows.add_challenge(challenge)
    return challenge


def passkey_options(
    user_id: str | None, *, purpose: AssertionPurpose, now: datetime
) -> PasskeyOptions:
    """Ask for a passkey: of a user, or for a sign-in (`user_id` None) of whoever has one.

    Raises `NoPasskey` for a user without any, and `TooMany`. The answer without a user says nothing of anybody.
    """
    if user_id is None and purpose != "sign-in":
        raise ValueError("only a sign-in may be of anybody")
    known = [] if user_id is None else rows.all_passkeys(user_id)
    if user_id is not None and not known:
        raise NoPasskey
    challenge = new_challenge(user_id, purpose, now=now)
    return PasskeyOptions(challenge.id, assertion_options(party(), challenge, known=known))


def verify_passkey(
    challenge_id: str,
    credential: Mapping[str, object],
    *,
    purpose: AssertionPurpose,
    user_id: str | None,
    now: datetime,
) -> PasskeyProof:
    """Verify the answer to a challenge, in a transaction of its own; raise `FactorRefused`.

    Each challenge is answered once, also by two calls at once; purpose and user must be those it was given
    for. Call it once a request, outside any loop that runs again after a lost race.
    """
    claimed = user_id if user_id is not None else _claimed(credential)
    return in_one_write(
        owner_of(claimed),
        lambda ctx: use(ctx, challenge_id, credential, purpose=purpose, named=user_id is not None),
        now=now,
    )


def use(
    ctx: Context,
    challenge_id: str,
    credential: Mapping[str, object],
    *,
    purpose: AssertionPurpose,
    named: bool,
) -> PasskeyProof:
    """Use a passkey in the caller's commit; raise `FactorRefused`.

    `named`: the user was known when the challenge was given.
    """
    user_id = ctx.person.id
    challenge = find_challenge(user_id if named else None, challenge_id)
    if challenge is None or not challenge.serves(purpose, ctx.now):
        raise FactorRefused
    passkey = _shown(user_id, credential)
    asserted = authenticators.verify_assertion(credential, challenge, passkey, party())
    rows.spend_challenge(ctx.commit, challenge, refusal=FactorRefused())
    rows.save_passkey(ctx.commit, after_use(passkey, asserted, ctx.now))
    return PasskeyProof(user_id, passkey.id, asserted.user_verified)


def find_challenge(user_id: str | None, challenge_id: str) -> Challenge | None:
    """Read a challenge; None for an id that is none of ours."""
    return rows.find_challenge(user_id, challenge_id) if is_id(challenge_id) else None


def _claimed(credential: Mapping[str, object]) -> str:
    user_id = user_of(authenticators.user_handle_of(credential) or b"")
    if user_id is None:
        raise FactorRefused
    return user_id


def _shown(user_id: str, credential: Mapping[str, object]) -> Passkey:
    shown = authenticators.credential_id_of(credential)
    for passkey in rows.all_passkeys(user_id):
        if passkey.credential_id == shown:
            return passkey
    raise FactorRefused
