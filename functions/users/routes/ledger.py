"""The change log over HTTP."""

from __future__ import annotations

from functions._edge.ledgers import ledger_route
from functions.users.routes.edge import edge

ledger_route(edge)
