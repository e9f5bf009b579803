"""Who is calling: a verified token and a live session, on every request, in one read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalice.app import Request

from chalicelib.kernel.context import Actor, Owner
from chalicelib.kernel.errors import Forbidden, Unauthenticated
from chalicelib.security import api as security
from chalicelib.users import api as users

_BEARER = "bearer "


class MissingScope(Forbidden):
    """The token does not carry the scope that the route asks for."""

    slug = "missing-scope"
    title = "The token does not allow this"


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified caller and the owner whose data is meant."""

    actor: Actor
    owner: Owner
    scopes: frozenset[str]


def authenticate(request: Request, scope: str | None, at: datetime) -> Caller:
    """Verify the bearer token and its session; raise `Unauthenticated` or `MissingScope`.

    The owner comes from the token alone: nothing that the caller can write names it.
    """
    given = request.headers.get("authorization") or ""
    if not given.lower().startswith(_BEARER):
        raise Unauthenticated
    claims = security.verify_access_token(given[len(_BEARER) :].strip(), now=at)
    users.authenticate(user_id=claims.user_id, session_id=claims.session_id, now=at)
    if scope is not None and scope not in claims.scopes:
        raise MissingScope(f"the scope {scope} is needed")
    actor = Actor(kind="user", user_id=claims.user_id, session_id=claims.session_id)
    return Caller(actor, Owner("U", claims.user_id), claims.scopes)
