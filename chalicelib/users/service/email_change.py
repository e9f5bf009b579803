"""Changing one's address, without ever telling whether the new one has an account.

The request reads nothing about the new address, so all addresses cost and answer the same; the mail alone
differs. One transaction takes the new address, gives the old one up and moves the user; whoever reads the
old mailbox can stop that before, and take it back for a week after.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.errors import TooMany
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.keys import provider
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.errors import EmailChangeUnusable, SameAddress
from chalicelib.users.events import EmailChanged, EmailChangeRequested, EmailChangeStopped
from chalicelib.users.model.addresses import normalise
from chalicelib.users.model.email_change import STOP_LIFE, EmailChange
from chalicelib.users.model.tokens import read_verification_token
from chalicelib.users.model.users import Address, User
from chalicelib.users.schemas.email_change import EmailOut, PendingEmailOut
from chalicelib.users.service import audit
from chalicelib.users.service.registration import MAILS
from chalicelib.users.service.unit import in_one_write

CHANGES: Final = security.Limit("email-change", quota=5, window=24 * 3600)
"""Changes that one user can ask for in a day."""


def read_email(ctx: Context) -> EmailOut:
    """Give the caller's address, and the one that is to be proved."""
    user = repository.get_user(ctx.owner.id)
    asked = [
        one
        for one in repository.find_email_changes(user.id)
        if one.awaits(user.address_key, ctx.now)
    ]
    pending = None
    if asked:
        pending = PendingEmailOut(
            email=repository.open_change(ctx.vault, asked[-1], "email"),
            expires_at=rfc3339(asked[-1].confirm_until),
        )
    return EmailOut(email=repository.profile(user, ctx.vault).email, pending=pending)


def ask_for_change(ctx: Context, text: str) -> None:
    """Ask for another address; a change that was asked for before gives way.

    Refuses what is no address, one's own address, and more than five a day. Tells `EmailChangeRequested`,
    unless the new address got its mails for today: the answer is the same.
    """
    email = normalise(text)
    user = repository.get_user(ctx.owner.id)
    key = repository.address_key(email)
    if key == user.address_key:
        raise SameAddress
    security.take(CHANGES, user.id, now=ctx.now)
    if not _may_mail(ctx, key):
        return
    _drop_asked(ctx, user.id)
    change_id = new_id()
    old = repository.profile(user, ctx.vault).email
    change = EmailChange(
        id=change_id,
        user_id=user.id,
        state="asked",
        email=repository.seal_change(ctx.vault, change_id, "email", email),
        address_key=key,
        previous=repository.seal_change(ctx.vault, change_id, "previous", old),
        previous_key=user.address_key,
        created_at=ctx.now,
        stop_until=ctx.now.replace(microsecond=0) + STOP_LIFE,
        version=1,
    )
    repository.save_email_change(ctx.commit, change)
    repository.check_user(ctx.commit, user.id, version=user.version)
    ctx.commit.tell(EmailChangeRequested(user_id=user.id, change_id=change_id), subject=user.id)
    audit.enter(ctx, "email-change-requested", subject=change_id)


def _may_mail(ctx: Context, key: str) -> bool:
    try:
        security.take(MAILS, key, now=ctx.now)
    except TooMany:
        return False
    return True


def _drop_asked(ctx: Context, user_id: str) -> bool:
    asked = [one for one in repository.find_email_changes(user_id) if one.state == "asked"]
    for one in asked:
        repository.remove_email_change(ctx.commit, one)
    return bool(asked)


def drop_change(ctx: Context) -> None:
    """Take back what the caller asked for and did not prove; nothing to take back is no error."""
    if _drop_asked(ctx, ctx.owner.id):
        audit.enter(ctx, "email-change-cancelled")


def confirm_change(visit: Visit, token: str) -> None:
    """Move a user to the address that the token was mailed to; raise `EmailChangeUnusable`.

    Works once, for 24 hours, while the user's address is still the old one. Tells `EmailChanged`.
    """
    user_id, change_id = _ids(token, "email-change")
    owner = repository.owner_of(user_id)
    in_one_write(visit, owner, lambda ctx: _confirm(ctx, change_id))


def _confirm(ctx: Context, change_id: str) -> None:
    ctx.commit.open()
    user = repository.find_user(ctx.owner.id)
    change = repository.find_email_change(ctx.owner.id, change_id)
    if user is None or user.state != "active" or change is None:
        raise EmailChangeUnusable
    if not change.awaits(user.address_key, ctx.now):
        raise EmailChangeUnusable
    email = repository.open_change(ctx.vault, change, "email")
    _move(ctx, user, email=email, key=change.address_key)
    done = replace(
        change,
        state="done",
        stop_until=ctx.now.replace(microsecond=0) + STOP_LIFE,
        version=change.version + 1,
    )
    repository.save_email_change(ctx.commit, done)
    ctx.commit.tell(EmailChanged(user_id=user.id, change_id=change_id), subject=user.id)
    audit.enter(ctx, "email-changed", subject=change_id)


def _move(ctx: Context, user: User, *, email: str, key: str, sign_out: bool = False) -> None:
    """Take an address, give the present one up and write the user, or refuse when it is another's."""
    taken, present = repository.find_address(key), repository.find_address(user.address_key)
    if (taken is not None and taken.verified) or present is None or present.user_id != user.id:
        raise EmailChangeUnusable
    version = taken.version + 1 if taken else 1
    owned = Address(key=key, user_id=user.id, verified=True, version=version)
    repository.save_address(ctx.commit, owned, until=None)
    repository.release_address(ctx.commit, present)
    before = repository.profile(user, ctx.vault).email
    moved = replace(
        user,
        email=repository.seal_profile(ctx.vault, "email", email),
        address_key=key,
        signed_out_at=ctx.now if sign_out else user.signed_out_at,
        version=user.version + 1,
    )
    repository.save_user(ctx.commit, moved)
    ctx.commit.record(
        Change(
            kind="user",
            id=user.id,
            version=moved.version,
            fields={"state": moved.state},
            before={"email": before},
            after={"email": email},
        )
    )


def stop_change(visit: Visit, token: str) -> None:
    """Stop a change, or take a done one back and end every session; raise `EmailChangeUnusable`.

    The token was mailed to the old address and works for a week. Changes that came later are void with it, so
    nobody who got in can undo the undoing. Tells `EmailChangeStopped`.
    """
    user_id, change_id = _ids(token, "email-stop")
    owner = repository.owner_of(user_id)
    in_one_write(visit, owner, lambda ctx: _stop(ctx, change_id))


def _stop(ctx: Context, change_id: str) -> None:
    ctx.commit.open()
    user = repository.find_user(ctx.owner.id)
    changes = repository.find_email_changes(ctx.owner.id, since=change_id)
    change = changes[0] if changes and changes[0].id == change_id else None
    if user is None or change is None or not change.can_be_stopped(ctx.now):
        raise EmailChangeUnusable
    if user.erase_after is not None and user.erase_after <= ctx.now:
        raise EmailChangeUnusable  # the user is being erased: nothing is to be written any more
    for one in changes:
        repository.remove_email_change(ctx.commit, one)
    if change.state == "done" and user.address_key != change.previous_key:
        previous = repository.open_change(ctx.vault, change, "previous")
        _move(ctx, user, email=previous, key=change.previous_key, sign_out=True)
    else:
        repository.check_user(ctx.commit, user.id, version=user.version)
    ctx.commit.tell(EmailChangeStopped(user_id=user.id, change_id=change_id), subject=user.id)
    audit.enter(ctx, "email-change-cancelled", subject=change_id)


def _ids(token: str, purpose: str) -> tuple[str, str]:
    ids = read_verification_token(provider().secret(purpose), token)
    if ids is None:
        raise EmailChangeUnusable
    return ids
