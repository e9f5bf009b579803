"""Security actions: which there are, and what an entry of the audit log holds.

The list is closed, so that a misspelt action is refused and a reader can filter by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Final

from chalicelib.kernel.values import dataclass

ACTIONS: Final = frozenset(
    {
        # signing in and out
        "sign-up",
        "email-verified",
        "sign-in",
        "sign-in-failed",
        "sign-in-blocked",
        "sign-out",
        "session-revoked",
        "sessions-revoked",
        "refresh-token-reused",
        "step-up",
        "step-up-failed",
        # what one signs in with
        "password-set",
        "password-changed",
        "password-change-failed",
        "password-reset-requested",
        "password-reset",
        "email-change-requested",
        "email-change-cancelled",
        "email-changed",
        "totp-enrolled",
        "totp-confirmed",
        "totp-removed",
        "passkey-added",
        "passkey-renamed",
        "passkey-removed",
        "recovery-codes-created",
        "recovery-code-used",
        "second-factor-failed",
        "api-token-created",
        "api-token-changed",
        "api-token-revoked",
        "device-trusted",
        "device-forgotten",
        # other identities and apps
        "identity-linked",
        "identity-unlinked",
        "consent-given",
        "consent-changed",
        "consent-revoked",
        "authorization-code-reused",
        "client-token-revoked",
        "client-created",
        "client-changed",
        "client-removed",
        # households
        "household-created",
        "household-changed",
        "household-deleted",
        "household-split",
        "member-invited",
        "invitation-revoked",
        "invitation-declined",
        "member-joined",
        "member-role-changed",
        "member-removed",
        "member-left",
        "ownership-transferred",
        # support and administration
        "support-granted",
        "support-revoked",
        "support-used",
        "admin-granted",
        "admin-revoked",
        "user-looked-up",
        "user-suspended",
        "user-restored",
        # one's data
        "export-requested",
        "export-ready",
        "export-downloaded",
        "ledger-exported",
        "erasure-requested",
        "erasure-cancelled",
        "erasure-started",
        "erasure-completed",
        "owner-key-rotated",
        "owner-key-destroyed",
    }
)
"""Every action that the audit log knows, in kebab-case: add yours here."""

_MOST_DETAILS: Final = 20
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A security action: who did what to which thing when, and what changed (ids and enumerations)."""

    action: str
    at: datetime
    actor: str
    session_id: str = ""
    subject: str = ""
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ValueError for an action that is not on the list, or a text that is no id or name."""
        if self.action not in ACTIONS:
            raise ValueError("not an action of the audit log")
        if len(self.before) > _MOST_DETAILS or len(self.after) > _MOST_DETAILS:
            raise ValueError("too many details")
        details = (*self.before.items(), *self.after.items())
        texts = (
            self.actor,
            self.session_id,
            self.subject,
            *(text for two in details for text in two),
        )
        if any(len(text) > _LONGEST for text in texts):
            raise ValueError("a detail is an id or a name, not a text")
