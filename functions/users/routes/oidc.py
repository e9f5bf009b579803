"""Signing in with Google and Apple, and linking them to an account."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from pydantic import BaseModel

from chalicelib.kernel.context import Context, Visit
from chalicelib.security.api import Limit
from chalicelib.users.schemas.oidc import (
    AppleForm,
    Finish,
    FinishLink,
    IdentitiesOut,
    IdentityOut,
    StartBody,
    StartOut,
    StartQuery,
)
from chalicelib.users.schemas.signing_in import SignInOut
from chalicelib.users.service import identities, oidc_flow, oidc_sign_in
from functions._edge.cookies import Cookied
from functions._edge.oauth import form_endpoint
from functions._edge.problems import Answer
from functions.users.routes.answers import answered
from functions.users.routes.edge import edge

STARTS: Final = Limit("oidc-start", quota=300, window=900)
FINISHES: Final = Limit("oidc-finish", quota=100, window=900)


@edge.endpoint(
    "GET",
    "/v1/users/oidc/{provider}/start",
    summary="Sign in with Google or Apple",
    query=StartQuery,
    out=StartOut,
    public=True,
    limit=STARTS,
)
def start_oidc(visit: Visit, provider: str, query: StartQuery) -> StartOut:
    """Say where to send the browser. `provider` is `google` or `apple`, where the stage has keys for it."""
    return oidc_flow.start(provider, query.challenge, now=visit.now)


@edge.endpoint(
    "POST",
    "/v1/users/oidc/{provider}/callback",
    summary="Come back from Google or Apple",
    body=Finish,
    out=SignInOut,
    public=True,
    limit=FINISHES,
)
def finish_oidc(visit: Visit, provider: str, body: Finish) -> Cookied | BaseModel:
    """Begin a session, or ask for the second factor; somebody new gets an account without a password."""
    return answered(oidc_sign_in.sign_in(visit, provider, body))


@form_endpoint(
    edge,
    "/v1/users/oidc/apple/form-post",
    summary="Where Apple's page posts its answer",
    form=AppleForm,
    out=None,
    limit=STARTS,
    status=303,
)
def take_apple_form(_visit: Visit, form: AppleForm, _authorization: str | None) -> Answer:
    """Send the browser on to the app's page, which finishes; behind `#`, so that no server sees the code."""
    given = form.model_dump(exclude_none=True)
    place = f"{oidc_flow.page('apple')}#{urlencode(given)}"
    return Answer(303, {"Location": place, "Cache-Control": "no-store"}, "")


@edge.endpoint(
    "GET",
    "/v1/users/me/identities",
    summary="Providers that sign you in",
    out=IdentitiesOut,
    scope="users:read",
    people_only=True,
)
def list_identities(ctx: Context) -> IdentitiesOut:
    """List the providers that are linked to the account."""
    return identities.list_identities(ctx)


@edge.endpoint(
    "POST",
    "/v1/users/me/identities/{provider}/start",
    summary="Begin to link a provider",
    body=StartBody,
    out=StartOut,
    scope="users:write",
    people_only=True,
    step_up=True,
    idempotent=False,
)
def start_linking(ctx: Context, provider: str, body: StartBody) -> StartOut:
    """Say where to send the browser; only the same user can finish."""
    return identities.start_linking(ctx, provider, body)


@edge.endpoint(
    "POST",
    "/v1/users/me/identities/{provider}",
    summary="Link a provider",
    body=FinishLink,
    out=IdentityOut,
    scope="users:write",
    people_only=True,
    step_up=True,
    idempotent=False,
)
def link_identity(ctx: Context, provider: str, body: FinishLink) -> IdentityOut:
    """Link who came back from the provider to the account."""
    return identities.link_identity(ctx, provider, body)


@edge.endpoint(
    "DELETE",
    "/v1/users/me/identities/{provider}",
    summary="Unlink a provider",
    status=204,
    scope="users:write",
    people_only=True,
    step_up=True,
)
def unlink_identity(ctx: Context, provider: str) -> None:
    """Unlink a provider; the last way in stays."""
    identities.unlink_identity(ctx, provider)
