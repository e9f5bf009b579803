"""A report as a job: asked for, written by a worker, to be fetched for a week by who asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.kernel.values import dataclass

Format = Literal["csv", "xlsx"]
Kind = Literal["query", "cash-flow", "net-worth", "subscriptions", "tax-summary"]
State = Literal["waiting", "ready", "failed", "expired"]
LIFE: Final = timedelta(days=7)
"""How long the file can be downloaded: the bucket forgets it then."""
LINK_LIFE: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=30)
"""How long the job itself can be read."""
STUCK: Final = timedelta(hours=2)
"""Without an end for so long it has failed: five tries take less."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no file."""

    slug: str
    detail: str


@dataclass(frozen=True, slots=True)
class Written:
    """What the file holds: rows below the head, bytes, and the SHA-256 in hex."""

    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report; `asked` is the question as it came, in JSON, `made_by` who asked: nobody else may fetch it.

    `accounts` are those that the asker might see of a household, None for all.
    """

    id: str
    version: int
    state: State
    format: Format
    kind: Kind
    asked: str
    made_by: str
    accounts: tuple[str, ...] | None
    created_at: datetime
    updated_at: datetime
    written: Written | None = None
    trouble: Trouble | None = None

    @property
    def expires_at(self) -> datetime:
        """When the file goes."""
        return self.updated_at + LIFE

    def asks_the_same(self, other: Report) -> bool:
        """Tell whether a request of the same id is the same request."""
        mine = (self.format, self.kind, self.asked, self.made_by)
        return mine == (other.format, other.kind, other.asked, other.made_by)


def seen(one: Report, now: datetime) -> Report:
    """Give a report as time has left it: expired, or stuck for good."""
    if one.state == "ready" and now >= one.expires_at:
        return replace(one, state="expired")
    if one.state == "waiting" and now - one.updated_at > STUCK:
        detail = "Writing the file did not come to an end. Ask for the report again."
        return replace(one, state="failed", trouble=Trouble("report-stuck", detail))
    return one


def finished(one: Report, outcome: Written | Trouble, now: datetime) -> Report:
    """End the job with a file, or with the reason why there is none."""
    ended = replace(one, updated_at=now, version=one.version + 1)
    if isinstance(outcome, Trouble):
        return replace(ended, state="failed", trouble=outcome)
    return replace(ended, state="ready", written=outcome)
