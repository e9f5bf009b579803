"""Providers linked to an account, by its signed-in user alone."""

from __future__ import annotations

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.security.api import factors as security_factors
from chalicelib.users import repository
from chalicelib.users.errors import IdentityNotFound, IdentityTaken, LastWayIn
from chalicelib.users.events import IdentityLinked, IdentityUnlinked
from chalicelib.users.gateways.oidc import get_provider
from chalicelib.users.model.identities import Identity
from chalicelib.users.repository import identities as rows
from chalicelib.users.schemas.oidc import (
    FinishLink,
    IdentitiesOut,
    IdentityOut,
    StartBody,
    StartOut,
)
from chalicelib.users.service import audit, oidc_flow


def list_identities(ctx: Context) -> IdentitiesOut:
    """Give the providers that sign the caller in."""
    return IdentitiesOut(items=[_out(one) for one in rows.find_identities(ctx.owner.id)])


def start_linking(ctx: Context, provider: str, body: StartBody) -> StartOut:
    """Give where to send the browser; only the same user can finish it. Raises `ProviderUnknown`."""
    return oidc_flow.start(provider, body.challenge, user_id=ctx.owner.id, now=ctx.now)


def link_identity(ctx: Context, provider: str, body: FinishLink) -> IdentityOut:
    """Link who came back from the provider to the caller; raise `ProviderRefused` or `IdentityTaken`."""
    person = oidc_flow.proved(provider, body, user_id=ctx.owner.id, now=ctx.now)
    who = get_provider(provider)
    key = oidc_flow.key_of(person)
    own = rows.find_identities(ctx.owner.id)
    if rows.find_identity_user(key) is not None or any(one.provider == who.name for one in own):
        raise IdentityTaken
    identity = Identity(user_id=ctx.owner.id, provider=who.name, key=key, linked_at=ctx.now)
    rows.add_identity(ctx.commit, identity)
    told = IdentityLinked(user_id=ctx.owner.id, provider=who.name)
    ctx.commit.tell(told, subject=ctx.owner.id)
    audit.enter(ctx, "identity-linked", subject=ctx.owner.id, after={"provider": who.name})
    return _out(identity)


def unlink_identity(ctx: Context, provider: str) -> None:
    """Unlink a provider; raise `IdentityNotFound`, or `LastWayIn` where nothing else would let the user in.

    The entry in the change log makes it serial with all that changes the user: of two ways in, taken away
    at once, one stays.
    """
    own = rows.find_identities(ctx.owner.id)
    identity = next((one for one in own if one.provider == provider), None)
    if identity is None:
        raise IdentityNotFound
    user = repository.get_user(ctx.owner.id)
    if (
        not user.password
        and len(own) == 1
        and not security_factors.second_factors(user.id).passkeys
    ):
        raise LastWayIn
    rows.remove_identity(ctx.commit, identity)
    repository.check_user(ctx.commit, user.id, version=user.version)
    ctx.commit.record(Change(kind="identity", id=user.id, version=user.version, op="delete"))
    told = IdentityUnlinked(user_id=ctx.owner.id, provider=identity.provider)
    ctx.commit.tell(told, subject=ctx.owner.id)
    audit.enter(ctx, "identity-unlinked", subject=user.id, before={"provider": identity.provider})


def _out(identity: Identity) -> IdentityOut:
    return IdentityOut(provider=identity.provider, linked_at=rfc3339(identity.linked_at))
