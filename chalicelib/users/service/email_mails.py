"""What the mails about a change of address say, asked for at the moment of sending."""

from __future__ import annotations

from chalicelib.kernel.clock import now
from chalicelib.kernel.keys import provider
from chalicelib.kernel.settings import settings
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.errors import EmailChangeGone, UserNotFound
from chalicelib.users.model.email_change import ChangeMails, EmailChange
from chalicelib.users.model.tokens import verification_token


def email_change_mails(user_id: str, change_id: str) -> ChangeMails:
    """Give what both mails about a change that was asked for say; raise `EmailChangeGone` when it is over."""
    user = repository.find_user(user_id)
    change = repository.find_email_change(user_id, change_id)
    if user is None or change is None or not change.awaits(user.address_key, now()):
        raise EmailChangeGone
    taken = repository.find_address(change.address_key)
    free = taken is None or not taken.verified
    return _mails(change, link=_link(change, "email-change") if free else None)


def email_changed_mails(user_id: str, change_id: str) -> ChangeMails:
    """Give what both mails about a change that was done say; raise `EmailChangeGone` when it was taken back."""
    change = repository.find_email_change(user_id, change_id)
    if change is None or change.state != "done" or not change.can_be_stopped(now()):
        raise EmailChangeGone
    return _mails(change, link=None)


def account_address(user_id: str) -> str:
    """Give the address of a user who may be disabled; raise `UserNotFound` for all who have none proved."""
    user = repository.find_user(user_id)
    if user is None or user.state == "pending":
        raise UserNotFound
    return repository.profile(user, security.vault(repository.owner_of(user_id))).email


def _mails(change: EmailChange, *, link: str | None) -> ChangeMails:
    vault = security.vault(repository.owner_of(change.user_id))
    return ChangeMails(
        new_address=repository.open_change(vault, change, "email"),
        link=link,
        confirm_until=change.confirm_until,
        old_address=repository.open_change(vault, change, "previous"),
        stop_link=_link(change, "email-stop"),
        stop_until=change.stop_until,
    )


def _link(change: EmailChange, purpose: str) -> str:
    token = verification_token(
        provider().secret(purpose), user_id=change.user_id, verification_id=change.id
    )
    page = "confirm-email" if purpose == "email-change" else "stop-email-change"
    # behind `#`, so that no server, proxy or referrer ever sees it
    return f"{settings().public_url}/{page}#token={token}"
