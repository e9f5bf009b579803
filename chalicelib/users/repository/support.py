"""Support grants: `U#<user>` / `SUP#<grant>`; a withdrawn one is deleted, an expired one counts as absent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.users.errors import SupportGrantNotFound
from chalicelib.users.model.support import MOST, SupportGrant
from chalicelib.users.model.users import User
from chalicelib.users.repository.table import TABLE, instant, maybe, millis, owner_of
from chalicelib.users.repository.users import user_from, user_key

_GRANT: Final = "SUP#"


class SupportGrantRow(Row):
    """A grant; times are Unix milliseconds."""

    admin = UnicodeAttribute(null=True)
    scopes = UnicodeAttribute()
    created = WholeNumber()
    used = WholeNumber(null=True)
    version = WholeNumber()
    ttl = WholeNumber()


def get_support_grant(user_id: str, grant_id: str) -> SupportGrant:
    """Read a grant; raise `SupportGrantNotFound`."""
    raw = Table(TABLE).get(_key(user_id, grant_id))
    if raw is None:
        raise SupportGrantNotFound
    return _from(raw)


def find_user_and_grant(user_id: str, grant_id: str) -> tuple[User | None, SupportGrant | None]:
    """Read a user and one of their grants in one call, strongly consistent."""
    key, own = user_key(user_id), _key(user_id, grant_id)
    found = Table(TABLE).get_many((key, own))
    user, grant = found.get(key), found.get(own)
    return (user_from(user) if user else None, _from(grant) if grant else None)


def find_support_grants(user_id: str) -> list[SupportGrant]:
    """Read all grants of a user, newest first."""
    piece = Table(TABLE).query(
        str(owner_of(user_id)),
        _GRANT,
        _GRANT + "~",
        # those that expired and were not deleted yet lie there too
        limit=MOST * 10,
        forward=False,
        consistent=True,
    )
    return [_from(raw) for raw in piece.items]


def save_support_grant(commit: Commit, grant: SupportGrant) -> None:
    """Write a grant over the version before it."""
    row = SupportGrantRow(
        *_key(grant.user_id, grant.id),
        admin=grant.admin_id or None,
        scopes=" ".join(sorted(grant.scopes)),
        created=millis(grant.created_at),
        used=millis(grant.used_at) if grant.used_at else None,
        version=grant.version,
        ttl=int(grant.expires_at.timestamp()),
    )
    commit.put(row, expect=grant.version - 1, refusal=LostRace())


def remove_support_grant(commit: Commit, grant: SupportGrant) -> None:
    """Delete a grant: the very next request with it finds nothing."""
    key = _key(grant.user_id, grant.id)
    commit.delete(key, expect=grant.version, refusal=LostRace())


def _from(raw: Raw) -> SupportGrant:
    row = SupportGrantRow.from_raw_data(dict(raw))
    return SupportGrant(
        id=row.sk.removeprefix(_GRANT),
        user_id=Owner.parse(row.pk).id,
        admin_id=maybe(row.admin) or "",
        scopes=frozenset(row.scopes.split()),
        created_at=instant(row.created),
        expires_at=datetime.fromtimestamp(row.ttl, UTC),
        used_at=instant(maybe(row.used)),
        version=row.version,
    )


def _key(user_id: str, grant_id: str) -> Key:
    return (str(owner_of(user_id)), _GRANT + grant_id)
