"""An owner's vault: seals personal text under the owner's own data key, and makes keyed look-ups.

AES-256-GCM with the place (table, item, attribute) and the owner as associated data, so that a sealed
value cannot be moved to another row, attribute or person. Layout: version, key generation, 12-byte nonce,
ciphertext with tag. A vault seals with one generation and opens all that it was given.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.kernel.keys import derive

_VERSION: Final = 1
_HEADER: Final = 2
_NONCE: Final = 12
_TAG: Final = 16


def lookup_key(data_key: bytes) -> bytes:
    """Derive the look-up key from an owner's first data key."""
    return derive(data_key, "lookup")


class SealBroken(RuntimeError):
    """A sealed value does not open here: damaged, moved, or sealed under another key."""


class Vault:
    """Seals and opens for one owner; hold it for a request, never longer than the key cache does."""

    __slots__ = ("_ciphers", "_lookup", "_owner", "generation")

    def __init__(
        self,
        owner: str,
        data_key: bytes,
        *,
        generation: int = 1,
        others: Mapping[int, bytes] | None = None,
        lookup: bytes | None = None,
    ) -> None:
        """Derive the sealing key from the data key of `generation`, and opening keys from `others`.

        `lookup` is the look-up key; it outlives the data key that it was first derived from, because hashes
        that are stored cannot be made anew without what they hash.
        """
        raw = owner.encode()
        self._owner = len(raw).to_bytes(4, "big") + raw
        self.generation = generation
        keys = {**(others or {}), generation: data_key}
        self._ciphers = {number: AESGCM(derive(key, "seal")) for number, key in keys.items()}
        self._lookup = lookup or lookup_key(data_key)

    def seal(self, text: str, *place: str) -> bytes:
        """Seal a text for a place, such as ("expenses", sk, "payee")."""
        return self.seal_bytes(text.encode(), *place)

    def open(self, sealed: bytes, *place: str) -> str:
        """Open a sealed text; raise `SealBroken` in any other place."""
        return self.open_bytes(sealed, *place).decode()

    def seal_bytes(self, data: bytes, *place: str) -> bytes:
        """Seal bytes for a place."""
        nonce = os.urandom(_NONCE)
        head = bytes((_VERSION, self.generation))
        cipher = self._ciphers[self.generation]
        return head + nonce + cipher.encrypt(nonce, data, self._bound(head, place))

    def is_stale(self, data: bytes) -> bool:
        """Tell whether bytes look like a value that another generation sealed; only opening it can tell."""
        return (
            len(data) >= _HEADER + _NONCE + _TAG
            and data[0] == _VERSION
            and data[1] != self.generation
            and data[1] in self._ciphers
        )

    def open_bytes(self, sealed: bytes, *place: str) -> bytes:
        """Open sealed bytes; raise `SealBroken` in any other place."""
        head, nonce, body = (
            sealed[:_HEADER],
            sealed[_HEADER : _HEADER + _NONCE],
            sealed[_HEADER + _NONCE :],
        )
        cipher = (
            self._ciphers.get(head[1]) if len(nonce) == _NONCE and head[0] == _VERSION else None
        )
        if cipher is None:
            msg = "not a sealed value of this key"
            raise SealBroken(msg)
        try:
            return cipher.decrypt(nonce, body, self._bound(head, place))
        except InvalidTag as error:
            msg = "the sealed value does not open here"
            raise SealBroken(msg) from error

    def _bound(self, head: bytes, place: tuple[str, ...]) -> bytes:
        bound = head + self._owner
        for part in place:
            raw = part.encode()
            bound += len(raw).to_bytes(4, "big") + raw
        return bound

    def fingerprint(self, *parts: str) -> bytes:
        """Give a keyed hash (HMAC-SHA-256) of parts, for look-ups that reveal nothing without the key."""
        digest = hmac.new(self._lookup, digestmod=hashlib.sha256)
        for part in parts:
            raw = part.encode()
            digest.update(len(raw).to_bytes(8, "big"))
            digest.update(raw)
        return digest.digest()
