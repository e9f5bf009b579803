"""Saved profiles: whose they are and when they changed in clear, name, header and hints sealed in `body`.

Few enough to be read whole, with the tombstones that stay for 90 days.
"""

from __future__ import annotations

import zlib
from datetime import timedelta
from functools import cache
from typing import Final

from pydantic import TypeAdapter
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.interchange.errors import ProfileIdTaken, ProfileNotFound, TooManyProfiles
from chalicelib.interchange.model.formats.types import Hints
from chalicelib.interchange.model.profiles import MAX_PROFILES, Match, Profile
from chalicelib.interchange.repository.table import LAYOUT, TABLE, key_of
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import parse_rfc3339, rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

PROFILE: Final = "PRF#"
KIND: Final = "profile"
_LAST: Final = "~"
_MOST_ITEMS: Final = 5 * MAX_PROFILES
"""Saved profiles with the tombstones of 90 days."""
_PASSING: Final = timedelta(days=90)


class ProfileItem(Row):
    """A saved profile."""

    layout = WholeNumber()
    version = WholeNumber()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    body = BinaryAttribute(legacy_encoding=False)
    made = BinaryAttribute(legacy_encoding=False, null=True)


class ProfileTombstone(Row):
    """A deleted profile, for 90 days: its id means nothing else so long."""

    layout = WholeNumber()
    version = WholeNumber()
    deleted_at = UnicodeAttribute()
    ttl = WholeNumber()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What is sealed of a profile."""

    name: str
    match: Match
    hints: Hints


@cache
def _bodies() -> TypeAdapter[_Body]:
    """Made on first use: building it costs milliseconds that a cold start should not pay."""
    return TypeAdapter(_Body)


def look(ctx: Context, profile_id: str) -> Profile | None:
    """Read a profile: None for a deleted one; raise `ProfileNotFound`."""
    raw = Table(TABLE).get(key_of(ctx.owner, PROFILE, profile_id))
    if raw is None:
        raise ProfileNotFound
    return None if "deleted_at" in raw else _profile_of(raw, ctx.vault)


def get(ctx: Context, profile_id: str) -> Profile:
    """Read a live profile; raise `ProfileNotFound`."""
    profile = look(ctx, profile_id)
    if profile is None:
        raise ProfileNotFound
    return profile


def known(ctx: Context, profile_id: str, made: bytes) -> Profile | None:
    """Read what a client created before by the same body; raise `ProfileIdTaken` for any other use of the id."""
    raw = Table(TABLE).get(key_of(ctx.owner, PROFILE, profile_id))
    if raw is None:
        return None
    if "deleted_at" in raw or raw.get("made", {}).get("B") != made:
        raise ProfileIdTaken
    return _profile_of(raw, ctx.vault)


def find(owner: Owner, vault: Vault) -> tuple[list[Profile], int]:
    """Give all of an owner's profiles, and how many items they take with the tombstones of deleted ones."""
    items = list(
        Table(TABLE).query_all(
            str(owner), PROFILE, PROFILE + _LAST, most=_MOST_ITEMS + 1, consistent=True
        )
    )
    live = [raw for raw in items if "deleted_at" not in raw]
    return [_profile_of(raw, vault) for raw in live], len(items)


def add(ctx: Context, profile: Profile) -> None:
    """Store a new profile; raise `TooManyProfiles` where there is no room for one."""
    profiles, items = find(ctx.owner, ctx.vault)
    if len(profiles) >= MAX_PROFILES or items >= _MOST_ITEMS:
        raise TooManyProfiles
    ctx.commit.put(_item(ctx, profile), expect=0, refusal=ProfileIdTaken())
    ctx.commit.record(
        Change(kind=KIND, id=profile.id, version=profile.version, after=_logged(profile))
    )


def replace(ctx: Context, before: Profile, after: Profile) -> None:
    """Store a profile's next version; another writer in between is a lost race."""
    ctx.commit.put(_item(ctx, after), expect=before.version, refusal=LostRace())
    ctx.commit.record(
        Change(
            kind=KIND,
            id=after.id,
            version=after.version,
            before=_logged(before),
            after=_logged(after),
        )
    )


def remove(ctx: Context, profile: Profile) -> None:
    """Leave a tombstone in a profile's place."""
    gone = ProfileTombstone(
        *key_of(ctx.owner, PROFILE, profile.id),
        layout=LAYOUT,
        version=profile.version + 1,
        deleted_at=rfc3339(ctx.now),
        ttl=int((ctx.now + _PASSING).timestamp()),
    )
    ctx.commit.put(gone, expect=profile.version, refusal=LostRace())
    ctx.commit.record(
        Change(
            kind=KIND,
            id=profile.id,
            version=profile.version + 1,
            op="delete",
            before=_logged(profile),
        )
    )


def _logged(profile: Profile) -> dict[str, object]:
    return {"name": profile.name}


def _item(ctx: Context, profile: Profile) -> ProfileItem:
    pk, sk = key_of(ctx.owner, PROFILE, profile.id)
    body = _Body(name=profile.name, match=profile.match, hints=profile.hints)
    item = ProfileItem(
        pk,
        sk,
        layout=LAYOUT,
        version=profile.version,
        created_at=rfc3339(profile.created_at),
        updated_at=rfc3339(profile.updated_at),
        body=ctx.vault.seal_bytes(zlib.compress(_bodies().dump_json(body)), *_place(sk)),
    )
    if profile.made is not None:
        item.made = profile.made
    return item


def _place(sort_key: str) -> tuple[str, str, str]:
    return (TABLE.service, sort_key, "body")


def _profile_of(raw: Raw, vault: Vault) -> Profile:
    item = ProfileItem.from_raw_data(dict(raw))
    sealed = zlib.decompress(vault.open_bytes(item.body, *_place(item.sk)))
    body = _bodies().validate_json(sealed)
    return Profile(
        id=item.sk.removeprefix(PROFILE),
        version=item.version,
        name=body.name,
        match=body.match,
        hints=body.hints,
        created_at=parse_rfc3339(item.created_at),
        updated_at=parse_rfc3339(item.updated_at),
        made=item.made,
    )
