"""The private keys of access tokens, wrapped, of all generations that still count."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.tables import Row, Table, WholeNumber
from chalicelib.kernel.transaction import Operation, put_new, send
from chalicelib.security.errors import KeyMadeMeanwhile
from chalicelib.security.repository.table import TABLE

_SIGNING: Final = "SIGNING"
_KEY: Final = "KEY#"
_MOST_SIGNING_KEYS: Final = 10


class SigningKeyRow(Row):
    """A private signing key, wrapped, and from which Unix second on it signs. With a `ttl` it is retiring."""

    kid = UnicodeAttribute()
    wrapped = BinaryAttribute(legacy_encoding=False)
    created_at = UnicodeAttribute()
    active_from = WholeNumber()
    generation = WholeNumber()
    ttl = WholeNumber(null=True)


def signing_keys() -> list[SigningKeyRow]:
    """Read all signing keys that still count, oldest first."""
    piece = Table(TABLE).query(
        _SIGNING, _KEY, _KEY + "~", limit=_MOST_SIGNING_KEYS, consistent=True
    )
    return [SigningKeyRow.from_raw_data(dict(raw)) for raw in piece.items]


def add_signing_key(row: SigningKeyRow, *, retiring: SigningKeyRow | None = None) -> None:
    """Store a signing key of the next generation, and the old one's end; raise `KeyMadeMeanwhile`."""
    operations = [Operation(put_new(TABLE, row), KeyMadeMeanwhile())]
    if retiring is not None:
        put = {"Put": {"TableName": TABLE.name, "Item": retiring.raw()}}
        operations.append(Operation(put, KeyMadeMeanwhile()))
    send(operations)


def signing_key_row(
    *, generation: int, kid: str, wrapped: bytes, now: datetime, active_from: int
) -> SigningKeyRow:
    """Make the row of a signing key."""
    return SigningKeyRow(
        _SIGNING,
        f"{_KEY}{generation:06d}",
        kid=kid,
        wrapped=wrapped,
        created_at=rfc3339(now),
        active_from=active_from,
        generation=generation,
    )
