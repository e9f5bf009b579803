"""A user's own copy of everything: asked for, collected from all services, put together, downloaded."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from chalicelib.kernel import parts
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.settings import settings
from chalicelib.users.commands import AssembleExport, ContinueExport, PartExported
from chalicelib.users.events import ExportReady, ExportRequested
from chalicelib.users.model import data_export as model
from chalicelib.users.model.data_export import Export, ExportPart
from chalicelib.users.repository import data_export as rows
from chalicelib.users.repository import due as dues
from chalicelib.users.repository.table import owner_of
from chalicelib.users.schemas.data_export import DataExportOut, DownloadOut
from chalicelib.users.service import audit
from chalicelib.users.service.data_rights import OWN

if TYPE_CHECKING:
    from zipfile import ZipFile

    from chalicelib.kernel.context import Context
    from chalicelib.kernel.owners import Owner

_TYPE: Final = "application/zip"
README: Final = """Your data at xPense
===================

This file holds all that we have about you, as of {at}.

Each file under a folder is JSON Lines: one JSON object a line, in UTF-8. A folder is a part of xPense. An object
has the attributes that we store; `sk` is its name in our tables. Texts that we keep sealed are opened here.
Amounts are whole numbers of the currency's smallest unit; negative ones left you.

manifest.json lists every file with what it is, how many objects it has, its SHA-256, its attributes, and what was
left out and why. If an object says `unreadable`, that attribute of it is damaged and could not be opened.

Files:

{files}
"""


def start(ctx: Context) -> DataExportOut:
    """Ask for an export; raise `ExportRunning`, or `TooManyExports`. Tells `ExportRequested`."""
    user_id = ctx.owner.id
    before = rows.find_exports(user_id)
    newest = rows.find_export(user_id, before.job_id) if before.job_id else None
    job_id = new_id()
    rows.save_exports(ctx.commit, user_id, model.asked(before, newest, job_id, ctx.now))
    export = model.begun(job_id, frozenset(OWN), ctx.now)
    rows.save_export(ctx.commit, user_id, export)
    ctx.commit.tell(ExportRequested(user_id=user_id, job_id=job_id), subject=job_id)
    for number in range(len(OWN)):
        ctx.commit.order(ContinueExport(job_id=job_id, part=number), subject=job_id)
    audit.enter(ctx, "export-requested", subject=job_id)
    return _out(ctx, export)


def read(ctx: Context, job_id: str) -> DataExportOut:
    """Say how far an export is, and give a link of 15 minutes when it is ready; raise `ExportNotFound`."""
    return _out(ctx, rows.get_export(ctx.owner.id, job_id))


def continue_export(ctx: Context, order: ContinueExport) -> None:
    """Do one step of a part that users reads itself."""
    name = tuple(OWN)[order.part]
    part = OWN[name]
    reading = parts.Reading(part=part, owner=ctx.owner, vault=ctx.vault, job_id=order.job_id)
    step, done = parts.export(reading, order.step)
    if not done:
        more = ContinueExport(job_id=order.job_id, part=order.part, step=step)
        ctx.commit.order(more, subject=order.job_id)
        return
    _note(
        ctx,
        PartExported(
            job_id=order.job_id,
            service=name,
            files=parts.files(part, step),
            unreadable=step.unreadable,
        ),
    )


def part_exported(ctx: Context, order: PartExported) -> None:
    """Note what a service above wrote."""
    _note(ctx, order)


def _note(ctx: Context, order: PartExported) -> None:
    export = rows.get_export(ctx.owner.id, order.job_id)
    part = ExportPart(files=order.files, unreadable=order.unreadable)
    after = model.with_part(export, order.service, part)
    if after is None:
        return
    rows.save_export(ctx.commit, ctx.owner.id, after)
    if after.state == "assembling":
        ctx.commit.order(AssembleExport(job_id=export.id), subject=export.id)


def assemble(ctx: Context, order: AssembleExport) -> None:
    """Put the parts together, one chunk in memory at a time, and let the user download it; then drop the chunks.

    Tells `ExportReady`.
    """
    export = rows.get_export(ctx.owner.id, order.job_id)
    if export.state == "ready":
        # only now: a death before the file was noted must find the chunks again
        _drop_chunks(ctx.owner, export)
    if export.state != "assembling":
        return
    key = file_key(ctx.owner, export.id)
    with parts.ObjectWriter(settings().bulk_bucket, key, _TYPE) as target:
        writer = _Hashing(target)
        _write(ctx, export, writer)
    done = model.ready(export, size=target.size, sha256=writer.hexdigest(), now=ctx.now)
    rows.save_export(ctx.commit, ctx.owner.id, done)
    ctx.commit.tell(ExportReady(user_id=ctx.owner.id, job_id=export.id), subject=export.id)
    ctx.commit.order(AssembleExport(job_id=export.id), subject=export.id)
    dues.save_due(ctx.commit, "expire", f"{ctx.owner.id}.{export.id}", done.expires_at)
    audit.enter(ctx, "export-ready", subject=export.id)


def expire(user_id: str, job_id: str) -> None:
    """Delete the file of an export whose time is over; the row goes by its `ttl`."""
    parts.remove_objects(settings().bulk_bucket, parts.export_prefix(owner_of(user_id), job_id))


def file_key(owner: Owner, job_id: str) -> str:
    """Give the key of an export's file; the bucket's rule deletes what lies under `exports` after 8 days."""
    return f"{parts.export_prefix(owner, job_id)}xpense-{job_id}.zip"


class _Hashing:
    """Passes bytes on and hashes them; it cannot seek, so the zip is written straight through."""

    def __init__(self, target: parts.ObjectWriter) -> None:
        self._target = target
        self._digest = hashlib.sha256()

    def write(self, data: bytes, /) -> int:
        self._digest.update(data)
        return self._target.write(data)

    def flush(self) -> None:
        """Do nothing: what is written goes on at once."""

    def close(self) -> None:
        """Do nothing: the object is finished by who began it."""

    def hexdigest(self) -> str:
        """Give the SHA-256 of all that was written."""
        return self._digest.hexdigest()


def _write(ctx: Context, export: Export, writer: _Hashing) -> None:
    from zipfile import ZIP_DEFLATED, ZipFile

    with ZipFile(writer, "w", ZIP_DEFLATED) as archive:
        listed = [
            _add(ctx, export, archive, service, file)
            for service, part in sorted(export.parts.items())
            for file in part.files
        ]
        manifest = {
            "format": model.FORMAT,
            "job_id": export.id,
            "user_id": ctx.owner.id,
            "requested_at": rfc3339(export.created_at),
            "written_at": rfc3339(ctx.now),
            "unreadable": sum(part.unreadable for part in export.parts.values()),
            "files": listed,
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False))
        names = "\n".join(f"  {one['path']}: {one['count']}. {one['about']}" for one in listed)
        archive.writestr("README.txt", README.format(at=rfc3339(ctx.now), files=names))


def _add(
    ctx: Context, export: Export, archive: ZipFile, service: str, file: parts.ExportedFile
) -> dict[str, object]:
    """Write one file of the archive, and describe it by what was really written."""
    path, digest, count = f"{service}/{file.name}.jsonl", hashlib.sha256(), 0
    with archive.open(path, "w", force_zip64=True) as target:
        for lines in parts.chunk_lines(ctx.vault, ctx.owner, export.id, service, file):
            target.write(lines)
            digest.update(lines)
            count += lines.count(b"\n")
    described = {name: value for name, value in asdict(file).items() if name != "chunks"}
    return {**described, "path": path, "count": count, "sha256": digest.hexdigest()}


def _drop_chunks(owner: Owner, export: Export) -> None:
    prefix = parts.export_prefix(owner, export.id)
    for service in export.parts:
        parts.remove_objects(settings().bulk_bucket, f"{prefix}{service}/")


def _out(ctx: Context, export: Export) -> DataExportOut:
    state = export.seen(ctx.now)
    return DataExportOut(
        id=export.id,
        state=state,
        percent=export.percent,
        records=export.records,
        created_at=rfc3339(export.created_at),
        expires_at=rfc3339(export.expires_at),
        download=_download(ctx, export) if state == "ready" else None,
    )


def _download(ctx: Context, export: Export) -> DownloadOut:
    link = parts.download_link(
        settings().bulk_bucket,
        file_key(ctx.owner, export.id),
        filename=f"xpense-{rfc3339(export.created_at)[:10]}.zip",
        seconds=int(model.LINK_LIFE.total_seconds()),
    )
    return DownloadOut(
        url=link,
        expires_at=rfc3339(ctx.now + model.LINK_LIFE),
        size=export.size,
        sha256=export.sha256,
    )
