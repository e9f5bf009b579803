"""How many files of an owner are kept as they were sent: one item, moved in the transaction that keeps or drops one."""

from __future__ import annotations

from typing import Final

from chalicelib.interchange.repository.table import TABLE
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Key, Row, Table, WholeNumber

KEPT: Final = "VLT#"
"""The item's sort key: an owner has one."""
MOST_FILES: Final = 5_000
MOST_BYTES: Final = 1_000_000_000


class KeptFilesItem(Row):
    """What the kept files of an owner come to; both numbers grow and shrink by additions."""

    files = WholeNumber()
    bytes = WholeNumber()


def has_room(ctx: Context, size: int) -> bool:
    """Tell whether one more file of so many bytes may be kept."""
    raw = Table(TABLE).get(_key(ctx))
    if raw is None:
        return size <= MOST_BYTES
    kept = KeptFilesItem.from_raw_data(dict(raw))
    return kept.files < MOST_FILES and kept.bytes + size <= MOST_BYTES


def take(ctx: Context, size: int) -> None:
    """Count one more file."""
    ctx.commit.add(_key(ctx), {"files": 1, "bytes": size})


def give_back(ctx: Context, size: int) -> None:
    """Count one file less."""
    ctx.commit.add(_key(ctx), {"files": -1, "bytes": -size})


def _key(ctx: Context) -> Key:
    return (str(ctx.owner), KEPT)
