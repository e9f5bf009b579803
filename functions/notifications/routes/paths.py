"""Which module has which paths: written by `make openapi`, read by `functions._edge.loading`."""

from __future__ import annotations

from typing import Final

PATHS: Final = {
    "tickets": ("/v1/notifications/ws-ticket",),
}
