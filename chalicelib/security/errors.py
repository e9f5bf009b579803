"""Refusals of the security service."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, FieldProblem, Invalid, NotFound, Unauthenticated


class InvalidToken(Unauthenticated):
    """The access token is expired, damaged, of another kind, or was never ours."""

    slug = "invalid-token"
    title = "The access token is not valid"


class OwnerKeyAbsent(NotFound):
    """The owner has no data key: never made, or destroyed by erasure. Nothing of theirs can be read."""

    slug = "owner-key-absent"
    title = "The data of this owner cannot be read any more"


class KeyMadeMeanwhile(Conflict):
    """Another process made the same key first; its key is the one to use."""

    slug = "key-made-meanwhile"


class WeakPassword(Invalid):
    """The password is too short, too long, or one that attackers try early."""

    slug = "weak-password"
    title = "Choose another password"


class FactorRefused(Unauthenticated):
    """The code or the passkey does not show who it is: wrong, used, expired, of somebody else: all look alike."""

    slug = "factor-refused"
    title = "This code or passkey does not count"


class CodeRefused(Invalid):
    """The first code of an authenticator app is wrong, used or late."""

    slug = "code-refused"
    title = "This code does not fit"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/code", "wrong, used or expired"),))


class PasskeyRefused(Invalid):
    """What the browser sent does not make a passkey: damaged, for another site, or answering no question of ours."""

    slug = "passkey-refused"
    title = "This passkey cannot be taken"

    def __init__(self) -> None:
        """Point at the field."""
        super().__init__(errors=(FieldProblem("/credential", "not an answer to this challenge"),))


class TotpExists(Conflict):
    """There is an authenticator app already; remove it first."""

    slug = "totp-exists"
    title = "An authenticator app is set up already"


class TotpAbsent(NotFound):
    """No authenticator app is set up, or none waits for its first code."""

    slug = "totp-absent"
    title = "No authenticator app is set up"


class NoSecondFactor(Conflict):
    """Recovery codes stand in for a second factor, and there is none."""

    slug = "no-second-factor"
    title = "Set up an authenticator app or a passkey first"


class NoPasskey(Conflict):
    """The user has no passkey to show."""

    slug = "no-passkey"
    title = "You have no passkey"


class PasskeyExists(Conflict):
    """The authenticator is registered already."""

    slug = "passkey-exists"
    title = "You have this passkey already"


class TooManyPasskeys(Conflict):
    """The user has as many passkeys as anybody may have."""

    slug = "too-many-passkeys"
    title = "You have as many passkeys as possible; remove one first"


class PasskeyNotFound(NotFound):
    """There is no such passkey of this user."""

    slug = "passkey-not-found"
