"""What mails to users say, asked for at the moment of sending: queues carry ids, never an address or a token."""

from __future__ import annotations

from chalicelib.kernel.clock import now
from chalicelib.kernel.keys import provider
from chalicelib.kernel.settings import settings
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.errors import UserNotFound, VerificationGone
from chalicelib.users.model.tokens import verification_token
from chalicelib.users.model.users import MailFacts


def verification_mail(user_id: str, verification_id: str) -> MailFacts:
    """Give what the mail says, at the moment of sending; raise `VerificationGone` when none is due."""
    user = repository.find_user(user_id)
    if user is None or user.verification is None or not user.awaits(verification_id, now()):
        raise VerificationGone
    address = repository.find_address(user.address_key)
    if address is None or address.user_id != user_id:
        raise VerificationGone
    token = verification_token(
        provider().secret("verification"), user_id=user_id, verification_id=verification_id
    )
    profile = repository.profile(user, security.vault(repository.owner_of(user_id)))
    return MailFacts(
        address=profile.email,
        # behind `#`, so that no server, proxy or referrer ever sees it
        link=f"{settings().public_url}/verify-email#token={token}",
        expires_at=user.verification.expires_at,
    )


def notice_address(user_id: str) -> str:
    """Give the address that notices to a user go to; raise `UserNotFound` unless the user is active."""
    user = repository.find_user(user_id)
    if user is None or user.state != "active":
        raise UserNotFound
    return repository.profile(user, security.vault(repository.owner_of(user_id))).email
