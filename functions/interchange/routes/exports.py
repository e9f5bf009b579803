"""Files out: asked for, written while one waits, and downloaded by a link that expires."""

from __future__ import annotations

from typing import Final

from chalicelib.interchange.schemas.exports import ExportOut, StartExport
from chalicelib.interchange.service import exporting
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from chalicelib.security.api import Limit
from functions.interchange.routes.edge import READ, edge

EXPORTS: Final = Limit(name="exports", quota=100, window=3_600)


@edge.endpoint(
    "POST",
    "/v1/interchange/exports",
    summary="Export transactions into a file",
    body=StartExport,
    out=ExportOut,
    status=202,
    scope=READ,
    people_only=True,
    step_up=True,
    by_account=True,
    limit=EXPORTS,
)
def start_export(ctx: Context, body: StartExport) -> ExportOut:
    """Ask for a file of all that a filter finds, in a format of choice; read it to see how far it is."""
    return exporting.start_export(ctx, body)


@edge.endpoint(
    "GET",
    "/v1/interchange/exports",
    summary="List exports, newest first",
    query=PageQuery,
    out=PageOut[ExportOut],
    scope=READ,
    people_only=True,
    by_account=True,
)
def list_exports(ctx: Context, query: PageQuery) -> PageOut[ExportOut]:
    """Give a page of the exports that you asked for, with their states; read one for the link to its file."""
    return exporting.list_exports(ctx, query)


@edge.endpoint(
    "GET",
    "/v1/interchange/exports/{export_id}",
    summary="How far an export is, and its file",
    out=ExportOut,
    scope=READ,
    people_only=True,
    by_account=True,
    fleeting=True,
)
def read_export(ctx: Context, export_id: str) -> ExportOut:
    """Give an export as it stands; when it is ready, with a link that works for 15 minutes."""
    return exporting.read_export(ctx, export_id)


@edge.endpoint(
    "DELETE",
    "/v1/interchange/exports/{export_id}",
    summary="Delete an export and its file",
    status=204,
    scope=READ,
    people_only=True,
    by_account=True,
    if_match="optional",
)
def remove_export(ctx: Context, export_id: str) -> None:
    """Delete the file now instead of after seven days, and the job with it; one that is being written stops."""
    exporting.remove_export(ctx, export_id)
