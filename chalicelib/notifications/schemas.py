"""Notifications on the wire: the ticket, and what a client may say on the socket."""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import ConfigDict

from chalicelib.kernel.settings import settings
from chalicelib.kernel.wire import Id, Wire
from chalicelib.notifications.model.tickets import LIFE

_TICKET: Final = "AZC1qHx8exqdVQpvDB0uPw4fJ1c2o0M9Jm1rF0yP3tU6sXbQm9kZ7hVnCwE8RaLd"


class TicketOut(Wire):
    """A ticket that opens the WebSocket once, within `expires_in` seconds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ticket": _TICKET,
                    "url": f"wss://xpense.example/ws?ticket={_TICKET}",
                    "expires_in": 30,
                }
            ]
        }
    )

    ticket: str
    url: str
    expires_in: int

    @classmethod
    def of(cls, ticket: str) -> Self:
        """Write a ticket and where to use it: the same host as the API."""
        host = settings().public_url.rstrip("/").replace("http", "ws", 1)
        return cls(
            ticket=ticket, url=f"{host}/ws?ticket={ticket}", expires_in=int(LIFE.total_seconds())
        )


class SocketRequest(Wire):
    """What a client says: `ping` to hear `pong`, `resume` to hear what it missed after a message."""

    type: Literal["ping", "resume"]
    after: Id | None = None
