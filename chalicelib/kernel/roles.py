"""What a member may do with a household's data, in one order for all services."""

from __future__ import annotations

from typing import Final, Literal

Role = Literal["viewer", "editor", "owner"]
"""Read; write; also manage the household itself. With one's own data everybody is the owner."""

ROLES: Final[tuple[Role, ...]] = ("viewer", "editor", "owner")
"""From least to most."""


def covers(role: Role, needed: Role) -> bool:
    """Tell whether a role includes another."""
    return ROLES.index(role) >= ROLES.index(needed)
