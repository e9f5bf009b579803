"""What the ledger is ordered to do, and how its messages leave."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.expenses.commands import ImportRows
from chalicelib.expenses.repository import TABLE
from chalicelib.expenses.service.importing import import_rows
from functions._edge.relays import relay
from functions._edge.worker import consume

blueprint = Blueprint(__name__)

consume(blueprint, TABLE, on={ImportRows: import_rows})
relay(blueprint, TABLE)
