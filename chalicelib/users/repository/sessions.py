"""Sessions: `U#<id>` / `SES#<id>`; a tombstone once they are over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault
from chalicelib.users.errors import SessionNotFound
from chalicelib.users.model.sessions import Session
from chalicelib.users.model.users import User
from chalicelib.users.repository.table import TABLE, instant, maybe, millis, owner_of
from chalicelib.users.repository.users import user_from, user_key

_SESSION: Final = "SES#"


class SessionRow(Row):
    """A session; times are Unix milliseconds."""

    state = UnicodeAttribute()
    created = WholeNumber()
    used = WholeNumber()
    current = BinaryAttribute(legacy_encoding=False)
    previous = BinaryAttribute(legacy_encoding=False, null=True)
    rotated = WholeNumber(null=True)
    device = BinaryAttribute(legacy_encoding=False)
    agent = BinaryAttribute(legacy_encoding=False, null=True)
    network = BinaryAttribute(legacy_encoding=False, null=True)
    proved = WholeNumber(null=True)
    methods = UnicodeAttribute(null=True)
    client = UnicodeAttribute(null=True)
    scopes = UnicodeAttribute(null=True)
    cookie = BinaryAttribute(legacy_encoding=False, null=True)
    place = BinaryAttribute(legacy_encoding=False, null=True)
    version = WholeNumber()
    ttl = WholeNumber()


def find_user_and_session(user_id: str, session_id: str) -> tuple[User | None, Session | None]:
    """Read a user and one of their sessions in one call, strongly consistent."""
    key, own = user_key(user_id), session_key(user_id, session_id)
    found = Table(TABLE).get_many((key, own))
    user, session = found.get(key), found.get(own)
    return (user_from(user) if user else None, session_from(session) if session else None)


def get_session(user_id: str, session_id: str) -> Session:
    """Read a session; raise `SessionNotFound`."""
    raw = Table(TABLE).get(session_key(user_id, session_id))
    if raw is None:
        raise SessionNotFound
    return session_from(raw)


def find_sessions(user_id: str, *, limit: int, start: Mapping[str, str] | None) -> Page[Session]:
    """Read a page of a user's sessions, newest first (ids are ours, so they are in order of time)."""
    piece = Table(TABLE).query(
        str(owner_of(user_id)),
        _SESSION,
        _SESSION + "~",
        limit=limit,
        start=start,
        forward=False,
        consistent=True,
    )
    return Page(tuple(session_from(raw) for raw in piece.items), piece.resume)


def save_session(commit: Commit, session: Session) -> None:
    """Write a session over the version before it."""
    row = SessionRow(
        *session_key(session.user_id, session.id),
        state="live" if session.live else "over",
        created=millis(session.created_at),
        used=millis(session.used_at),
        current=session.current,
        previous=session.previous,
        rotated=millis(session.rotated_at) if session.rotated_at else None,
        device=session.device,
        agent=session.agent or None,
        network=session.network or None,
        proved=millis(session.proved_at),
        methods=" ".join(session.methods),
        client=session.client or None,
        scopes=None if session.scopes is None else " ".join(sorted(session.scopes)),
        cookie=session.cookie,
        place=session.place or None,
        version=session.version,
        ttl=int(session.expires_at.timestamp()),
    )
    commit.put(row, expect=session.version - 1, refusal=LostRace())


def seal_device(vault: Vault, session_id: str, field: str, text: str) -> bytes:
    """Seal a field of a session's item."""
    return vault.seal(text, TABLE.service, _SESSION + session_id, field)


def open_device(vault: Vault, session_id: str, field: str, sealed: bytes) -> str:
    """Open a field of a session's item; empty stays empty."""
    return vault.open(sealed, TABLE.service, _SESSION + session_id, field) if sealed else ""


def session_from(raw: Raw) -> Session:
    """Read a session's item."""
    row = SessionRow.from_raw_data(dict(raw))
    return Session(
        id=row.sk.removeprefix(_SESSION),
        user_id=Owner.parse(row.pk).id,
        live=row.state == "live",
        created_at=instant(row.created),
        used_at=instant(row.used),
        expires_at=datetime.fromtimestamp(row.ttl, UTC),
        current=row.current,
        previous=row.previous,
        rotated_at=instant(maybe(row.rotated)),
        device=row.device,
        agent=row.agent or b"",
        network=row.network or b"",
        version=row.version,
        # sessions of the first layout have neither time nor methods
        proved_at=instant(maybe(row.proved) or row.created),
        methods=tuple((maybe(row.methods) or "pwd").split()),
        client=maybe(row.client) or "",
        scopes=_scopes(maybe(row.scopes)),
        cookie=maybe(row.cookie),
        place=maybe(row.place) or b"",
    )


def session_key(user_id: str, session_id: str) -> Key:
    """Give the key of a session's item."""
    return (str(owner_of(user_id)), _SESSION + session_id)


def _scopes(text: str | None) -> frozenset[str] | None:
    return None if text is None else frozenset(text.split())
