"""The change log: one entry a transaction, numbered without gaps and hash-chained, per owner.

Sync reads it as "what changed since", audit as "who did what": it is the same truth.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final, Literal

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute
from typing_extensions import override

from chalicelib.kernel.tables import ENTRY, Row, WholeNumber
from chalicelib.kernel.values import dataclass

META: Final = "META"
CHANGE_PREFIX: Final = "CHG#"


class MetaRow(Row):
    """The owner's change number, the head of the change log's hash chain, and the day of the last marker."""

    seq = WholeNumber()
    head = BinaryAttribute(legacy_encoding=False)
    day = UnicodeAttribute(null=True)


class ChangeRow(Row):
    """One transaction's entry in the owner's change log: what sync and audit read.

    `entries` is deflated JSON with ids, versions and clear fields; `sealed` holds before and after,
    personal text included, under the owner's key. `hash` covers the previous hash and all of this item, the
    ciphertext by its SHA-256: when that is made anew under another key, `digest` keeps the first one's, and a
    later entry of the kind `resealed` vouches for the new one (`kernel.reseal`).
    """

    seq = WholeNumber()
    at = UnicodeAttribute()
    actor = UnicodeAttribute()
    trace = UnicodeAttribute()
    entries = BinaryAttribute(legacy_encoding=False)
    sealed = BinaryAttribute(legacy_encoding=False)
    prev = BinaryAttribute(legacy_encoding=False)
    hash = BinaryAttribute(legacy_encoding=False)
    digest = BinaryAttribute(legacy_encoding=False, null=True)

    @override
    def raw(self) -> dict[str, dict[str, Any]]:
        return ENTRY.fold(super().raw())


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One touched object: `fields` are clear and small, `before` and `after` are sealed.

    `prev` is the number of the change that made the version before: so an object's history is a chain of entries.
    """

    kind: str
    id: str
    version: int
    op: Literal["put", "delete"] = "put"
    fields: Mapping[str, object] = field(default_factory=dict)
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    prev: int = 0

    def told(self) -> dict[str, object]:
        """Give what the log says in clear."""
        told = {"k": self.kind, "i": self.id, "v": self.version, "o": self.op, "f": self.fields}
        return {**told, "p": self.prev} if self.prev else told


def change_key(seq: int) -> str:
    """Give the sort key of a change-log entry: twelve digits, so that text order is number order."""
    return f"{CHANGE_PREFIX}{seq:012d}"


def known_words(words: bytes) -> bytes:
    """Make words known that values are likely to hold, so that `pack` names them instead of writing them out.

    What was written with words cannot be read without: they are never changed, only others taken from then on, and
    the old ones made known still.
    """
    _WORDS[zlib.adler32(words)] = words
    return words


_WORDS: Final[dict[int, bytes]] = {}
_NEEDS_WORDS: Final = 0x20
_WORDS_AT: Final = 2
_PACKED_AT: Final = 6


def pack(value: object, words: bytes = b"") -> bytes:
    """Deflate compact JSON (RFC 1950), with words as its preset dictionary."""
    text = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    if not words:
        return zlib.compress(text, 6)
    deflate = zlib.compressobj(6, zdict=words)
    return deflate.compress(text) + deflate.flush()


def unpack(data: bytes) -> Any:  # noqa: ANN401 - JSON
    """Read what `pack` wrote; the stream says which words it needs."""
    if not data[1] & _NEEDS_WORDS:
        return json.loads(zlib.decompress(data))
    words = _WORDS[int.from_bytes(data[_WORDS_AT:_PACKED_AT], "big")]
    return json.loads(zlib.decompressobj(zdict=words).decompress(data))


def sealed_digest(row: ChangeRow) -> bytes:
    """Give the SHA-256 of the ciphertext that the entry was written with."""
    kept: bytes | None = row.digest
    return hashlib.sha256(row.sealed).digest() if kept is None else kept


def chain_hash(row: ChangeRow) -> bytes:
    """Hash a change-log entry with the hash before it (SHA-256 over length-prefixed parts)."""
    digest = hashlib.sha256()
    for part in (
        row.prev,
        row.pk.encode(),
        row.sk.encode(),
        row.at.encode(),
        row.actor.encode(),
        row.trace.encode(),
        row.entries,
        sealed_digest(row),
    ):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
