"""Sealing an owner's values anew under the owner's newest key, in bounded steps through one service's table.

Every sealed value is bound to service, sort key and attribute, so the walk needs to know no row: what opens there
under an older key is sealed again and swapped in by compare-and-set, and a crash or a second run changes nothing.
Of a change log's entries the hash covers the first ciphertext: its digest stays, and a new entry of the kind
`resealed` vouches for the new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from chalicelib.kernel import aws
from chalicelib.kernel.changes import CHANGE_PREFIX, Change, ChangeRow, sealed_digest
from chalicelib.kernel.context import Context
from chalicelib.kernel.log import logger
from chalicelib.kernel.tables import Raw, Table, TableSpec
from chalicelib.kernel.transaction import raw_key
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import SealBroken, Vault

PAGE: Final = 200
"""Items a step."""
ENTRIES: Final = 40
"""Change-log entries a step: they are written in the step's transaction."""
RESEALED: Final = "resealed"
_HASHES: Final = frozenset({16, 32})
"""Lengths of hashes and ids, which look like anything."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a walk is: the sort key to go on behind (empty at the end), and what it did so far."""

    after: str
    changed: int
    unknown: int
    """Values that look sealed under an older key, but open nowhere: while there are any, no key may go."""


def step(ctx: Context, spec: TableSpec, before: Step) -> Step:
    """Seal one stretch of the owner's items anew; the log's entries are written with the context's commit."""
    owner = str(ctx.owner)
    start = {"pk": owner, "sk": before.after} if before.after else None
    piece = Table(spec).query(owner, " ", "~", limit=PAGE, start=start, consistent=True)
    changed, unknown, entries, last = before.changed, before.unknown, 0, before.after
    for item in piece.items:
        sort = item["sk"]["S"]
        if sort.startswith(CHANGE_PREFIX):
            if entries == ENTRIES:
                return Step(last, changed, unknown)
            done = _entry(ctx, spec, item)
            entries += done
            changed += done
        else:
            done, missed = _item(spec, ctx.vault, item)
            changed, unknown = changed + done, unknown + missed
        last = sort
    resume = piece.resume
    return Step(resume["sk"] if resume else "", changed, unknown)


def _entry(ctx: Context, spec: TableSpec, item: Raw) -> int:
    row = ChangeRow.from_raw_data(dict(item))
    if not ctx.vault.is_stale(row.sealed):
        return 0
    place = (spec.service, row.sk, "sealed")
    data = ctx.vault.open_bytes(row.sealed, *place)
    row.digest = sealed_digest(row)
    row.sealed = ctx.vault.seal_bytes(data, *place)
    ctx.commit.put(row, expect=None)
    vouched = hashlib.sha256(row.sealed).hexdigest()
    ctx.commit.record(
        Change(kind=RESEALED, id=str(row.seq), version=ctx.vault.generation, fields={"is": vouched})
    )
    return 1


def _item(spec: TableSpec, vault: Vault, item: Raw) -> tuple[int, int]:
    """Seal the stale attributes of an item anew; tell how many were, and how many open nowhere."""
    done = missed = 0
    for name, sealed in _stale(vault, item):
        made = _sealed_anew(vault, sealed, spec.service, item["sk"]["S"], name)
        if made is not None:
            done += _swap(spec, item, name, sealed, made)
        elif len(sealed) not in _HASHES:
            missed += 1
            logger().warning("a value that looks sealed opens nowhere", extra={"attribute": name})
    return done, missed


def _stale(vault: Vault, item: Raw) -> Iterator[tuple[str, bytes]]:
    for name, value in item.items():
        if "B" in value and vault.is_stale(value["B"]):
            yield name, value["B"]


def _sealed_anew(vault: Vault, sealed: bytes, service: str, sort: str, name: str) -> bytes | None:
    for place in ((service, sort, name), ("idempotency", sort)):
        try:
            data = vault.open_bytes(sealed, *place)
        except SealBroken:
            continue
        return vault.seal_bytes(data, *place)
    return None


def _swap(spec: TableSpec, item: Raw, name: str, old: bytes, new: bytes) -> int:
    """Put the new value where the old one still is; a write that came between is newer and stays."""
    from botocore.exceptions import ClientError

    request: dict[str, Any] = {
        "TableName": spec.name,
        "Key": raw_key((item["pk"]["S"], item["sk"]["S"])),
        "UpdateExpression": "SET #a = :new",
        "ConditionExpression": "#a = :old",
        "ExpressionAttributeNames": {"#a": name},
        "ExpressionAttributeValues": {":new": {"B": new}, ":old": {"B": old}},
    }
    try:
        aws.dynamodb().update_item(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
    return 1  # either way something was stale: the round was not clean
