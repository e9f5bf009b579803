"""Routes of imports: statements in."""

from __future__ import annotations

from typing import Final

from chalicelib.interchange.schemas.import_answers import ImportOut, LabelOut
from chalicelib.interchange.schemas.import_requests import (
    CommitImport,
    RevertIn,
    RowsQuery,
    StartImport,
)
from chalicelib.interchange.schemas.import_rows import RowOut
from chalicelib.interchange.service import committing, imports, labelling, reverting, rows
from chalicelib.kernel.context import Context
from chalicelib.kernel.wire import PageOut, PageQuery
from chalicelib.security.api import Limit
from functions.interchange.routes.edge import READ, WRITE, edge

STARTS: Final = Limit(name="imports", quota=1_000, window=3_600)


@edge.endpoint(
    "POST",
    "/v1/interchange/imports",
    summary="Ask for the upload of a statement",
    body=StartImport,
    out=ImportOut,
    status=201,
    scope=WRITE,
    limit=STARTS,
)
def start_import(ctx: Context, body: StartImport) -> ImportOut:
    """Send the file to `upload.url` with its fields within 15 minutes; it is then read by itself."""
    return imports.start_import(ctx, body)


@edge.endpoint(
    "GET",
    "/v1/interchange/imports",
    summary="List imports, newest first",
    query=PageQuery,
    out=PageOut[ImportOut],
    scope=READ,
)
def list_imports(ctx: Context, query: PageQuery) -> PageOut[ImportOut]:
    """Give a page of imports."""
    return imports.list_imports(ctx, query)


@edge.endpoint(
    "GET",
    "/v1/interchange/imports/{import_id}",
    summary="Read an import",
    out=ImportOut,
    scope=READ,
)
def read_import(ctx: Context, import_id: str) -> ImportOut:
    """Give an import as it stands; poll it, or wait for it on the WebSocket."""
    return imports.read_import(ctx, import_id)


@edge.endpoint(
    "GET",
    "/v1/interchange/imports/{import_id}/rows",
    summary="Preview the rows of an import",
    query=RowsQuery,
    out=PageOut[RowOut],
    scope=READ,
    refuses=(409,),
)
def list_rows(ctx: Context, import_id: str, query: RowsQuery) -> PageOut[RowOut]:
    """Give rows as they were understood, with their problems."""
    return rows.list_rows(ctx, import_id, query)


@edge.endpoint(
    "GET",
    "/v1/interchange/imports/{import_id}/labels",
    summary="List the categories that a file names",
    query=PageQuery,
    out=PageOut[LabelOut],
    scope=READ,
    refuses=(409,),
)
def list_labels(ctx: Context, import_id: str, query: PageQuery) -> PageOut[LabelOut]:
    """Give each with how many rows it has and what it means here; `commit` takes what you want otherwise."""
    return labelling.list_labels(ctx, import_id, query)


@edge.endpoint(
    "POST",
    "/v1/interchange/imports/{import_id}/commit",
    summary="Put the rows into the ledger",
    body=CommitImport,
    out=ImportOut,
    status=202,
    scope=WRITE,
    if_match="optional",
)
def commit_import(ctx: Context, import_id: str, body: CommitImport) -> ImportOut:
    """Record every importable row that the ledger does not know yet."""
    return committing.commit_import(ctx, import_id, body)


@edge.endpoint(
    "POST",
    "/v1/interchange/imports/{import_id}/revert",
    summary="Take back what an import did",
    body=RevertIn,
    out=ImportOut,
    status=202,
    scope=WRITE,
    if_match="optional",
)
def revert_import(ctx: Context, import_id: str, body: RevertIn) -> ImportOut:
    """Let the import's transactions leave, and what took its rows in be what it was before."""
    return reverting.revert_import(ctx, import_id, body)


@edge.endpoint(
    "DELETE",
    "/v1/interchange/imports/{import_id}",
    summary="Delete an import",
    status=204,
    scope=WRITE,
    if_match="optional",
)
def remove_import(ctx: Context, import_id: str) -> None:
    """Delete the import and its rows; transactions that were recorded from it stay."""
    imports.remove_import(ctx, import_id)
