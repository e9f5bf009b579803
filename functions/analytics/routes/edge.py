"""The blueprint and the edge that all routes of analytics register on."""

from __future__ import annotations

from typing import Final

from chalice.app import Blueprint

from chalicelib.analytics.repository import TABLE
from functions._edge.endpoint import Edge

blueprint = Blueprint("functions.analytics.routes")
edge = Edge(blueprint, TABLE)
READ: Final = "analytics:read"
WRITE: Final = "analytics:write"
