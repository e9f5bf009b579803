"""The blueprint and the edge that all routes of the ledger register on."""

from __future__ import annotations

from typing import Final

from chalice.app import Blueprint

from chalicelib.expenses.repository import TABLE
from functions._edge.endpoint import Edge

blueprint = Blueprint("functions.expenses.routes")
edge = Edge(blueprint, TABLE)
READ: Final = "expenses:read"
WRITE: Final = "expenses:write"
