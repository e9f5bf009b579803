"""Routes of notifications, a module a subject; `functions._edge.loading` says when each is loaded."""

from __future__ import annotations

from functions.notifications.routes.edge import blueprint

__all__ = ["blueprint"]
