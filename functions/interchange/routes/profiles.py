"""Routes of profiles: layouts of files, built in and saved."""

from __future__ import annotations

from chalicelib.interchange.schemas.profiles import (
    CreateProfile,
    PatchProfile,
    ProfileOut,
    ProfilesQuery,
)
from chalicelib.interchange.service import profiles
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut
from functions.interchange.routes.edge import READ, WRITE, edge


@edge.endpoint(
    "POST",
    "/v1/interchange/profiles",
    summary="Save a profile",
    body=CreateProfile,
    out=ProfileOut,
    status=201,
    scope=WRITE,
    refuses=(404, 409),
)
def save_profile(ctx: Context, body: CreateProfile) -> ProfileOut:
    """Save how the files of a bank are read, or how an import was read after it was corrected."""
    return profiles.save_profile(ctx, body)


@edge.endpoint(
    "GET",
    "/v1/interchange/profiles",
    summary="List profiles",
    query=ProfilesQuery,
    out=PageOut[ProfileOut],
    scope=READ,
)
def list_profiles(ctx: Context, query: ProfilesQuery) -> PageOut[ProfileOut]:
    """Give the saved profiles by name, then the built-in ones by country and name."""
    return profiles.list_profiles(ctx, query)


@edge.endpoint(
    "GET",
    "/v1/interchange/profiles/{profile_id}",
    summary="Read a profile",
    out=ProfileOut,
    scope=READ,
)
def read_profile(ctx: Context, profile_id: str) -> ProfileOut:
    """Give a saved or a built-in profile."""
    return profiles.read_profile(ctx, profile_id)


@edge.endpoint(
    "PATCH",
    "/v1/interchange/profiles/{profile_id}",
    summary="Change a saved profile",
    body=PatchProfile,
    out=ProfileOut,
    scope=WRITE,
    if_match="optional",
    refuses=(409,),
)
def amend_profile(ctx: Context, profile_id: str, body: PatchProfile) -> ProfileOut:
    """Change the name, the files that it is for, or what it says of them."""
    return profiles.amend_profile(ctx, profile_id, body)


@edge.endpoint(
    "DELETE",
    "/v1/interchange/profiles/{profile_id}",
    summary="Forget a saved profile",
    status=204,
    scope=WRITE,
    if_match="optional",
    refuses=(409,),
)
def remove_profile(ctx: Context, profile_id: str) -> None:
    """Forget a profile; what was imported by it stays."""
    profiles.remove_profile(ctx, profile_id)
