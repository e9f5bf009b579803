"""Signing in with a passkey alone: it says who it is, and its user was verified where it lies."""

from __future__ import annotations

from typing import cast

from pydantic import JsonValue

from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.ids import new_id
from chalicelib.security.api import factors as security_factors
from chalicelib.users import repository
from chalicelib.users.errors import SignInRefused
from chalicelib.users.model.tickets import PASSKEY_ALONE
from chalicelib.users.schemas.second_step import AskPasskey, PasskeyAskedOut, PasskeySignIn
from chalicelib.users.service import tickets
from chalicelib.users.service.beginning import Begun, Outcome, Way, begin, outcome
from chalicelib.users.service.devices import known_device
from chalicelib.users.service.unit import in_one_write


def passkey_options(visit: Visit, body: AskPasskey) -> PasskeyAskedOut:
    """Give a challenge: as second factor for a ticket, else for whichever passkey the device offers.

    Without a ticket nobody is named, so nothing can be learnt of any account. Raises `TicketRefused`.
    """
    if body.ticket is None:
        asked = security_factors.passkey_options(None, purpose="sign-in", now=visit.now)
    else:
        user_id = tickets.user_of(visit, body.ticket)
        asked = security_factors.passkey_options(user_id, purpose="second-factor", now=visit.now)
    options = cast("dict[str, JsonValue]", dict(asked.options))
    return PasskeyAskedOut(challenge_id=asked.challenge_id, options=options)


def sign_in_with_passkey(visit: Visit, body: PasskeySignIn) -> Outcome:
    """Begin a session; raise `FactorRefused` for a passkey that does not count, `SignInRefused` for its user."""
    proof = security_factors.verify_passkey(
        body.challenge_id, body.credential.plain(), purpose="sign-in", user_id=None, now=visit.now
    )
    known = known_device(body.device_token, proof.user_id, visit.now)
    way = Way(methods=PASSKEY_ALONE, known=known, cookie=body.cookie)

    def work(ctx: Context) -> Begun:
        user = repository.find_user(proof.user_id)
        if user is None or user.state != "active":
            raise SignInRefused
        repository.check_user(ctx.commit, user.id, version=user.version)
        return begin(ctx, visit, user, new_id(), way)

    begun = in_one_write(visit, repository.owner_of(proof.user_id), work)
    return outcome(begun, visit.now)
