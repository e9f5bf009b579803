"""Whether a caller still counts: asked on every request, so that an end is effective at once."""

from __future__ import annotations

import hmac
from datetime import datetime

from chalicelib.users import repository
from chalicelib.users.errors import HouseholdNotFound, SessionOver
from chalicelib.users.model.sessions import Credential, Session, Standing


def authenticate(
    credential: Credential, *, household_id: str | None = None, now: datetime
) -> Standing:
    """Read session, user and membership in one strongly consistent call.

    Raises `SessionOver` unless session and user stand, and `HouseholdNotFound` for a household that the
    user is no member of.
    """
    found = repository.find_standing(credential.user_id, credential.id, household_id)
    user, session = found.user, found.session
    if user is None or session is None or user.state != "active":
        raise SessionOver
    if not (session.stands(user.signed_out_at, now) and _shown(credential, session)):
        raise SessionOver
    if household_id is not None and found.membership is None:
        raise HouseholdNotFound
    return Standing(
        user_id=user.id,
        session_id=session.id,
        user_version=user.version,
        admin=user.admin,
        client=session.client,
        scopes=session.scopes,
        proved_at=session.proved_at,
        methods=session.methods,
        membership=found.membership,
    )


def require_session(*, user_id: str, session_id: str, now: datetime) -> None:
    """Raise `SessionOver` unless the session stands: for connections that outlive the request that made them."""
    user, session = repository.find_user_and_session(user_id, session_id)
    if user is None or session is None or user.state != "active":
        raise SessionOver
    if not session.stands(user.signed_out_at, now):
        raise SessionOver


def _shown(credential: Credential, session: Session) -> bool:
    """A session of the browser is entered by its cookie alone, any other by its access token alone."""
    if credential.kind == "cookie":
        return session.cookie is not None and hmac.compare_digest(session.cookie, credential.hash)
    return session.cookie is None
