"""Consents: `U#<user>` / `CNS#<client>`. And what a grant has to be judged by, in one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault
from chalicelib.users.errors import ConsentNotFound
from chalicelib.users.model.consents import MOST_CONSENTS, Consent
from chalicelib.users.model.oauth_codes import Code
from chalicelib.users.model.sessions import Session
from chalicelib.users.model.users import User
from chalicelib.users.repository.oauth_codes import code_from, code_key
from chalicelib.users.repository.sessions import session_from, session_key
from chalicelib.users.repository.table import TABLE, instant, millis, owner_of
from chalicelib.users.repository.users import user_from, user_key

_CONSENT: Final = "CNS#"


class ConsentRow(Row):
    """A user's consent to an app; `sessions` are ids, oldest first."""

    name = BinaryAttribute(legacy_encoding=False)
    scopes = UnicodeAttribute()
    since = WholeNumber()
    changed = WholeNumber()
    sessions = UnicodeAttribute(null=True)
    version = WholeNumber()


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What there is when a code comes: the user, the code unless spent, what came of it, and the consent."""

    user: User | None
    code: Code | None
    session: Session | None
    consent: Consent | None


def find_code_facts(user_id: str, code_id: str, client_id: str) -> CodeFacts:
    """Read what a code is judged by in one call; the session of a code has the code's id."""
    keys = (
        user_key(user_id),
        code_key(user_id, code_id),
        session_key(user_id, code_id),
        consent_key(user_id, client_id),
    )
    found = Table(TABLE).get_many(keys)
    user, code, session, consent = (found.get(key) for key in keys)
    return CodeFacts(
        user_from(user) if user else None,
        code_from(code) if code else None,
        session_from(session) if session else None,
        consent_from(consent) if consent else None,
    )


def find_consent(user_id: str, client_id: str) -> Consent | None:
    """Read a user's consent to an app, or None."""
    raw = Table(TABLE).get(consent_key(user_id, client_id))
    return None if raw is None else consent_from(raw)


def get_consent(user_id: str, client_id: str) -> Consent:
    """Read a user's consent to an app; raise `ConsentNotFound`."""
    found = find_consent(user_id, client_id)
    if found is None:
        raise ConsentNotFound
    return found


def find_consents(user_id: str) -> tuple[Consent, ...]:
    """Read all consents of a user."""
    rows = Table(TABLE).query_all(
        str(owner_of(user_id)), _CONSENT, _CONSENT + "~", most=MOST_CONSENTS, consistent=True
    )
    return tuple(consent_from(raw) for raw in rows)


def find_some_sessions(user_id: str, session_ids: Iterable[str]) -> tuple[Session, ...]:
    """Read sessions of a user by id; those that are not there any more are left out."""
    keys = [session_key(user_id, one) for one in session_ids]
    found = Table(TABLE).get_many(keys) if keys else {}
    return tuple(session_from(found[key]) for key in keys if key in found)


def save_consent(commit: Commit, consent: Consent) -> None:
    """Write a consent over the version before it."""
    row = ConsentRow(
        *consent_key(consent.user_id, consent.client_id),
        name=consent.name,
        scopes=" ".join(sorted(consent.scopes)),
        since=millis(consent.since),
        changed=millis(consent.changed_at),
        sessions=" ".join(consent.sessions) or None,
        version=consent.version,
    )
    commit.put(row, expect=consent.version - 1, refusal=LostRace())


def remove_consent(commit: Commit, consent: Consent) -> None:
    """Delete a consent."""
    key = consent_key(consent.user_id, consent.client_id)
    commit.delete(key, expect=consent.version, refusal=LostRace())


def seal_consent_name(vault: Vault, client_id: str, name: str) -> bytes:
    """Seal the app's name, as it was shown, under the user's key."""
    return vault.seal(name, TABLE.service, _CONSENT + client_id, "name")


def open_consent_name(vault: Vault, consent: Consent) -> str:
    """Open the app's name, as it was shown."""
    return vault.open(consent.name, TABLE.service, _CONSENT + consent.client_id, "name")


def consent_from(raw: Raw) -> Consent:
    """Read a consent."""
    row = ConsentRow.from_raw_data(dict(raw))
    return Consent(
        user_id=Owner.parse(row.pk).id,
        client_id=row.sk.removeprefix(_CONSENT),
        name=row.name,
        scopes=frozenset(row.scopes.split()),
        since=instant(row.since),
        changed_at=instant(row.changed),
        sessions=tuple((row.sessions or "").split()),
        version=row.version,
    )


def consent_key(user_id: str, client_id: str) -> Key:
    """Give the key of a user's consent to an app."""
    return (str(owner_of(user_id)), _CONSENT + client_id)
