"""Exporting a part step by step: a page of rows becomes sealed chunks, one a kind, named by their content.

A step that comes again writes the same chunks or others beside them; only those that the last written step
names are put together. So an export while the owner writes is whole: what was there at its beginning and
was not deleted is in it once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from chalicelib.kernel import aws
from chalicelib.kernel.changes import unpack
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.parts.part import Kind, ObjectKind, Part
from chalicelib.kernel.parts.rows import Rows
from chalicelib.kernel.parts.values import ExportedFile, Step
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Raw
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import SealBroken, Vault

PAGE: Final = 250
"""Rows of one step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Where the export of a part is written to, and whose it is."""

    part: Part
    owner: Owner
    vault: Vault
    job_id: str


def export_prefix(owner: Owner, job_id: str) -> str:
    """Give the prefix of an export's objects."""
    return f"{owner}/exports/{job_id}/"


def export(reading: Reading, step: Step, *, most: int = PAGE) -> tuple[Step, bool]:
    """Do one step; give where it is then, and whether all was read."""
    part = reading.part
    if step.source == 0:
        # the end of the rows ends them, not an empty page: each step leaves its own inbox mark behind the last
        # row of a short partition, and would find that of the step before for ever
        rows, ended = Rows(spec=part.spec).read_on(reading.owner, step.after, most)
        if rows:
            step = _rows(reading, step, rows)
        if not ended:
            return step, False
        step = _moved(step, source=1, after="")
        if rows and part.objects:
            return step, False
    while step.source <= len(part.objects):
        kind = part.objects[step.source - 1]
        keys = kind.files.keys(reading.owner, step.after, kind.at_once)
        if keys:
            return _objects(reading, step, kind, keys), False
        step = _moved(step, source=step.source + 1, after="")
    return step, True


def files(part: Part, step: Step) -> tuple[ExportedFile, ...]:
    """Describe the files that a finished export has, empty ones too: nothing is there is an answer."""
    return tuple(
        ExportedFile(
            name=kind.name,
            about=kind.about,
            count=step.counts.get(kind.name, 0),
            chunks=step.chunks.get(kind.name, ()),
            fields=kind.fields() if isinstance(kind, Kind) else {},
            left_out=dict(kind.left_out) if isinstance(kind, Kind) else {},
        )
        for kind in part.all_kinds()
        if isinstance(kind, ObjectKind) or not kind.skipped
    )


def _moved(step: Step, *, source: int, after: str) -> Step:
    return Step(
        source=source,
        after=after,
        chunks=step.chunks,
        counts=step.counts,
        unreadable=step.unreadable,
    )


def _rows(reading: Reading, step: Step, rows: list[Raw]) -> Step:
    records: dict[str, list[object]] = {}
    unreadable = 0
    for row in rows:
        kind = reading.part.kind_of(row["sk"]["S"])
        if kind.skipped:
            continue
        made = record(kind, reading.part.spec.service, row, reading.vault)
        unreadable += "unreadable" in made
        records.setdefault(kind.name, []).append(made)
    return _kept(reading, step, records, after=rows[-1]["sk"]["S"], unreadable=unreadable)


def _objects(reading: Reading, step: Step, kind: ObjectKind, keys: list[str]) -> Step:
    records = [line for key in keys for line in kind.lines(reading.vault, key)]
    return _kept(reading, step, {kind.name: records}, after=keys[-1], unreadable=0)


def _kept(
    reading: Reading,
    step: Step,
    records: Mapping[str, list[object]],
    *,
    after: str,
    unreadable: int,
) -> Step:
    chunks, counts = dict(step.chunks), dict(step.counts)
    for name, some in records.items():
        if not some:
            continue
        chunks[name] = (*chunks.get(name, ()), _write(reading, name, some))
        counts[name] = counts.get(name, 0) + len(some)
    return Step(
        source=step.source,
        after=after,
        chunks=chunks,
        counts=counts,
        unreadable=step.unreadable + unreadable,
    )


def _write(reading: Reading, name: str, records: list[object]) -> str:
    lines = b"".join(
        json.dumps(one, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"
        for one in records
    )
    chunk = hashlib.sha256(lines).hexdigest()
    key = _chunk_key(reading.owner, reading.job_id, reading.part.service, name, chunk)
    sealed = reading.vault.seal_bytes(zlib.compress(lines), "export", key)
    aws.s3().put_object(Bucket=settings().bulk_bucket, Key=key, Body=sealed)
    return chunk


def _chunk_key(owner: Owner, job_id: str, service: str, name: str, chunk: str) -> str:
    return f"{export_prefix(owner, job_id)}{service}/{name}/{chunk}"


def chunk_lines(
    vault: Vault, owner: Owner, job_id: str, service: str, file: ExportedFile
) -> Iterator[bytes]:
    """Read a file's chunks one after the other."""
    for chunk in file.chunks:
        key = _chunk_key(owner, job_id, service, file.name, chunk)
        answer = aws.s3().get_object(Bucket=settings().bulk_bucket, Key=key)
        yield zlib.decompress(vault.open_bytes(answer["Body"].read(), "export", key))


def record(kind: Kind, service: str, row: Raw, vault: Vault) -> dict[str, object]:
    """Write a row as a record: every attribute that is not left out, with what is sealed opened.

    What does not open is named under `unreadable`, so that one damaged row does not take the rest along.
    """
    sort_key = row["sk"]["S"]
    made: dict[str, object] = {}
    unreadable: list[str] = []
    for name, value in sorted(row.items()):
        if name in kind.left_out or name == "pk":
            continue
        form = kind.opened.get(name)
        try:
            made[name] = (
                plain(value)
                if form is None
                else _opened(form, value["B"], vault, (service, sort_key, name))
            )
        except SealBroken:
            unreadable.append(name)
    if unreadable:
        made["unreadable"] = unreadable
    return made


def _opened(form: str, data: bytes, vault: Vault, place: tuple[str, str, str]) -> Any:  # noqa: ANN401 - JSON
    if form == "deflated":
        return unpack(data)
    clear = vault.open_bytes(data, *place)
    if form == "packed":
        return unpack(clear)
    return json.loads(clear) if form == "json" else clear.decode()


def plain(value: Mapping[str, Any]) -> object:
    """Write an attribute value as JSON has it; bytes become base64."""
    ((kind, inner),) = value.items()
    if kind == "N":
        return int(Decimal(inner))
    if kind == "B":
        return base64.b64encode(inner).decode()
    if kind == "M":
        return {name: plain(one) for name, one in inner.items()}
    if kind == "L":
        return [plain(one) for one in inner]
    return None if kind == "NULL" else inner
