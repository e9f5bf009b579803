"""Reports as files: asked for, written while one waits, and downloaded by a link that expires."""

from __future__ import annotations

from typing import Final

from chalicelib.analytics.schemas.reports import ReportOut, StartReport
from chalicelib.analytics.service import reports
from chalicelib.kernel.context import Context
from chalicelib.security.api import Limit
from functions.analytics.routes.edge import READ, edge

REPORTS: Final = Limit(name="reports", quota=100, window=3_600)


@edge.endpoint(
    "POST",
    "/v1/analytics/reports",
    summary="Write a report into a file",
    body=StartReport,
    out=ReportOut,
    status=202,
    scope=READ,
    people_only=True,
    step_up=True,
    by_account=True,
    limit=REPORTS,
    refuses=(404,),
)
def start_report(ctx: Context, body: StartReport) -> ReportOut:
    """Ask for a CSV file or a workbook of what another route of analytics answers; read it to see whether it is there."""
    return reports.start_report(ctx, body)


@edge.endpoint(
    "GET",
    "/v1/analytics/reports/{report_id}",
    summary="How a report stands, and its file",
    out=ReportOut,
    scope=READ,
    people_only=True,
    by_account=True,
    fleeting=True,
)
def read_report(ctx: Context, report_id: str) -> ReportOut:
    """Give a report as it stands; when it is ready, with a link that works for 15 minutes."""
    return reports.read_report(ctx, report_id)
