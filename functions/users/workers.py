"""Workers of the users service: its relay, exports and erasures on their way, and what is due."""

from __future__ import annotations

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.kernel import clock
from chalicelib.kernel.context import Visit
from chalicelib.users.commands import (
    AssembleExport,
    ContinueErasure,
    ContinueExport,
    PartErased,
    PartExported,
    ReceiptMailed,
    SplitAdvanced,
)
from chalicelib.users.repository import TABLE
from chalicelib.users.service import data_export, erasing, households_splits
from functions._edge.worker import consume

blueprint = Blueprint(__name__)

consume(
    blueprint,
    TABLE,
    on={
        PartExported: data_export.part_exported,
        ContinueExport: data_export.continue_export,
        AssembleExport: data_export.assemble,
        PartErased: erasing.part_erased,
        ContinueErasure: erasing.continue_erasure,
        ReceiptMailed: erasing.receipt_mailed,
        SplitAdvanced: households_splits.advance_split,
    },
    keyless=(PartErased, ContinueErasure, ReceiptMailed),
)


@blueprint.schedule(Rate(10, unit=Rate.MINUTES), name="users_data_rights")
def on_data_rights(_event: CloudWatchEvent) -> None:
    """Begin the erasures that are due, go on with those that wait, and delete expired exports."""
    erasing.run_due(Visit(now=clock.now()))
