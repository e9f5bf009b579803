"""What may be ordered of interchange: so far only by itself, for work that must outlive a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chalicelib.kernel.events import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRows(Order):
    """Delete the row pages of an import that its owner deleted: `prefix` and page number make a key."""

    name: ClassVar[str] = "interchange.drop_rows.v1"
    to: ClassVar[str] = "interchange"

    import_id: str
    prefix: str
    pages: int
