"""Signing in with a password, and staying signed in by refresh tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.ids import derived_id, new_id
from chalicelib.kernel.races import until_won
from chalicelib.kernel.values import dataclass
from chalicelib.security import api as security
from chalicelib.security.api import factors as security_factors
from chalicelib.users import repository
from chalicelib.users.errors import BadAddress, RefreshRefused, SignInRefused
from chalicelib.users.events import RefreshTokenReused, SignInFailedOften
from chalicelib.users.model import sessions
from chalicelib.users.model.addresses import normalise
from chalicelib.users.model.tickets import First
from chalicelib.users.model.tokens import Opaque, hash_of
from chalicelib.users.model.users import User
from chalicelib.users.schemas.signing_in import SignIn, TokensOut
from chalicelib.users.service import audit, devices, passwords, tickets
from chalicelib.users.service.beginning import (
    Begun,
    Outcome,
    Way,
    as_user,
    begin,
    device_of,
    outcome,
    place_of,
    tokens,
)
from chalicelib.users.service.credentials import new_token, read_token
from chalicelib.users.service.unit import in_one_write, write

NETWORK: Final = security.Limit("sign-in", quota=100, window=900)
"""Tries of a network address on all accounts together; known devices take nothing from it."""


@dataclass(frozen=True, slots=True)
class _Try:
    """A try that was counted already: whose the address is, and on which device."""

    visit: Visit
    body: SignIn
    user_id: str
    known: Opaque | None
    tries: devices.Tries


def sign_in(visit: Visit, body: SignIn) -> Outcome:
    """Begin a session, or ask for the second factor; raise `SignInRefused`, or `TooMany`.

    An unknown address costs the same calls and the same hash as a known one.
    """
    device = devices.read_device(body.device_token, visit.now)
    if device is None:
        security.take(NETWORK, visit.address, now=visit.now)
    try:
        account = repository.address_key(normalise(body.email))
    except BadAddress as error:
        raise SignInRefused from error
    found = repository.find_address(account)
    user_id = found.user_id if found else derived_id("nobody", account)
    known = device if device and device.user_id == user_id else None
    if device is not None and known is None:
        # a device of somebody else is a stranger here
        security.take(NETWORK, visit.address, now=visit.now)
    tries = devices.count_sign_in(visit, account, known)
    return until_won(lambda: _attempt(_Try(visit, body, user_id, known, tries)))


def after_first_factor(
    visit: Visit,
    user: User,
    *,
    first: First,
    device_token: str = "",
    cookie: bool = False,
    proved_at: datetime | None = None,
) -> Outcome:
    """Go on once a user showed a first factor that is no password: begin the session, or ask for the second.

    `proved_at` is when they showed it, where that was not just now: an old proof is none for a step-up.
    """
    known = devices.known_device(device_token, user.id, visit.now)
    owner = repository.owner_of(user.id)
    factors = security_factors.second_factors(user.id)
    if factors.any:
        return tickets.ask(visit, user, first, factors)
    way = Way(methods=(first,), known=known, cookie=cookie, proved_at=proved_at)

    def work(ctx: Context) -> Begun:
        repository.check_user(ctx.commit, user.id, version=user.version)
        return begin(ctx, visit, user, new_id(), way)

    return outcome(write(visit, owner, work), visit.now)


def _attempt(one: _Try) -> Outcome:
    user = repository.find_user(one.user_id)
    match = passwords.compare(user.password if user else None, one.body.password)
    if user is None or user.state != "active":
        _refuse(one, None)
        raise SignInRefused
    if not match.fits:
        _refuse(one, user)
        raise SignInRefused
    kept = _rehashed(user, one.body.password) if match.outdated else user
    factors = security_factors.second_factors(user.id)
    owner = repository.owner_of(user.id)
    begun = write(one.visit, owner, lambda ctx: _succeed(ctx, one, user, kept, asked=factors.any))
    if begun is None:
        return tickets.ask(one.visit, kept, "pwd", factors)
    return outcome(begun, one.visit.now)


def _rehashed(user: User, password: str) -> User:
    return replace(user, password=passwords.hashed(password), version=user.version + 1)


def _succeed(ctx: Context, one: _Try, user: User, kept: User, *, asked: bool) -> Begun | None:
    """The user must not change meanwhile: a password that was just replaced opens nothing."""
    if kept is user:
        repository.check_user(ctx.commit, user.id, version=user.version)
    else:
        repository.save_user(ctx.commit, kept)
    devices.succeeded(ctx, one.tries)
    if asked:
        return None
    way = Way(methods=("pwd",), known=one.known, cookie=one.body.cookie)
    return begin(ctx, one.visit, kept, new_id(), way)


def _refuse(one: _Try, user: User | None) -> None:
    """Note a failure; for nobody, and for a user who may not sign in, as many rows that say nothing."""
    often = one.tries.alarming
    if user is None:
        nobody = repository.owner_of(derived_id("nobody", one.user_id))
        count = 3 if often else 2
        write(
            one.visit,
            nobody,
            lambda ctx: repository.save_decoys(ctx.commit, count, one.visit.now),
        )
        return
    write(
        one.visit, repository.owner_of(user.id), lambda ctx: _note(ctx, one, user.id, often=often)
    )


def _note(ctx: Context, one: _Try, user_id: str, *, often: bool) -> None:
    repository.check_user(ctx.commit, user_id)
    audit.enter(ctx, "sign-in-failed", after={"device": "known" if one.known else "stranger"})
    if often:
        ctx.commit.tell(SignInFailedOften(user_id=user_id), subject=user_id)


def refresh(visit: Visit, token: str) -> TokensOut:
    """Give new tokens for a refresh token, which is spent by it; raise `RefreshRefused`.

    A spent one that comes back ends its session, and `RefreshTokenReused` is told.
    """
    given = read_token("refresh", token)
    if given is None:
        raise RefreshRefused
    owner = repository.owner_of(given.user_id)
    renewal = in_one_write(visit, owner, lambda ctx: _renew(ctx, visit, given))
    if renewal is None:
        raise RefreshRefused
    return tokens(renewal, visit.now)


def _renew(ctx: Context, visit: Visit, given: Opaque) -> Begun | None:
    user, session = repository.find_user_and_session(given.user_id, given.id)
    if user is None or session is None or user.state != "active":
        return None
    # an app's tokens are renewed where the app shows who it is
    if session.client or not session.stands(user.signed_out_at, ctx.now):
        return None
    device = device_of(visit)
    verdict = sessions.judge(session, given.hash, device=device, now=ctx.now)
    if verdict == "reuse":
        repository.save_session(ctx.commit, sessions.ended(session))
        ctx.commit.tell(
            RefreshTokenReused(user_id=user.id, session_id=session.id), subject=session.id
        )
        audit.enter(as_user(ctx, user.id), "refresh-token-reused", subject=session.id)
        return None
    token = new_token("refresh", user_id=user.id, identity=session.id)
    renewed = sessions.renewed(
        session, verdict, successor=hash_of(token), device=device, now=ctx.now
    )
    place = place_of(session.id, visit.address)
    if (
        place != session.place
    ):  # sealing needs the user's key, and unwrapping that costs more than all else here
        network = repository.seal_device(ctx.vault, session.id, "network", visit.address)
        renewed = replace(renewed, network=network, place=place)
    repository.save_session(ctx.commit, renewed)
    return Begun(renewed, token)
