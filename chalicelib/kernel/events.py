"""Messages between services: facts (past tense, to whom it may concern) and orders (to one service).

Both are frozen dataclasses that register under a dotted, versioned name. The envelope around them is
what travels; it carries ids and sums, never personal text.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, ClassVar, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from typing_extensions import override

from chalicelib.kernel.clock import parse_rfc3339, rfc3339
from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.values import dataclass

_REGISTRY: Final[dict[str, type[Message]]] = {}
_ADAPTERS: Final[dict[str, TypeAdapter[Any]]] = {}


class UndecodableMessage(Refusal):
    """The text is not an envelope, or its type or data is unknown: it goes to the dead letters at once."""

    slug = "undecodable-message"
    title = "The message could not be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Base of facts and orders; a class with a `name` registers itself."""

    name: ClassVar[str] = ""

    @override
    def __init_subclass__(cls) -> None:
        """Register by name, so that an envelope finds its class."""
        # object's own hook: a slots dataclass is built twice, and `super()` would name the first class.
        if cls.name:
            _REGISTRY[cls.name] = cls


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Message):
    """Something that happened: `<service>.<fact>.v<n>`.

    `heard` is false as long as nobody listens: then it is not written, because a message that nobody hears costs
    as much as one that somebody does (docs/adr/0025). An architecture test holds it against the subscriptions.
    """

    heard: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Message):
    """Work for the one service named in `to`."""

    to: ClassVar[str] = ""


M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What travels. `owner` is a partition key text, `sequence` the owner's change number or 0."""

    id: str
    type: str
    time: datetime
    owner: str
    subject: str
    sequence: int
    trace: str
    data: str

    def to_json(self) -> str:
        """Write the wire form."""
        return json.dumps(
            {
                "id": self.id,
                "type": self.type,
                "time": rfc3339(self.time),
                "owner": self.owner,
                "subject": self.subject,
                "sequence": self.sequence,
                "trace": self.trace,
                "data": json.loads(self.data),
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Envelope:
        """Read the wire form; raise `UndecodableMessage`."""
        try:
            raw: dict[str, Any] = json.loads(text)
            return cls(
                id=_text(raw["id"]),
                type=_text(raw["type"]),
                time=parse_rfc3339(raw["time"]),
                owner=_text(raw["owner"]),
                subject=_text(raw["subject"]),
                sequence=int(raw["sequence"]),
                trace=_text(raw["trace"]),
                data=json.dumps(raw["data"], separators=(",", ":")),
            )
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
            detail = "not an event envelope"
            raise UndecodableMessage(detail) from error

    def message(self) -> Message:
        """Decode the data into the class that registered under `type`; raise `UndecodableMessage`."""
        found = _REGISTRY.get(self.type)
        if found is None:
            detail = "unknown message type"
            raise UndecodableMessage(detail)
        try:
            message: Message = _adapter(found).validate_json(self.data)
        except ValidationError as error:
            detail = "the data does not fit the type"
            raise UndecodableMessage(detail) from error
        return message


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _adapter(kind: type[M]) -> TypeAdapter[M]:
    found = _ADAPTERS.get(kind.name)
    if found is None:
        found = _ADAPTERS[kind.name] = TypeAdapter(kind)
    return found


def encode(message: Message) -> str:
    """Write a message's data as JSON."""
    return _adapter(type(message)).dump_json(message).decode()


def registered() -> dict[str, type[Message]]:
    """Give all registered messages by name, for contract tests and the manifest."""
    return dict(_REGISTRY)


def json_schema(kind: type[Message]) -> dict[str, Any]:
    """Give the JSON Schema of a message's data."""
    return _adapter(kind).json_schema()
