"""Workers of interchange: what was uploaded, what the ledger tells, and the relay."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, SQSEvent

from chalicelib.expenses.events import (
    ImportReverted,
    ImportStopped,
    RevertStopped,
    TransactionsImported,
)
from chalicelib.interchange.commands import DropRows, EraseMore, ExportMore
from chalicelib.interchange.repository import TABLE
from chalicelib.interchange.service import committing, data_rights, reading, reverting
from chalicelib.kernel.settings import settings
from chalicelib.users.events import ErasureStarted, ExportRequested
from functions._edge.relays import relay
from functions._edge.worker import batch, consume, s3_objects, units

UPLOADS = "interchange-uploads"
_UNIT = units(TABLE)

blueprint = Blueprint(__name__)
consume(
    blueprint,
    TABLE,
    on={
        TransactionsImported: committing.count_chunk,
        ImportStopped: committing.stop_import,
        ImportReverted: reverting.count_reverted,
        RevertStopped: reverting.stop_reverting,
        DropRows: committing.drop_rows,
        ErasureStarted: data_rights.erase,
        EraseMore: data_rights.erase,
        ExportRequested: data_rights.export,
        ExportMore: data_rights.export,
    },
    keyless=(ErasureStarted, EraseMore),
)
relay(blueprint, TABLE)


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
