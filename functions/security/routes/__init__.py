"""Routes of the security service, a module a subject: importing them registers them."""

from __future__ import annotations

from functions.security.routes import audit, published
from functions.security.routes.edge import blueprint

__all__ = ["audit", "blueprint", "published"]
