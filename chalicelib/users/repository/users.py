"""Users: `U#<id>` / `USER`. A pending sign-up carries a `ttl`, so one that nobody verifies leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, cast

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.clock import parse_rfc3339, rfc3339
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.vault import Vault
from chalicelib.users.errors import UserNotFound
from chalicelib.users.model.users import Profile, State, User, Verification
from chalicelib.users.repository.table import (
    TABLE,
    instant,
    listed_in,
    maybe,
    millis,
    owner_of,
    part_of,
)

_USER_SK: Final = "USER"


class UserRow(Row):
    """A user; times are Unix milliseconds where only a comparison needs them.

    `listed` puts the row into the index by state.
    """

    state = UnicodeAttribute()
    email = BinaryAttribute(legacy_encoding=False)
    display_name = BinaryAttribute(legacy_encoding=False, null=True)
    password = UnicodeAttribute()
    address_key = UnicodeAttribute()
    created_at = UnicodeAttribute()
    version = WholeNumber()
    admin = WholeNumber(null=True)
    erase_after = WholeNumber(null=True)
    signed_out = WholeNumber(null=True)
    verification = UnicodeAttribute(null=True)
    verification_until = WholeNumber(null=True)
    listed = UnicodeAttribute(null=True)
    ttl = WholeNumber(null=True)


def get_user(user_id: str) -> User:
    """Read a user; raise `UserNotFound`."""
    user = find_user(user_id)
    if user is None:
        raise UserNotFound
    return user


def find_user(user_id: str) -> User | None:
    """Read a user, or None."""
    raw = Table(TABLE).get(user_key(user_id))
    return None if raw is None else user_from(raw)


def save_user(commit: Commit, user: User) -> None:
    """Write a user over the version before it; a pending one expires with its verification."""
    due = user.verification
    until = int(due.expires_at.timestamp()) if due else None
    row = UserRow(
        *user_key(user.id),
        state=user.state,
        email=user.email,
        display_name=user.display_name,
        password=user.password,
        address_key=user.address_key,
        created_at=rfc3339(user.created_at),
        version=user.version,
        admin=1 if user.admin else None,
        erase_after=millis(user.erase_after) if user.erase_after else None,
        signed_out=millis(user.signed_out_at) if user.signed_out_at else None,
        verification=due.id if due else None,
        verification_until=until,
        listed=listed_in(user.state, part_of(user.id)),
        ttl=until if user.state == "pending" else None,
    )
    commit.put(row, expect=user.version - 1, refusal=LostRace())


def check_user(commit: Commit, user_id: str, *, version: int | None = None) -> None:
    """Let the commit fail when the user is gone, or is not at this version any more."""
    commit.check(user_key(user_id), expect=version, refusal=LostRace())


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


def user_from(raw: Raw) -> User:
    """Read a user's item."""
    row = UserRow.from_raw_data(dict(raw))
    due, until = maybe(row.verification), maybe(row.verification_until)
    return User(
        id=Owner.parse(row.pk).id,
        state=cast("State", row.state),
        email=row.email,
        display_name=row.display_name,
        password=row.password,
        address_key=row.address_key,
        created_at=parse_rfc3339(row.created_at),
        version=row.version,
        admin=bool(maybe(row.admin)),
        erase_after=instant(maybe(row.erase_after)),
        signed_out_at=instant(maybe(row.signed_out)),
        verification=(
            Verification(id=due, expires_at=datetime.fromtimestamp(until, UTC))
            if due is not None and until is not None
            else None
        ),
    )


def user_key(user_id: str) -> Key:
    """Give the key of a user's item."""
    return (str(owner_of(user_id)), _USER_SK)
