"""Routes of interchange, a module a subject: importing them registers them."""

from __future__ import annotations

from functions.interchange.routes import connections, exports, imports, originals, profiles
from functions.interchange.routes.edge import blueprint

__all__ = ["blueprint", "connections", "exports", "imports", "originals", "profiles"]
