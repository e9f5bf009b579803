"""Starting, showing and deleting imports."""

from __future__ import annotations

from chalicelib.expenses import api as expenses
from chalicelib.interchange.commands import DropRows
from chalicelib.interchange.errors import AccountArchived, ImportIdTaken
from chalicelib.interchange.gateways import s3
from chalicelib.interchange.model.following import check_removable, standing
from chalicelib.interchange.model.importing import Import
from chalicelib.interchange.repository import imports as repository
from chalicelib.interchange.repository import originals
from chalicelib.interchange.schemas.import_answers import ImportOut
from chalicelib.interchange.schemas.import_requests import StartImport
from chalicelib.interchange.service import profiles
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.wire import PageOut, PageQuery, UploadOut

_LIST = "interchange.imports"


def start_import(ctx: Context, body: StartImport) -> ImportOut:
    """Open an upload for a file, perhaps meant for an account; the same id and body again opens the same one.

    Refuses an account that is foreign or absent (its `NotFound`) or archived, a profile that is, and an id that is taken.
    """
    if body.account_id is not None and expenses.account(ctx.owner, body.account_id).archived:
        raise AccountArchived
    earlier = repository.known(ctx, body.id) if body.id is not None else None
    if earlier is not None:
        return _repeated(ctx, earlier, body)
    if body.profile_id is not None:
        profiles.check_known(ctx, body.profile_id)
    one = Import(
        id=body.id or new_id(),
        account_id=body.account_id,
        filename=body.filename,
        hints=body.to_hints(),
        created_at=ctx.now,
        updated_at=ctx.now,
        state="waiting",
        version=1,
    )
    repository.add(ctx, one)
    return ImportOut.of(one, None, ctx.now, _form(ctx, one))


def _repeated(ctx: Context, earlier: Import, body: StartImport) -> ImportOut:
    same = earlier.asks_the_same(
        account_id=body.account_id, filename=body.filename, hints=body.to_hints()
    )
    if not same:
        raise ImportIdTaken
    one, progress = repository.get(ctx, earlier.id)
    still = one.state == "waiting" and ctx.now < one.expires_at
    return ImportOut.of(one, progress, ctx.now, _form(ctx, one) if still else None)


def _form(ctx: Context, one: Import) -> UploadOut:
    form = s3.upload_form(ctx.owner, one.id, at=ctx.now, expires_at=one.expires_at)
    return UploadOut(url=form.url, fields=form.fields, expires_at=rfc3339(form.expires_at))


def list_imports(ctx: Context, query: PageQuery) -> PageOut[ImportOut]:
    """Give the owner's imports, newest first."""
    owner = str(ctx.owner)
    start = decode_cursor(query.cursor, owner=owner, question=_LIST)
    page = repository.find(ctx, limit=query.limit, start=start)
    return PageOut[ImportOut](
        items=[ImportOut.of(one, progress, ctx.now) for one, progress in page.items],
        next_cursor=encode_cursor(page.resume, owner=owner, question=_LIST),
    )


def read_import(ctx: Context, import_id: str) -> ImportOut:
    """Give one import as it stands."""
    one, progress = repository.get(ctx, import_id)
    return ImportOut.of(one, progress, ctx.now)


def remove_import(ctx: Context, import_id: str) -> None:
    """Delete an import, its file and its rows, not what was recorded from it; again is no error.

    Refuses with `ImportIsCommitting` or `ImportIsReverting` while the ledger reads the rows.
    """
    one, progress = repository.look(ctx, import_id)
    if one is None:
        return
    now = standing(one, progress, ctx.now)
    ctx.expect_version(now.version)
    check_removable(now)
    repository.remove(ctx, one, progress)
    if one.reading is not None:
        if one.reading.original is not None:
            originals.give_back(ctx, one.reading.size)
        order = DropRows(
            import_id=one.id,
            prefix=one.reading.prefix,
            pages=one.reading.pages,
            pairs=one.reading.pairs,
            labels=one.labels,
        )
        ctx.commit.order(order, subject=one.id)
