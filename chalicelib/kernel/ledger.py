"""A change log as it is kept, for whoever wants to verify it: sealed parts stay sealed."""

from __future__ import annotations

import base64
from typing import Annotated, Final

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.kernel.changes import ChangeRow, change_key
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Table, TableSpec
from chalicelib.kernel.wire import Wire

_EXAMPLE: Final[JsonDict] = {
    "seq": 1,
    "at": "2026-11-22T12:00:00.000Z",
    "actor": "user:0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
    "trace": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e40",
    "entries": "eJyLjgUAARUAuQ==",
    "sealed": "AQHk3g==",
    "prev": "",
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "digest": None,
}


class LedgerEntryOut(Wire):
    """An entry of a change log: `entries` is deflated JSON in base64, `sealed` ciphertext in base64, hashes hex.

    `digest` is there only where the ciphertext was made anew under another key: what the hash covers instead.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    seq: int
    at: str
    actor: str
    trace: str
    entries: str
    sealed: str
    prev: str
    hash: str
    digest: str | None


class LedgerOut(Wire):
    """A stretch of one owner's change log in one service; `next_seq` is null at its present end."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "service": "expenses",
                    "owner": "U#0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f",
                    "entries": [_EXAMPLE],
                    "next_seq": None,
                }
            ]
        }
    )

    service: str
    owner: str
    entries: list[LedgerEntryOut]
    next_seq: int | None


class LedgerQuery(Wire):
    """From which entry on, and how many."""

    seq: Annotated[int, Field(ge=1, le=10**12 - 1)] = 1
    limit: Annotated[int, Field(ge=1, le=100)] = 50


def read(spec: TableSpec, owner: Owner, query: LedgerQuery) -> LedgerOut:
    """Read entries of an owner's change log, oldest first; one query of at most 1 MB."""
    piece = Table(spec).query(
        str(owner), change_key(query.seq), "CHG#~", limit=query.limit, consistent=True
    )
    rows = [ChangeRow.from_raw_data(dict(raw)) for raw in piece.items]
    return LedgerOut(
        service=spec.service,
        owner=str(owner),
        entries=[entry_out(row) for row in rows],
        next_seq=rows[-1].seq + 1 if rows and piece.resume else None,
    )


def entry_out(row: ChangeRow) -> LedgerEntryOut:
    """Write an entry as it is kept."""
    digest: bytes | None = row.digest
    return LedgerEntryOut(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        trace=row.trace,
        entries=base64.b64encode(row.entries).decode(),
        sealed=base64.b64encode(row.sealed).decode(),
        prev=row.prev.hex(),
        hash=row.hash.hex(),
        digest=None if digest is None else digest.hex(),
    )
