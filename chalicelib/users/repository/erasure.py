"""Erasures: `U#<erasure>` / `ERASURE`, under an id of their own. In the end only the receipt is left of one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final, cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.owners import HOUSEHOLD, Owner
from chalicelib.kernel.tables import Key, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.users.model.erasure import ErasedPart, Erasure, Stage
from chalicelib.users.repository.memberships import MEMBERSHIP
from chalicelib.users.repository.table import TABLE, instant, maybe, millis, owner_of

_ERASURE: Final = "ERASURE"
_MOST_MEMBERSHIPS: Final = 100
_OWNER: Final = "owner"


class ErasureRow(Row):
    """An erasure; times are Unix milliseconds, `parts` is JSON. Without `owner` it is final."""

    owner = UnicodeAttribute(null=True)
    subject = UnicodeAttribute()
    stage = UnicodeAttribute()
    requested = WholeNumber()
    started = WholeNumber()
    finished = WholeNumber(null=True)
    waiting = UnicodeAttribute(null=True)
    parts = UnicodeAttribute()
    receipt = UnicodeAttribute(null=True)
    version = WholeNumber()


def find_erasure(erasure_id: str) -> Erasure | None:
    """Read an erasure, or None."""
    raw = Table(TABLE).get(_key(erasure_id))
    if raw is None:
        return None
    row = ErasureRow.from_raw_data(dict(raw))
    owner = maybe(row.owner)
    return Erasure(
        id=erasure_id,
        owner=Owner.parse(owner) if owner else None,
        subject=row.subject,
        stage=cast("Stage", row.stage),
        version=row.version,
        requested_at=instant(row.requested),
        started_at=instant(row.started),
        finished_at=instant(maybe(row.finished)),
        waiting=frozenset((maybe(row.waiting) or "").split()),
        parts=_parts(json.loads(row.parts)),
        receipt=maybe(row.receipt) or "",
    )


def save_erasure(commit: Commit, erasure: Erasure) -> None:
    """Write an erasure over the version before it."""
    row = ErasureRow(
        *_key(erasure.id),
        owner=str(erasure.owner) if erasure.owner else None,
        subject=erasure.subject,
        stage=erasure.stage,
        requested=millis(erasure.requested_at),
        started=millis(erasure.started_at),
        finished=millis(erasure.finished_at) if erasure.finished_at else None,
        waiting=" ".join(sorted(erasure.waiting)) or None,
        parts=json.dumps({name: asdict(part) for name, part in sorted(erasure.parts.items())}),
        receipt=erasure.receipt or None,
        version=erasure.version,
    )
    commit.put(row, expect=erasure.version - 1, refusal=LostRace())


def last_owner_of(user_id: str) -> str | None:
    """Name a household that would be left without an owner if the user went, or None."""
    for household in _households(str(owner_of(user_id))):
        members = Table(TABLE).query_all(
            str(Owner(HOUSEHOLD, household)),
            MEMBERSHIP,
            MEMBERSHIP + "~",
            most=_MOST_MEMBERSHIPS,
            consistent=True,
        )
        owners = {one["sk"]["S"] for one in members if one["role"]["S"] == _OWNER}
        if owners <= {MEMBERSHIP + user_id}:
            return household
    return None


def _households(partition: str) -> list[str]:
    """Give the households that the user owns."""
    found = Table(TABLE).query_all(
        partition, MEMBERSHIP, MEMBERSHIP + "~", most=_MOST_MEMBERSHIPS, consistent=True
    )
    return [one["sk"]["S"].removeprefix(MEMBERSHIP) for one in found if one["role"]["S"] == _OWNER]


def _parts(raw: Mapping[str, Mapping[str, int | str]]) -> dict[str, ErasedPart]:
    return {
        name: ErasedPart(
            rows=int(one["rows"]),
            objects=int(one["objects"]),
            number=int(one["number"]),
            root=str(one["root"]),
        )
        for name, one in raw.items()
    }


def _key(erasure_id: str) -> Key:
    return (str(owner_of(erasure_id)), _ERASURE)
