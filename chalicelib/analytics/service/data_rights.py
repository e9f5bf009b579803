"""What analytics has of a user, for export and erasure."""

from __future__ import annotations

from typing import Final

from chalicelib.analytics.commands import EraseMore, ExportMore
from chalicelib.analytics.gateways.reports import REPORTS
from chalicelib.analytics.repository import TABLE
from chalicelib.analytics.repository.insights import INSIGHT, DismissedInsightRow
from chalicelib.analytics.repository.reports import REPORT, ReportRow
from chalicelib.kernel import parts
from chalicelib.kernel.context import Context
from chalicelib.kernel.inbox import SEEN
from chalicelib.kernel.settings import settings
from chalicelib.users.api import parts as users_parts
from chalicelib.users.events import ErasureStarted, ExportRequested

PART: Final = parts.Part(
    service="analytics",
    spec=TABLE,
    kinds=(
        *parts.MARKS,
        parts.Kind(
            name="sums",
            prefix="RUP#",
            about="Sums by month, currency and category: `i#` income, `e#` expense, `n#` count, by account.",
            left_out={SEEN: "hashes of the messages that were added, so that none is twice"},
        ),
        parts.Kind(
            name="dismissed_insights",
            prefix=INSIGHT,
            about="Insights that were dismissed, and how they stood.",
            row=DismissedInsightRow,
        ),
        parts.Kind(
            name="reports",
            prefix=REPORT,
            about="Reports that you asked for as files; `body` has what you asked and what came of it.",
            row=ReportRow,
            opened={"body": "packed"},
        ),
    ),
    files=(
        # copies of sums, for seven days: erased, and no part of an export
        parts.Files(
            bucket=lambda: settings().bulk_bucket, prefix=parts.prefix_of(REPORTS, "", "/")
        ),
    ),
)


def erase(ctx: Context, message: ErasureStarted | EraseMore) -> None:
    """Erase a page of a user's part, and order the next."""
    users_parts.erase_part(ctx, PART, message, EraseMore)


def export(ctx: Context, message: ExportRequested | ExportMore) -> None:
    """Export a page of a user's part, and order the next."""
    users_parts.export_part(ctx, PART, message, ExportMore)
