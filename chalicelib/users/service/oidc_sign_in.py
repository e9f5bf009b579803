"""Signing in with Google or Apple. Somebody new gets an account without a password.

An account is found by issuer and subject alone. An address only ever makes a new account: where it has one,
its owner signs in there and links the provider, because a provider's word for an address must not open an
account that somebody else has filled.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from chalicelib.kernel import flags
from chalicelib.kernel.changes import Change
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.races import until_won
from chalicelib.kernel.vault import Vault
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.errors import AddressTaken, AddressUnverified, BadAddress, ProviderRefused
from chalicelib.users.events import EmailVerified, IdentityLinked, UserRegistered
from chalicelib.users.gateways.oidc import get_provider
from chalicelib.users.model.addresses import normalise
from chalicelib.users.model.identities import Identity, ProviderName
from chalicelib.users.model.oidc_tokens import Person
from chalicelib.users.model.users import Address, User
from chalicelib.users.repository import identities as rows
from chalicelib.users.schemas.oidc import Finish
from chalicelib.users.service import audit, oidc_flow, signing_in
from chalicelib.users.service.beginning import Outcome, as_user
from chalicelib.users.service.unit import write

_LONGEST_NAME: Final = 100
NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When a provider does not say since when somebody is signed in there, it may be for years."""


def sign_in(visit: Visit, provider: str, body: Finish) -> Outcome:
    """Begin a session for who came back from a provider, or ask for the second factor.

    Raises `ProviderRefused`, `ProviderUnavailable`, `ProviderUnknown`; for somebody new also `AddressTaken`
    and `AddressUnverified`. Tells `UserRegistered`, `EmailVerified` and `IdentityLinked` of somebody new.
    """
    person = oidc_flow.proved(provider, body, now=visit.now)
    key = oidc_flow.key_of(person)
    name = get_provider(provider).name

    def attempt() -> Outcome:
        user_id = rows.find_identity_user(key) or _welcome(visit, name, person, key)
        user = repository.find_user(user_id)
        if user is None or user.state != "active":
            raise ProviderRefused
        return signing_in.after_first_factor(
            visit,
            user,
            first="fed",
            device_token=body.device_token,
            cookie=body.cookie,
            proved_at=person.signed_in_at or NEVER,
        )

    return until_won(attempt)


def _welcome(visit: Visit, provider: ProviderName, person: Person, key: str) -> str:
    """Make an account for somebody new; raise `LostRace` when the same person came twice at once.

    Refuses with `FeatureOff` where the operator lets nobody new in.
    """
    flags.check("registration", "")
    try:
        email = normalise(person.email) if person.email_verified else ""
    except BadAddress:
        email = ""
    if not email:
        raise AddressUnverified
    before = repository.find_address(repository.address_key(email))
    if before is not None and before.verified:
        raise AddressTaken
    user_id = new_id()
    owner = repository.owner_of(user_id)
    # provisional: should we stop before the user is written, the key vanishes by itself
    vault = security.create_key(owner, now=visit.now, provisional=True)
    user = _new_user(user_id, vault, email, person, visit)
    identity = Identity(user_id=user_id, provider=provider, key=key, linked_at=visit.now)
    security.keep_key(owner, now=visit.now)
    write(visit, owner, lambda ctx: _add(ctx, user, before, identity))
    return user_id


def _new_user(user_id: str, vault: Vault, email: str, person: Person, visit: Visit) -> User:
    name = " ".join(person.name.split())[:_LONGEST_NAME]
    plain = name if name.isprintable() else ""
    return User(
        id=user_id,
        state="active",
        email=repository.seal_profile(vault, "email", email),
        display_name=repository.seal_profile(vault, "display_name", plain) if plain else None,
        password="",
        address_key=repository.address_key(email),
        created_at=visit.now,
        version=1,
    )


def _add(ctx: Context, user: User, before: Address | None, identity: Identity) -> None:
    address = Address(
        key=user.address_key,
        user_id=user.id,
        verified=True,
        version=before.version + 1 if before else 1,
    )
    repository.save_address(ctx.commit, address, until=None)
    repository.save_user(ctx.commit, user)
    rows.add_identity(ctx.commit, identity)
    profile = repository.profile(user, ctx.vault)
    after = {"email": profile.email, "display_name": profile.display_name}
    ctx.commit.record(
        Change(kind="user", id=user.id, version=1, fields={"state": user.state}, after=after)
    )
    for fact in (
        UserRegistered(user_id=user.id),
        EmailVerified(user_id=user.id),
        IdentityLinked(user_id=user.id, provider=identity.provider),
    ):
        ctx.commit.tell(fact, subject=user.id)
    acting = as_user(ctx, user.id)
    audit.enter(acting, "sign-up", subject=user.id, after={"provider": identity.provider})
