"""The keys that sign receipts and anchors: `RECEIPT` / `KEY#<generation>`.

The public halves stay for ever, because a receipt is verified years later; a private half goes when its
successor signs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.tables import Row, Table, WholeNumber
from chalicelib.kernel.transaction import Operation, put_new, raw_key, send
from chalicelib.security.errors import KeyMadeMeanwhile
from chalicelib.security.repository.table import TABLE

_RECEIPT: Final = "RECEIPT"
_KEY: Final = "KEY#"
MOST_RECEIPT_KEYS: Final = 200
"""One a year."""


class ReceiptKeyRow(Row):
    """A receipt key: public for ever, private (wrapped) while it may sign, from which Unix second on."""

    kid = UnicodeAttribute()
    x = UnicodeAttribute()
    y = UnicodeAttribute()
    wrapped = BinaryAttribute(legacy_encoding=False, null=True)
    created_at = UnicodeAttribute()
    active_from = WholeNumber()
    generation = WholeNumber()


def receipt_keys() -> list[ReceiptKeyRow]:
    """Read the receipt keys of all times, oldest first."""
    found = Table(TABLE).query_all(
        _RECEIPT, _KEY, _KEY + "~", most=MOST_RECEIPT_KEYS, consistent=True
    )
    return [ReceiptKeyRow.from_raw_data(dict(raw)) for raw in found]


def add_receipt_key(
    *,
    generation: int,
    kid: str,
    point: tuple[str, str],
    wrapped: bytes,
    now: datetime,
    active_from: int,
) -> None:
    """Store the receipt key of a generation; raise `KeyMadeMeanwhile` when there is one."""
    row = ReceiptKeyRow(
        _RECEIPT,
        f"{_KEY}{generation:06d}",
        kid=kid,
        x=point[0],
        y=point[1],
        wrapped=wrapped,
        created_at=rfc3339(now),
        active_from=active_from,
        generation=generation,
    )
    send([Operation(put_new(TABLE, row), KeyMadeMeanwhile())])


def forget_private_half(generation: int) -> None:
    """Take the private half of a receipt key away; again is no error."""
    request = {
        "TableName": TABLE.name,
        "Key": raw_key((_RECEIPT, f"{_KEY}{generation:06d}")),
        "UpdateExpression": "REMOVE #w",
        "ConditionExpression": "attribute_exists(pk)",
        "ExpressionAttributeNames": {"#w": "wrapped"},
    }
    send([Operation({"Update": request}, KeyMadeMeanwhile())])
