"""What notifications orders of itself: a push to each member of a household, and the steps of data rights."""

from __future__ import annotations

from typing import ClassVar

from chalicelib.kernel.events import Order
from chalicelib.kernel.values import dataclass
from chalicelib.users.commands import ErasePartMore, ExportPartMore


@dataclass(frozen=True, slots=True, kw_only=True)
class PushToMember(Order):
    """Push a message about a household to a member, who owns this order; `data` is JSON."""

    name: ClassVar[str] = "notifications.push_to_member.v1"
    to: ClassVar[str] = "notifications"

    household_id: str
    message_id: str
    type: str
    data: str


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
