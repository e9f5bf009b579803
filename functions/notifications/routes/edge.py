"""The blueprint that all routes of the service stand on."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.notifications.repository import TABLE
from functions._edge.endpoint import Edge

blueprint = Blueprint(__name__)
edge = Edge(blueprint, TABLE)
