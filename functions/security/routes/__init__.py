"""Routes of the security service, a module a subject; `functions._edge.loading` says when each is loaded."""

from __future__ import annotations

from functions.security.routes.edge import blueprint

__all__ = ["blueprint"]
