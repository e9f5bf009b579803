"""Imports, what the ledger did with them, and which files were committed before.

An import's item holds only ids, states and times in clear; the file's name, the hints and all that was read
lie sealed in `body`. Imports are listed by creation through the index, which a deleted one leaves.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final, cast

from pydantic import TypeAdapter
from pynamodb.attributes import BinaryAttribute, BooleanAttribute, UnicodeAttribute

from chalicelib.interchange.errors import ImportIdTaken, ImportNotFound
from chalicelib.interchange.events import ImportState
from chalicelib.interchange.model.following import Progress, Reversal, seen_version
from chalicelib.interchange.model.formats.types import Hints
from chalicelib.interchange.model.importing import Import, Original, Reading, Trouble
from chalicelib.interchange.repository.table import (
    BY_CREATION,
    LAYOUT,
    TABLE,
    key_of,
)
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import parse_rfc3339, rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.paging import Page
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

_IMPORT: Final = "IMP#"
_PROGRESS: Final = "PRG#"
_FILE: Final = "SUM#"
_AFTER_TIMES: Final = ":"
"""Sorts behind every instant, and before the letters that other kinds of jobs begin with."""
KIND: Final = "import"
ANY_ACCOUNT: Final = ""
"""Stands for all accounts where files that were committed before are remembered."""


class ImportItem(Row):
    """A live import."""

    layout = WholeNumber()
    version = WholeNumber()
    state = UnicodeAttribute()
    account_id = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    by_creation = UnicodeAttribute()
    body = BinaryAttribute(legacy_encoding=False)


class TombstoneItem(Row):
    """A deleted import: its id never means anything else, and nothing personal is left."""

    layout = WholeNumber()
    version = WholeNumber()
    deleted_at = UnicodeAttribute()


class ProgressItem(Row):
    """What the ledger has done with a committed import."""

    layout = WholeNumber()
    version = WholeNumber()
    base = WholeNumber()
    updated_at = UnicodeAttribute()
    rows = WholeNumber()
    chunks = WholeNumber()
    seen = BinaryAttribute(legacy_encoding=False)
    recorded = WholeNumber()
    duplicates = WholeNumber()
    matched = WholeNumber(null=True)
    stopped = UnicodeAttribute()
    pairs = BooleanAttribute(null=True)
    reversal = UnicodeAttribute(null=True)
    ledger = UnicodeAttribute(null=True)


class FileItem(Row):
    """Which import committed a file, by content, into an account last."""

    layout = WholeNumber()
    import_id = UnicodeAttribute()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What is sealed of an import."""

    filename: str
    hints: Hints
    trouble: Trouble | None
    reading: Reading | None
    accounts: dict[str, str] | None
    labels: str = ""
    choice: str = ""


@cache
def _bodies() -> TypeAdapter[_Body]:
    """Made on first use: building it costs milliseconds that a cold start should not pay."""
    return TypeAdapter(_Body)


# --- the imports themselves


def look(ctx: Context, import_id: str) -> tuple[Import | None, Progress | None]:
    """Read an import and its progress in one call: None for a deleted one; raise `ImportNotFound`."""
    here = key_of(ctx.owner, _IMPORT, import_id)
    beside = key_of(ctx.owner, _PROGRESS, import_id)
    found = Table(TABLE).get_many((here, beside))
    if here not in found:
        raise ImportNotFound
    if "deleted_at" in found[here]:
        return None, None
    progress = _progress_of(found[beside]) if beside in found else None
    return _import_of(found[here], ctx.vault), progress


def get(ctx: Context, import_id: str) -> tuple[Import, Progress | None]:
    """Read a live import and its progress in one call; raise `ImportNotFound`."""
    one, progress = look(ctx, import_id)
    if one is None:
        raise ImportNotFound
    return one, progress


def known(ctx: Context, import_id: str) -> Import | None:
    """Read an import by a client's own id; None where there was never one, `ImportIdTaken` if deleted."""
    raw = Table(TABLE).get(key_of(ctx.owner, _IMPORT, import_id))
    if raw is None:
        return None
    if "deleted_at" in raw:
        raise ImportIdTaken
    return _import_of(raw, ctx.vault)


def find(
    ctx: Context, *, limit: int, start: Mapping[str, str] | None
) -> Page[tuple[Import, Progress | None]]:
    """Read a page of imports, newest first, with the progress of those that were committed."""
    table, vault = Table(TABLE), ctx.vault
    piece = table.query(
        str(ctx.owner),
        "0",
        _AFTER_TIMES,
        limit=limit,
        index=BY_CREATION,
        forward=False,
        start=start,
    )
    imports = [_import_of(raw, vault) for raw in piece.items]
    keys = [key_of(ctx.owner, _PROGRESS, one.id) for one in imports if one.accounts is not None]
    found = table.get_many(keys) if keys else {}
    progress = {key[1].removeprefix(_PROGRESS): _progress_of(raw) for key, raw in found.items()}
    return Page(tuple((one, progress.get(one.id)) for one in imports), piece.resume)


def add(ctx: Context, one: Import) -> None:
    """Store a new import."""
    ctx.commit.put(_item(ctx, one), expect=0, refusal=ImportIdTaken())
    ctx.commit.record(_change(one, after={"filename": one.filename}))


def replace(ctx: Context, one: Import, *, logged: bool = True) -> None:
    """Store an import's next version; another writer in between is a lost race, so all is done again.

    A passing state is not `logged`: nobody needs to sync or audit it.
    """
    ctx.commit.put(_item(ctx, one), expect=one.version - 1, refusal=LostRace())
    if logged:
        ctx.commit.record(_change(one))


def remove(ctx: Context, one: Import, progress: Progress | None) -> None:
    """Leave a tombstone in an import's place and forget its progress."""
    version = 1 + (progress.base + progress.version if progress is not None else one.version)
    pk, sk = key_of(ctx.owner, _IMPORT, one.id)
    row = TombstoneItem(pk, sk, layout=LAYOUT, version=version, deleted_at=rfc3339(ctx.now))
    ctx.commit.put(row, expect=one.version, refusal=LostRace())
    if progress is not None:
        key = key_of(ctx.owner, _PROGRESS, one.id)
        ctx.commit.delete(key, expect=progress.version, refusal=LostRace())
    ctx.commit.record(Change(kind=KIND, id=one.id, version=seen_version(version), op="delete"))


def original_of(owner: Owner, vault: Vault, import_id: str) -> Original | None:
    """Say where the file of a live import is kept, if it is."""
    raw = Table(TABLE).get(key_of(owner, _IMPORT, import_id))
    if raw is None or "deleted_at" in raw:
        return None
    reading = _import_of(raw, vault).reading
    return reading.original if reading is not None else None


# --- progress


def get_progress(ctx: Context, import_id: str) -> Progress:
    """Read the progress of a committed import; raise `ImportNotFound`."""
    raw = Table(TABLE).get(key_of(ctx.owner, _PROGRESS, import_id))
    if raw is None:
        raise ImportNotFound
    return _progress_of(raw)


def keep_progress(ctx: Context, progress: Progress) -> None:
    """Store progress: the version makes chunks count one by one, so that exactly one is the last."""
    key = key_of(ctx.owner, _PROGRESS, progress.import_id)
    row = ProgressItem(
        *key,
        layout=LAYOUT,
        version=progress.version,
        base=progress.base,
        updated_at=rfc3339(progress.updated_at),
        rows=progress.rows,
        chunks=progress.chunks,
        pairs=progress.pairs or None,
        seen=progress.seen.to_bytes(progress.chunks // 8 + 1, "little"),
        recorded=progress.recorded,
        duplicates=progress.duplicates,
        matched=progress.matched,
        stopped=progress.stopped,
        reversal=_written(progress.reversal),
        ledger=json.dumps(dict(progress.ledger)) if progress.ledger else None,
    )
    ctx.commit.put(row, expect=progress.version - 1, refusal=LostRace())


def log_outcome(ctx: Context, progress: Progress) -> None:
    """Write an import's end into the change log, for sync and audit."""
    version = seen_version(progress.base + progress.version)
    fields = {"state": progress.state}
    ctx.commit.record(Change(kind=KIND, id=progress.import_id, version=version, fields=fields))


# --- files that were committed before


def committed_before(ctx: Context, *, account_id: str, sha256: str) -> str | None:
    """Give the import that committed the same content into the account last, if any."""
    raw = Table(TABLE).get(_file_key(ctx, account_id, sha256))
    return FileItem.from_raw_data(dict(raw)).import_id if raw is not None else None


def remember_file(ctx: Context, *, account_id: str, sha256: str, import_id: str) -> None:
    """Remember that this content goes into the account."""
    row = FileItem(*_file_key(ctx, account_id, sha256), layout=LAYOUT, import_id=import_id)
    ctx.commit.put(row, expect=None)


def forget_file(ctx: Context, *, account_ids: Iterable[str], sha256: str, import_id: str) -> None:
    """Forget that an import brought this content into some accounts, where it was the last that did."""
    keys = [_file_key(ctx, one, sha256) for one in account_ids]
    for key, raw in Table(TABLE).get_many(keys).items():
        if FileItem.from_raw_data(dict(raw)).import_id == import_id:
            ctx.commit.delete(key)


def _file_key(ctx: Context, account_id: str, sha256: str) -> Key:
    """A keyed hash: the plain one would tell who has a file that somebody else knows."""
    return key_of(ctx.owner, _FILE, ctx.vault.fingerprint("file", account_id, sha256).hex())


# --- items


def _change(one: Import, after: Mapping[str, object] | None = None) -> Change:
    fields = {"state": one.state, "account_id": one.account_id}
    version = seen_version(one.version)
    return Change(kind=KIND, id=one.id, version=version, fields=fields, after=after)


def _item(ctx: Context, one: Import) -> ImportItem:
    pk, sk = key_of(ctx.owner, _IMPORT, one.id)
    created = rfc3339(one.created_at)
    body = _Body(
        filename=one.filename,
        hints=one.hints,
        trouble=one.trouble,
        reading=one.reading,
        accounts=dict(one.accounts) if one.accounts is not None else None,
        labels=one.labels,
        choice=one.choice,
    )
    return ImportItem(
        pk,
        sk,
        layout=LAYOUT,
        version=one.version,
        state=one.state,
        account_id=one.account_id,
        created_at=created,
        updated_at=rfc3339(one.updated_at),
        by_creation=f"{created}#{one.id}",
        body=ctx.vault.seal_bytes(zlib.compress(_bodies().dump_json(body)), *_place(sk)),
    )


def _place(sort_key: str) -> tuple[str, str, str]:
    return (TABLE.service, sort_key, "body")


def _import_of(raw: Raw, vault: Vault) -> Import:
    item = ImportItem.from_raw_data(dict(raw))
    sealed = zlib.decompress(vault.open_bytes(item.body, *_place(item.sk)))
    body = _bodies().validate_json(sealed)
    return Import(
        id=item.sk.removeprefix(_IMPORT),
        account_id=item.account_id,
        filename=body.filename,
        hints=body.hints,
        created_at=parse_rfc3339(item.created_at),
        updated_at=parse_rfc3339(item.updated_at),
        state=cast("ImportState", item.state),
        version=item.version,
        trouble=body.trouble,
        reading=body.reading,
        accounts=body.accounts,
        labels=body.labels,
        choice=body.choice,
    )


def _progress_of(raw: Raw) -> Progress:
    item = ProgressItem.from_raw_data(dict(raw))
    return Progress(
        import_id=item.sk.removeprefix(_PROGRESS),
        version=item.version,
        base=item.base,
        updated_at=parse_rfc3339(item.updated_at),
        rows=item.rows,
        chunks=item.chunks,
        pairs=bool(item.pairs),
        seen=int.from_bytes(item.seen, "little"),
        recorded=item.recorded,
        duplicates=item.duplicates,
        matched=item.matched or 0,
        stopped=item.stopped,
        reversal=_reversals().validate_json(item.reversal) if item.reversal else None,
        ledger=json.loads(item.ledger) if item.ledger else {},
    )


@cache
def _reversals() -> TypeAdapter[Reversal]:
    return TypeAdapter(Reversal)


def _written(reversal: Reversal | None) -> str | None:
    return None if reversal is None else _reversals().dump_json(reversal).decode()
