"""A user's own copy of everything: one at a time, two a day, kept for seven days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.kernel.parts.values import ExportedFile
from chalicelib.kernel.values import dataclass
from chalicelib.users.errors import ExportRunning, TooManyExports
from chalicelib.users.model.erasure import PARTS

LIFE: Final = timedelta(days=7)
"""How long the file can be downloaded."""
LINK_LIFE: Final = timedelta(minutes=15)
A_DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 2
STUCK: Final = timedelta(hours=6)
"""A job that has not ended by then has failed, and another may be asked for."""
FORMAT: Final = 1
"""Version of the file's layout; manifest.json says it."""

State = Literal["collecting", "assembling", "ready", "failed"]
RUNNING: Final = frozenset({"collecting", "assembling"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPart:
    """What a service wrote."""

    files: tuple[ExportedFile, ...]
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export; `size` is in bytes, `sha256` in hex, both of the file."""

    id: str
    state: State
    version: int
    created_at: datetime
    waiting: frozenset[str]
    parts: Mapping[str, ExportPart] = field(default_factory=dict)
    ready_at: datetime | None = None
    size: int = 0
    sha256: str = ""

    @property
    def expires_at(self) -> datetime:
        """When the file and the job go."""
        return (self.ready_at or self.created_at) + LIFE

    @property
    def records(self) -> int:
        """Records that were written so far."""
        return sum(file.count for part in self.parts.values() for file in part.files)

    @property
    def percent(self) -> int:
        """How far it is; the last tenth is putting the file together."""
        if self.state == "ready":
            return 100
        asked = len(self.parts) + len(self.waiting)
        return 90 * len(self.parts) // asked if asked else 0

    def seen(self, now: datetime) -> State:
        """Give the state as it is to be told: a job that got stuck has failed."""
        stuck = self.state in RUNNING and now - self.created_at > STUCK
        return "failed" if stuck else self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """When a user's last exports were asked for, and which is the newest."""

    version: int = 0
    job_id: str = ""
    asked_at: tuple[datetime, ...] = ()


def asked(before: Exports, newest: Export | None, job_id: str, now: datetime) -> Exports:
    """Ask for another export; raise `ExportRunning`, or `TooManyExports` for a third within a day."""
    if newest is not None and newest.seen(now) in RUNNING:
        raise ExportRunning
    recent = tuple(at for at in before.asked_at if now - at < A_DAY)
    if len(recent) >= MOST_A_DAY:
        raise TooManyExports(retry_after=int((recent[0] + A_DAY - now).total_seconds()) + 1)
    return Exports(version=before.version + 1, job_id=job_id, asked_at=(*recent, now))


def begun(job_id: str, own: frozenset[str], now: datetime) -> Export:
    """Begin an export: every service above is asked, and `own` are the parts that users itself reads."""
    return Export(
        id=job_id,
        state="collecting",
        version=1,
        created_at=now,
        waiting=frozenset(PARTS) | own,
    )


def with_part(export: Export, service: str, part: ExportPart) -> Export | None:
    """Note what a service wrote; None where nobody waits for it (any more)."""
    if export.state != "collecting" or service not in export.waiting:
        return None
    waiting = export.waiting - {service}
    return replace(
        export,
        parts={**export.parts, service: part},
        waiting=waiting,
        state="collecting" if waiting else "assembling",
        version=export.version + 1,
    )


def ready(export: Export, *, size: int, sha256: str, now: datetime) -> Export:
    """Let the file be downloaded; the chunks are forgotten, the counts stay."""
    parts = {
        service: replace(part, files=tuple(replace(file, chunks=()) for file in part.files))
        for service, part in export.parts.items()
    }
    return replace(
        export,
        state="ready",
        parts=parts,
        size=size,
        sha256=sha256,
        ready_at=now,
        version=export.version + 1,
    )
