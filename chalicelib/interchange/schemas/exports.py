"""What a client asks of exports, and what is answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from chalicelib.interchange.events import ExportState
from chalicelib.interchange.model.exporting import Choice, Export, Written
from chalicelib.interchange.schemas.examples import ACCOUNT
from chalicelib.kernel import wire
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.wire import Id, Instant, TroubleOut, Wire

Format = Literal["csv", "xlsx", "ofx", "qif", "jsonl", "beancount", "hledger"]
_ID: Final = "01936f5e-7c3a-7d8e-9b1f-2a4c6e8f0b1e"
_ASKED: Final[JsonDict] = {
    "format": "xlsx",
    "filter": {"q": "bakery -cake amount>10", "from": "2026-01-01"},
}
_MOST: Final = 500
OUT: Final[JsonDict] = {
    "id": _ID,
    "version": 4,
    "state": "ready",
    "progress": {"done": 1834, "total": 1834},
    "result": {
        "transactions": 1834,
        "left_out": {"planned": 2},
        "exact": True,
        "first_change": 2210,
        "last_change": 2210,
    },
    "problem": None,
    "format": "csv",
    "created_at": "2026-11-02T09:30:00.000Z",
    "updated_at": "2026-11-02T09:30:04.000Z",
    "expires_at": "2026-11-09T09:30:04.000Z",
    "download": {
        "url": "https://files.example.org/xpense-2026-11-02.csv?X-Amz-Expires=900",
        "expires_at": "2026-11-02T09:46:00.000Z",
        "filename": "xpense-2026-11-02.csv",
        "size": 412_044,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
}


class FilterIn(Wire):
    """Which transactions: those for which everything holds that is set here; without anything, all.

    `q` asks in the query language of `GET /v1/expenses/transactions`. A transaction is on an account if a part or
    a leg of it is. `none` among the categories are those without one.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"q": "bakery -cake amount>10", "from": "2026-01-01"}]}
    )

    q: Annotated[str, Field(max_length=1_000)] | None = Field(
        default=None, examples=["bakery -cake amount>10 date:2026-11"]
    )
    account_ids: Annotated[tuple[Id, ...], Field(max_length=_MOST, examples=[[ACCOUNT]])] = ()
    category_ids: Annotated[
        tuple[Id | Literal["none"], ...], Field(max_length=_MOST, examples=[["none"]])
    ] = ()
    first: Annotated[date, Field(strict=False)] | None = Field(
        default=None, alias="from", examples=["2026-01-01"]
    )
    last: Annotated[date, Field(strict=False)] | None = Field(
        default=None, alias="to", examples=["2026-12-31"]
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first and self.last and self.first > self.last:
            msg = "from must not be after to"
            raise ValueError(msg)
        return self

    def to_choice(self) -> Choice:
        """Give the model's form; the order in which ids are named says nothing."""
        return Choice(
            q=self.q,
            account_ids=tuple(sorted(set(self.account_ids))),
            category_ids=tuple(sorted(set(self.category_ids))),
            first=self.first,
            last=self.last,
        )


class OptionsIn(Wire):
    """How the file is written: `bom` puts the mark before a CSV file without which Excel takes it for no UTF-8."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"bom": True}]})

    bom: bool = False


class StartExport(Wire):
    """Ask for a file with transactions, as `format` can carry them (docs/formats.md)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [_ASKED, {"format": "csv", "options": {"bom": True}}]}
    )

    id: Id | None = None
    format: Format
    filter: FilterIn = Field(default_factory=FilterIn)
    options: OptionsIn = OptionsIn()

    @model_validator(mode="after")
    def _only_csv_has_a_mark(self) -> Self:
        if self.options.bom and self.format != "csv":
            msg = "only csv takes the option bom"
            raise ValueError(msg)
        return self


class FileOut(Wire):
    """Where the file is: a link that works for 15 minutes, made anew each time the export is read."""

    url: str
    expires_at: Instant
    filename: str
    size: int
    sha256: str


class WrittenOut(Wire):
    """What the file holds: `left_out` are transactions that the format cannot carry, by reason.

    All that was recorded up to `first_change` of the ledger is in it. It is `exact` where nothing changed while it
    was written; else what changed up to `last_change` stands in it as it was before or after.
    """

    transactions: int
    left_out: dict[str, int]
    exact: bool
    first_change: int
    last_change: int

    @classmethod
    def of(cls, written: Written) -> WrittenOut:
        """Write what was written."""
        return cls(
            transactions=written.rows,
            left_out=dict(written.left_out),
            exact=written.exact,
            first_change=written.first_change,
            last_change=written.last_change,
        )


class ExportOut(Wire):
    """An export as a job: `progress` counts transactions, of a `total` that is about right until it is ready.

    The file can be downloaded until `expires_at`, by who asked for it. `filter` is not repeated.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [OUT]})

    id: Id
    version: int
    state: ExportState
    progress: wire.Progress
    result: WrittenOut | None
    problem: TroubleOut | None
    format: Format
    created_at: Instant
    updated_at: Instant
    expires_at: Instant
    download: FileOut | None

    @classmethod
    def of(cls, one: Export, download: FileOut | None) -> ExportOut:
        """Write an export as time has left it."""
        trouble = one.trouble
        return cls.model_validate(
            {
                "id": one.id,
                "version": one.version,
                "state": one.state,
                "progress": wire.Progress(done=one.done, total=one.total),
                "result": WrittenOut.of(one.written) if one.written else None,
                "problem": TroubleOut(slug=trouble.slug, detail=trouble.detail)
                if trouble
                else None,
                "format": one.format,
                "created_at": rfc3339(one.created_at),
                "updated_at": rfc3339(one.updated_at),
                "expires_at": rfc3339(one.expires_at),
                "download": download,
            }
        )


def file_of(one: Export, *, url: str, filename: str, expires_at: datetime) -> FileOut | None:
    """Write where a finished file is; None where there is none."""
    if one.written is None:
        return None
    return FileOut(
        url=url,
        expires_at=rfc3339(expires_at),
        filename=filename,
        size=one.written.size,
        sha256=one.written.sha256,
    )
