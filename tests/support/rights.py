"""Writes down which AWS actions each function's role needs: every call of a handler, while the tests run.

A role is a service and what its functions do (`api`, `public`, `worker`, ...), as `tools.manifest` names them; a route
is its function's. Calls that a test makes by itself, outside any handler, are nobody's. What was seen lies in
`.cache/rights` at the end of the process; `python -m tools.rights` compares it with what is granted.

What is seen must not hang on the order of the tests: whatever a process holds for minutes, or makes once for all
processes, counts as done whenever it is used (`held`).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any, Final

from chalice.app import EventSourceHandler, WebsocketEvent

from chalicelib.kernel import clock
from chalicelib.kernel.changes import CHANGE_PREFIX
from chalicelib.kernel.markers import marker_partition
from chalicelib.kernel.settings import settings
from chalicelib.security.model.recent import Recent
from tools.manifest import role_of
from tools.rights import SEEN, Seen, missing, needs

Call = tuple[str, Mapping[str, Any]]
SIGNING: Final = ("SIGNING", "signing-key:")
RECEIPTS: Final = ("RECEIPT", "receipt-key:")
"""Where the keys of a stage lie, and what they are wrapped for."""
_ACTING: ContextVar[tuple[str, str, str] | None] = ContextVar("acting", default=None)
_SEEN: Final[set[Seen]] = set()


@contextmanager
def acting(service: str, role: str, by: str) -> Iterator[None]:
    """Count what is called in here as a role's, done by a route or a handler."""
    token = _ACTING.set((service, role, by))
    try:
        yield
    finally:
        _ACTING.reset(token)


def noted(service: str, role: str) -> set[tuple[str, str]]:
    """Give the rights that this process has seen a role need so far."""
    mine = [one for one in _SEEN if (one.service, one.role) == (service, role)]
    return {need for one in mine for need in one.takes()}


def _note(operation: str, request: Mapping[str, Any]) -> None:
    actor = _ACTING.get()
    if actor is not None:
        for call in ((operation, request), *_first_of_the_day(operation, request)):
            _SEEN.update(Seen(*actor, *need) for need in needs(*call))


def _first_of_the_day(operation: str, request: Mapping[str, Any]) -> Iterator[Call]:
    """The marker that an owner's first entry of a day in a log comes with: any entry may be that."""
    for item in request["TransactItems"] if operation == "dynamodb.TransactWriteItems" else ():
        put = item.get("Put")
        if put and put["Item"]["sk"]["S"].startswith(CHANGE_PREFIX):
            marker = {"pk": {"S": marker_partition(clock.now().date(), 0)}}
            yield "dynamodb.PutItem", {"TableName": put["TableName"], "Item": marker}


def watch() -> None:
    """Watch every client, key, cache and handler of this process from now on."""
    from chalicelib.kernel import aws, keys
    from functions._edge.application import Application

    _clients(aws)
    _keys(keys.FileKeys)
    _caches()
    _schedules()
    api, source = Application.__call__, EventSourceHandler.__call__

    def answer(self: Application, event: Any, context: Any) -> dict[str, Any]:
        with acting(*_route(event)):
            return api(self, event, context)

    def handle(self: EventSourceHandler, event: Any, context: Any) -> Any:
        with acting(*_handler(self)):
            return source(self, event, context)

    Application.__call__ = answer  # type: ignore[method-assign]
    EventSourceHandler.__call__ = handle  # type: ignore[method-assign]


def _route(event: Mapping[str, Any]) -> tuple[str, str, str]:
    """Name service, role and route of a request; what nobody declared is the fallback's, and does nothing."""
    from functions._edge.operations import face_of

    path = str(event.get("requestContext", {}).get("resourcePath"))
    service = path.split("/")[2] if path.startswith("/v1/") else "security"
    return service, face_of(path), f"{event.get('httpMethod')} {path}"


def _handler(handler: Any) -> tuple[str, str, str]:
    """Name service and role of an event's handler by the name that it is registered under."""
    handlers = import_module("app").app.handler_map
    name = next((name for name, one in handlers.items() if one is handler), handler.func.__name__)
    kind = "websocket" if issubclass(handler.event_class, WebsocketEvent) else "event"
    return name.partition("_")[0], role_of(name, kind), name


def _clients(aws: Any) -> None:
    make = aws._make

    def made(service: str) -> Any:
        client = make(service)
        client.meta.events.register(
            "before-parameter-build",  # the one that the short way to DynamoDB knows too
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
    wrap, unwrap, secret = kind.wrap, kind.unwrap, kind.secret

    def wrapped(self: Any, key: bytes, owner: str) -> Any:
        _note(*sealing(owner))
        return wrap(self, key, owner)

    def opened(self: Any, sealed: bytes, owner: str) -> Any:
        _note(*opening(owner))
        return unwrap(self, sealed, owner)

    def derived(self: Any, purpose: str) -> Any:
        _note(*opening("stage"))  # the root, which a process opens once
        return secret(self, purpose)

    kind.wrap, kind.unwrap, kind.secret = wrapped, opened, derived


def opening(owner: str) -> Call:
    """The call that opens what is sealed for an owner."""
    return "kms.Decrypt", {"EncryptionContext": {"owner": owner}}


def sealing(owner: str) -> Call:
    """The call that seals something for an owner."""
    return "kms.Encrypt", {"EncryptionContext": {"owner": owner}}


@dataclass(frozen=True, slots=True)
class Held:
    """A cache of a process: under which key it holds a thing, and the calls that fetch it."""

    cache: Recent[Any, Any]
    calls: Callable[[Any], list[Call]]


def held() -> dict[str, Held]:
    """The caches of a process by name: any process may be a fresh one."""
    from chalicelib.security.service import owner_keys, receipts, signing

    def of_owner(owner: Any) -> list[Call]:
        # whoever has it may be the first of its process to open it: who made the key is not asked again
        where = {"TableName": settings().table("security-keys"), "Key": {"pk": {"S": str(owner)}}}
        return [("dynamodb.GetItem", where), opening(str(owner))]

    def of_stage(partition: str, kind: str) -> list[Call]:
        values = {":p": {"S": partition}}
        where = {"TableName": settings().table("security"), "ExpressionAttributeValues": values}
        return [("dynamodb.Query", where), opening(kind)]

    return {
        "owners' keys": Held(owner_keys._VAULTS, of_owner),
        "signing keys": Held(signing._KEYS, lambda _: of_stage(*SIGNING)),
        "receipt keys": Held(receipts._KEYS, lambda _: of_stage(*RECEIPTS)),
    }


def first_key(partition: str, kind: str) -> list[Call]:
    """The calls that make the very first key of a stage, which whoever signs may have to: any stage was new once."""
    where = {"TableName": settings().table("security"), "Item": {"pk": {"S": partition}}}
    return [("dynamodb.PutItem", where), sealing(kind)]


def _caches() -> None:
    from chalicelib.security.service import receipts, signing, tokens
    from chalicelib.users.gateways import oidc

    get = Recent.get

    def found(self: Recent[Any, Any], key: Any, at: float) -> Any:
        value = get(self, key, at)
        mine = [one for one in held().values() if one.cache is self and value is not None]
        for call in [call for one in mine for call in one.calls(key)]:
            _note(*call)
        return value

    Recent.get = found  # type: ignore[method-assign]
    for module, name, calls in (
        (signing, "current_key", first_key(*SIGNING)),
        (tokens, "current_key", first_key(*SIGNING)),
        (receipts, "_current", first_key(*RECEIPTS)),
        # an operator may seal the setting
        (oidc, "_configured", [opening("oidc:")]),
    ):
        setattr(module, name, _noted(getattr(module, name), calls))


def _schedules() -> None:
    """What a schedule runs is its function's also where a test runs it by itself, at a time of its own."""
    from chalicelib.expenses.service import recurring_due
    from chalicelib.interchange.service import syncing_due
    from chalicelib.kernel import anchors as kernel_anchors
    from chalicelib.security.service import anchors, receipts, rotation, signing
    from chalicelib.users.service import erasing

    for module, name, service, by in (
        (recurring_due, "run_due", "expenses", "expenses_recurring"),
        (syncing_due, "run_due", "interchange", "interchange_syncs"),
        (anchors, "sign_waiting", "security", "security_sign_anchors"),
        (rotation, "drive", "security", "security_rotate_owner_keys"),
        (signing, "rotate_signing_key", "security", "security_rotate_keys"),
        (receipts, "rotate_receipt_key", "security", "security_rotate_keys"),
        (erasing, "run_due", "users", "users_data_rights"),
        (kernel_anchors, "run", "", "_anchor"),
    ):
        setattr(module, name, _scheduled(getattr(module, name), service, by))


def _scheduled(method: Callable[..., Any], service: str, by: str) -> Callable[..., Any]:
    @wraps(method)
    def scheduled(*values: Any, **named: Any) -> Any:
        # what every service has is told the table first
        of = service or values[0].service
        with acting(of, "worker", by if service else f"{of}{by}"):
            return method(*values, **named)

    return scheduled


def _noted(method: Callable[..., Any], calls: list[Call]) -> Callable[..., Any]:
    @wraps(method)
    def noted(*values: Any, **named: Any) -> Any:
        for call in calls:
            _note(*call)
        return method(*values, **named)

    return noted


def save() -> list[str]:
    """Keep what was seen, beside what other processes of this run saw; name what is not granted."""
    if not _SEEN:
        return []
    SEEN.mkdir(parents=True, exist_ok=True)
    target = SEEN / f"{os.getpid()}-{secrets.token_hex(4)}.json"
    target.write_text(json.dumps(sorted(_SEEN)), encoding="utf-8")
    return missing(_SEEN)
