"""Where the rotation of an owner's key is: `<owner>` / `ROTATION`."""

from __future__ import annotations

from typing import Final

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.security.model.rotation import Rotation
from chalicelib.security.repository.table import TABLE

_ROTATION: Final = "ROTATION"


class OwnerRotationRow(Row):
    """A rotation under way; `waiting` names services, separated by spaces."""

    generation = WholeNumber()
    round = WholeNumber()
    since = WholeNumber()
    waiting = UnicodeAttribute()
    dirty = WholeNumber()
    version = WholeNumber()


def find_rotation(owner: Owner) -> Rotation | None:
    """Read an owner's rotation, or None."""
    raw = Table(TABLE).get((str(owner), _ROTATION))
    if raw is None:
        return None
    row = OwnerRotationRow.from_raw_data(dict(raw))
    return Rotation(
        generation=row.generation,
        round=row.round,
        since=row.since,
        waiting=tuple(row.waiting.split()),
        dirty=bool(row.dirty),
        version=row.version,
    )


def save_rotation(commit: Commit, rotation: Rotation) -> None:
    """Write a rotation over the version before it."""
    row = OwnerRotationRow(
        str(commit.owner),
        _ROTATION,
        generation=rotation.generation,
        round=rotation.round,
        since=rotation.since,
        waiting=" ".join(rotation.waiting),
        dirty=int(rotation.dirty),
        version=rotation.version,
    )
    commit.put(row, expect=rotation.version - 1, refusal=LostRace())


def remove_rotation(commit: Commit, rotation: Rotation) -> None:
    """Delete a rotation that ended."""
    commit.delete((str(commit.owner), _ROTATION), expect=rotation.version, refusal=LostRace())
