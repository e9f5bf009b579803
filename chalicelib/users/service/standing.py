"""Whether a session still counts: asked on every request, so that an end is effective at once."""

from __future__ import annotations

from datetime import datetime

from chalicelib.users import repository
from chalicelib.users.errors import SessionOver
from chalicelib.users.model.sessions import Standing


def authenticate(*, user_id: str, session_id: str, now: datetime) -> Standing:
    """Read session and user in one strongly consistent call; raise `SessionOver` unless both stand."""
    user, session = repository.find_user_and_session(user_id, session_id)
    if user is None or session is None or user.state != "active":
        raise SessionOver
    if not session.stands(user.signed_out_at, now):
        raise SessionOver
    return Standing(user_id=user_id, session_id=session_id, user_version=user.version)
