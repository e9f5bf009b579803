"""Reports: `U#<owner>` / `RPT#<id>` with a `ttl`. What was asked, and what came of it, lies sealed in `body`."""

from __future__ import annotations

import zlib
from functools import cache
from typing import Final, cast

from pydantic import TypeAdapter
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.analytics.errors import ReportIdTaken, ReportNotFound
from chalicelib.analytics.model.reporting import (
    KEPT,
    Format,
    Kind,
    Report,
    State,
    Trouble,
    Written,
)
from chalicelib.analytics.repository.table import LAYOUT, TABLE
from chalicelib.kernel.clock import parse_rfc3339, rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.tables import Key, Raw, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

REPORT: Final = "RPT#"


class ReportRow(Row):
    """A report."""

    layout = WholeNumber()
    version = WholeNumber()
    state = UnicodeAttribute()
    format = UnicodeAttribute()
    kind = UnicodeAttribute()
    made_by = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    body = BinaryAttribute(legacy_encoding=False)
    ttl = WholeNumber()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What is sealed of a report."""

    asked: str
    accounts: tuple[str, ...] | None
    written: Written | None
    trouble: Trouble | None


@cache
def _bodies() -> TypeAdapter[_Body]:
    """Made on first use: building it costs milliseconds that a cold start should not pay."""
    return TypeAdapter(_Body)


def find(ctx: Context, report_id: str) -> Report | None:
    """Read a report, or None."""
    raw = Table(TABLE).get(_key(ctx, report_id))
    return _report_of(raw, ctx.vault) if raw is not None else None


def get(ctx: Context, report_id: str) -> Report:
    """Read a report; raise `ReportNotFound`."""
    found = find(ctx, report_id)
    if found is None:
        raise ReportNotFound
    return found


def add(ctx: Context, one: Report) -> None:
    """Store a new report."""
    ctx.commit.put(_row(ctx, one), expect=0, refusal=ReportIdTaken())


def replace(ctx: Context, one: Report) -> None:
    """Store a report's next version; another writer in between is a lost race, so all is done again."""
    ctx.commit.put(_row(ctx, one), expect=one.version - 1, refusal=LostRace())


def _key(ctx: Context, report_id: str) -> Key:
    return (str(ctx.owner), REPORT + report_id)


def _place(sort_key: str) -> tuple[str, str, str]:
    return (TABLE.service, sort_key, "body")


def _row(ctx: Context, one: Report) -> ReportRow:
    pk, sk = _key(ctx, one.id)
    body = _Body(asked=one.asked, accounts=one.accounts, written=one.written, trouble=one.trouble)
    return ReportRow(
        pk,
        sk,
        layout=LAYOUT,
        version=one.version,
        state=one.state,
        format=one.format,
        kind=one.kind,
        made_by=one.made_by,
        created_at=rfc3339(one.created_at),
        updated_at=rfc3339(one.updated_at),
        body=ctx.vault.seal_bytes(zlib.compress(_bodies().dump_json(body)), *_place(sk)),
        ttl=int((one.created_at + KEPT).timestamp()),
    )


def _report_of(raw: Raw, vault: Vault) -> Report:
    row = ReportRow.from_raw_data(dict(raw))
    body = _bodies().validate_json(zlib.decompress(vault.open_bytes(row.body, *_place(row.sk))))
    return Report(
        id=row.sk.removeprefix(REPORT),
        version=row.version,
        state=cast("State", row.state),
        format=cast("Format", row.format),
        kind=cast("Kind", row.kind),
        asked=body.asked,
        made_by=row.made_by,
        accounts=body.accounts,
        created_at=parse_rfc3339(row.created_at),
        updated_at=parse_rfc3339(row.updated_at),
        written=body.written,
        trouble=body.trouble,
    )
