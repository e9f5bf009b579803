"""Workers of the users service: its relay."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.users.repository import TABLE
from functions._edge.relays import relay

blueprint = Blueprint(__name__)
relay(blueprint, TABLE)
