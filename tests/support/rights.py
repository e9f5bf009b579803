"""Writes down which AWS actions each function's role needs: every call of a handler, while the tests run.

A role is a service and what its functions do (`api`, `worker`, `relay`, ...), as `tools.manifest` names them.
Calls that a test makes by itself, outside any handler, are nobody's. What was seen lies in `.cache/rights` at
the end of the process; `python -m tools.rights` compares it with what is granted.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Any, Final

from chalice.app import EventSourceHandler, WebsocketEvent

from tools.manifest import role_of
from tools.rights import SEEN, needs, strange

_ACTING: ContextVar[tuple[str, str] | None] = ContextVar("acting", default=None)
_SEEN: Final[set[tuple[str, str, str, str]]] = set()


@contextmanager
def acting(service: str, role: str) -> Iterator[None]:
    """Count what is called in here as a role's."""
    token = _ACTING.set((service, role))
    try:
        yield
    finally:
        _ACTING.reset(token)


def _note(operation: str, request: Mapping[str, Any]) -> None:
    actor = _ACTING.get()
    if actor is not None:
        _SEEN.update((*actor, *need) for need in needs(operation, request))


def watch() -> None:
    """Watch every client, key and handler of this process from now on."""
    from chalicelib.kernel import aws, keys
    from functions._edge.application import Application

    _clients(aws)
    _keys(keys.FileKeys)
    api, source = Application.__call__, EventSourceHandler.__call__

    def answer(self: Application, event: Any, context: Any) -> dict[str, Any]:
        path = str(event.get("requestContext", {}).get("resourcePath"))
        service = path.split("/")[2] if path.startswith("/v1/") else "security"
        with acting(service, "api"):
            return api(self, event, context)

    def handle(self: EventSourceHandler, event: Any, context: Any) -> Any:
        with acting(*_handler(self)):
            return source(self, event, context)

    Application.__call__ = answer  # type: ignore[method-assign]
    EventSourceHandler.__call__ = handle  # type: ignore[method-assign]


def _handler(handler: Any) -> tuple[str, str]:
    """Name the role of an event's handler by the name that it is registered under."""
    handlers = import_module("app").app.handler_map
    name = next((name for name, one in handlers.items() if one is handler), handler.func.__name__)
    kind = "websocket" if issubclass(handler.event_class, WebsocketEvent) else "event"
    return name.partition("_")[0], role_of(name, kind)


def _clients(aws: Any) -> None:
    make = aws._make

    def made(service: str) -> Any:
        client = make(service)
        client.meta.events.register(
            "provide-client-params",
            lambda params, model, **_: _note(f"{service}.{model.name}", params),
        )
        if service == "s3":
            form = client.generate_presigned_post

            def signed(**request: Any) -> Any:
                _note("s3.PutObject", request)
                return form(**request)

            client.generate_presigned_post = signed
        return client

    aws._make = made


def _keys(kind: Any) -> None:
    """The key file stands for KMS."""
    for name, operation in (("wrap", "Encrypt"), ("unwrap", "Decrypt"), ("secret", "Decrypt")):
        setattr(kind, name, _noted(getattr(kind, name), f"kms.{operation}"))


def _noted(method: Callable[..., Any], operation: str) -> Callable[..., Any]:
    def noted(self: Any, *values: Any) -> Any:
        _note(operation, {})
        return method(self, *values)

    return noted


def save() -> list[str]:
    """Keep what was seen, beside what other processes of this run saw; name what is not granted."""
    if not _SEEN:
        return []
    SEEN.mkdir(parents=True, exist_ok=True)
    target = SEEN / f"{os.getpid()}-{secrets.token_hex(4)}.json"
    target.write_text(json.dumps(sorted(_SEEN)), encoding="utf-8")
    return strange(_SEEN)
