"""Reports as files: asked for, written by the worker, fetched by who asked.

Whoever may see some accounts of a household gets a report of those, and may fetch it as long as they may see them.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from chalicelib.analytics.commands import WriteReport
from chalicelib.analytics.errors import ReportIdTaken, ReportNotFound
from chalicelib.analytics.gateways import reports as files
from chalicelib.analytics.model.reporting import (
    LINK_LIFE,
    Report,
    Trouble,
    Written,
    finished,
    seen,
)
from chalicelib.analytics.model.tables import MEDIA, to_csv, to_xlsx
from chalicelib.analytics.repository import reports as repository
from chalicelib.analytics.schemas.reports import (
    ReportFileOut,
    ReportOut,
    StartReport,
    asked_of,
)
from chalicelib.analytics.service.reading import check_accounts
from chalicelib.analytics.service.report_tables import table_of
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Invalid, NotFound
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.log import logger
from chalicelib.security.commands import RecordAction

ACTION = "ledger-exported"


def start_report(ctx: Context, body: StartReport) -> ReportOut:
    """Ask for a report; the same id and body again is the same report.

    Refuses foreign and absent accounts, and an id that is taken. It is entered in the person's audit log.
    """
    one = Report(
        id=body.id or new_id(),
        version=1,
        state="waiting",
        format=body.format,
        kind=body.report.kind,
        asked=body.model_dump_json(exclude={"id"}),
        made_by=ctx.actor.user_id,
        accounts=None if ctx.accounts is None else tuple(sorted(ctx.accounts)),
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    earlier = repository.find(ctx, one.id) if body.id is not None else None
    if earlier is not None:
        if not earlier.asks_the_same(one):
            raise ReportIdTaken
        return ReportOut.of(seen(earlier, ctx.now), None)
    check_accounts(ctx, body.account_ids)
    repository.add(ctx, one)
    ctx.commit.order(WriteReport(report_id=one.id), subject=one.id)
    _enter(ctx, one)
    return ReportOut.of(one, None)


def read_report(ctx: Context, report_id: str) -> ReportOut:
    """Give a report as it stands, with a link of 15 minutes when it is ready.

    Only to who asked for it, and as long as they may see every account that it shows: `ReportNotFound`.
    """
    one = seen(repository.get(ctx, report_id), ctx.now)
    if one.made_by != ctx.actor.user_id or not _may_see(ctx, one):
        raise ReportNotFound
    return ReportOut.of(one, _download(ctx, one))


def write(ctx: Context, order: WriteReport) -> None:
    """Write the file of a report that waits for it; of one that has it, nothing is done."""
    before = repository.find(ctx, order.report_id)
    if before is None or before.state != "waiting":
        logger().warning(
            "a report that nobody waits for was dropped", extra={"id": order.report_id}
        )
        return
    repository.replace(ctx, finished(before, _written(ctx, before), ctx.now))


def _written(ctx: Context, one: Report) -> Written | Trouble:
    """Answer the question as of who asked it, and lay the file down."""
    asker = replace(
        ctx,
        actor=replace(ctx.actor, user_id=one.made_by),
        accounts=None if one.accounts is None else dict.fromkeys(one.accounts, "viewer"),
    )
    asked = asked_of(one)
    try:
        table = table_of(asker, asked.report)
    except (Invalid, NotFound) as refusal:
        named = refusal.errors if isinstance(refusal, Invalid) else ()
        problems = "; ".join(f"{found.pointer}: {found.detail}" for found in named)
        return Trouble(refusal.slug, problems or refusal.title)
    data = to_xlsx(table) if one.format == "xlsx" else to_csv(table, bom=asked.bom)
    files.put(ctx.owner, one.id, data, media=MEDIA[one.format])
    return Written(len(table.rows), len(data), hashlib.sha256(data).hexdigest())


def _may_see(ctx: Context, one: Report) -> bool:
    if ctx.accounts is None:
        return True
    return one.accounts is not None and set(one.accounts) <= ctx.accounts.keys()


def _download(ctx: Context, one: Report) -> ReportFileOut | None:
    if one.state != "ready" or one.written is None:
        return None
    filename = f"xpense-{one.kind}-{rfc3339(one.created_at)[:10]}.{one.format}"
    # a link must not outlive the file
    life = min(LINK_LIFE, one.expires_at - ctx.now)
    seconds = max(1, int(life.total_seconds()))
    return ReportFileOut(
        url=files.link(ctx.owner, one.id, filename=filename, seconds=seconds),
        expires_at=rfc3339(ctx.now + life),
        filename=filename,
        size=one.written.size,
        sha256=one.written.sha256,
    )


def _enter(ctx: Context, one: Report) -> None:
    """Enter the report in the audit log of the person who takes the data out, whoever owns it."""
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
