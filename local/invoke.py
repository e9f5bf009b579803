"""Calls a deployed handler as Lambda does: JSON in, a context with a deadline beside it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from chalice.app import Chalice, EventSourceHandler

from chalicelib.kernel.ids import new_id

API_SECONDS: Final = 29.0
"""API Gateway waits this long for an answer."""
EVENT_SECONDS: Final = 900.0
"""Lambda's longest run."""


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """What a handler may ask of its run; names and units are Lambda's."""

    function_name: str
    seconds: float
    aws_request_id: str = field(default_factory=new_id)
    function_version: str = "$LATEST"
    invoked_function_arn: str = "arn:aws:lambda:local:000000000000:function:local"
    memory_limit_in_mb: str = "512"
    log_group_name: str = "/aws/lambda/local"
    log_stream_name: str = "local"
    started: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        """Give the milliseconds until Lambda would stop the run."""
        return max(0, int((self.seconds - (time.monotonic() - self.started)) * 1000))


def invoke(app: Chalice, name: str, event: Mapping[str, object]) -> object:
    """Run the exported handler `app.<name>` on a copy of the event; its exceptions pass."""
    handler = app.handler_map[name]
    return handler(json.loads(json.dumps(event)), LambdaContext(name, EVENT_SECONDS))


def settle_middleware(app: Chalice) -> None:
    """Let many threads call the handlers at once.

    Chalice gives each event handler a generator of middleware, to be read by the first call; two
    first calls at the same time would each see a part of it.
    """
    for handler in app.handler_map.values():
        if isinstance(handler, EventSourceHandler):
            handler.middleware_handlers = list(handler.middleware_handlers)
