"""What services above may order: to enter a security action of theirs in the owner's audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar

from chalicelib.kernel.events import Order
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAction(Order):
    """Enter an action in the security audit of the owner whose commit orders it.

    `action` is one of `security.model.audit.ACTIONS`, `at` the RFC 3339 instant of the effect, `actor` the
    audit form of who did it, `subject` the id of what it was done to. `before` and `after` hold ids and
    enumerations, never personal text. What does not fit goes to the dead letters.
    """

    name: ClassVar[str] = "security.record_action.v1"
    to: ClassVar[str] = "security"

    action: str
    at: str
    actor: str
    session_id: str = ""
    subject: str = ""
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchoredHead:
    """How far an owner's change log had come: its last number and that entry's hash in hex."""

    owner: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorRoot(Order):
    """Keep and sign the Merkle root (hex) over the heads of up to 64 change logs of a service."""

    name: ClassVar[str] = "security.anchor_root.v1"
    to: ClassVar[str] = "security"

    service: str
    day: str
    batch: str
    root: str
    heads: tuple[AnchoredHead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResealProgress(Order):
    """How far a service is with sealing an owner's part anew: behind which sort key to go on, or empty at the end.

    `changed` counts what was sealed by the old key, `unknown` what looked so but opened nowhere.
    """

    name: ClassVar[str] = "security.reseal_progress.v1"
    to: ClassVar[str] = "security"

    service: str
    generation: int
    round: int
    after: str
    changed: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResealHere(Order):
    """What `security.events.OwnerKeyRotated` is to the services above: this service's order to itself."""

    name: ClassVar[str] = "security.reseal_here.v1"
    to: ClassVar[str] = "security"

    generation: int
    round: int
    service: str
    after: str
    changed: int
    unknown: int
