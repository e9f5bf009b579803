"""What a person prefers to see."""

from __future__ import annotations

from chalicelib.kernel.context import Context
from chalicelib.users.schemas.preferences import PreferencesOut, PutPreferences
from chalicelib.users.service import preferences
from functions.users.routes.edge import edge


@edge.endpoint(
    "GET",
    "/v1/users/me/preferences",
    summary="Your preferences",
    out=PreferencesOut,
    scope="users:read",
)
def read_preferences(ctx: Context) -> PreferencesOut:
    """Give the caller's preferences; before anything was chosen, the defaults as version 1."""
    return preferences.read_preferences(ctx)


@edge.endpoint(
    "PUT",
    "/v1/users/me/preferences",
    summary="Choose your preferences",
    body=PutPreferences,
    out=PreferencesOut,
    scope="users:write",
    if_match="optional",
)
def choose_preferences(ctx: Context, body: PutPreferences) -> PreferencesOut:
    """Replace all preferences; what is left out goes back to its default."""
    return preferences.choose_preferences(ctx, body)
