"""Where a session is, for the mail about it: asked for at the moment of sending."""

from __future__ import annotations

from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.model.agents import words_for
from chalicelib.users.model.sessions import SessionPlace


def session_place(user_id: str, session_id: str) -> SessionPlace:
    """Give the device in words, the network address and when it began; raise `SessionNotFound` once it is over."""
    session = repository.get_session(user_id, session_id)
    vault = security.vault(repository.owner_of(user_id))

    def opened(field: str, sealed: bytes) -> str:
        return repository.open_device(vault, session.id, field, sealed)

    return SessionPlace(
        device=words_for(opened("agent", session.agent)),
        network=opened("network", session.network),
        begun_at=session.created_at,
    )
