"""Profiles: saving layouts, showing them beside the built-in ones, and laying them out for a file to be read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chalicelib.expenses import api as expenses
from chalicelib.interchange.errors import ProfileBuiltIn, ProfileIdTaken, ProfileNotFound
from chalicelib.interchange.model.formats.types import ColumnMap, Hints, SavedProfile
from chalicelib.interchange.model.importing import Import, UsedProfile, read_rows
from chalicelib.interchange.model.profiles import (
    MAX_CELL,
    MAX_HEADER,
    Match,
    Profile,
    check,
    for_account,
    from_import,
)
from chalicelib.interchange.repository import imports as imports_repository
from chalicelib.interchange.repository import profiles as repository
from chalicelib.interchange.schemas.profiles import (
    CreateProfile,
    PatchProfile,
    ProfileOut,
    ProfilesQuery,
)
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.wire import PageOut
from chalicelib.security import api as security

if TYPE_CHECKING:
    from chalicelib.interchange.model.formats.tabular.profiles import Profile as BuiltIn

_LIST: Final = "interchange.profiles"


# --- what people do with them


def save_profile(ctx: Context, body: CreateProfile) -> ProfileOut:
    """Save a layout; the same id and body again is the same one.

    Refuses a match that would fit every file, an account or an import that is foreign or absent, an import that was
    no table, too many profiles, and an id that is taken.
    """
    sent = json.dumps(body.model_dump(mode="json", exclude_unset=True), sort_keys=True)
    made = ctx.vault.fingerprint("made", sent)[:16] if body.id is not None else None
    if body.id is not None and made is not None:
        if _is_built_in(body.id):
            raise ProfileIdTaken
        earlier = repository.known(ctx, body.id, made)
        if earlier is not None:
            return ProfileOut.of(earlier)
    match, hints = _asked(ctx, body)
    check(match, hints)
    if match.account_id is not None:
        expenses.account(ctx.owner, match.account_id)
    profile = Profile(
        id=body.id or new_id(),
        version=1,
        name=body.name,
        match=match,
        hints=hints,
        created_at=ctx.now,
        updated_at=ctx.now,
        made=made,
    )
    repository.add(ctx, profile)
    return ProfileOut.of(profile)


def _asked(ctx: Context, body: CreateProfile) -> tuple[Match, Hints]:
    if body.from_import is None:
        return body.match.to_match(), body.hints.to_hints()
    one, _ = imports_repository.get(ctx, body.from_import)
    reading = read_rows(one)
    return from_import(one, reading, _base_of(ctx, one, reading.profile))


def _base_of(ctx: Context, one: Import, used: UsedProfile | None) -> Hints | None:
    """Give the hints of the profile that an import was read by, if they were more than what is recognised by itself."""
    if used is None:
        return None
    if not used.built_in:
        try:
            return repository.get(ctx, used.id).hints
        except ProfileNotFound:
            return None
    return _built_in(used.id).hints if one.hints.profile == used.id else None


def list_profiles(ctx: Context, query: ProfilesQuery) -> PageOut[ProfileOut]:
    """Give the owner's profiles by name, then the built-in ones by country and name."""
    owner = str(ctx.owner)
    question = f"{_LIST}:{query.built_in}"
    own, _ = repository.find(ctx.owner, ctx.vault) if query.built_in is not True else ([], 0)
    own.sort(key=lambda one: (one.name.casefold(), one.id))
    shown = [ProfileOut.of(one) for one in own]
    if query.built_in is not False:
        shown += [ProfileOut.built(one) for one in _all_built_in()]
    start = decode_cursor(query.cursor, owner=owner, question=question)
    begin = _after(shown, start) if start is not None else 0
    end = begin + query.limit
    more = end < len(shown)
    return PageOut[ProfileOut](
        items=shown[begin:end],
        next_cursor=encode_cursor(
            {"id": shown[end - 1].id, "place": str(end)} if more else None,
            owner=owner,
            question=question,
        ),
    )


def _after(shown: Sequence[ProfileOut], start: Mapping[str, str]) -> int:
    """Go on behind a profile; where it is gone, what stood behind it has moved up by one place."""
    ids = [one.id for one in shown]
    return ids.index(start["id"]) + 1 if start["id"] in ids else int(start["place"]) - 1


def read_profile(ctx: Context, profile_id: str) -> ProfileOut:
    """Give one profile, a saved or a built-in one."""
    if _is_built_in(profile_id):
        return ProfileOut.built(_profile_built_in(profile_id))
    return ProfileOut.of(repository.get(ctx, profile_id))


def amend_profile(ctx: Context, profile_id: str, patch: PatchProfile) -> ProfileOut:
    """Change a saved profile; refuses a built-in one, a stale `If-Match`, and what would fit every file."""
    _refuse_built_in(profile_id)
    before = repository.get(ctx, profile_id)
    ctx.expect_version(before.version)
    after = patch.over(before)
    if after == before:
        return ProfileOut.of(before)
    check(after.match, after.hints)
    if after.match.account_id not in {None, before.match.account_id}:
        expenses.account(ctx.owner, str(after.match.account_id))
    after = replace(after, version=before.version + 1, updated_at=ctx.now)
    repository.replace(ctx, before, after)
    return ProfileOut.of(after)


def remove_profile(ctx: Context, profile_id: str) -> None:
    """Forget a saved profile; again is no error. What was imported by it stays."""
    _refuse_built_in(profile_id)
    profile = repository.look(ctx, profile_id)
    if profile is None:
        return
    ctx.expect_version(profile.version)
    repository.remove(ctx, profile)


def check_known(ctx: Context, profile_id: str) -> None:
    """Refuse with `ProfileNotFound` an id of no profile that the owner sees."""
    if not _is_built_in(profile_id):
        repository.get(ctx, profile_id)


# --- what the reader of a file gets of them


@dataclass(frozen=True, slots=True)
class Shelf:
    """The hints for a file, with the profiles that may fit it, and what those are called."""

    hints: Hints
    names: Mapping[str, str]

    def used(self, profile_id: str) -> UsedProfile | None:
        """Say which profile was used, by the id that the reader gives; None for none."""
        if profile_id in self.names:
            return UsedProfile(id=profile_id, name=self.names[profile_id], built_in=False)
        if not profile_id:
            return None
        return UsedProfile(id=profile_id, name=_title(profile_id), built_in=True)


def shelf_of(owner: Owner, one: Import) -> Shelf:
    """Lay out the profiles for an import's file in one query: the one that was named, or all that may fit.

    A profile that was deleted since it was named is as if none had been.
    """
    named = one.hints.profile
    if named and _is_built_in(named):
        saved = _built_in(named)
        return Shelf(replace(one.hints, profiles=(saved,)), {})
    profiles, _ = repository.find(owner, security.vault(owner))
    chosen = [profile for profile in profiles if profile.id == named]
    fitting = (
        tuple(profile.as_saved(is_named=True) for profile in chosen)
        if chosen
        else for_account(profiles, one.account_id)
    )
    names = {profile.id: profile.name for profile in profiles}
    return Shelf(replace(one.hints, profiles=fitting), names)


def no_shelf(one: Import) -> Shelf:
    """The hints for a file that no profile is about."""
    return Shelf(one.hints, {})


def header_of(columns: ColumnMap | None) -> tuple[str, ...]:
    """Give the header of a table as a profile keeps it; empty where there is none."""
    names = columns.names if columns is not None else ()
    return tuple(name[:MAX_CELL] for name in names[:MAX_HEADER]) if any(names) else ()


# --- the built-in ones, whose layouts are loaded only where somebody asks for them


def _all_built_in() -> Sequence[BuiltIn]:
    from chalicelib.interchange.model.formats.tabular.profiles import built_in

    return built_in()


def _is_built_in(profile_id: str) -> bool:
    return any(known.id == profile_id for known in _all_built_in())


def _refuse_built_in(profile_id: str) -> None:
    if _is_built_in(profile_id):
        raise ProfileBuiltIn


def _profile_built_in(profile_id: str) -> BuiltIn:
    return next(known for known in _all_built_in() if known.id == profile_id)


def _built_in(profile_id: str) -> SavedProfile:
    known = _profile_built_in(profile_id)
    return SavedProfile(id=known.id, hints=known.own_hints, is_named=True)


def _title(profile_id: str) -> str:
    return next((known.title for known in _all_built_in() if known.id == profile_id), "")
