"""Refusals about third-party apps and providers of identities."""

from __future__ import annotations

from chalicelib.kernel.errors import (
    Conflict,
    Invalid,
    NotFound,
    Refusal,
    Unauthenticated,
    Unavailable,
)


class ClientNotFound(NotFound):
    """There is no such app, or it is not the caller's."""

    slug = "client-not-found"


class TooManyClients(Conflict):
    """The developer has as many apps as one may have."""

    slug = "too-many-clients"
    title = "You have as many apps as one may have; remove one first"


class UnknownApp(Invalid):
    """No app is registered under this id, or not with this address: nothing may be sent there."""

    slug = "unknown-app"
    title = "The app that sent you here is not registered like this"


class ConsentNotFound(NotFound):
    """The user did not let this app in."""

    slug = "consent-not-found"


class TooManyConsents(Conflict):
    """The user let in as many apps as one may."""

    slug = "too-many-consents"
    title = "You let in as many apps as one may; remove one first"


class OAuthRefusal(Refusal):
    """A client is refused in the terms of RFC 6749 (5.2), which its library understands."""

    slug = "oauth"
    title = "The client was refused"

    def __init__(self, code: str, description: str) -> None:
        """Keep the error code; the description is for developers and holds nothing personal."""
        super().__init__(description)
        self.code = code


class ProviderUnknown(NotFound):
    """There is no such provider here, or this stage has no keys for it."""

    slug = "provider-unknown"


class ProviderUnavailable(Unavailable):
    """The provider did not answer in time, or answered what it never should."""

    slug = "provider-unavailable"
    title = "The provider does not answer as it should; try again later"


class ProviderRefused(Unauthenticated):
    """What came back from the provider does not belong to this sign-in, was used, or proves nothing."""

    slug = "provider-refused"
    title = "This sign-in cannot be finished; begin again"


class AddressTaken(Conflict):
    """The provider's address has an account: who owns that signs in there and links the provider."""

    slug = "sign-in-and-link"
    title = "There is an account with this address; sign in to it and link the provider there"


class AddressUnverified(Invalid):
    """The provider does not say that the address is verified, so no account can be made of it."""

    slug = "address-unverified"
    title = "The provider does not vouch for your e-mail address"


class IdentityTaken(Conflict):
    """The identity is linked to another account, or the account has one of this provider already."""

    slug = "identity-taken"
    title = "This identity is linked already; unlink it first"


class IdentityNotFound(NotFound):
    """The user has no identity of this provider linked."""

    slug = "identity-not-found"


class LastWayIn(Conflict):
    """Without this identity the user could not sign in any more."""

    slug = "last-way-in"
    title = "This is your only way to sign in; set a password or add a passkey first"
