"""What notifications orders of itself: the steps of erasing and exporting a user's part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chalicelib.users.commands import ErasePartMore, ExportPartMore


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseMore(ErasePartMore):
    """The next step of erasing a user's part; ordered by this service itself."""

    name: ClassVar[str] = "notifications.erase_more.v1"
    to: ClassVar[str] = "notifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMore(ExportPartMore):
    """The next step of exporting a user's part; ordered by this service itself."""

    name: ClassVar[str] = "notifications.export_more.v1"
    to: ClassVar[str] = "notifications"
