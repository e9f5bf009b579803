"""The change log on the wire: versions of a transaction, entries, and what undoing them did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, JsonValue
from pydantic.config import JsonDict

from chalicelib.expenses.model.history import Entry, TransactionChange
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.model.undoing import Undone
from chalicelib.expenses.schemas.common import (
    EXAMPLE_CATEGORY,
    EXAMPLE_ID,
    EXAMPLE_TIME,
    Instant,
)
from chalicelib.expenses.schemas.transactions import TransactionOut
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.wire import Id, PageQuery, Wire

_CHANGE: Final = "00000000-002a-8f3e-9b1a-9d550a6f0c1d"
_ACTOR: Final[JsonDict] = {"kind": "user", "user_id": EXAMPLE_ID, "client_id": None}
_FIELD: Final[JsonDict] = {"field": "category_id", "before": None, "after": EXAMPLE_CATEGORY}
_TOUCHED: Final[JsonDict] = {"kind": "transaction", "id": EXAMPLE_ID, "version": 2, "op": "update"}
_SHOWN: Final = (
    "account_id",
    "amount",
    "original_amount",
    "rate",
    "booked_on",
    "payee",
    "bank_payee",
    "notes",
    "tags",
    "category_id",
    "category_source",
    "category_confidence",
    "set_by",
    "status",
    "parts",
    "transfer",
    "refunds",
    "refunded_by",
)
"""Fields of a transaction whose change is shown; the others never change."""


class HistoryQuery(PageQuery):
    """How many versions; each of them costs one read."""

    limit: Annotated[int, Field(ge=1, le=50)] = 20


class ActorOut(Wire):
    """Who did it: a user, perhaps through an app, support on the user's grant, or the system (imports, jobs).

    Where the system did what a user had asked for, `user_id` says who.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_ACTOR]})

    kind: Literal["user", "support", "client", "system"]
    user_id: str | None
    client_id: str | None

    @classmethod
    def of(cls, written: str) -> Self:
        """Read the audit form of `kernel.context.Actor`."""
        kind, _, rest = written.partition(":")
        who, _, client = rest.partition("@")
        if kind == "client":
            who, client = "", who
        return cls.model_validate(
            {"kind": kind, "user_id": who or None, "client_id": client or None}
        )


class FieldChange(Wire):
    """One field, as the object showed it before and after; null where the object was not there."""

    model_config = ConfigDict(json_schema_extra={"examples": [_FIELD]})

    field: str
    before: JsonValue
    after: JsonValue


class VersionOut(Wire):
    """One version of a transaction: who made it of what, and when. `change_id` is what can be undone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": 2,
                    "change_id": _CHANGE,
                    "at": EXAMPLE_TIME,
                    "actor": _ACTOR,
                    "op": "update",
                    "fields": [_FIELD],
                }
            ]
        }
    )

    version: int
    change_id: Id
    at: Instant
    actor: ActorOut
    op: Literal["create", "update", "delete", "restore"]
    fields: list[FieldChange]

    @classmethod
    def of(cls, one: TransactionChange) -> Self:
        """Write a change of a transaction."""
        return cls(
            version=one.version,
            change_id=one.change_id,
            at=rfc3339(one.at),
            actor=ActorOut.of(one.actor),
            op=one.op,
            fields=differences(one.before, one.after),
        )


def differences(before: Transaction | None, after: Transaction | None) -> list[FieldChange]:
    """Give the fields in which two versions differ, as the API writes them.

    Of an object that was not there before, or is not any more, only what is not empty.
    """
    whole = before is None or after is None
    was, now = _shown(before, whole=whole), _shown(after, whole=whole)
    return [
        FieldChange(field=name, before=was.get(name), after=now.get(name))
        for name in _SHOWN
        if was.get(name) != now.get(name)
    ]


def _shown(one: Transaction | None, *, whole: bool) -> dict[str, JsonValue]:
    if one is None:
        return {}
    shown = TransactionOut.of(one).model_dump(mode="json")
    if not whole:
        return shown
    return {name: value for name, value in shown.items() if value not in ([], {}, "")}


class TouchedOut(Wire):
    """One object that a change touched."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TOUCHED]})

    kind: str
    id: str
    version: int
    op: Literal["create", "update", "delete"]


class ChangeOut(Wire):
    """An entry of the change log: everything that one request or one step of a job did together."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": _CHANGE, "at": EXAMPLE_TIME, "actor": _ACTOR, "touched": [_TOUCHED]}
            ]
        }
    )

    id: Id
    at: Instant
    actor: ActorOut
    touched: list[TouchedOut]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """Write an entry."""
        return cls(
            id=entry.id,
            at=rfc3339(entry.at),
            actor=ActorOut.of(entry.actor),
            touched=[
                TouchedOut(kind=one.kind, id=one.id, version=one.version, op=one.op)
                for one in entry.touched
            ],
        )


class ObjectRefOut(Wire):
    """An object by kind and id."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "transaction", "id": EXAMPLE_ID}]}
    )

    kind: str
    id: str


class LeftObjectOut(ObjectRefOut):
    """An object that was left as it is, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "transaction", "id": EXAMPLE_ID, "reason": "changed-since"}]
        }
    )

    reason: str


class UndoneOut(Wire):
    """What undoing did. `change_id` is the change that it made itself, which can be undone too; null for none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "change_id": _CHANGE,
                    "undone": [{"kind": "transaction", "id": EXAMPLE_ID}],
                    "left": [],
                }
            ]
        }
    )

    change_id: Id | None
    undone: list[ObjectRefOut]
    left: list[LeftObjectOut]

    @classmethod
    def of(cls, undone: Undone) -> Self:
        """Write what undoing did."""
        return cls(
            change_id=undone.change_id,
            undone=_refs(undone.undone),
            left=[
                LeftObjectOut(kind=one.kind, id=one.id, reason=one.reason) for one in undone.left
            ],
        )


def _refs(pairs: Iterable[tuple[str, str]]) -> list[ObjectRefOut]:
    return [ObjectRefOut(kind=kind, id=identity) for kind, identity in pairs]
