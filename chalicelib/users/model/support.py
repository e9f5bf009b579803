"""Support access: what a user allows an administrator to read, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from chalicelib.kernel.values import dataclass
from chalicelib.users.model.scopes import ALL

LONGEST_HOURS: Final = 72
MOST: Final = 10
"""Open grants of one user at a time."""
NOTED: Final = timedelta(hours=1)
"""A use is entered in the user's audit log and told to them at most this often, the first one always."""
READABLE: Final = frozenset(scope for scope in ALL if scope.endswith(":read"))
"""What a grant may allow: reading, by service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportGrant:
    """A grant: to one administrator, or to any where `admin_id` is empty."""

    id: str
    user_id: str
    admin_id: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    """When the use was last written down."""
    version: int

    def lets_in(self, admin_id: str, now: datetime) -> bool:
        """Tell whether the grant lets this administrator read now."""
        return now < self.expires_at and self.admin_id in {"", admin_id}

    def use_is_due(self, now: datetime) -> bool:
        """Tell whether this use is to be written down."""
        return self.used_at is None or now - self.used_at >= NOTED


def handle(user_id: str, grant_id: str) -> str:
    """Write what an administrator presents: whose data, and on which grant."""
    return f"{user_id}.{grant_id}"
