"""Third-party apps: what they may be registered for, and which scopes there are for them.

Not every scope can be given to an app. What concerns the account itself (`users`, `security`), whole copies
of it (`sync`), payments, and messages to other places stay with the people and their own API tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from chalicelib.kernel.values import dataclass

Grant = Literal["authorization_code", "refresh_token", "client_credentials"]
"""RFC 6749; the implicit and the password grant do not exist here (OAuth 2.1)."""
MOST_CLIENTS: Final = 20
"""Apps that one developer can register."""
MOST_REDIRECTS: Final = 10
OPENID: Final[Mapping[str, str]] = {
    "openid": "Know who you are: an id that stands for you",
    "profile": "See your display name",
    "email": "See your e-mail address",
}
"""Scopes of OpenID Connect Core 1.0 (5.4), in the words of the consent screen."""
SCOPES: Final[Mapping[str, str]] = {
    **OPENID,
    "expenses:read": "See your accounts and transactions",
    "expenses:write": "Add, change and delete accounts and transactions",
    "interchange:read": "See your imports and exports",
    "interchange:write": "Import statements for you",
    "currency:read": "See exchange rates and tax rates",
    "currency:write": "Set exchange rates of your own",
    "budgets:read": "See your budgets and goals",
    "budgets:write": "Change your budgets and goals",
    "analytics:read": "See sums and reports about your money",
    "dashboard:read": "See your dashboard",
    "payments:read": "See your payments",
}
"""Every scope that an app may be registered for, in the words of the consent screen."""
OWN_SCOPES: Final = frozenset({"currency:read"})
"""What a client may do for itself, with nobody behind it: read what belongs to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A registered app. `name` is sealed under its developer's key, the secret kept as SHA-256 only."""

    id: str
    user_id: str
    """The developer who registered it."""
    name: bytes
    redirects: tuple[str, ...]
    grants: frozenset[Grant]
    scopes: frozenset[str]
    secret: bytes | None
    """None for a public client: an app in people's hands, which can keep no secret."""
    created_at: datetime
    version: int

    @property
    def confidential(self) -> bool:
        """Tell whether the client can keep a secret, and so has to show it."""
        return self.secret is not None

    def own_scopes(self) -> frozenset[str]:
        """Give what the client may do for itself."""
        return self.scopes & OWN_SCOPES
