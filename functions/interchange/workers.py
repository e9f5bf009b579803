"""Workers of interchange: what was uploaded, what the ledger and the clock tell, what banks have, and the relay."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate, SQSEvent

from chalicelib.expenses.events import (
    FeedApplied,
    FeedStopped,
    ImportReverted,
    ImportStopped,
    RevertStopped,
    TransactionsImported,
)
from chalicelib.interchange.commands import (
    ClaimConnection,
    DropExport,
    DropRows,
    EraseMore,
    ExportMore,
    FetchFeed,
    HearBank,
    RevokeAccess,
    WriteExport,
)
from chalicelib.interchange.repository import TABLE
from chalicelib.interchange.service import (
    committing,
    connections_claiming,
    connections_hearing,
    connections_revoking,
    data_rights,
    exporting,
    exporting_steps,
    reading,
    reverting,
    syncing,
    syncing_due,
    syncing_ends,
)
from chalicelib.kernel import clock
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.log import logger
from chalicelib.kernel.settings import settings
from chalicelib.users.events import ErasureStarted, ExportRequested
from functions._edge.worker import batch, consume, s3_objects, units

UPLOADS = "interchange-uploads"
EXPORTS = "interchange-exports"
_UNIT = units(TABLE)

blueprint = Blueprint(__name__)


def _claim(ctx: Context, order: ClaimConnection) -> None:
    """Exchange a token between two units of work of its own."""
    connections_claiming.claim(ctx, order, _UNIT)


consume(
    blueprint,
    TABLE,
    on={
        TransactionsImported: committing.count_chunk,
        ImportStopped: committing.stop_import,
        ImportReverted: reverting.count_reverted,
        RevertStopped: reverting.stop_reverting,
        DropRows: committing.drop_rows,
        ClaimConnection: _claim,
        HearBank: connections_hearing.follow,
        FetchFeed: syncing.fetch,
        FeedApplied: syncing_ends.follow,
        FeedStopped: syncing_ends.stop,
        RevokeAccess: connections_revoking.revoke,
        WriteExport: exporting_steps.forward,
        DropExport: exporting.drop_file,
        ErasureStarted: data_rights.erase,
        EraseMore: data_rights.erase,
        ExportRequested: data_rights.export,
        ExportMore: data_rights.export,
    },
    keyless=(ErasureStarted, EraseMore),
)


@blueprint.schedule(Rate(5, unit=Rate.MINUTES), name="interchange_syncs")
def on_syncs(_event: CloudWatchEvent) -> None:
    """Order the syncs of bank connections whose turn has come."""
    logger().thread_safe_clear_keys()  # those of a request before would tell the wrong story
    syncing_due.run_due(Visit(now=clock.now()))


# one file at a time: each may take a whole CPU for seconds
@blueprint.on_sqs_message(queue=settings().queue(UPLOADS), batch_size=1, name="interchange_uploads")
def on_upload(event: SQSEvent) -> dict[str, Any]:
    """Read each file that was uploaded."""
    return batch(event, _deliver, dead=f"{UPLOADS}-dead", given_up=_give_up)


def _deliver(body: str) -> None:
    for _bucket, key in s3_objects(body):
        reading.receive(key, _UNIT)


def _give_up(body: str) -> None:
    for _bucket, key in s3_objects(body):
        reading.give_up(key, _UNIT)


# one file at a time: each may take minutes
@blueprint.on_sqs_message(queue=settings().queue(EXPORTS), batch_size=1, name="interchange_exports")
def on_export(event: SQSEvent) -> dict[str, Any]:
    """Write the file of each export."""
    return batch(
        event,
        lambda body: exporting_steps.write(body, _UNIT),
        dead=f"{EXPORTS}-dead",
        given_up=lambda body: exporting_steps.give_up(body, _UNIT),
    )
