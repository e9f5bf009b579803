"""Signing up and verifying the address, without ever telling whether an address has an account.

A pending sign-up gives way to the next one with the same address, so nobody can block or prepare an
account for somebody else: the newest mail is the one that counts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chalicelib.kernel.changes import Change
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.errors import TooMany
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.keys import provider
from chalicelib.kernel.races import until_won
from chalicelib.security import api as security
from chalicelib.security.api import passwords as security_passwords
from chalicelib.users import repository
from chalicelib.users.errors import VerificationGone, VerificationUnusable
from chalicelib.users.events import (
    EmailVerified,
    RegistrationRepeated,
    UserRegistered,
    VerificationRequested,
)
from chalicelib.users.model.addresses import normalise
from chalicelib.users.model.tokens import read_verification_token
from chalicelib.users.model.users import (
    VERIFICATION_LIFE,
    Address,
    User,
    Verification,
)
from chalicelib.users.schemas.signing_in import Register
from chalicelib.users.service import audit, passwords
from chalicelib.users.service.unit import in_one_write, write

MAILS: Final = security.Limit("sign-up-mail", quota=5, window=24 * 3600, told=False)
"""Mails that sign-ups can make us send to one address in a day."""


def register(visit: Visit, body: Register) -> None:
    """Sign up, or tell the user of the address that somebody tried; the caller cannot tell which.

    Both do the same work: one look-up, one hash, one key, one transaction. Refuses weak passwords and what
    is no address; tells `UserRegistered` and `VerificationRequested`, or `RegistrationRepeated`.
    """
    email = normalise(body.email)
    context = (email, body.display_name or "")
    security_passwords.require_strong(body.password, context=context, pointer="/password")
    key = repository.address_key(email)
    allowed = _may_mail(visit, key)
    user_id = new_id()
    vault = security.create_key(repository.owner_of(user_id), now=visit.now, provisional=True)
    name = body.display_name
    user = User(
        id=user_id,
        state="pending",
        email=repository.seal_profile(vault, "email", email),
        display_name=None if name is None else repository.seal_profile(vault, "display_name", name),
        password=passwords.hashed(body.password),
        address_key=key,
        created_at=visit.now,
        version=1,
        verification=Verification(id=new_id(), expires_at=visit.now + VERIFICATION_LIFE),
    )
    until_won(lambda: _settle(visit, user, allowed=allowed))


def _may_mail(visit: Visit, key: str) -> bool:
    try:
        security.take(MAILS, key, now=visit.now)
    except TooMany:
        return False
    return True


def _settle(visit: Visit, user: User, *, allowed: bool) -> None:
    found = repository.find_address(user.address_key)
    if not allowed:
        return
    if found is not None and found.verified:
        write(visit, repository.owner_of(found.user_id), _tell_repeated)
    else:
        write(visit, repository.owner_of(user.id), lambda ctx: _add(ctx, user, found))


def _tell_repeated(ctx: Context) -> None:
    user_id = ctx.owner.id
    repository.check_user(ctx.commit, user_id)
    ctx.commit.tell(RegistrationRepeated(user_id=user_id), subject=user_id)


def _add(ctx: Context, user: User, before: Address | None) -> None:
    due = user.verification
    if due is None:
        raise VerificationGone
    address = Address(
        key=user.address_key,
        user_id=user.id,
        verified=False,
        version=before.version + 1 if before else 1,
    )
    repository.save_address(ctx.commit, address, until=due.expires_at)
    repository.save_user(ctx.commit, user)
    # the change log begins with the verification: a log entry would outlive a sign-up that expires
    ctx.commit.tell(UserRegistered(user_id=user.id), subject=user.id)
    ctx.commit.tell(VerificationRequested(user_id=user.id, verification_id=due.id), subject=user.id)


def verify_email(visit: Visit, token: str) -> None:
    """Let a user sign in who shows the token of the mail; raise `VerificationUnusable`.

    Works once, for 24 hours, and only for the newest sign-up with the address. Tells `EmailVerified`.
    """
    ids = read_verification_token(provider().secret("verification"), token)
    if ids is None:
        raise VerificationUnusable
    user_id, verification_id = ids
    owner = repository.owner_of(user_id)
    in_one_write(visit, owner, lambda ctx: _verify(ctx, user_id, verification_id))


def _verify(ctx: Context, user_id: str, verification_id: str) -> None:
    ctx.commit.open()
    user = repository.find_user(user_id)
    if user is None or not user.awaits(verification_id, ctx.now):
        raise VerificationUnusable
    address = repository.find_address(user.address_key)
    if address is None or address.user_id != user_id:
        raise VerificationUnusable
    # first: a user who can sign in must never have a key that expires
    security.keep_key(ctx.owner, now=ctx.now)
    verified = replace(user, state="active", verification=None, version=user.version + 1)
    repository.save_user(ctx.commit, verified)
    owned = replace(address, verified=True, version=address.version + 1)
    repository.save_address(ctx.commit, owned, until=None)
    profile = repository.profile(verified, ctx.vault)
    ctx.commit.record(
        Change(
            kind="user",
            id=user_id,
            version=verified.version,
            fields={"state": verified.state},
            after={"email": profile.email, "display_name": profile.display_name},
        )
    )
    ctx.commit.tell(EmailVerified(user_id=user_id), subject=user_id)
    audit.enter(ctx, "email-verified", subject=user_id)
