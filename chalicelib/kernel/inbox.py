"""The inbox: a consumer marks a message in the transaction of its effect, so the effect happens once.

The mark is an item of its own, or lies in an item that the effect adds to (`Commit.mark_in`): eight bytes in a set
there, so that an effect of one addition is one plain write. A set that is full takes no more, for ever; from
then on marks of that item's messages are items of their own again (docs/adr/0025).
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.tables import Key, Row, WholeNumber

INBOX_LIFE: Final = timedelta(days=30)
"""Longer than SQS keeps a message (14 days)."""


SEEN: Final = "seen"
"""The attribute of an item that holds the marks of messages that were added to it."""
MOST_SEEN: Final = 48
"""Marks that one item takes: with them a row of sums stays under the KB that a write unit pays for."""
_MARK: Final = 8


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


def short_mark(message_id: str) -> bytes:
    """Give the mark that lies in a set: two of the 48 are alike once in 10^16 sets."""
    return hashlib.sha256(message_id.encode()).digest()[:_MARK]
