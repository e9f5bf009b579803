"""Reports as files, on the wire: what is asked, and how the job stands."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, TypeAdapter, model_validator
from pydantic.config import JsonDict

from chalicelib.analytics.model.reporting import Format, Kind, Report, State
from chalicelib.analytics.schemas.flows import CashFlowQuery
from chalicelib.analytics.schemas.net_worth import NetWorthQuery
from chalicelib.analytics.schemas.query import PivotQuery
from chalicelib.analytics.schemas.tax_year import TaxYearQuery
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.wire import Id, Instant, Progress, TroubleOut, Wire

_ASKED: Final[JsonDict] = {
    "format": "xlsx",
    "report": {
        "kind": "query",
        "parameters": {"since": "2026-01", "until": "2026-11", "group_by": ["month", "category"]},
    },
}
_OUT: Final[JsonDict] = {
    "id": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e60",
    "version": 2,
    "state": "ready",
    "kind": "query",
    "format": "xlsx",
    "progress": {"done": 1, "total": 1},
    "result": {"rows": 120},
    "problem": None,
    "created_at": "2026-11-29T09:30:00.000Z",
    "updated_at": "2026-11-29T09:30:02.000Z",
    "expires_at": "2026-12-06T09:30:02.000Z",
    "download": {
        "url": "https://files.example.org/exports/analytics/report",
        "expires_at": "2026-11-29T09:46:00.000Z",
        "filename": "xpense-query-2026-11-29.xlsx",
        "size": 9120,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
}


class QueryReport(Wire):
    """A question of one's own, a row each of its rows."""

    kind: Literal["query"]
    parameters: PivotQuery


class CashFlowReport(Wire):
    """Cash flow, a row each month and group."""

    kind: Literal["cash-flow"]
    parameters: CashFlowQuery = CashFlowQuery()


class NetWorthReport(Wire):
    """Net worth, a row each account and month's end."""

    kind: Literal["net-worth"]
    parameters: NetWorthQuery = NetWorthQuery()


class TaxReport(Wire):
    """A tax year, a row each category of the ledger that counts."""

    kind: Literal["tax-summary"]
    parameters: TaxYearQuery


class SubscriptionsReport(Wire):
    """Bills, a row each."""

    kind: Literal["subscriptions"]


AnyReport = Annotated[
    QueryReport | CashFlowReport | NetWorthReport | TaxReport | SubscriptionsReport,
    Field(discriminator="kind"),
]


class StartReport(Wire):
    """Ask for a report as a file; `bom` puts the mark before a CSV file without which Excel takes it for no UTF-8."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ASKED]})

    id: Id | None = None
    format: Format
    bom: bool = False
    report: AnyReport

    @model_validator(mode="after")
    def _only_csv_has_a_mark(self) -> Self:
        if self.bom and self.format != "csv":
            raise ValueError("only csv takes the option bom")
        return self

    @property
    def account_ids(self) -> tuple[str, ...]:
        """The accounts that the question names."""
        asked = self.report
        if isinstance(asked, QueryReport):
            return asked.parameters.filter.account_ids
        if isinstance(asked, SubscriptionsReport) or asked.parameters.account_id is None:
            return ()
        return (asked.parameters.account_id,)


def asked_of(one: Report) -> StartReport:
    """Read the question of a report as it was kept."""
    return TypeAdapter(StartReport).validate_json(one.asked)


class ReportFileOut(Wire):
    """Where the file is: a link that works for 15 minutes, made anew each time the report is read."""

    url: str
    expires_at: Instant
    filename: str
    size: int
    sha256: str


class WrittenReportOut(Wire):
    """What the file holds: rows below its head."""

    rows: int


class ReportOut(Wire):
    """A report as a job: `waiting`, then `ready` for a week, or `failed` with the reason."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: Id
    version: int
    state: State
    kind: Kind
    format: Format
    progress: Progress
    result: WrittenReportOut | None
    problem: TroubleOut | None
    created_at: Instant
    updated_at: Instant
    expires_at: Instant
    download: ReportFileOut | None

    @classmethod
    def of(cls, one: Report, download: ReportFileOut | None) -> Self:
        """Write a report as time has left it."""
        trouble, written = one.trouble, one.written
        return cls(
            id=one.id,
            version=one.version,
            state=one.state,
            kind=one.kind,
            format=one.format,
            progress=Progress(done=int(one.state != "waiting"), total=1),
            result=None if written is None else WrittenReportOut(rows=written.rows),
            problem=None
            if trouble is None
            else TroubleOut(slug=trouble.slug, detail=trouble.detail),
            created_at=rfc3339(one.created_at),
            updated_at=rfc3339(one.updated_at),
            expires_at=rfc3339(one.expires_at),
            download=download,
        )
