"""What analytics hears."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.analytics.commands import EraseMore, ExportMore, WriteReport
from chalicelib.analytics.repository import TABLE
from chalicelib.analytics.service import data_rights, reports, sums
from chalicelib.expenses.events import (
    TransactionChanged,
    TransactionRecorded,
    TransactionRemoved,
    TransactionsImported,
    TransactionsRevised,
)
from chalicelib.users.events import ErasureStarted, ExportRequested
from functions._edge.worker import consume

blueprint = Blueprint(__name__)

consume(
    blueprint,
    TABLE,
    on={
        TransactionRecorded: sums.count_recorded,
        TransactionChanged: sums.count_changed,
        TransactionRemoved: sums.count_removed,
        TransactionsImported: sums.count_imported,
        TransactionsRevised: sums.count_revised,
        WriteReport: reports.write,
        ErasureStarted: data_rights.erase,
        EraseMore: data_rights.erase,
        ExportRequested: data_rights.export,
        ExportMore: data_rights.export,
    },
    keyless=(ErasureStarted, EraseMore),
)
