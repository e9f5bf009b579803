"""Changes of address: `U#<id>` / `EMC#<id>`, kept for the week in which the old address can take them back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal, cast

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault
from chalicelib.users.model.email_change import MOST, EmailChange, State
from chalicelib.users.repository.table import TABLE, instant, millis, owner_of

_CHANGE: Final = "EMC#"
Field = Literal["email", "previous"]


class EmailChangeRow(Row):
    """A change of address; `created` is in Unix milliseconds."""

    state = UnicodeAttribute()
    email = BinaryAttribute(legacy_encoding=False)
    address_key = UnicodeAttribute()
    previous = BinaryAttribute(legacy_encoding=False)
    previous_key = UnicodeAttribute()
    created = WholeNumber()
    version = WholeNumber()
    ttl = WholeNumber()


def find_email_change(user_id: str, change_id: str) -> EmailChange | None:
    """Read a change of address, or None."""
    raw = Table(TABLE).get(_key(user_id, change_id))
    return None if raw is None else _from(raw)


def find_email_changes(user_id: str, *, since: str = "") -> list[EmailChange]:
    """Read a user's changes of address from an id on, oldest first (ids are ours, so in order of time)."""
    piece = Table(TABLE).query(
        str(owner_of(user_id)), _CHANGE + since, _CHANGE + "~", limit=MOST, consistent=True
    )
    return [_from(raw) for raw in piece.items]


def save_email_change(commit: Commit, change: EmailChange) -> None:
    """Write a change of address over the version before it."""
    row = EmailChangeRow(
        *_key(change.user_id, change.id),
        state=change.state,
        email=change.email,
        address_key=change.address_key,
        previous=change.previous,
        previous_key=change.previous_key,
        created=millis(change.created_at),
        version=change.version,
        ttl=int(change.stop_until.timestamp()),
    )
    commit.put(row, expect=change.version - 1, refusal=LostRace())


def remove_email_change(commit: Commit, change: EmailChange) -> None:
    """Forget a change of address: its links work no more."""
    key = _key(change.user_id, change.id)
    commit.delete(key, expect=change.version, refusal=LostRace())


def seal_change(vault: Vault, change_id: str, field: Field, address: str) -> bytes:
    """Seal an address of a change."""
    return vault.seal(address, TABLE.service, _CHANGE + change_id, field)


def open_change(vault: Vault, change: EmailChange, field: Field) -> str:
    """Open an address of a change."""
    sealed = change.email if field == "email" else change.previous
    return vault.open(sealed, TABLE.service, _CHANGE + change.id, field)


def _from(raw: Raw) -> EmailChange:
    row = EmailChangeRow.from_raw_data(dict(raw))
    return EmailChange(
        id=row.sk.removeprefix(_CHANGE),
        user_id=Owner.parse(row.pk).id,
        state=cast("State", row.state),
        email=row.email,
        address_key=row.address_key,
        previous=row.previous,
        previous_key=row.previous_key,
        created_at=instant(row.created),
        stop_until=datetime.fromtimestamp(row.ttl, UTC),
        version=row.version,
    )


def _key(user_id: str, change_id: str) -> Key:
    return (str(owner_of(user_id)), _CHANGE + change_id)
