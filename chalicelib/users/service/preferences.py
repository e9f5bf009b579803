"""Reading and choosing preferences."""

from __future__ import annotations

from dataclasses import asdict

from chalicelib.kernel.changes import Change
from chalicelib.kernel.context import Context
from chalicelib.users import repository
from chalicelib.users.model.preferences import Preferences
from chalicelib.users.schemas.preferences import PreferencesOut, PutPreferences


def read_preferences(ctx: Context) -> PreferencesOut:
    """Give the caller's preferences, or the defaults."""
    return _out(repository.get_preferences(ctx.owner.id))


def choose_preferences(ctx: Context, body: PutPreferences) -> PreferencesOut:
    """Replace the caller's preferences. Refuses a stale `If-Match`; the same again changes nothing."""
    before = repository.get_preferences(ctx.owner.id)
    ctx.expect_version(before.version)
    if Preferences(**body.model_dump(), version=before.version) == before:
        return _out(before)
    after = Preferences(**body.model_dump(), version=before.version + 1)
    repository.save_preferences(ctx.commit, ctx.owner.id, after)
    ctx.commit.record(
        Change(
            kind="preferences",
            id=ctx.owner.id,
            version=after.version,
            fields=body.model_dump(),
            before=asdict(before),
            after=asdict(after),
        )
    )
    return _out(after)


def _out(preferences: Preferences) -> PreferencesOut:
    return PreferencesOut(**asdict(preferences))
