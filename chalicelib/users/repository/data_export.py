"""Exports: `U#<user>` / `EXP#<job>` with a `ttl`, and `EXPORTS`, which makes them one at a time."""

from __future__ import annotations

from typing import Final, cast

from pydantic import TypeAdapter
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.changes import pack, unpack
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.tables import Key, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.users.errors import ExportNotFound
from chalicelib.users.model.data_export import Export, ExportPart, Exports, State
from chalicelib.users.repository.table import TABLE, instant, maybe, millis, owner_of

EXPORT: Final = "EXP#"
_HEAD: Final = "EXPORTS"


class ExportRow(Row):
    """An export; `parts` is deflated JSON: per service its files, their counts and chunks."""

    state = UnicodeAttribute()
    created = WholeNumber()
    waiting = UnicodeAttribute(null=True)
    parts = BinaryAttribute(legacy_encoding=False)
    finished = WholeNumber(null=True)
    size = WholeNumber(null=True)
    sha256 = UnicodeAttribute(null=True)
    version = WholeNumber()
    ttl = WholeNumber()


class ExportsRow(Row):
    """When the last exports were asked for (Unix milliseconds), and the newest."""

    job_id = UnicodeAttribute()
    asked = UnicodeAttribute()
    version = WholeNumber()


def find_export(user_id: str, job_id: str) -> Export | None:
    """Read an export, or None."""
    raw = Table(TABLE).get(_key(user_id, EXPORT + job_id))
    if raw is None:
        return None
    row = ExportRow.from_raw_data(dict(raw))
    return Export(
        id=job_id,
        state=cast("State", row.state),
        version=row.version,
        created_at=instant(row.created),
        waiting=frozenset((maybe(row.waiting) or "").split()),
        parts=_adapter().validate_python(unpack(row.parts)),
        ready_at=instant(maybe(row.finished)),
        size=maybe(row.size) or 0,
        sha256=maybe(row.sha256) or "",
    )


def get_export(user_id: str, job_id: str) -> Export:
    """Read an export; raise `ExportNotFound`."""
    found = find_export(user_id, job_id)
    if found is None:
        raise ExportNotFound
    return found


def save_export(commit: Commit, user_id: str, export: Export) -> None:
    """Write an export over the version before it."""
    row = ExportRow(
        *_key(user_id, EXPORT + export.id),
        state=export.state,
        created=millis(export.created_at),
        waiting=" ".join(sorted(export.waiting)) or None,
        parts=pack(_adapter().dump_python(dict(export.parts), mode="json")),
        finished=millis(export.ready_at) if export.ready_at else None,
        size=export.size or None,
        sha256=export.sha256 or None,
        version=export.version,
        ttl=int(export.expires_at.timestamp()),
    )
    commit.put(row, expect=export.version - 1, refusal=LostRace())


def find_exports(user_id: str) -> Exports:
    """Read when exports were asked for."""
    raw = Table(TABLE).get(_key(user_id, _HEAD))
    if raw is None:
        return Exports()
    row = ExportsRow.from_raw_data(dict(raw))
    return Exports(
        version=row.version,
        job_id=row.job_id,
        asked_at=tuple(instant(int(one)) for one in row.asked.split()),
    )


def save_exports(commit: Commit, user_id: str, exports: Exports) -> None:
    """Write when exports were asked for; who asks at the same time loses the race."""
    row = ExportsRow(
        *_key(user_id, _HEAD),
        job_id=exports.job_id,
        asked=" ".join(str(millis(at)) for at in exports.asked_at),
        version=exports.version,
    )
    commit.put(row, expect=exports.version - 1, refusal=LostRace())


def _adapter() -> TypeAdapter[dict[str, ExportPart]]:
    return TypeAdapter(dict[str, ExportPart])


def _key(user_id: str, sort: str) -> Key:
    return (str(owner_of(user_id)), sort)
