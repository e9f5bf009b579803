"""An owner's vault: seals personal text under the owner's own data key, and makes keyed look-ups.

AES-256-GCM with the place (table, item, attribute) and the owner as associated data, so that a sealed
value cannot be moved to another row, attribute or person. Layout: version, key generation, 12-byte nonce,
ciphertext with tag.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.kernel.keys import derive

_VERSION: Final = 1
_HEADER: Final = 2
_NONCE: Final = 12


class SealBroken(RuntimeError):
    """A sealed value does not open here: damaged, moved, or sealed under another key."""


class Vault:
    """Seals and opens for one owner; hold it for a request, never longer than the key cache does."""

    __slots__ = ("_cipher", "_generation", "_lookup", "_owner")

    def __init__(self, owner: str, data_key: bytes, *, generation: int = 1) -> None:
        """Derive the sealing key and the look-up key from the owner's data key."""
        self._owner = owner
        self._generation = generation
        self._cipher = AESGCM(derive(data_key, "seal"))
        self._lookup = derive(data_key, "lookup")

    def seal(self, text: str, *place: str) -> bytes:
        """Seal a text for a place, such as ("expenses", sk, "payee")."""
        return self.seal_bytes(text.encode(), *place)

    def open(self, sealed: bytes, *place: str) -> str:
        """Open a sealed text; raise `SealBroken` in any other place."""
        return self.open_bytes(sealed, *place).decode()

    def seal_bytes(self, data: bytes, *place: str) -> bytes:
        """Seal bytes for a place."""
        nonce = os.urandom(_NONCE)
        head = bytes((_VERSION, self._generation))
        return head + nonce + self._cipher.encrypt(nonce, data, self._bound(head, place))

    def open_bytes(self, sealed: bytes, *place: str) -> bytes:
        """Open sealed bytes; raise `SealBroken` in any other place."""
        head, nonce, body = (
            sealed[:_HEADER],
            sealed[_HEADER : _HEADER + _NONCE],
            sealed[_HEADER + _NONCE :],
        )
        if len(nonce) != _NONCE or head != bytes((_VERSION, self._generation)):
            msg = "not a sealed value of this key"
            raise SealBroken(msg)
        try:
            return self._cipher.decrypt(nonce, body, self._bound(head, place))
        except InvalidTag as error:
            msg = "the sealed value does not open here"
            raise SealBroken(msg) from error

    def _bound(self, head: bytes, place: tuple[str, ...]) -> bytes:
        parts = (self._owner, *place)
        return head + b"".join(
            len(raw).to_bytes(4, "big") + raw for raw in (part.encode() for part in parts)
        )

    def fingerprint(self, *parts: str) -> bytes:
        """Give a keyed hash (HMAC-SHA-256) of parts, for look-ups that reveal nothing without the key."""
        digest = hmac.new(self._lookup, digestmod=hashlib.sha256)
        for part in parts:
            raw = part.encode()
            digest.update(len(raw).to_bytes(8, "big"))
            digest.update(raw)
        return digest.digest()
