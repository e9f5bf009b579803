"""Asking for an export, and fetching what came of it."""

from __future__ import annotations

from chalicelib.expenses import api as expenses
from chalicelib.interchange.commands import DropExport, WriteExport
from chalicelib.interchange.errors import ExportIdTaken, ExportNotFound
from chalicelib.interchange.events import ExportProgressed
from chalicelib.interchange.gateways import exports as files
from chalicelib.interchange.model.exporting import LINK_LIFE, Choice, Export, seen
from chalicelib.interchange.model.writers.making import KINDS
from chalicelib.interchange.repository import exports as repository
from chalicelib.interchange.schemas.exports import ExportOut, FileOut, StartExport, file_of
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.wire import PageOut, PageQuery
from chalicelib.security.commands import RecordAction

ACTION = "ledger-exported"
_FILTER = "/filter/q"


def start_export(ctx: Context, body: StartExport) -> ExportOut:
    """Ask for a file; the same id and body again is the same export.

    Refuses accounts and categories that are foreign or absent, a query that cannot be read, and an id that is
    taken. It is entered in the person's audit log.
    """
    one = Export(
        id=body.id or new_id(),
        version=1,
        state="queued",
        format=body.format,
        bom=body.options.bom,
        choice=body.filter.to_choice(),
        made_by=ctx.actor.user_id,
        accounts=None if ctx.accounts is None else tuple(sorted(ctx.accounts)),
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    earlier = repository.find(ctx, one.id) if body.id is not None else None
    if earlier is not None:
        if not earlier.asks_the_same(one):
            raise ExportIdTaken
        return ExportOut.of(seen(earlier, ctx.now), None)
    expenses.check_wanted(ctx, wanted_of(ctx, one), pointer=_FILTER)
    repository.add(ctx, one)
    ctx.commit.order(WriteExport(export_id=one.id), subject=one.id)
    tell(ctx, one)
    _enter(ctx, one)
    return ExportOut.of(one, None)


def read_export(ctx: Context, export_id: str) -> ExportOut:
    """Give an export as it stands, with a link of 15 minutes when it is ready.

    Only to who asked for it, and as long as they may see every account that it shows: `ExportNotFound`.
    """
    one = seen(repository.get(ctx, export_id), ctx.now)
    if one.made_by != ctx.actor.user_id or not _may_see(ctx, one):
        raise ExportNotFound
    return ExportOut.of(one, _download(ctx, one))


def list_exports(ctx: Context, query: PageQuery) -> PageOut[ExportOut]:
    """Give the exports that the person asked for, newest first, as `read_export` does but without links."""
    owner, question = str(ctx.owner), f"interchange.exports:{ctx.actor.user_id}"
    start = decode_cursor(query.cursor, owner=owner, question=question)
    page = repository.page_of(ctx, limit=query.limit, start=start)
    return PageOut[ExportOut](
        items=[ExportOut.of(seen(one, ctx.now), None) for one in page.items if _may_see(ctx, one)],
        next_cursor=encode_cursor(page.resume, owner=owner, question=question),
    )


def remove_export(ctx: Context, export_id: str) -> None:
    """Delete an export and its file, also one that is being written; again is no error.

    Refuses with `ExportNotFound` what `read_export` would, and a stale `If-Match`.
    """
    found = repository.find(ctx, export_id)
    if found is None:
        if repository.deleted_by(ctx, export_id) == ctx.actor.user_id:
            return
        raise ExportNotFound
    if found.made_by != ctx.actor.user_id:
        raise ExportNotFound
    ctx.expect_version(found.version)
    repository.remove(ctx, found)
    ctx.commit.order(DropExport(export_id=found.id), subject=found.id)


def drop_file(ctx: Context, order: DropExport) -> None:
    """Delete the files of a deleted export: a pass that is still at work drops its own."""
    files.drop(ctx.owner, order.export_id)


def _may_see(ctx: Context, one: Export) -> bool:
    if ctx.accounts is None:
        return True
    return one.accounts is not None and set(one.accounts) <= ctx.accounts.keys()


def _download(ctx: Context, one: Export) -> FileOut | None:
    if one.state != "ready":
        return None
    filename = f"xpense-{rfc3339(one.created_at)[:10]}.{KINDS[one.format].suffix}"
    # a link must not outlive the file
    life = min(LINK_LIFE, one.expires_at - ctx.now)
    url = files.link(
        ctx.owner,
        one.id,
        one.attempt,
        filename=filename,
        seconds=max(1, int(life.total_seconds())),
    )
    return file_of(one, url=url, filename=filename, expires_at=ctx.now + life)


def wanted_of(ctx: Context, one: Export) -> expenses.Wanted:
    """Give what the export asks of the ledger, as it was asked."""
    choice: Choice = one.choice
    return expenses.Wanted(
        at=one.created_at,
        q=choice.q,
        account_ids=choice.account_ids,
        category_ids=choice.category_ids,
        first=choice.first,
        last=choice.last,
        accounts=ctx.accounts if one.accounts is None else dict.fromkeys(one.accounts, "viewer"),
    )


def _enter(ctx: Context, one: Export) -> None:
    """Enter the export in the audit log of the person who takes the data out, whoever owns it."""
    order = RecordAction(
        action=ACTION,
        at=rfc3339(ctx.now),
        actor=str(ctx.actor),
        session_id=ctx.actor.session_id,
        subject=one.id,
        after={"format": one.format, "owner": str(ctx.owner)},
    )
    unit = ctx.commit if ctx.person == ctx.owner else ctx.commit.beside(ctx.person)
    unit.order(order, subject=ctx.person.id)


def tell(ctx: Context, one: Export) -> None:
    """Tell how far an export is."""
    fact = ExportProgressed(export_id=one.id, state=one.state, done=one.done, total=one.total)
    ctx.commit.tell(fact, subject=one.id)
