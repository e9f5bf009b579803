"""What goes over the WebSocket: `{"id", "type", "data"}`, with `household` where it is one's, and where a client goes on after a gap."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Final

from chalicelib.kernel.values import dataclass

KEPT: Final = timedelta(hours=24)
"""How long a missed message can be replayed."""
OVERLAP_MILLIS: Final = 120_000
"""Messages carry the time at which they happened; a replay starts earlier, because some travel longer."""
_TIME_BITS: Final = 48
_TOP: Final = 1 << _TIME_BITS


@dataclass(frozen=True, slots=True)
class SocketMessage:
    """One message to a client; `data` is JSON text. A client drops an `id` that it has seen."""

    id: str
    type: str
    data: str
    household: str = ""
    """Whose data it is about, where that is not the listener's own."""

    def to_json(self) -> str:
        """Write the wire form."""
        named = {"household": self.household} if self.household else {}
        head = json.dumps({"id": self.id, "type": self.type, **named}, separators=(",", ":"))
        return f'{head[:-1]},"data":{self.data}}}'


def replay_from(after: str) -> str:
    """Give the least id to replay for a client that saw `after` (UUIDv7: the first 48 bits are its time)."""
    millis = uuid.UUID(after).int >> (128 - _TIME_BITS)
    start = max(millis - OVERLAP_MILLIS, 0) % _TOP
    return str(uuid.UUID(int=start << (128 - _TIME_BITS)))
