"""What a service declares of an owner's part: its rows by kind, its objects, and what lies beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Final, Literal

from chalicelib.kernel.changes import CHANGE_PREFIX, META, ChangeRow, MetaRow
from chalicelib.kernel.idempotency import AnswerRow
from chalicelib.kernel.inbox import InboxRow
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.parts.objects import Files
from chalicelib.kernel.parts.rows import Beside, Rows, nothing_beside
from chalicelib.kernel.tables import Row, TableSpec
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

Form = Literal["text", "json", "packed", "deflated"]
"""How a binary attribute reads: sealed text, sealed JSON, sealed deflated JSON, deflated JSON in clear."""
Lines = Callable[[Vault, str], list[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of row: one file of the export.

    `opened` says how binary attributes read. `left_out` and `skipped` give the reason why an attribute,
    or the whole kind, is not exported; everything else is.
    """

    name: str
    prefix: str
    about: str
    row: type[Row] | None = None
    """None where attributes are named by data."""
    opened: Mapping[str, Form] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    skipped: str = ""

    def fields(self) -> dict[str, str]:
        """Give the exported attributes and their JSON types."""
        if self.row is None:
            return {}
        return {
            name: self._type(name, attribute.attr_type)
            for name, attribute in sorted(self.row.get_attributes().items())
            if name not in {"pk", *self.left_out}
        }

    def _type(self, name: str, kind: str) -> str:
        form = self.opened.get(name)
        if form is not None:
            return "string" if form == "text" else "object"
        return {"S": "string", "N": "integer", "BOOL": "boolean"}.get(kind, "string (base64)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectKind:
    """A kind of object that is exported: `lines` reads one object as records."""

    name: str
    about: str
    files: Files
    lines: Lines
    at_once: int = 4
    """Objects of one step: each may hold a megabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An owner's part of one service."""

    service: str
    spec: TableSpec
    kinds: tuple[Kind, ...]
    files: tuple[Files, ...] = ()
    objects: tuple[ObjectKind, ...] = ()
    beside: Beside = nothing_beside
    kept: frozenset[str] = frozenset()

    def sources(self) -> tuple[Rows | Files, ...]:
        """Give all that is to be erased, objects first: rows lead to them."""
        return (*self.files, Rows(spec=self.spec, beside=self.beside, kept=self.kept))

    def kind_of(self, sort_key: str) -> Kind:
        """Find a row's kind by its sort key: the longest prefix counts."""
        fits = [kind for kind in self.kinds if sort_key.startswith(kind.prefix)]
        return max(fits, key=lambda kind: len(kind.prefix), default=UNKNOWN)

    def all_kinds(self) -> Iterator[Kind | ObjectKind]:
        """Give every kind of row and object."""
        yield from self.kinds
        yield from self.objects


UNKNOWN: Final = Kind(name="other", prefix="", about="Rows of a kind that was added since.")
CHANGE_LOG: Final = (
    Kind(
        name="change_log",
        prefix=CHANGE_PREFIX,
        about="What changed, when and by whom: one entry a transaction, hash-chained.",
        row=ChangeRow,
        opened={"entries": "deflated", "sealed": "packed"},
    ),
    Kind(name="change_head", prefix=META, about="The last entry of the change log.", row=MetaRow),
)
"""What every ledger table has."""
MARKS: Final = (
    Kind(
        name="handled_messages",
        prefix="INB#",
        about="Marks that a message was handled.",
        row=InboxRow,
        skipped="random ids of messages between our services, for 30 days; they say nothing about anybody",
    ),
    Kind(
        name="kept_answers",
        prefix="IDM#",
        about="First answers to an Idempotency-Key.",
        row=AnswerRow,
        skipped="for 24 hours, copies of answers that the caller has; their objects are exported",
    ),
)
"""What every table may have."""


def prefix_of(*parts: str) -> Callable[[Owner], str]:
    """Make a prefix of object keys from texts, with the owner where a text is empty."""
    return lambda owner: "".join(part or str(owner) for part in parts)
