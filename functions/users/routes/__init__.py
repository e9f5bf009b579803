"""Routes of the users service, a module a subject: importing them registers them."""

from __future__ import annotations

from functions.users.routes import (
    account,
    admin,
    api_tokens,
    data_rights,
    email,
    households,
    oauth,
    oidc,
    passwords,
    preferences,
    signing_in,
    support,
)
from functions.users.routes.edge import blueprint

__all__ = [
    "account",
    "admin",
    "api_tokens",
    "blueprint",
    "data_rights",
    "email",
    "households",
    "oauth",
    "oidc",
    "passwords",
    "preferences",
    "signing_in",
    "support",
]
