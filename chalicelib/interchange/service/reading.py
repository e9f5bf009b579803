"""Reading what was uploaded: from a stored file to sealed pages of rows and an import to look at.

Every step can be done again. Pages lie under the hash of their file, so a second delivery writes the same
ones, and a second file uploaded meanwhile cannot mix with the first; the import's version lets one of
them win. Nothing here refuses: what is wrong with a file is written into its import.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chalicelib.expenses.commands import page_key
from chalicelib.interchange.errors import ImportNotFound
from chalicelib.interchange.events import ImportProgressed
from chalicelib.interchange.gateways import originals, s3
from chalicelib.interchange.model.formats.types import MAX_BYTES, Unreadable
from chalicelib.interchange.model.importing import (
    ROWS_PER_PAGE,
    Flaw,
    Import,
    Reading,
    Trouble,
    at_reading,
    is_open,
    recognised,
    too_late,
    when_read,
)
from chalicelib.interchange.model.labels import laid_keys
from chalicelib.interchange.repository import imports as repository
from chalicelib.interchange.repository.imports import ANY_ACCOUNT
from chalicelib.interchange.repository.originals import has_room, take
from chalicelib.interchange.service import labelling, profiles
from chalicelib.kernel import blobs
from chalicelib.kernel.context import Context, Unit
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.log import logger
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.vault import Vault
from chalicelib.security import api as security

if TYPE_CHECKING:
    from chalicelib.interchange.model.examining import Examined
    from chalicelib.interchange.model.formats.types import Hints, ParsedFile
    from chalicelib.interchange.service.recognising import Recognised

_NO_CURRENCY: Final = Trouble(
    slug="currency-unknown",
    detail="Neither the file nor one of your accounts says which currency it is in: start it for an account, or "
    "hint the currency.",
)


def receive(key: str, unit: Unit) -> None:
    """Read the file that was stored under a key, if an import waits for it; then delete the file."""
    addressee = s3.addressee(key)
    if addressee is None:
        logger().warning("a file that belongs to no import was left alone")
        return
    owner, import_id = addressee
    one = unit(owner, lambda ctx: _begin(ctx, import_id))
    if one is not None:
        _read(owner, one, unit)
    s3.drop(owner, import_id)


def give_up(key: str, unit: Unit) -> None:
    """Say in the import that its file could not be read, by a mistake of ours, so that nobody waits for it.

    The file is kept with the dead letter: reading it again after the mistake is mended needs a new upload.
    """
    addressee = s3.addressee(key)
    if addressee is not None:
        owner, import_id = addressee
        detail = (
            "Reading the file failed by a mistake of ours; it is recorded and will be looked at."
        )
        found = Trouble(slug="reading-failed", detail=detail)
        unit(owner, lambda ctx: _finish(ctx, import_id, found))


def _begin(ctx: Context, import_id: str) -> Import | None:
    """Mark the import as being read; None where nobody waits for the file (any more)."""
    try:
        one, _ = repository.look(ctx, import_id)
    except ImportNotFound:
        one = None
    if one is None or not is_open(one):
        logger().warning("a file that no import waits for was dropped", extra={"id": import_id})
        return None
    if one.state == "waiting":
        one = at_reading(one, ctx.now)
        repository.replace(ctx, one, logged=False)
        _tell(ctx, one)
    return one


def _read(owner: Owner, one: Import, unit: Unit) -> None:
    upload = s3.fetch(owner, one.id)
    if upload is None:
        logger().warning("an uploaded file is gone before it was read", extra={"id": one.id})
        return
    found: Reading | Trouble
    if one.is_late(upload.stored_at):
        found = too_late()
    elif upload.data is None:
        detail = f"The file has {upload.size} bytes; {MAX_BYTES} are allowed."
        found = Trouble(slug="too-large", detail=detail)
    else:
        found = _understand(owner, one, upload.data)
        if isinstance(found, Reading):
            found = replace(found, original=originals.keep(owner, one.id, upload.data))
    now = unit(owner, lambda ctx: _finish(ctx, one.id, found))
    if isinstance(found, Reading):
        _tidy(owner, one.id, found, now)


def _tidy(owner: Owner, import_id: str, found: Reading, now: Import | None) -> None:
    """Delete what was stored in vain: of an import that was deleted, or read by another delivery meanwhile."""
    if now is None:
        blobs.remove(laid_keys(found.prefix, pages=found.pages, pairs=found.pairs, labels=""))
    named = now.reading.original if now is not None and now.reading is not None else None
    if found.original is not None and found.original != named:
        originals.remove(owner, import_id, found.original.place)


def _understand(owner: Owner, one: Import, data: bytes) -> Reading | Trouble:
    """Parse, judge and store the rows of a file."""
    from chalicelib.interchange.model.examining import examine
    from chalicelib.interchange.model.formats import holds_tables

    vault = security.vault(owner)
    shelf = profiles.shelf_of(owner, one) if holds_tables(data) else profiles.no_shelf(one)
    found = _parsed(owner, one, data, shelf.hints)
    if isinstance(found, Trouble):
        return found
    parsed, known = found
    examined = examine(parsed, account_currency=known.currency or "")
    digest = hashlib.sha256(data).hexdigest()
    prefix = f"{owner}/imports/{one.id}/{digest[:16]}/"
    _lay(vault, prefix, examined)
    return Reading(
        format=parsed.format,
        dialect=parsed.dialect,
        encoding=parsed.encoding,
        size=len(data),
        sha256=digest,
        prefix=prefix,
        rows=len(examined.rows),
        importable=examined.importable,
        columns=examined.columns,
        statements=known.said_of(examined.statements),
        notes=examined.notes,
        problem_pages=examined.problem_pages,
        by_code=Counter(flaw.code for row in examined.rows for flaw in row.problems),
        same_file=None,
        profile=shelf.used(parsed.profile),
        header=profiles.header_of(parsed.columns),
        width=parsed.width,
        labels=len(examined.labels),
        pairs=len(examined.pairs),
    )


def _parsed(
    owner: Owner, one: Import, data: bytes, hints: Hints
) -> tuple[ParsedFile, Recognised] | Trouble:
    """Parse a file and recognise its accounts."""
    from chalicelib.interchange.model.formats import parse
    from chalicelib.interchange.service.recognising import recognise

    try:
        parsed = parse(data, filename=one.filename, hints=hints)
        known = recognise(owner, security.vault(owner), parsed, one.account_id)
    except Unreadable as refused:
        return Trouble(slug=refused.reason, detail=refused.detail)
    except NotFound:
        return Trouble(slug="account-gone", detail="The account was deleted meanwhile.")
    return (parsed, known) if known.knows_currency(parsed) else _NO_CURRENCY


def _lay(vault: Vault, prefix: str, examined: Examined) -> None:
    """Lay rows into sealed pages, and beside them what the file calls categories and transfers."""
    for page, start in enumerate(range(0, len(examined.rows), ROWS_PER_PAGE)):
        value = [row.to_json() for row in examined.rows[start : start + ROWS_PER_PAGE]]
        blobs.put(vault, page_key(prefix, page), value)
    labelling.lay(vault, prefix, examined)


def _finish(ctx: Context, import_id: str, found: Reading | Trouble) -> Import | None:
    """Write down what was found, unless that was done; gives the import, None for one that was deleted meanwhile."""
    try:
        one, _ = repository.look(ctx, import_id)
    except ImportNotFound:
        one = None
    if one is None:
        return None
    if is_open(one):
        known = _noted(ctx, one, found) if isinstance(found, Reading) else found
        if isinstance(known, Reading):
            known = _with_room(ctx, known)
        one = when_read(one, known, ctx.now)
        repository.replace(ctx, one)
        _tell(ctx, one)
    return one


def _with_room(ctx: Context, reading: Reading) -> Reading:
    """Count the file as kept, or say that there is no more room for it."""
    if reading.original is None or has_room(ctx, reading.size):
        take(ctx, reading.size)
        return reading
    detail = "The file itself is not kept: there is no more room. Delete imports to make some."
    note = Flaw(line=0, column=None, code="not-kept", detail=detail)
    return replace(reading, original=None, notes=(note, *reading.notes))


def _noted(ctx: Context, one: Import, reading: Reading) -> Reading:
    """Say if the same file went into the same account before: no error, the rows are known then."""
    meant = recognised(one, reading, None)
    account_id = next(iter(meant.values())) if len(meant) == 1 else ANY_ACCOUNT
    earlier = repository.committed_before(ctx, account_id=account_id, sha256=reading.sha256)
    if earlier is None:
        return reading
    where = "into this account " if account_id else ""
    detail = f"The same file was imported {where}before, by import {earlier}."
    note = Flaw(line=0, column=None, code="same-file", detail=detail)
    return replace(reading, same_file=earlier, notes=(note, *reading.notes))


def _tell(ctx: Context, one: Import) -> None:
    rows = one.reading.rows if one.reading is not None else 0
    fact = ImportProgressed(import_id=one.id, state=one.state, done=0, total=rows)
    ctx.commit.tell(fact, subject=one.id)
