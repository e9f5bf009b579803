"""What the ledger is ordered to do, and how its messages leave."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.expenses.commands import EraseMore, ExportMore, ImportRows, RunMore, SplitMore
from chalicelib.expenses.repository import TABLE
from chalicelib.expenses.service import data_rights, run_steps, splitting
from chalicelib.expenses.service.importing import import_rows
from chalicelib.users.events import ErasureStarted, ExportRequested, SplitRequested
from functions._edge.relays import relay
from functions._edge.worker import consume

blueprint = Blueprint(__name__)

consume(
    blueprint,
    TABLE,
    on={
        ImportRows: import_rows,
        SplitRequested: splitting.begin,
        SplitMore: splitting.go_on,
        RunMore: run_steps.go_on,
        ErasureStarted: data_rights.erase,
        EraseMore: data_rights.erase,
        ExportRequested: data_rights.export,
        ExportMore: data_rights.export,
    },
    keyless=(ErasureStarted, EraseMore),
)
relay(blueprint, TABLE)
