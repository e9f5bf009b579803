"""What interchange tells: how far an import or a sync is, and how a bank connection stands. Names and rows stay here."""

from __future__ import annotations

from typing import ClassVar, Literal

from chalicelib.kernel.events import Fact
from chalicelib.kernel.values import dataclass

ImportState = Literal[
    "waiting", "parsing", "ready", "committing", "done", "reverting", "reverted", "failed"
]
"""`waiting` for the upload, then `parsing`; `ready` to look at; `committing` until `done`; `reverting` until
`reverted`; or `failed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgressed(Fact):
    """An import came to a new state, or a good step further while committing or reverting; both counts are rows."""

    name: ClassVar[str] = "interchange.import_progressed.v1"

    import_id: str
    state: ImportState
    done: int
    total: int


ConnectionState = Literal["linking", "claiming", "active", "broken", "failed"]
"""`linking` until its owner chose a bank, `claiming` while the token is exchanged; `active`; `broken` until its
owner repairs it; `failed` before it ever worked."""
SyncState = Literal["fetching", "recording", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLinked(Fact):
    """A bank connection was made, or made anew: its accounts will be known in a moment."""

    name: ClassVar[str] = "interchange.connection_linked.v1"

    connection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionBroken(Fact):
    """A bank connection works no more until its owner does something; `reason` is a slug."""

    name: ClassVar[str] = "interchange.connection_broken.v1"

    connection_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRestored(Fact):
    """A bank connection that was broken works again."""

    name: ClassVar[str] = "interchange.connection_restored.v1"

    connection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionExpiring(Fact):
    """The owner's consent ends within days; told once for each end."""

    name: ClassVar[str] = "interchange.connection_expiring.v1"

    connection_id: str
    expires_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncProgressed(Fact):
    """A sync came to a new state, or a step further; both counts are rows."""

    name: ClassVar[str] = "interchange.sync_progressed.v1"

    connection_id: str
    state: SyncState
    done: int
    total: int


ExportState = Literal["queued", "running", "ready", "failed", "expired"]
"""`queued` until it is `running`; then `ready` for seven days and `expired` after them, or `failed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportProgressed(Fact):
    """An export came to a new state, or a good step further while running; both counts are transactions."""

    name: ClassVar[str] = "interchange.export_progressed.v1"

    export_id: str
    state: ExportState
    done: int
    total: int
