"""How the messages of interchange leave; apart from its workers, because a relay needs nothing of what they do."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.interchange.repository import TABLE
from functions._edge.relays import relay

blueprint = Blueprint(__name__)
relay(blueprint, TABLE)
