"""Passkeys (`U#<id>` / `FCT#PKY#<id>`) and the challenges that they answer.

A challenge of a known user lies with the user as `CHL#<id>`; that of a sign-in without a name has no owner
yet and lies under `CHL#<id>` / `CHL`. Both vanish after five minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, cast

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace, Operation, put_new, send
from chalicelib.kernel.vault import Vault
from chalicelib.security.errors import KeyMadeMeanwhile, PasskeyNotFound
from chalicelib.security.model.ceremonies import bytes_of, text_of
from chalicelib.security.model.factors import MOST_PASSKEYS
from chalicelib.security.model.passkeys import Challenge, Passkey, Purpose
from chalicelib.security.repository.factors import PASSKEY, owner_of
from chalicelib.security.repository.moments import instant, millis
from chalicelib.security.repository.table import TABLE

_CHALLENGE: Final = "CHL"


class PasskeyRow(Row):
    """A passkey; times are Unix milliseconds.

    The authenticator's bytes are base64url: as they are, they could look like a sealed value, and then no key of
    the owner could ever go.
    """

    label = BinaryAttribute(legacy_encoding=False)
    credential = UnicodeAttribute()
    public_key = UnicodeAttribute()
    sign_count = WholeNumber()
    flags = UnicodeAttribute(null=True)
    """`synced` and `backed-up`, as far as they hold."""
    transports = UnicodeAttribute(null=True)
    aaguid = UnicodeAttribute()
    created = WholeNumber()
    used = WholeNumber(null=True)
    version = WholeNumber()


class ChallengeRow(Row):
    """A challenge that was given and not yet answered."""

    purpose = UnicodeAttribute()
    secret = BinaryAttribute(legacy_encoding=False)
    version = WholeNumber()
    ttl = WholeNumber()


# --- passkeys


def all_passkeys(user_id: str) -> list[Passkey]:
    """Read all passkeys of a user, oldest first."""
    piece = Table(TABLE).query(
        str(owner_of(user_id)), PASSKEY, PASSKEY + "~", limit=MOST_PASSKEYS, consistent=True
    )
    return [_passkey_from(user_id, raw) for raw in piece.items]


def find_passkeys(user_id: str, *, limit: int, start: Mapping[str, str] | None) -> Page[Passkey]:
    """Read a page of a user's passkeys, oldest first (ids are ours, so they are in order of time)."""
    piece = Table(TABLE).query(
        str(owner_of(user_id)), PASSKEY, PASSKEY + "~", limit=limit, start=start, consistent=True
    )
    return Page(tuple(_passkey_from(user_id, raw) for raw in piece.items), piece.resume)


def get_passkey(user_id: str, passkey_id: str) -> Passkey:
    """Read a passkey; raise `PasskeyNotFound`."""
    raw = Table(TABLE).get(_passkey_key(user_id, passkey_id))
    if raw is None:
        raise PasskeyNotFound
    return _passkey_from(user_id, raw)


def save_passkey(commit: Commit, passkey: Passkey) -> None:
    """Write a passkey over the version before it."""
    flags = [name for name, on in _flags(passkey) if on]
    row = PasskeyRow(
        *_passkey_key(passkey.user_id, passkey.id),
        label=passkey.name,
        credential=text_of(passkey.credential_id),
        public_key=text_of(passkey.public_key),
        sign_count=passkey.sign_count,
        flags=" ".join(flags) or None,
        transports=" ".join(passkey.transports) or None,
        aaguid=passkey.aaguid,
        created=millis(passkey.created_at),
        used=millis(passkey.used_at) if passkey.used_at else None,
        version=passkey.version,
    )
    commit.put(row, expect=passkey.version - 1, refusal=LostRace())


def remove_passkey(commit: Commit, passkey: Passkey) -> None:
    """Delete a passkey as it was read."""
    key = _passkey_key(passkey.user_id, passkey.id)
    commit.delete(key, expect=passkey.version, refusal=LostRace())


def seal_passkey_name(vault: Vault, passkey_id: str, name: str) -> bytes:
    """Seal the name that the user gave a passkey."""
    return vault.seal(name, TABLE.service, PASSKEY + passkey_id, "label")


def open_passkey_name(vault: Vault, passkey: Passkey) -> str:
    """Open the name that the user gave a passkey."""
    return vault.open(passkey.name, TABLE.service, PASSKEY + passkey.id, "label")


def _flags(passkey: Passkey) -> tuple[tuple[str, bool], ...]:
    return (("synced", passkey.synced), ("backed-up", passkey.backed_up))


def _passkey_from(user_id: str, raw: Raw) -> Passkey:
    row = PasskeyRow.from_raw_data(dict(raw))
    flags = (row.flags or "").split()
    used: int | None = row.used  # PynamoDB types it as if it were always there
    return Passkey(
        id=row.sk.removeprefix(PASSKEY),
        user_id=user_id,
        name=row.label,
        credential_id=_bytes(row.credential),
        public_key=_bytes(row.public_key),
        sign_count=row.sign_count,
        synced="synced" in flags,
        backed_up="backed-up" in flags,
        transports=tuple((row.transports or "").split()),
        aaguid=row.aaguid,
        created_at=instant(row.created),
        used_at=instant(used) if used is not None else None,
        version=row.version,
    )


def _bytes(text: str) -> bytes:
    return bytes_of(text) or b""


def _passkey_key(user_id: str, passkey_id: str) -> Key:
    return (str(owner_of(user_id)), PASSKEY + passkey_id)


# --- challenges


def add_challenge(challenge: Challenge) -> None:
    """Store a challenge: a single write of its own, because it belongs to no unit of work."""
    row = ChallengeRow(
        *_challenge_key(challenge.user_id, challenge.id),
        purpose=challenge.purpose,
        secret=challenge.secret,
        version=1,
        ttl=int(challenge.expires_at.timestamp()),
    )
    send([Operation(put_new(TABLE, row), KeyMadeMeanwhile())])


def find_challenge(user_id: str | None, challenge_id: str) -> Challenge | None:
    """Read a challenge of a user, or one without a user; None when there is none."""
    raw = Table(TABLE).get(_challenge_key(user_id, challenge_id))
    if raw is None:
        return None
    row = ChallengeRow.from_raw_data(dict(raw))
    return Challenge(
        id=challenge_id,
        user_id=user_id,
        purpose=cast("Purpose", row.purpose),
        secret=row.secret,
        expires_at=datetime.fromtimestamp(row.ttl, UTC),
    )


def spend_challenge(commit: Commit, challenge: Challenge, *, refusal: Refusal) -> None:
    """Take a challenge away, so that it is answered once: the second answer raises `refusal`."""
    commit.delete(_challenge_key(challenge.user_id, challenge.id), expect=1, refusal=refusal)


def _challenge_key(user_id: str | None, challenge_id: str) -> Key:
    if user_id is None:
        return (f"{_CHALLENGE}#{challenge_id}", _CHALLENGE)
    return (str(owner_of(user_id)), f"{_CHALLENGE}#{challenge_id}")
