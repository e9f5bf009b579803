"""Routes of the users service, a module a subject: importing them registers them."""

from __future__ import annotations

from functions.users.routes import account, signing_in
from functions.users.routes.edge import blueprint

__all__ = ["account", "blueprint", "signing_in"]
