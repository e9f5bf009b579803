"""What may be ordered of interchange: so far only by itself, for work that must outlive a request."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from chalicelib.kernel.events import Order
from chalicelib.kernel.values import dataclass
from chalicelib.users.commands import ErasePartMore, ExportPartMore

EventKind = Literal["updates", "login-required", "expiring", "repaired", "revoked"]
"""What a provider may tell of a bank connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRows(Order):
    """Delete the row pages and the file of an import that its owner deleted: `prefix` and page number make a key.

    So do the number of pairs, and the name of what its labels were committed as.
    """

    name: ClassVar[str] = "interchange.drop_rows.v1"
    to: ClassVar[str] = "interchange"

    import_id: str
    prefix: str
    pages: int
    pairs: int = 0
    labels: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimConnection(Order):
    """Exchange the token of a bank connection for what opens it."""

    name: ClassVar[str] = "interchange.claim_connection.v1"
    to: ClassVar[str] = "interchange"

    connection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearBank(Order):
    """Take what a provider told of a bank connection; `item` names its login there by a hash, the rest is a `BankEvent`."""

    name: ClassVar[str] = "interchange.hear_bank.v1"
    to: ClassVar[str] = "interchange"

    connection_id: str
    item: str
    mark: str
    kind: EventKind
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFeed(Order):
    """Fetch the next page of a sync; `step` and `restarts` are those that the run has to have."""

    name: ClassVar[str] = "interchange.fetch_feed.v1"
    to: ClassVar[str] = "interchange"

    connection_id: str
    run_id: str
    step: int
    restarts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeAccess(Order):
    """Give the access of a deleted bank connection back to its provider, and forget it."""

    name: ClassVar[str] = "interchange.revoke_access.v1"
    to: ClassVar[str] = "interchange"

    revocation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteExport(Order):
    """Let the file of an export be written, by the function that has the time for it."""

    name: ClassVar[str] = "interchange.write_export.v1"
    to: ClassVar[str] = "interchange"

    export_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropExport(Order):
    """Delete the files of an export that was deleted."""

    name: ClassVar[str] = "interchange.drop_export.v1"
    to: ClassVar[str] = "interchange"

    export_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseMore(ErasePartMore):
    """The next step of erasing a user's part; ordered by this service itself."""

    name: ClassVar[str] = "interchange.erase_more.v1"
    to: ClassVar[str] = "interchange"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMore(ExportPartMore):
    """The next step of exporting a user's part; ordered by this service itself."""

    name: ClassVar[str] = "interchange.export_more.v1"
    to: ClassVar[str] = "interchange"
