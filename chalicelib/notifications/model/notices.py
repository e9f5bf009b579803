"""What a person is told about their account, fact by fact: the words are here, users give values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from chalicelib.kernel.clock import parse_rfc3339
from chalicelib.kernel.events import Fact
from chalicelib.kernel.values import dataclass
from chalicelib.notifications.model.letters import Letter, plain_letter, when
from chalicelib.security import events as security
from chalicelib.users import events as users

F = TypeVar("F", bound=Fact)
Words = tuple[str, list[str]]
NOT_YOU: Final = (
    "If that was not you, sign in, change your password and sign out everywhere, at once."
)
FEW_LEFT: Final = 3
"""From so many recovery codes on, a person is asked to make new ones."""
_FACTORS: Final = {
    "totp": "an authenticator app",
    "passkey": "a passkey",
    "recovery-codes": "a new set of recovery codes",
}
_PROVIDERS: Final = {"google": "Google", "apple": "Apple"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sign-in came from."""

    device: str
    network: str
    at: datetime


def on_new_device(place: Place | None) -> Letter:
    """Tell that somebody signed in on a device that never did; without a place when the session is over."""
    said = ["Somebody, perhaps you, signed in to your xPense account on a new device."]
    if place is not None:
        said.append(
            f"{place.device}, from {place.network or 'an unknown network'}, {when(place.at)}."
        )
    return plain_letter("A new device signed in", [*said, NOT_YOU])


def notice(fact: Fact) -> Letter:
    """Give the letter about a fact; KeyError for one that is not told by a plain letter."""
    subject, paragraphs = _WORDS[type(fact)](fact)
    return plain_letter(subject, paragraphs)


def told_plainly() -> tuple[type[Fact], ...]:
    """Give the facts that `notice` knows."""
    return tuple(_WORDS)


def _always(subject: str, *paragraphs: str) -> Callable[[Fact], Words]:
    return lambda _: (subject, list(paragraphs))


def _on(kind: type[F], words: Callable[[F], Words]) -> Callable[[Fact], Words]:
    """Let a function of one kind of fact stand in the table of all."""
    return lambda fact: words(fact) if isinstance(fact, kind) else ("", [])


def _password(fact: users.PasswordChanged) -> Words:
    how = "by the link of a mail" if fact.how == "reset" else "by somebody who was signed in"
    return (
        "Your password was changed",
        [
            f"The password of your xPense account was changed {how}.",
            "All other devices were signed out.",
            NOT_YOU,
        ],
    )


def _factor_added(fact: security.FactorAdded) -> Words:
    what = _FACTORS.get(fact.factor, "another way to sign in")
    return ("A way to sign in was added", [f"Your xPense account has {what} now.", NOT_YOU])


def _factor_removed(fact: security.FactorRemoved) -> Words:
    what = _FACTORS.get(fact.factor, "a way to sign in").replace("a new set of", "your")
    return (
        "A way to sign in was removed",
        [f"From your xPense account {what} was removed.", NOT_YOU],
    )


def _recovery_code(fact: security.RecoveryCodeUsed) -> Words:
    said = ["Somebody, perhaps you, used a recovery code of your xPense account."]
    if fact.left <= FEW_LEFT:
        said.append(f"Codes that are left: {fact.left}. Make new ones while you can sign in.")
    return ("A recovery code was used", [*said, NOT_YOU])


def _linked(fact: users.IdentityLinked) -> Words:
    name = _PROVIDERS.get(fact.provider, "another provider")
    return (f"{name} opens your account", [f"From now on you can sign in with {name}.", NOT_YOU])


def _unlinked(fact: users.IdentityUnlinked) -> Words:
    name = _PROVIDERS.get(fact.provider, "another provider")
    return (
        f"{name} no longer opens your account",
        [f"You cannot sign in with {name} any more.", NOT_YOU],
    )


def _erasure(fact: users.ErasureRequested) -> Words:
    return (
        "Your account will be erased",
        [
            f"You, or somebody who was signed in as you, asked to erase your xPense account on {when(parse_rfc3339(fact.due))}.",
            "Until then you can take it back: sign in and choose to keep the account. Afterwards nobody can.",
        ],
    )


_WORDS: Final[Mapping[type[Fact], Callable[[Fact], Words]]] = {
    users.SignInFailedOften: _always(
        "Many failed sign-ins",
        "Somebody tried wrong passwords for your xPense account many times. Nobody got in by that.",
        "If it was you, you can set a new password by the link on the sign-in page.",
        "If it was not, a second factor or a passkey makes guessing pointless.",
    ),
    users.RefreshTokenReused: _always(
        "A session was ended for your safety",
        "A sign-in of your xPense account was used in two places at once, so a copy of it may be in other hands.",
        "We ended that session. Sign in again on your device.",
        NOT_YOU,
    ),
    users.PasswordChanged: _on(users.PasswordChanged, _password),
    users.EmailChangeStopped: _always(
        "The change of your address was stopped",
        "Your xPense account keeps this address. If it had been changed already, all devices were signed out.",
        "If you did not want another address, somebody else was signed in: set a new password now.",
    ),
    users.ApiTokenCreated: _always(
        "An API token was made",
        "Your xPense account has a new API token, by which a program can do what it was allowed.",
        "You can see and revoke it in the settings.",
        NOT_YOU,
    ),
    users.SupportGranted: _always(
        "Support may read your data",
        "You, or somebody who was signed in as you, allowed xPense's support to read some of your data for a while.",
        "Support cannot change anything, each use is in your security log, and you can withdraw it at any time.",
        NOT_YOU,
    ),
    users.SupportUsed: _always(
        "Support read your data",
        "An administrator of xPense has just read some of your data, as you allowed.",
        "You can withdraw the permission at any time in the settings.",
    ),
    users.UserRestored: _always(
        "Your account works again", "Your xPense account was enabled again. Sign in as before."
    ),
    users.UserSuspended: _always(
        "Your account was disabled",
        "Your xPense account was disabled by an administrator, and all devices were signed out.",
        "Answer to your contact at xPense if you think that this is a mistake.",
    ),
    users.ConsentGiven: _always(
        "An app may use your account",
        "You, or somebody who was signed in as you, let an app use your xPense account.",
        "You can see what it may do, and end that, in the settings.",
        NOT_YOU,
    ),
    users.IdentityLinked: _on(users.IdentityLinked, _linked),
    users.IdentityUnlinked: _on(users.IdentityUnlinked, _unlinked),
    users.ErasureRequested: _on(users.ErasureRequested, _erasure),
    users.ErasureCancelled: _always(
        "Your account stays", "Your xPense account will not be erased: you took that back.", NOT_YOU
    ),
    users.ExportReady: _always(
        "Your data is ready",
        "The file with all your data can be downloaded for seven days: sign in and open the export.",
        NOT_YOU,
    ),
    security.FactorAdded: _on(security.FactorAdded, _factor_added),
    security.FactorRemoved: _on(security.FactorRemoved, _factor_removed),
    security.RecoveryCodeUsed: _on(security.RecoveryCodeUsed, _recovery_code),
}
