"""Markers: that an owner's change log moved on a day, for the daily anchors."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Final

from chalicelib.kernel.tables import Row, WholeNumber

SHARDS: Final = 8


class MarkerRow(Row):
    """An owner whose change log moved on a day and is not anchored since."""

    version = WholeNumber()


def marker_partition(day: date, shard: int) -> str:
    """Give the partition of a day's markers in a shard."""
    return f"ANC#{day.isoformat()}#{shard}"


def marker(owner: str, day: date) -> MarkerRow:
    """Make the marker; the shard follows from the owner."""
    shard = hashlib.sha256(owner.encode()).digest()[0] % SHARDS
    return MarkerRow(marker_partition(day, shard), owner, version=1)
