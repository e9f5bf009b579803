"""The inbox: a consumer marks a message in the transaction of its effect, so the effect happens once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.tables import Key, Row, WholeNumber

INBOX_LIFE: Final = timedelta(days=30)
"""Longer than SQS keeps a message (14 days)."""


class AlreadyHandled(Refusal):
    """The message was handled before: nothing is left to do."""

    slug = "already-handled"
    title = "The message was handled before"


class InboxRow(Row):
    """The mark that a message was handled."""

    ttl = WholeNumber()


def inbox_key(message_id: str) -> str:
    """Give the sort key of a message's mark."""
    return f"INB#{message_id}"


def mark(key: Key, at: datetime) -> InboxRow:
    """Make the mark of a handled message."""
    return InboxRow(*key, ttl=int((at + INBOX_LIFE).timestamp()))
