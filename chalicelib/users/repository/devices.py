"""Counters of password tries: `TRY#<keyed hash>` / `TRY`; no owner, for the account may not exist.

And what makes a refusal for nobody cost what it costs for somebody: rows that say nothing and expire.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from chalicelib.kernel import aws
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.keys import provider
from chalicelib.kernel.tables import Key, Row, WholeNumber
from chalicelib.kernel.transaction import LostRace, raw_key
from chalicelib.users.model.devices import MEMORY, Pace, Tries, untried
from chalicelib.users.repository.table import TABLE, instant, millis

_TRIES_SK: Final = "TRY"
_DECOY: Final = "DCY#"
_DECOY_LIFE: Final = 60
"""Seconds."""


class TriesRow(Row):
    """A counter; times are Unix milliseconds."""

    n = WholeNumber()
    last = WholeNumber()
    free = WholeNumber()
    version = WholeNumber()
    ttl = WholeNumber()


class DecoyRow(Row):
    """Nothing, for a moment."""

    ttl = WholeNumber()


def tries_key(kind: str, *subjects: str) -> str:
    """Give a counter's partition key: a keyed hash, for the subjects say something about a person."""
    message = "\x1f".join((kind, *subjects)).encode()
    digest = hmac.new(provider().secret("tries"), message, hashlib.sha256).hexdigest()
    return f"TRY#{digest[:32]}"


def find_tries(wanted: Iterable[tuple[str, Pace]], now: datetime) -> list[Tries]:
    """Read counters in one strongly consistent call, expired ones included: the next write goes over them.

    Raises `Unavailable` when not all of them are given: what cannot be counted is not tried.
    """
    asked = list(wanted)
    answer = aws.dynamodb().batch_get_item(
        RequestItems={
            TABLE.name: {
                "Keys": [raw_key((key, _TRIES_SK)) for key, _ in asked],
                "ConsistentRead": True,
            }
        }
    )
    if answer.get("UnprocessedKeys"):
        raise Unavailable
    found = {item["pk"]["S"]: item for item in answer["Responses"].get(TABLE.name, ())}
    return [
        _tries(TriesRow.from_raw_data(found[key]), pace)
        if key in found
        else untried(key, pace, now)
        for key, pace in asked
    ]


def save_tries(commit: Commit, tries: Tries) -> None:
    """Write a counter over the version before it."""
    row = TriesRow(
        tries.key,
        _TRIES_SK,
        n=tries.count,
        last=millis(tries.last_at),
        free=millis(tries.free_at),
        version=tries.version,
        ttl=int((tries.last_at + MEMORY).timestamp()) + 1,
    )
    commit.put(row, expect=tries.version - 1, refusal=LostRace())


def forget_tries(commit: Commit, key: str) -> None:
    """Begin a counter anew."""
    commit.delete(_key(key))


def take_back(commit: Commit, key: str) -> None:
    """Take one try back, which was none."""
    commit.add(_key(key), {"n": -1, "version": 1}, must_exist=True, refusal=LostRace())


def save_decoys(commit: Commit, count: int, now: datetime) -> None:
    """Write as many rows for nobody as would be written for somebody."""
    for number in range(count):
        row = DecoyRow(
            str(commit.owner), f"{_DECOY}{number}", ttl=int(now.timestamp()) + _DECOY_LIFE
        )
        commit.put(row, expect=None)


def _tries(row: TriesRow, pace: Pace) -> Tries:
    return Tries(
        key=row.pk,
        pace=pace,
        count=row.n,
        last_at=instant(row.last),
        free_at=instant(row.free),
        version=row.version,
    )


def _key(key: str) -> Key:
    return (key, _TRIES_SK)
