"""Routes of the security service, a module a subject: importing them registers them."""

from __future__ import annotations

from functions.security.routes import (
    audit,
    factors,
    metadata,
    passkeys,
    published,
    step_up,
)
from functions.security.routes.edge import blueprint

__all__ = [
    "audit",
    "blueprint",
    "factors",
    "metadata",
    "passkeys",
    "published",
    "step_up",
]
