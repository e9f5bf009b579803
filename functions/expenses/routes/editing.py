"""Bulk edits over HTTP."""

from __future__ import annotations

from chalicelib.expenses.schemas.editing import (
    BulkEdit,
    EditItemOut,
    EditPreview,
    EditPreviewOut,
)
from chalicelib.expenses.schemas.history import differences
from chalicelib.expenses.schemas.runs import RunOut
from chalicelib.expenses.service import editing, runs
from chalicelib.kernel.context import Context
from functions.expenses.routes.edge import READ, WRITE, edge


@edge.endpoint(
    "POST",
    "/v1/expenses/transactions/bulk-edit/preview",
    summary="Preview a bulk edit",
    body=EditPreview,
    out=EditPreviewOut,
    scope=WRITE,
)
def preview_edit(ctx: Context, body: EditPreview) -> EditPreviewOut:
    """Show what would change about each transaction that a query finds; read to its end it gives a token."""
    shown = editing.preview(ctx, body)
    return EditPreviewOut(
        token=shown.token,
        matched=shown.matched,
        changing=shown.changing,
        items=[
            EditItemOut(
                id=one.before.id,
                version=one.before.version,
                problem=one.problem,
                fields=differences(one.before, one.after),
            )
            for one in shown.edits
        ],
        next_cursor=shown.next_cursor,
    )


@edge.endpoint(
    "POST",
    "/v1/expenses/transactions/bulk-edit",
    summary="Carry out a bulk edit",
    body=BulkEdit,
    out=RunOut,
    status=202,
    scope=WRITE,
)
def carry_out_edit(ctx: Context, body: BulkEdit) -> RunOut:
    """Do exactly what a preview showed: up to 50 together or not at all, more in steps that can be polled."""
    return RunOut.of(editing.carry_out(ctx, body.token), ctx.now)


@edge.endpoint(
    "GET",
    "/v1/expenses/transactions/bulk-edit/{run_id}",
    summary="Read a bulk edit",
    out=RunOut,
    scope=READ,
)
def read_edit(ctx: Context, run_id: str) -> RunOut:
    """Read how far a bulk edit is, or the undoing of one."""
    return RunOut.of(runs.read(ctx, run_id, {"bulk-edit", "undo"}), ctx.now)


@edge.endpoint(
    "POST",
    "/v1/expenses/transactions/bulk-edit/{run_id}/undo",
    summary="Undo a bulk edit",
    out=RunOut,
    status=202,
    scope=WRITE,
)
def undo_edit(ctx: Context, run_id: str) -> RunOut:
    """Put back what a bulk edit changed, but for what was touched since; an undoing can be undone as well."""
    return RunOut.of(runs.undo(ctx, run_id, {"bulk-edit", "undo"}), ctx.now)
