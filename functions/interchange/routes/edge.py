"""The blueprint and the edge that all routes of interchange register on."""

from __future__ import annotations

from typing import Final

from chalice.app import Blueprint

from chalicelib.interchange.repository import TABLE
from functions._edge.endpoint import Edge

blueprint = Blueprint("functions.interchange.routes")
edge = Edge(blueprint, TABLE)
READ: Final = "interchange:read"
WRITE: Final = "interchange:write"
