"""A WebSocket connection: whose it is, and which session opened it."""

from __future__ import annotations

from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True)
class Connection:
    """An open connection; `owner` is a partition key, `opened` a Unix second."""

    id: str
    owner: str
    session_id: str
    opened: int
