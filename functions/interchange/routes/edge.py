"""The blueprint and the edge that all routes of interchange register on."""

from __future__ import annotations

from typing import Final

from chalice.app import Blueprint

from chalicelib.interchange.repository import TABLE
from functions._edge.endpoint import Edge
from functions._edge.ledgers import ledger_route

blueprint = Blueprint("functions.interchange.routes")
edge = Edge(blueprint, TABLE)
ledger_route(edge)
READ: Final = "interchange:read"
WRITE: Final = "interchange:write"
