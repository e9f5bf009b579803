"""What services above order: to note that their part of an erasure or an export is done.

A service declares its own step as a subclass of `ErasePartMore` and `ExportPartMore`, with its name and `to`.
"""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar, Literal

from chalicelib.kernel.events import Order
from chalicelib.kernel.parts.values import ExportedFile, Root, Step, Walk
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePartMore(Order):
    """The next step of a service's part of an erasure; `owner` is whose data goes."""

    owner: str
    round: int
    root: Root = field(default_factory=Root)
    walk: Walk = field(default_factory=Walk)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPartMore(Order):
    """The next step of a service's part of an export."""

    user_id: str
    job_id: str
    step: Step = field(default_factory=Step)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartErased(Order):
    """A service has nothing of the owner left: how much it removed, and where its change log ended."""

    name: ClassVar[str] = "users.part_erased.v1"
    to: ClassVar[str] = "users"

    service: str
    round: int
    rows: int
    objects: int
    root: Root


@dataclass(frozen=True, slots=True, kw_only=True)
class PartExported(Order):
    """A service has written its part of an export."""

    name: ClassVar[str] = "users.part_exported.v1"
    to: ClassVar[str] = "users"

    job_id: str
    service: str
    files: tuple[ExportedFile, ...]
    unreadable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptMailed(Order):
    """The receipt of an erasure was mailed, or cannot be: the address may go."""

    name: ClassVar[str] = "users.receipt_mailed.v1"
    to: ClassVar[str] = "users"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueErasure(Order):
    """The users service's own next step of an erasure."""

    name: ClassVar[str] = "users.continue_erasure.v1"
    to: ClassVar[str] = "users"

    stage: Literal["close", "own", "finish"]
    part: int = 0
    root: Root = field(default_factory=Root)
    walk: Walk = field(default_factory=Walk)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueExport(Order):
    """The next step of what users itself, and the services below it, have of an export."""

    name: ClassVar[str] = "users.continue_export.v1"
    to: ClassVar[str] = "users"

    job_id: str
    part: int = 0
    step: Step = field(default_factory=Step)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembleExport(Order):
    """All parts are there: make the one file of them."""

    name: ClassVar[str] = "users.assemble_export.v1"
    to: ClassVar[str] = "users"

    job_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenAlong:
    """What became of one account: its new id and its transactions, or the slug of why not."""

    account_id: str
    new_account_id: str | None
    transactions: int
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitAdvanced(Order):
    """The ledger has taken more of a household's accounts along, or (with `taken`) is done with it.

    `step` grows with each message of a split; the owner is the former member.
    """

    name: ClassVar[str] = "users.split_advanced.v1"
    to: ClassVar[str] = "users"

    split_id: str
    step: int
    done: int
    total: int
    taken: tuple[TakenAlong, ...] | None = None
