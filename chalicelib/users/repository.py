"""The users table: who owns an address, users and their sessions.

`EML#<version>#<keyed hash>` holds whose an address is, and makes it unique; `U#<id>` holds `USER` and
`SES#<id>`. Pending sign-ups carry a `ttl`, so one that nobody verifies leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar, cast, overload

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel import aws
from chalicelib.kernel.clock import parse_rfc3339, rfc3339
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.context import USER, Owner
from chalicelib.kernel.keys import provider
from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Key, Raw, Row, Table, TableSpec, WholeNumber
from chalicelib.kernel.transaction import LostRace, raw_key
from chalicelib.kernel.vault import Vault
from chalicelib.users.errors import SessionNotFound, UserNotFound
from chalicelib.users.model.sessions import Session
from chalicelib.users.model.users import Address, Profile, State, User, Verification

T = TypeVar("T")
TABLE: Final = TableSpec("users", ledger=True)
TABLES: Final = (TABLE,)

_LOOKUP_VERSION: Final = "v1"
_USER_SK: Final = "USER"
_ADDRESS_SK: Final = "EML"
_SESSION: Final = "SES#"


class AddressRow(Row):
    """Whose an address is."""

    user_id = UnicodeAttribute()
    state = UnicodeAttribute()
    version = WholeNumber()
    ttl = WholeNumber(null=True)


class UserRow(Row):
    """A user; times are Unix milliseconds where only a comparison needs them."""

    state = UnicodeAttribute()
    email = BinaryAttribute(legacy_encoding=False)
    display_name = BinaryAttribute(legacy_encoding=False, null=True)
    password = UnicodeAttribute()
    address_key = UnicodeAttribute()
    created_at = UnicodeAttribute()
    version = WholeNumber()
    signed_out = WholeNumber(null=True)
    verification = UnicodeAttribute(null=True)
    verification_until = WholeNumber(null=True)
    ttl = WholeNumber(null=True)


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
    version = WholeNumber()
    ttl = WholeNumber()


def owner_of(user_id: str) -> Owner:
    """Give the owner of a user's personal data."""
    return Owner(USER, user_id)


# --- addresses


def address_key(address: str) -> str:
    """Give the partition key of a normalised address: a keyed hash, so the table names nobody."""
    key = provider().secret("email-lookup")
    digest = hmac.new(key, address.encode(), hashlib.sha256).hexdigest()
    return f"EML#{_LOOKUP_VERSION}#{digest}"


def find_address(key: str) -> Address | None:
    """Read whose an address is, expired sign-ups included: the next one must replace exactly that row."""
    answer = aws.dynamodb().get_item(
        TableName=TABLE.name, Key=raw_key((key, _ADDRESS_SK)), ConsistentRead=True
    )
    if "Item" not in answer:
        return None
    row = AddressRow.from_raw_data(answer["Item"])
    return Address(
        key=row.pk, user_id=row.user_id, verified=row.state == "verified", version=row.version
    )


def save_address(commit: Commit, address: Address, *, until: datetime | None) -> None:
    """Write whose an address is, over the version before it; `until` lets a pending one expire."""
    row = AddressRow(
        address.key,
        _ADDRESS_SK,
        user_id=address.user_id,
        state="verified" if address.verified else "pending",
        version=address.version,
        ttl=int(until.timestamp()) if until else None,
    )
    commit.put(row, expect=address.version - 1, refusal=LostRace())


# --- users


def get_user(user_id: str) -> User:
    """Read a user; raise `UserNotFound`."""
    user = find_user(user_id)
    if user is None:
        raise UserNotFound
    return user


def find_user(user_id: str) -> User | None:
    """Read a user, or None."""
    raw = Table(TABLE).get(_user_key(user_id))
    return None if raw is None else _user(raw)


def save_user(commit: Commit, user: User) -> None:
    """Write a user over the version before it; a pending one expires with its verification."""
    due = user.verification
    until = int(due.expires_at.timestamp()) if due else None
    row = UserRow(
        *_user_key(user.id),
        state=user.state,
        email=user.email,
        display_name=user.display_name,
        password=user.password,
        address_key=user.address_key,
        created_at=rfc3339(user.created_at),
        version=user.version,
        signed_out=_millis(user.signed_out_at) if user.signed_out_at else None,
        verification=due.id if due else None,
        verification_until=until,
        ttl=until if user.state == "pending" else None,
    )
    commit.put(row, expect=user.version - 1, refusal=LostRace())


def check_user(commit: Commit, user_id: str, *, version: int | None = None) -> None:
    """Let the commit fail when the user is gone, or is not at this version any more."""
    commit.check(_user_key(user_id), expect=version, refusal=LostRace())


def seal_profile(vault: Vault, field: str, text: str) -> bytes:
    """Seal a field of the user's item."""
    return vault.seal(text, TABLE.service, _USER_SK, field)


def profile(user: User, vault: Vault) -> Profile:
    """Open what is sealed of a user."""
    name = user.display_name
    return Profile(
        id=user.id,
        email=vault.open(user.email, TABLE.service, _USER_SK, "email"),
        display_name=(
            None if name is None else vault.open(name, TABLE.service, _USER_SK, "display_name")
        ),
        created_at=user.created_at,
        version=user.version,
    )


def _user(raw: Raw) -> User:
    row = UserRow.from_raw_data(dict(raw))
    due, until = _maybe(row.verification), _maybe(row.verification_until)
    return User(
        id=Owner.parse(row.pk).id,
        state=cast("State", row.state),
        email=row.email,
        display_name=row.display_name,
        password=row.password,
        address_key=row.address_key,
        created_at=parse_rfc3339(row.created_at),
        version=row.version,
        signed_out_at=_instant(_maybe(row.signed_out)),
        verification=(
            Verification(id=due, expires_at=datetime.fromtimestamp(until, UTC))
            if due is not None and until is not None
            else None
        ),
    )


# --- sessions


def find_user_and_session(user_id: str, session_id: str) -> tuple[User | None, Session | None]:
    """Read a user and one of their sessions in one call, strongly consistent: on every request."""
    user_key, session_key = _user_key(user_id), _session_key(user_id, session_id)
    found = Table(TABLE).get_many((user_key, session_key))
    user, session = found.get(user_key), found.get(session_key)
    return (_user(user) if user else None, _session(session) if session else None)


def get_session(user_id: str, session_id: str) -> Session:
    """Read a session; raise `SessionNotFound`."""
    raw = Table(TABLE).get(_session_key(user_id, session_id))
    if raw is None:
        raise SessionNotFound
    return _session(raw)


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
    return Page(tuple(_session(raw) for raw in piece.items), piece.resume)


def save_session(commit: Commit, session: Session) -> None:
    """Write a session over the version before it."""
    row = SessionRow(
        *_session_key(session.user_id, session.id),
        state="live" if session.live else "over",
        created=_millis(session.created_at),
        used=_millis(session.used_at),
        current=session.current,
        previous=session.previous,
        rotated=_millis(session.rotated_at) if session.rotated_at else None,
        device=session.device,
        agent=session.agent or None,
        network=session.network or None,
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


def _session(raw: Raw) -> Session:
    row = SessionRow.from_raw_data(dict(raw))
    return Session(
        id=row.sk.removeprefix(_SESSION),
        user_id=Owner.parse(row.pk).id,
        live=row.state == "live",
        created_at=_instant(row.created),
        used_at=_instant(row.used),
        expires_at=datetime.fromtimestamp(row.ttl, UTC),
        current=row.current,
        previous=row.previous,
        rotated_at=_instant(_maybe(row.rotated)),
        device=row.device,
        agent=row.agent or b"",
        network=row.network or b"",
        version=row.version,
    )


def _user_key(user_id: str) -> Key:
    return (str(owner_of(user_id)), _USER_SK)


def _session_key(user_id: str, session_id: str) -> Key:
    return (str(owner_of(user_id)), _SESSION + session_id)


def _millis(instant: datetime) -> int:
    return int((instant - _EPOCH) / _MILLI)


@overload
def _instant(millis: int) -> datetime: ...
@overload
def _instant(millis: int | None) -> datetime | None: ...
def _instant(millis: int | None) -> datetime | None:
    return None if millis is None else _EPOCH + millis * _MILLI


def _maybe(value: T) -> T | None:
    """PynamoDB types an attribute that may be absent as if it were always there."""
    return value


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLI: Final = timedelta(milliseconds=1)
