"""What analytics orders of itself: the file of a report, the steps of erasing and exporting a user's part."""

from __future__ import annotations

from typing import ClassVar

from chalicelib.kernel.events import Order
from chalicelib.kernel.values import dataclass
from chalicelib.users.commands import ErasePartMore, ExportPartMore


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseMore(ErasePartMore):
    """The next step of erasing a user's part; ordered by this service itself."""

    name: ClassVar[str] = "analytics.erase_more.v1"
    to: ClassVar[str] = "analytics"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMore(ExportPartMore):
    """The next step of exporting a user's part; ordered by this service itself."""

    name: ClassVar[str] = "analytics.export_more.v1"
    to: ClassVar[str] = "analytics"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteReport(Order):
    """Let the file of a report be written."""

    name: ClassVar[str] = "analytics.write_report.v1"
    to: ClassVar[str] = "analytics"

    report_id: str
