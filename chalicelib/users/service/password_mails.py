"""What the mail for a forgotten password says, asked for at the moment of sending."""

from __future__ import annotations

from chalicelib.kernel import clock
from chalicelib.kernel.settings import settings
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.errors import ResetGone
from chalicelib.users.model.devices import made_at
from chalicelib.users.model.tickets import RESET_LIFE
from chalicelib.users.model.users import MailFacts, User
from chalicelib.users.service.credentials import bound_token


def reset_mail(user_id: str, reset_id: str) -> MailFacts:
    """Give what the mail says, at the moment of sending; raise `ResetGone` when none is due any more."""
    user = repository.find_user(user_id)
    made = made_at(reset_id)
    if user is None or user.state != "active" or made is None or clock.now() >= made + RESET_LIFE:
        raise ResetGone
    profile = repository.profile(user, security.vault(repository.owner_of(user_id)))
    return MailFacts(
        address=profile.email,
        # behind `#`, so that no server, proxy or referrer ever sees it
        link=f"{settings().public_url}/reset-password#token={reset_token(user, reset_id)}",
        expires_at=made + RESET_LIFE,
    )


def reset_token(user: User, reset_id: str) -> str:
    """Write the token: the same as long as password and address are, so that nothing of it is kept."""
    to = (user.password.encode(), user.address_key.encode())
    return bound_token("reset", user_id=user.id, identity=reset_id, to=to)
