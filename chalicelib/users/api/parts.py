"""What the services above order of the users service, each for its part of an owner's data."""

from __future__ import annotations

from chalicelib.users.service.parts_above import erase_part, export_part

__all__ = [
    "erase_part",
    "export_part",
]
