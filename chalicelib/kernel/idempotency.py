"""Idempotency keys: the first answer is kept, sealed, in the transaction that it answers for."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Final

from pynamodb.attributes import BinaryAttribute

from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.tables import Row, WholeNumber
from chalicelib.kernel.values import dataclass

IDEMPOTENCY_LIFE: Final = timedelta(hours=24)


class IdempotencyKeyReused(Invalid):
    """The same Idempotency-Key came with another request."""

    slug = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request"


class AnswerRow(Row):
    """The first answer to an Idempotency-Key, sealed."""

    request = BinaryAttribute(legacy_encoding=False)
    answer = BinaryAttribute(legacy_encoding=False)
    ttl = WholeNumber()


@dataclass(frozen=True, slots=True)
class Claim:
    """A caller's Idempotency-Key: where its answer lies, and the hash of the request it stands for."""

    sort_key: str
    request_hash: bytes


def claim(key: str, request_hash: bytes) -> Claim:
    """Make the claim of a key; the key itself may say something about a person, so only its hash is kept."""
    return Claim("IDM#" + hashlib.sha256(key.encode()).hexdigest(), request_hash)
