"""What analytics hears."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.analytics import service
from chalicelib.analytics.repository import TABLE
from chalicelib.expenses.events import (
    TransactionChanged,
    TransactionRecorded,
    TransactionRemoved,
    TransactionsImported,
)
from functions._edge.relays import relay
from functions._edge.worker import consume

blueprint = Blueprint(__name__)

consume(
    blueprint,
    TABLE,
    on={
        TransactionRecorded: service.count_recorded,
        TransactionChanged: service.count_changed,
        TransactionRemoved: service.count_removed,
        TransactionsImported: service.count_imported,
    },
)
relay(blueprint, TABLE)
