"""The vault of statements: files as they were sent, and what they cover."""

from __future__ import annotations

from chalicelib.interchange.schemas.coverage import CoverageOut, CoverageQuery
from chalicelib.interchange.schemas.originals import FilePieceOut, FileQuery
from chalicelib.interchange.service import coverage, originals
from chalicelib.kernel.context import Context
from functions.interchange.routes.edge import READ, edge


@edge.endpoint(
    "GET",
    "/v1/interchange/imports/{import_id}/file",
    summary="Read the file of an import as it was sent",
    query=FileQuery,
    out=FilePieceOut,
    scope=READ,
    refuses=(409,),
)
def read_file(ctx: Context, import_id: str, query: FileQuery) -> FilePieceOut:
    """Give a piece of at most 3 MiB; ask for `piece` 0 up to `pieces` for all of it."""
    return originals.read_file(ctx, import_id, query)


@edge.endpoint(
    "GET",
    "/v1/interchange/coverage",
    summary="Which months of an account are covered by statements",
    query=CoverageQuery,
    out=CoverageOut,
    scope=READ,
)
def read_coverage(ctx: Context, query: CoverageQuery) -> CoverageOut:
    """Give the imported statements of an account, the months between them, and the days that are missing."""
    return coverage.read_coverage(ctx, query)
