"""Tickets for the WebSocket: the owner's id and a secret, of which only a hash is kept.

The id leads to the owner's part of the table, where a foreign or made-up ticket is simply absent.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from datetime import timedelta
from typing import Final

from chalicelib.kernel.regex import regex
from chalicelib.kernel.values import dataclass
from chalicelib.notifications.errors import BadTicket

SECRET_BYTES: Final = 32
LIFE: Final = timedelta(seconds=30)
_ID_BYTES: Final = 16
_SHAPE: Final = regex(r"[A-Za-z0-9_-]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReadTicket:
    """Whose a presented ticket says it is, and the hash under which it would be known."""

    user_id: str
    hash: str


def write_ticket(user_id: str, secret: bytes) -> str:
    """Write a ticket as 64 characters that need no escaping in a URL."""
    return base64.urlsafe_b64encode(uuid.UUID(user_id).bytes + secret).decode()


def read_ticket(text: str) -> ReadTicket:
    """Read what a client presents; raise `BadTicket` for what is not even shaped like one."""
    if _SHAPE.fullmatch(text) is None:
        raise BadTicket
    raw = base64.urlsafe_b64decode(text)
    user_id = str(uuid.UUID(bytes=raw[:_ID_BYTES]))
    return ReadTicket(user_id, ticket_hash(raw[_ID_BYTES:]))


def ticket_hash(secret: bytes) -> str:
    """Hash a ticket's secret (SHA-256; 256 random bits need no slow hash)."""
    return hashlib.sha256(secret).hexdigest()
