"""Workers of the currency service. It tells no facts, so it has no relay."""

from __future__ import annotations

from chalice.app import Blueprint

blueprint = Blueprint(__name__)
