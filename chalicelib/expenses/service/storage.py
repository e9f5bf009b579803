"""Room for files: asked when one is announced, and counted exactly when it is kept."""

from __future__ import annotations

from chalicelib.expenses.errors.papers import StorageFull
from chalicelib.expenses.repository.storage import Storage
from chalicelib.kernel.context import Context


def require_room(ctx: Context, size: int) -> None:
    """Refuse a file of so many bytes for which the owner has no room: `StorageFull`."""
    if not Storage(ctx).kept().has_room(size):
        raise StorageFull
