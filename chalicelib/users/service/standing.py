"""Whether a caller still counts: asked on every request, so that an end is effective at once."""

from __future__ import annotations

import hmac
from datetime import datetime

from chalicelib.users import repository
from chalicelib.users.errors import HouseholdNotFound, SessionOver
from chalicelib.users.model.sessions import Credential, Session, Standing
from chalicelib.users.model.users import User
from chalicelib.users.repository import Found
from chalicelib.users.repository.clients import is_revoked
from chalicelib.users.service.token_use import note_use


def authenticate(
    credential: Credential, *, household_id: str | None = None, now: datetime
) -> Standing:
    """Read session or API token, user and membership in one strongly consistent call.

    Raises `SessionOver` unless user and credential stand, and `HouseholdNotFound` for a household that the
    user is no member of.
    """
    found = repository.find_standing(credential, household_id)
    user = found.user
    if user is None or user.state != "active":
        raise SessionOver
    standing = (
        _by_token(found, user, credential, now)
        if credential.kind == "token"
        else _by_session(found, user, credential, now)
    )
    if household_id is not None and found.membership is None:
        raise HouseholdNotFound
    return standing


def _by_session(found: Found, user: User, credential: Credential, now: datetime) -> Standing:
    session = found.session
    if session is None or not session.stands(user.signed_out_at, now):
        raise SessionOver
    if not _shown(credential, session) or found.app_gone:
        raise SessionOver
    return Standing(
        user_id=user.id,
        session_id=session.id,
        user_version=user.version,
        admin=user.admin,
        client=session.client,
        scopes=session.scopes,
        # an app never shows that the user is there, however fresh the sign-in was that let it in
        proved_at=None if session.client else session.proved_at,
        methods=session.methods,
        membership=found.membership,
    )


def _by_token(found: Found, user: User, credential: Credential, now: datetime) -> Standing:
    """An API token lets in by scope alone: it never proves that a person is there."""
    token = found.token
    if token is None or not token.stands(now):
        raise SessionOver
    if not hmac.compare_digest(token.hash, credential.hash):
        raise SessionOver
    note_use(token, now=now)
    return Standing(
        user_id=user.id,
        session_id=token.id,
        user_version=user.version,
        admin=user.admin,
        client="",
        scopes=token.scopes,
        proved_at=None,
        methods=(),
        membership=found.membership,
    )


def require_session(*, user_id: str, session_id: str, now: datetime) -> None:
    """Raise `SessionOver` unless the session stands: for connections that outlive the request that made them.

    The id may be an API token's, which can open such a connection too.
    """
    user, session = repository.find_user_and_session(user_id, session_id)
    if user is None or user.state != "active":
        raise SessionOver
    if session is not None and session.stands(user.signed_out_at, now):
        return
    token = repository.find_api_token(user_id, session_id) if session is None else None
    if token is None or not token.stands(now):
        raise SessionOver


def _shown(credential: Credential, session: Session) -> bool:
    """A session of the browser is entered by its cookie alone, an app's by the tokens given to that app."""
    if credential.kind == "cookie":
        return session.cookie is not None and hmac.compare_digest(session.cookie, credential.hash)
    return session.cookie is None and session.client == credential.client


def require_client(credential: Credential) -> None:
    """Raise `SessionOver` unless a token that a client got for itself still counts; one call."""
    if is_revoked(credential.client, credential.id):
        raise SessionOver
