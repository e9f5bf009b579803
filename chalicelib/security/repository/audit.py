"""Entries of the security audit, read from the change log, newest first."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.kernel.changes import ChangeRow
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Table
from chalicelib.security.repository.table import TABLE


def newest_entries(
    owner: Owner, *, limit: int, start: Mapping[str, str] | None
) -> tuple[list[ChangeRow], Mapping[str, str] | None]:
    """Read entries of the owner's log, newest first, and where to go on."""
    piece = Table(TABLE).query(
        str(owner), "CHG#", "CHG#~", limit=limit, forward=False, start=start, consistent=True
    )
    return [ChangeRow.from_raw_data(dict(raw)) for raw in piece.items], piece.resume
