"""Consents: which app may do what for a user, since when, and the sessions that came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.kernel.values import dataclass

MOST_CONSENTS: Final = 100
"""Apps that one user can let in."""
MOST_SESSIONS: Final = 10
"""Sessions that an app can have with one user; the next one ends the oldest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A user's consent to an app. `name` is the app's name as it was shown then, sealed under the user's key."""

    user_id: str
    client_id: str
    name: bytes
    scopes: frozenset[str]
    since: datetime
    changed_at: datetime
    sessions: tuple[str, ...]
    """Ids of the app's sessions, oldest first; some may be over."""
    version: int

    def allows(self, scopes: frozenset[str], *, given_at: datetime) -> bool:
        """Tell whether what was allowed at an instant is allowed still: withdrawn and given anew is not."""
        return self.since <= given_at and scopes <= self.scopes


def given(
    before: Consent | None, fresh: Consent, *, scopes: frozenset[str], now: datetime
) -> Consent:
    """Give the consent after the user allowed these scopes; what was allowed before stays allowed."""
    if before is None:
        return fresh
    return replace(
        before,
        name=fresh.name,
        scopes=before.scopes | scopes,
        changed_at=now,
        version=before.version + 1,
    )


def narrowed(before: Consent, *, scopes: frozenset[str], now: datetime) -> Consent:
    """Give the consent with fewer scopes."""
    return replace(
        before, scopes=before.scopes & scopes, changed_at=now, version=before.version + 1
    )


def with_session(before: Consent, session_id: str) -> tuple[Consent, tuple[str, ...]]:
    """Give the consent with one more session, and the ids of those that have to end for it."""
    known = (*before.sessions, session_id)
    kept = known[-MOST_SESSIONS:]
    changed = replace(before, sessions=kept, version=before.version + 1)
    return changed, known[: -len(kept)]
