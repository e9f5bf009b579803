"""Erasing a user or a household: two rounds through all services, then the key, then a receipt.

A user has a time to take it back before; a household was deleted by its last member, who was asked.

An erasure is an owner of its own, with a random id, so that what drives it is not erased by it and leaves no
mark under the erased one's id. Only its receipt stays, which names nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.owners import HOUSEHOLD, Owner
from chalicelib.kernel.values import dataclass

GRACE: Final = timedelta(days=7)
"""In which a user may take it back."""
SETTLING: Final = timedelta(minutes=20)
"""After the key was closed, nothing that holds it open can still run: keys are held for 5 minutes at most,
and no function runs longer than 15 (AWS Lambda's own limit)."""
AGAIN: Final = timedelta(hours=1)
"""When to ask again a service that has not answered."""
POSTPONED: Final = timedelta(days=1)
"""When to look again at a user who may not go yet."""
MAIL_WAIT: Final = timedelta(days=1)
"""How long the address waits for the receipt to be mailed."""
BACKUPS: Final = timedelta(days=7)
"""How far back the table of keys can be restored (decisions 19)."""
PARTS: Final = ("analytics", "expenses", "interchange", "notifications")
"""The services above, which hear `ErasureStarted` and `ExportRequested` and answer with an order."""
KEPT: Final = (
    "this receipt, which names nobody",
    "in households that live on: the random id of who changed what, without a name",
    "an invitation of a household to the address, sealed, until it expires (at most 8 days)",
    "counters of rate limits under keyed hashes, until their windows end (at most a day)",
    "messages that could not be handled, with random ids only, for at most 14 days",
    "log lines with random ids only, until they expire",
    "signed daily roots of all change logs together, from which nothing can be read",
)
"""What is not erased at once, told honestly."""

Stage = Literal["closing", "erasing", "settling", "own", "mailing", "final"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedPart:
    """What a service removed, and where its change log ended (number and hash in hex)."""

    rows: int = 0
    objects: int = 0
    number: int = 0
    root: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """An erasure on its way. `owner` is whose data goes; nobody once it is final."""

    id: str
    owner: Owner | None
    subject: str
    stage: Stage
    version: int
    requested_at: datetime
    started_at: datetime
    waiting: frozenset[str] = frozenset()
    parts: Mapping[str, ErasedPart] = field(default_factory=dict)
    finished_at: datetime | None = None
    receipt: str = ""

    @property
    def round(self) -> int:
        """The round that services are in, or 0."""
        return {"erasing": 1, "settling": 2}.get(self.stage, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptMail:
    """What the last mail says, known only at the moment of sending."""

    address: str
    link: str
    receipt: str


def subject_of(owner: Owner) -> str:
    """Give what the receipt has instead of the owner's id: who knows the id can tell, nobody else can."""
    kind = "household" if owner.kind == HOUSEHOLD else "user"
    return hashlib.sha256(f"xpense-{kind}:{owner.id}".encode()).hexdigest()


def begun(erasure_id: str, owner: Owner, *, requested_at: datetime, now: datetime) -> Erasure:
    """Begin an erasure: the first thing to do is to close the key."""
    return Erasure(
        id=erasure_id,
        owner=owner,
        subject=subject_of(owner),
        stage="closing",
        version=1,
        requested_at=requested_at,
        started_at=now,
    )


def moved(erasure: Erasure, stage: Stage) -> Erasure:
    """Go on to a stage; a round waits for every service."""
    asked = frozenset(PARTS) if stage in {"erasing", "settling"} else frozenset()
    return replace(erasure, stage=stage, waiting=asked, version=erasure.version + 1)


def with_answer(erasure: Erasure, service: str, part: ErasedPart, *, round: int) -> Erasure | None:  # noqa: A002 - its name
    """Note a service's answer; None for one that nobody waits for (any more)."""
    if erasure.round != round or service not in erasure.waiting:
        return None
    return replace(
        with_part(erasure, service, part),
        waiting=erasure.waiting - {service},
        version=erasure.version + 1,
    )


def with_part(erasure: Erasure, service: str, part: ErasedPart) -> Erasure:
    """Add what a service removed; its change log ended where it was longest."""
    before = erasure.parts.get(service, ErasedPart())
    last = max(before, part, key=lambda one: one.number)
    summed = ErasedPart(
        rows=before.rows + part.rows,
        objects=before.objects + part.objects,
        number=last.number,
        root=last.root,
    )
    return replace(erasure, parts={**erasure.parts, service: summed})


def _of_household(erasure: Erasure) -> bool:
    return erasure.owner is not None and erasure.owner.kind == HOUSEHOLD


def has_address(erasure: Erasure) -> bool:
    """Tell whether there is somebody to mail the receipt to; a household's is found in its last owner's audit log."""
    return not _of_household(erasure)


def final(erasure: Erasure, receipt: str, now: datetime) -> Erasure:
    """End an erasure: from here on it names nobody."""
    return replace(
        erasure,
        owner=None,
        stage="final",
        receipt=receipt,
        finished_at=now,
        version=erasure.version + 1,
    )


def receipt_of(erasure: Erasure, *, key_destroyed: datetime, exact: bool) -> dict[str, object]:
    """Say what was erased, when, and from when on no backup opens it: the payload that is signed.

    Before the key is gone, `key_destroyed_by` is the latest instant; then `key_destroyed_at` is exact.
    """
    return {
        "receipt_id": erasure.id,
        "kind": "erasure",
        "subject_sha256": erasure.subject,
        "requested_at": rfc3339(erasure.requested_at),
        "started_at": rfc3339(erasure.started_at),
        "key_destroyed_at" if exact else "key_destroyed_by": rfc3339(key_destroyed),
        "unreadable_in_backups_from": rfc3339(key_destroyed + BACKUPS),
        "of": "household" if _of_household(erasure) else "user",
        "parts": [
            {
                "service": service,
                "rows": part.rows,
                "objects": part.objects,
                "last_change": part.number,
                "last_root": part.root,
            }
            for service, part in sorted(erasure.parts.items())
        ],
        "kept": list(KEPT),
    }
