"""What interchange tells: how far an import is. Files, names and rows stay here."""

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
