"""What the ledger is ordered to do, what it does by the clock, and how its messages leave."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate, SQSEvent

from chalicelib.expenses.commands import (
    ApplyFeed,
    DropAttachments,
    DropCategories,
    DropFiles,
    EraseMore,
    ExportMore,
    FindMatches,
    ImportRows,
    JoinRows,
    RevertImport,
    RunMore,
    SortMovements,
    SplitMore,
)
from chalicelib.expenses.repository import TABLE
from chalicelib.expenses.service import (
    attachments,
    data_rights,
    papers,
    recurring_due,
    run_steps,
    splitting,
)
from chalicelib.expenses.service.balances import sort_movements
from chalicelib.expenses.service.category_dropping import drop_categories
from chalicelib.expenses.service.feeding import apply_feed
from chalicelib.expenses.service.importing import import_rows
from chalicelib.expenses.service.joining import join_rows
from chalicelib.expenses.service.proposing import find_matches
from chalicelib.expenses.service.reverting import revert_import
from chalicelib.kernel import clock
from chalicelib.kernel.context import Visit
from chalicelib.kernel.log import logger
from chalicelib.kernel.settings import settings
from chalicelib.users.events import ErasureStarted, ExportRequested, SplitRequested
from functions._edge.worker import batch, consume, s3_objects, units

UPLOADS = "expenses-uploads"
_UNIT = units(TABLE)

blueprint = Blueprint(__name__)

consume(
    blueprint,
    TABLE,
    on={
        ImportRows: import_rows,
        JoinRows: join_rows,
        ApplyFeed: apply_feed,
        FindMatches: find_matches,
        RevertImport: revert_import,
        DropCategories: drop_categories,
        SplitRequested: splitting.begin,
        SplitMore: splitting.go_on,
        RunMore: run_steps.go_on,
        DropAttachments: attachments.drop_attachments,
        DropFiles: attachments.drop_files,
        SortMovements: sort_movements,
        ErasureStarted: data_rights.erase,
        EraseMore: data_rights.erase,
        ExportRequested: data_rights.export,
        ExportMore: data_rights.export,
    },
    keyless=(ErasureStarted, EraseMore),
)


@blueprint.schedule(Rate(5, unit=Rate.MINUTES), name="expenses_recurring")
def on_recurring(_event: CloudWatchEvent) -> None:
    """Book and plan what comes again and is due by now."""
    logger().thread_safe_clear_keys()  # those of a request before would tell the wrong story
    recurring_due.run_due(Visit(now=clock.now()))


# one file at a time: 10 MB in memory, and a receipt may take seconds to read
@blueprint.on_sqs_message(queue=settings().queue(UPLOADS), batch_size=1, name="expenses_uploads")
def on_upload(event: SQSEvent) -> dict[str, Any]:
    """Check each file that was uploaded."""
    return batch(event, _deliver, dead=f"{UPLOADS}-dead", given_up=_give_up)


def _deliver(body: str) -> None:
    for _bucket, key in s3_objects(body):
        papers.receive(key, _UNIT)


def _give_up(body: str) -> None:
    for _bucket, key in s3_objects(body):
        papers.give_up(key, _UNIT)
