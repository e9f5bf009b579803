"""Refusals of the users service. None tells whether an address has an account."""

from __future__ import annotations

from chalicelib.kernel.errors import (
    Conflict,
    FieldProblem,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    TooMany,
    Unauthenticated,
    Unavailable,
)


class BadAddress(Invalid):
    """The text is not an e-mail address that mail can be sent to."""

    slug = "bad-address"
    title = "This is not an e-mail address"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/email", "an address such as ada@example.org"),))


class SignInRefused(Unauthenticated):
    """Unknown address, wrong password, unverified or disabled: one answer for all of them."""

    slug = "sign-in-refused"
    title = "The e-mail address or the password is wrong, or the address is not verified yet"


class SessionOver(Unauthenticated):
    """The session was ended, has expired, or its user may not sign in any more."""

    slug = "session-over"
    title = "The session is over; sign in again"


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, expired, spent, or its session is over."""

    slug = "refresh-refused"
    title = "The refresh token cannot be used; sign in again"


class VerificationUnusable(Invalid):
    """The token of the mail is damaged, expired, used, or was replaced by a newer one."""

    slug = "verification-unusable"
    title = "This link cannot be used any more; sign up again to get another"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/token", "expired, used or damaged"),))


class VerificationGone(NotFound):
    """There is nothing to mail: the address was verified meanwhile, or the time for it is over."""

    slug = "verification-gone"


class UserNotFound(NotFound):
    """There is no such user."""

    slug = "user-not-found"


class HouseholdNotFound(NotFound):
    """There is no such household, or the caller is no member of it."""

    slug = "household-not-found"


class SessionNotFound(NotFound):
    """There is no such session of this user."""

    slug = "session-not-found"


class ApiTokenNotFound(NotFound):
    """There is no such API token of this user."""

    slug = "api-token-not-found"


class TooManyApiTokens(Conflict):
    """The user has as many API tokens as one may have."""

    slug = "too-many-api-tokens"
    title = "You have as many API tokens as one may have; revoke one first"


class SameAddress(Invalid):
    """The address is the one that the user has already."""

    slug = "same-address"
    title = "This is your address already"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/email", "another address than yours"),))


class EmailChangeUnusable(Invalid):
    """The token of the mail is damaged, expired or used, or the change was stopped or overtaken."""

    slug = "email-change-unusable"
    title = "This link cannot be used any more"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/token", "expired, used or damaged"),))


class EmailChangeGone(NotFound):
    """There is nothing to mail: the change was confirmed or stopped meanwhile, or its time is over."""

    slug = "email-change-gone"


class SupportGrantNotFound(NotFound):
    """There is no such grant, or not for this administrator; to everybody else there are no grants at all."""

    slug = "support-grant-not-found"


class TooManySupportGrants(Conflict):
    """The user has as many open grants as one may have."""

    slug = "too-many-support-grants"
    title = "You have as many open grants as one may have; withdraw one first"


class AdminUntouchable(Conflict):
    """Administrators change no administrator, themselves included: that is done by the operator's command."""

    slug = "admin-untouchable"
    title = "An administrator cannot be changed here"


class NotChangeable(Conflict):
    """The user never verified the address, or is being erased: nothing to suspend or restore."""

    slug = "user-not-changeable"
    title = "This user cannot be changed now"


class WrongPassword(Invalid):
    """The caller is signed in, but the password that should show it once more is not theirs."""

    slug = "wrong-password"
    title = "The password is wrong"

    def __init__(self, pointer: str) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem(pointer, "not the password of this account"),))


class TicketRefused(Unauthenticated):
    """The ticket of a half-done sign-in is damaged, expired, used, of another device, or overtaken."""

    slug = "ticket-refused"
    title = "This sign-in cannot be finished any more; begin again"


class ResetUnusable(Invalid):
    """The token of the reset mail is damaged, expired or used, or the password was changed meanwhile."""

    slug = "reset-unusable"
    title = "This link cannot be used any more; ask for another"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/token", "expired, used or damaged"),))


class ResetGone(NotFound):
    """There is nothing to mail: the password was changed meanwhile, or the time for it is over."""

    slug = "reset-gone"


class CookieOnly(Conflict):
    """What is asked for exists only where a cookie stands for the session."""

    slug = "cookie-only"
    title = "This session has tokens, not a cookie"


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


class MemberNotFound(NotFound):
    """There is no such member of this household."""

    slug = "member-not-found"


class InvitationNotFound(NotFound):
    """There is no such invitation to this household."""

    slug = "invitation-not-found"


class SplitNotFound(NotFound):
    """The user never asked for such a split."""

    slug = "split-not-found"


class NotHouseholdOwner(Forbidden):
    """Only owners manage a household."""

    slug = "missing-role"
    title = "Your role in this household does not allow this"


class HouseholdFull(Conflict):
    """The household has as many members as one may have."""

    slug = "household-full"
    title = "The household has as many members as one may have"


class HouseholdNotEmpty(Conflict):
    """A household is deleted by its last member, so that nobody loses data by another's hand."""

    slug = "household-not-empty"
    title = "Other people belong to this household: only its last member can delete it"


class TooManyHouseholds(Conflict):
    """The user belongs to as many households as one may."""

    slug = "too-many-households"
    title = "You belong to as many households as one may"


class TooManyInvitations(Conflict):
    """The household has as many invitations as one may have."""

    slug = "too-many-invitations"
    title = "The household has as many invitations as one may have; withdraw one first"


class AlreadyMember(Conflict):
    """The user belongs to the household already."""

    slug = "already-member"
    title = "You belong to this household already"


class InvitationUnusable(Invalid):
    """The token of the mail is damaged, expired, used or withdrawn."""

    slug = "invitation-unusable"
    title = "This invitation cannot be used any more; ask for another"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/token", "expired, used or withdrawn"),))


class InvitationGone(NotFound):
    """There is nothing to mail: the invitation was used or withdrawn, or its time is over."""

    slug = "invitation-gone"


class NotYours(Forbidden):
    """The account was not within what the former member could see."""

    slug = "account-not-yours"
    title = "You could not see this account"


class TooManySplits(Conflict):
    """The former member asked for as many splits as one may."""

    slug = "too-many-splits"
    title = "You have taken accounts along as often as one may"


class LastOwner(Conflict):
    """The user is the last owner of a household: somebody must be able to look after it, or it must go first."""

    slug = "last-owner"
    title = "You are the last owner of a household: hand it over or delete it first"


class ReceiptNotFound(NotFound):
    """There is no such receipt of an erasure."""

    slug = "receipt-not-found"


class ExportRunning(Conflict):
    """An export of the user's data is on its way."""

    slug = "export-running"
    title = "Your data is being exported already"


class TooManyExports(TooMany):
    """The user asked for as many exports today as anybody may."""

    slug = "too-many-exports"
    title = "You can export your data twice a day"


class ExportNotFound(NotFound):
    """There is no such export of this user, or it has expired."""

    slug = "export-not-found"


class NoPassword(Conflict):
    """The user signs in by other means only, so a password shows nothing."""

    slug = "no-password"
    title = "This account has no password; the mail for a forgotten one sets it"
