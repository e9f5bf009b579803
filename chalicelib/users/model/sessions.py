"""Sessions and their rotating refresh tokens: current, previous, dead.

The previous token is taken once more for 30 seconds, from the same device and only while its successor is
unused, because the answer that carried the successor may have been lost. Anything else that is not current
means that a copy is in other hands, and ends the session.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.kernel.roles import Role
from chalicelib.kernel.values import dataclass

ABSOLUTE_LIFE: Final = timedelta(days=90)
IDLE_LIFE: Final = timedelta(days=30)
RETRY_WINDOW: Final = timedelta(seconds=30)

Verdict = Literal["rotate", "retry", "reuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in device. Tokens are kept as SHA-256 only; `agent` and `network` are sealed."""

    id: str
    user_id: str
    live: bool
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    current: bytes
    previous: bytes | None
    rotated_at: datetime | None
    device: bytes
    agent: bytes
    network: bytes
    version: int
    proved_at: datetime
    """When the user last showed who they are in this session."""
    methods: tuple[str, ...]
    """How they did then: names of RFC 8176 (`pwd`, `otp`, `hwk`, `mfa` ...), sorted."""
    client: str = ""
    """The third-party app that the session belongs to; empty for our own apps."""
    scopes: frozenset[str] | None = None
    """What the app was allowed; None for our own apps, which may do everything."""
    cookie: bytes | None = None
    """SHA-256 of the browser's cookie, where the session has one instead of tokens."""
    place: bytes = b""
    """Keyed hash of the address that `network` holds: so a refresh from the same one need not open or seal anything."""

    def stands(self, signed_out_at: datetime | None, now: datetime) -> bool:
        """Tell whether the session still counts."""
        ended = signed_out_at is not None and self.created_at <= signed_out_at
        return self.live and not ended and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """What a user may do in a household; `accounts` limits them to some of its accounts."""

    household_id: str
    role: Role
    accounts: Mapping[str, Role] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a caller showed, as far as its form and our tag on it can be trusted; not yet looked up."""

    kind: Literal["access", "cookie", "token", "client"]
    """An access token, a browser's cookie, a personal API token, or what a client got for itself."""
    user_id: str
    id: str
    """The session's id, or the API token's."""
    hash: bytes = b""
    """SHA-256 of the cookie or the API token; an access token is signed instead."""
    client: str = ""
    """The third-party app that an access token says it was given to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A caller who was just seen to be let in: session or API token live, user active, member still."""

    user_id: str
    session_id: str
    user_version: int
    admin: bool
    client: str
    scopes: frozenset[str] | None
    """What session or API token may do; None for everything."""
    proved_at: datetime | None
    """When the user last showed who they are; None for API tokens and third-party apps, which cannot."""
    methods: tuple[str, ...]
    membership: Membership | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlace:
    """Where a session is, for the mail about it: the device in words and a network address, both opened."""

    device: str
    network: str
    begun_at: datetime


def expiry(created_at: datetime, used_at: datetime) -> datetime:
    """Give the end of a session: 30 days after its last use, and 90 after its beginning in any case."""
    return min(created_at + ABSOLUTE_LIFE, used_at + IDLE_LIFE)


def judge(session: Session, presented: bytes, *, device: bytes, now: datetime) -> Verdict:
    """Decide what a genuine refresh token of this session means."""
    if hmac.compare_digest(presented, session.current):
        return "rotate"
    retried = (
        session.previous is not None
        and hmac.compare_digest(presented, session.previous)
        and session.rotated_at is not None
        # both ways: of two requests at once, the one that arrived first may be written second
        and abs(now - session.rotated_at) <= RETRY_WINDOW
        and hmac.compare_digest(device, session.device)
    )
    return "retry" if retried else "reuse"


def renewed(
    session: Session, verdict: Verdict, *, successor: bytes, device: bytes, now: datetime
) -> Session:
    """Give the session with a new current token.

    A retry kills the successor that got lost, and does not open another window of 30 seconds.
    """
    rotating = verdict == "rotate"
    return replace(
        session,
        current=successor,
        previous=session.current if rotating else session.previous,
        rotated_at=now if rotating else session.rotated_at,
        device=device,
        used_at=now,
        expires_at=expiry(session.created_at, now),
        version=session.version + 1,
    )


def ended(session: Session) -> Session:
    """Give the session as it lies there once it is over: a tombstone that lets no token through."""
    return replace(
        session,
        live=False,
        current=b"\x00",
        previous=None,
        rotated_at=None,
        agent=b"",
        network=b"",
        place=b"",
        cookie=None,
        version=session.version + 1,
    )
