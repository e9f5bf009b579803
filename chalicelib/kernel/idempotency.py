"""Idempotency keys: the first answer is kept, deflated and sealed, in the transaction that it answers for."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime, timedelta
from typing import Final

from pynamodb.attributes import BinaryAttribute

from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.tables import Key, Row, WholeNumber
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault

IDEMPOTENCY_LIFE: Final = timedelta(hours=24)


class IdempotencyKeyReused(Invalid):
    """The same Idempotency-Key came with another request."""

    slug = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request"


class AnswerRow(Row):
    """The first answer to an Idempotency-Key, deflated and sealed."""

    request = BinaryAttribute(legacy_encoding=False)
    answer = BinaryAttribute(legacy_encoding=False)
    ttl = WholeNumber()


@dataclass(frozen=True, slots=True)
class Claim:
    """A caller's Idempotency-Key: where its answer lies, and the hash of the request it stands for."""

    sort_key: str
    request_hash: bytes


def deflated(answer: bytes) -> bytes:
    """Make an answer small: its row is paid for by the KB."""
    return zlib.compress(answer)


def inflated(kept: bytes) -> bytes:
    """Read what `deflated` made, or an answer of the time when they were kept as they are, in JSON."""
    return kept if kept.startswith(b"[") else zlib.decompress(kept)


def claim(key: str, request_hash: bytes) -> Claim:
    """Make the claim of a key; the key itself may say something about a person, so only its hash is kept."""
    return Claim("IDM#" + hashlib.sha256(key.encode()).hexdigest(), request_hash)


def answer_row(
    where: Key, claimed: Claim, answer: bytes, *, vault: Vault, now: datetime
) -> AnswerRow:
    """Make the item of a claim's first answer."""
    sealed = vault.seal_bytes(deflated(answer), "idempotency", claimed.sort_key)
    until = int((now + IDEMPOTENCY_LIFE).timestamp())
    return AnswerRow(*where, request=claimed.request_hash, answer=sealed, ttl=until)


def first_answer(row: AnswerRow, vault: Vault) -> bytes:
    """Read a first answer."""
    return inflated(vault.open_bytes(row.answer, "idempotency", row.sk))
