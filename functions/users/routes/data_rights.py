"""What people may ask of their data: all of it, or none of it."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel.context import Context, Visit
from chalicelib.security.api import Limit
from chalicelib.users.schemas.data_export import DataExportOut
from chalicelib.users.schemas.erasure import ErasureOut, ReceiptOut
from chalicelib.users.service import data_export, erasure
from functions.users.routes.edge import edge

RECEIPTS: Final = Limit("erasure-receipt", quota=100, window=900)


@edge.endpoint(
    "DELETE",
    "/v1/users/me",
    summary="Erase everything about you",
    out=ErasureOut,
    status=202,
    scope="users:write",
    people_only=True,
    step_up=True,
)
def request_erasure(ctx: Context) -> ErasureOut:
    """Erase the caller and all their data in seven days, until which they may take it back."""
    return erasure.request_erasure(ctx)


@edge.endpoint(
    "GET",
    "/v1/users/me/erasure",
    summary="Whether you are about to be erased",
    out=ErasureOut,
    scope="users:read",
)
def read_erasure(ctx: Context) -> ErasureOut:
    """Say whether an erasure was asked for, and until when it can be taken back."""
    return erasure.read_erasure(ctx)


@edge.endpoint(
    "POST",
    "/v1/users/me/restore",
    summary="Take your erasure back",
    out=ErasureOut,
    scope="users:write",
    people_only=True,
)
def restore(ctx: Context) -> ErasureOut:
    """Keep the account after all; nothing was erased yet."""
    return erasure.restore(ctx)


@edge.endpoint(
    "GET",
    "/v1/users/erasure-receipts/{receipt_id}",
    summary="The receipt of an erasure",
    out=ReceiptOut,
    public=True,
    limit=RECEIPTS,
)
def read_receipt(visit: Visit, receipt_id: str) -> ReceiptOut:
    """Give the signed receipt of an erasure; it names nobody, and its id is in the last mail."""
    return erasure.read_receipt(visit, receipt_id)


@edge.endpoint(
    "POST",
    "/v1/users/me/data-export",
    summary="Get all your data",
    out=DataExportOut,
    status=202,
    scope="users:read",
    people_only=True,
    step_up=True,
)
def start_export(ctx: Context) -> DataExportOut:
    """Collect all of the caller's data into one file: one export at a time, two a day."""
    return data_export.start(ctx)


@edge.endpoint(
    "GET",
    "/v1/users/me/data-export/{job_id}",
    summary="How far your export is",
    out=DataExportOut,
    scope="users:read",
    people_only=True,
)
def read_export(ctx: Context, job_id: str) -> DataExportOut:
    """Say how far the export is; when it is ready, with a link that works for 15 minutes."""
    return data_export.read(ctx, job_id)
