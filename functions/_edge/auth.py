"""Who is calling: a verified credential and what it stands on, on every request, in one read.

Three credentials: an access token (`Bearer eyJ...`), a personal API token (`Bearer xpt_...`) and the
browser's cookie with its CSRF header. An access token may be a client's own, with no user behind it. The owner comes from them alone: a household that the caller names is
looked up among their memberships, and an administrator who names a grant (`X-Support-Grant`) reads what its
user allowed.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from chalice.app import Request

from chalicelib.kernel.context import Actor
from chalicelib.kernel.errors import (
    FieldProblem,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
)
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.owners import HOUSEHOLD, USER, Owner
from chalicelib.kernel.roles import Role, covers
from chalicelib.kernel.values import dataclass
from chalicelib.security import api as security
from chalicelib.users import api as users
from functions._edge import cookies
from functions._edge.operations import Operation
from functions._edge.requests import HOUSEHOLD_PARAMETER, request_id_of

CSRF_HEADER: Final = "x-csrf-token"
SUPPORT_HEADER: Final = "x-support-grant"
_BEARER: Final = "bearer "


class MissingScope(Forbidden):
    """The token does not carry the scope that the route asks for."""

    slug = "missing-scope"
    title = "The token does not allow this"


class MissingRole(Forbidden):
    """The member's role in the household does not include this."""

    slug = "missing-role"
    title = "Your role in this household does not allow this"


class PeopleOnly(Forbidden):
    """The route is for a person in an app of ours: no API token, no third-party app."""

    slug = "people-only"
    title = "Only you can do this, signed in yourself"


class UsersOnly(Forbidden):
    """The route is about a user's data, and no user stands behind what a client got for itself."""

    slug = "users-only"
    title = "A client cannot do this on its own behalf"


class CsrfRefused(Forbidden):
    """A cookie alone proves nothing: another site may have caused the request."""

    slug = "csrf-refused"
    title = "The request does not carry the token of this session"


class SupportReadsOnly(Forbidden):
    """A grant lets support read; it never writes, and never reads how its user gets in."""

    slug = "support-reads-only"
    title = "On a support grant this cannot be done"


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified caller, the owner whose data is meant, and what the caller may do with it."""

    actor: Actor
    owner: Owner
    scopes: frozenset[str]
    role: Role = "owner"
    accounts: Mapping[str, Role] | None = None


def authenticate(request: Request, operation: Operation, at: datetime) -> Caller:
    """Let the caller in for an operation, or raise the refusal that says why not."""
    credential, granted = _credential(request, at)
    if credential.kind == "client":
        return _client(operation, credential, granted)
    if request.headers.get(SUPPORT_HEADER) is not None:
        return _support(request, operation, credential, granted, at)
    household = _household(request) if operation.household else None
    standing = users.authenticate(credential, household_id=household, now=at)
    if credential.kind == "token":
        users.take_request(credential.id, now=at)
    scopes = granted if standing.scopes is None else granted & standing.scopes
    _allow(operation, standing, scopes)
    if operation.step_up:
        _require_proof(standing, at)
    actor = Actor(
        kind="user",
        user_id=standing.user_id,
        session_id=standing.session_id,
        client_id=standing.client,
    )
    member = standing.membership
    if member is None:
        return Caller(actor, Owner(USER, standing.user_id), scopes)
    _allow_member(operation, member)
    owner = Owner(HOUSEHOLD, member.household_id)
    return Caller(actor, owner, scopes, member.role, member.accounts)


def _support(
    request: Request,
    operation: Operation,
    credential: users.Credential,
    granted: frozenset[str],
    at: datetime,
) -> Caller:
    """Let an administrator read a user's own data on that user's grant; to all others there is no such thing."""
    admin = users.authenticate(credential, now=at)
    if not (admin.admin and _own(admin)) or _household(request) is not None:
        raise NotFound
    closed = operation.people_only or operation.step_up or operation.admin
    if operation.method != "GET" or closed:
        raise SupportReadsOnly
    grant = users.support_grant(
        request.headers[SUPPORT_HEADER],
        admin=admin,
        request_id=request_id_of(request.to_original_event()),
        now=at,
    )
    scopes = granted & grant.scopes
    if operation.scope not in scopes:
        raise MissingScope(f"the grant does not include {operation.scope}")
    actor = Actor(kind="support", user_id=admin.user_id, session_id=grant.id)
    return Caller(actor, Owner(USER, grant.user_id), scopes, "viewer")


def _client(operation: Operation, credential: users.Credential, granted: frozenset[str]) -> Caller:
    """Let a client in that acts for nobody, where a route says so. It owns a part of the table that is empty."""
    users.require_client(credential)
    if not operation.clients:
        raise UsersOnly
    if operation.scope is not None and operation.scope not in granted:
        raise MissingScope(f"the scope {operation.scope} is needed")
    actor = Actor(kind="client", session_id=credential.id, client_id=credential.client)
    return Caller(actor, Owner(USER, credential.client), granted, "viewer")


def _credential(request: Request, at: datetime) -> tuple[users.Credential, frozenset[str]]:
    """Read what the caller shows, and what it allows at most."""
    given = request.headers.get("authorization")
    if given is None:
        return _cookie(request), users.ALL_SCOPES
    if not given.lower().startswith(_BEARER):
        raise Unauthenticated
    text = given[len(_BEARER) :].strip()
    opaque = users.read_credential(text, kind="token")
    if opaque is not None:
        return opaque, users.ALL_SCOPES
    claims = security.verify_access_token(text, now=at)
    if claims.of_client:
        own = users.Credential(
            kind="client", user_id=claims.user_id, id=claims.token_id, client=claims.client_id
        )
        return own, claims.scopes
    shown = users.Credential(
        kind="access", user_id=claims.user_id, id=claims.session_id, client=claims.client_id
    )
    return shown, claims.scopes


def _cookie(request: Request) -> users.Credential:
    text = cookies.read(request)
    credential = users.read_credential(text, kind="cookie") if text else None
    if credential is None:
        raise Unauthenticated
    if request.method != "GET":
        _check_csrf(request, text)
    return credential


def _check_csrf(request: Request, cookie: str) -> None:
    given = request.headers.get(CSRF_HEADER) or ""
    site = request.headers.get("sec-fetch-site") or "same-origin"
    fits = hmac.compare_digest(given.encode(), users.csrf_token(cookie).encode())
    if not fits or site not in {"same-origin", "none"}:
        raise CsrfRefused


def _household(request: Request) -> str | None:
    given = request.query_params.get(HOUSEHOLD_PARAMETER) if request.query_params else None
    if given is None:
        return None
    if not is_id(given):
        problem = FieldProblem(f"?{HOUSEHOLD_PARAMETER}", "the id of a household")
        raise Invalid(errors=(problem,))
    return str(given)


def _allow(operation: Operation, standing: users.Standing, scopes: frozenset[str]) -> None:
    if operation.scope is not None and operation.scope not in scopes:
        raise MissingScope(f"the scope {operation.scope} is needed")
    if operation.admin and not (standing.admin and _own(standing)):
        raise NotFound  # who may not know that there are such routes learns nothing
    if operation.people_only and not _own(standing):
        raise PeopleOnly


def _own(standing: users.Standing) -> bool:
    """Tell a person in an app of ours from API tokens and third-party apps."""
    return standing.client == "" and standing.proved_at is not None


def _allow_member(operation: Operation, member: users.Membership) -> None:
    needed: Role = "viewer" if operation.method == "GET" or operation.reads else "editor"
    if not covers(member.role, needed):
        raise MissingRole
    if member.accounts is not None and not operation.by_account:
        raise MissingRole("your role covers some accounts only, and this concerns them all")


def _require_proof(standing: users.Standing, at: datetime) -> None:
    """Ask for a fresh proof (RFC 9470), of a second factor from whoever has one."""
    security.require_proof(
        user_id=standing.user_id,
        session_id=standing.session_id,
        proved_at=standing.proved_at,
        methods=standing.methods,
        now=at,
    )
