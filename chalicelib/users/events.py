"""Facts that the users service tells. They carry ids; who needs an address asks `users.api` for it."""

from __future__ import annotations

from typing import ClassVar, Literal

from chalicelib.kernel.events import Fact
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRegistered(Fact):
    """Somebody signed up; the address is not verified yet."""

    name: ClassVar[str] = "users.user_registered.v1"
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationRequested(Fact):
    """A mail with a link is due, which shows that the address is the user's."""

    name: ClassVar[str] = "users.verification_requested.v1"
    user_id: str
    verification_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRepeated(Fact):
    """Somebody signed up with an address that has an account: its user is told by mail."""

    name: ClassVar[str] = "users.registration_repeated.v1"
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailVerified(Fact):
    """The address is the user's; the user may sign in."""

    name: ClassVar[str] = "users.email_verified.v1"
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenReused(Fact):
    """A spent refresh token came back, so a copy of it is in other hands; the session was ended."""

    name: ClassVar[str] = "users.refresh_token_reused.v1"
    user_id: str
    session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChangeRequested(Fact):
    """A user wants another address: the new one has to be proved, the old one hears how to stop it."""

    name: ClassVar[str] = "users.email_change_requested.v1"
    user_id: str
    change_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChanged(Fact):
    """The address is another one from now on; both addresses are told."""

    name: ClassVar[str] = "users.email_changed.v1"
    user_id: str
    change_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChangeStopped(Fact):
    """Whoever reads the old address stopped a change, or took it back; then all sessions were ended."""

    name: ClassVar[str] = "users.email_change_stopped.v1"
    user_id: str
    change_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokenCreated(Fact):
    """A user made a personal API token."""

    name: ClassVar[str] = "users.api_token_created.v1"
    user_id: str
    token_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportGranted(Fact):
    """A user allowed support to read their data for some hours."""

    name: ClassVar[str] = "users.support_granted.v1"
    user_id: str
    grant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportUsed(Fact):
    """An administrator read the user's data on a grant; told at most once an hour and grant."""

    name: ClassVar[str] = "users.support_used.v1"
    user_id: str
    grant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSuspended(Fact):
    """An administrator disabled the user, whose sessions are over."""

    name: ClassVar[str] = "users.user_suspended.v1"
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRestored(Fact):
    """An administrator let a disabled user in again."""

    name: ClassVar[str] = "users.user_restored.v1"
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInOnNewDevice(Fact):
    """Somebody signed in as the user on a device that never did, or not since all were signed out."""

    name: ClassVar[str] = "users.signed_in_on_new_device.v1"
    user_id: str
    session_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailedOften(Fact):
    """Many tries with a wrong password within a day: told at the 10th, and whenever they have doubled."""

    name: ClassVar[str] = "users.sign_in_failed_often.v1"
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Fact):
    """The password is another one; every other session was ended. `how`: `change` or `reset`."""

    name: ClassVar[str] = "users.password_changed.v1"
    user_id: str
    how: Literal["change", "reset"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRequested(Fact):
    """A mail with a link is due, by which whoever reads the address may set a new password."""

    name: ClassVar[str] = "users.password_reset_requested.v1"
    user_id: str
    reset_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Fact):
    """A user let an app in, or allowed it more than before."""

    name: ClassVar[str] = "users.consent_given.v1"
    user_id: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLinked(Fact):
    """A user can sign in with a provider (`google`, `apple`) from now on."""

    name: ClassVar[str] = "users.identity_linked.v1"
    user_id: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityUnlinked(Fact):
    """A user cannot sign in with this provider any more."""

    name: ClassVar[str] = "users.identity_unlinked.v1"
    user_id: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequested(Fact):
    """The user asked to be erased; until `due` (RFC 3339) they may take it back."""

    name: ClassVar[str] = "users.erasure_requested.v1"
    user_id: str
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureCancelled(Fact):
    """The user took it back: nothing was erased."""

    name: ClassVar[str] = "users.erasure_cancelled.v1"
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureStarted(Fact):
    """Each service erases its part and answers with `PartErased`; the envelope's owner is the erasure's own id.

    `owner` is whose data goes, a user's (`U#...`) or a household's (`H#...`). `round` 1 is the erasure, 2 comes when nothing that began before can still be running.
    """

    name: ClassVar[str] = "users.erasure_started.v1"
    owner: str
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureReceiptReady(Fact):
    """The receipt of an erasure is due to be mailed, before the address goes with the rest."""

    name: ClassVar[str] = "users.erasure_receipt_ready.v1"
    erasure_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequested(Fact):
    """Each service writes its part of the user's data and answers with `PartExported`."""

    name: ClassVar[str] = "users.export_requested.v1"
    user_id: str
    job_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReady(Fact):
    """The file with all of the user's data can be downloaded for seven days."""

    name: ClassVar[str] = "users.export_ready.v1"
    user_id: str
    job_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdCreated(Fact):
    """Somebody made a household, whose first owner they are. Facts about households are owned by them."""

    name: ClassVar[str] = "users.household_created.v1"
    household_id: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdDeleted(Fact):
    """The last member deleted a household: nobody can come to its data any more, and it is being erased."""

    name: ClassVar[str] = "users.household_deleted.v1"
    household_id: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationSent(Fact):
    """A mail with a link is due, by which whoever reads the address may join a household."""

    name: ClassVar[str] = "users.invitation_sent.v1"
    household_id: str
    invitation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberJoined(Fact):
    """Somebody took up an invitation."""

    name: ClassVar[str] = "users.member_joined.v1"
    household_id: str
    user_id: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged(Fact):
    """A member's role, or the accounts that they may see, are others now."""

    name: ClassVar[str] = "users.member_changed.v1"
    household_id: str
    user_id: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLeft(Fact):
    """Somebody is no member any more."""

    name: ClassVar[str] = "users.member_left.v1"
    household_id: str
    user_id: str
    how: Literal["left", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRequested(Fact):
    """A former member takes accounts of a household along; the owner is that person."""

    name: ClassVar[str] = "users.split_requested.v1"
    household_id: str
    user_id: str
    split_id: str
    mode: Literal["move", "copy"]
    accounts: tuple[str, ...]
