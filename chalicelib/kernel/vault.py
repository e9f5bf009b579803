"""An owner's vault: seals personal text under the owner's own data key, and makes keyed look-ups.

AES-256-GCM with the place (table, item, attribute) and the owner as associated data, so that a sealed
value cannot be moved to another row, attribute or person. Layout: version, key generation, 12-byte nonce,
ciphertext with tag. A vault seals with one generation and opens all that it was given.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.kernel.keys import derive
from chalicelib.kernel.values import dataclass

_VERSION: Final = 1
_HEADER: Final = 2
_NONCE: Final = 12
_TAG: Final = 16


def lookup_key(data_key: bytes) -> bytes:
    """Derive the look-up key from an owner's first data key."""
    return derive(data_key, "lookup")


class SealBroken(RuntimeError):
    """A sealed value does not open here: damaged, moved, or sealed under another key."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a vault works with: it seals with one generation and opens all that it has."""

    generation: int
    ciphers: Mapping[int, AESGCM] = field(repr=False)
    lookup: bytes = field(repr=False)

    @staticmethod
    def of(
        data_key: bytes,
        *,
        generation: int = 1,
        others: Mapping[int, bytes] | None = None,
        lookup: bytes | None = None,
    ) -> Keys:
        """Derive the sealing key from the data key of `generation`, and opening keys from `others`.

        `lookup` is the look-up key; it outlives the data key that it was first derived from, because hashes
        that are stored cannot be made anew without what they hash.
        """
        keys = {**(others or {}), generation: data_key}
        ciphers = {number: AESGCM(derive(key, "seal")) for number, key in keys.items()}
        return Keys(generation, ciphers, lookup or lookup_key(data_key))


class Vault:
    """Seals and opens for one owner; hold it for a request, never longer than the key cache does."""

    __slots__ = ("_held", "_owner", "_unlock")

    def __init__(
        self,
        owner: str,
        key: bytes | Callable[[], Keys],
        *,
        generation: int = 1,
        others: Mapping[int, bytes] | None = None,
        lookup: bytes | None = None,
    ) -> None:
        """Take a data key and what goes with it (`Keys.of`), or what gives the keys when they are first needed.

        Unwrapping costs a call to who keeps the keys: what counts only whether there is one, or adds sums and
        opens nothing, so never pays for it.
        """
        raw = owner.encode()
        self._owner = len(raw).to_bytes(4, "big") + raw
        self._unlock = key if callable(key) else None
        self._held = (
            None
            if callable(key)
            else Keys.of(key, generation=generation, others=others, lookup=lookup)
        )

    @property
    def _keys(self) -> Keys:
        held = self._held
        if held is None:
            if self._unlock is None:
                raise SealBroken("the vault has no key")
            held = self._held = self._unlock()
        return held

    @property
    def generation(self) -> int:
        """The generation of the owner's data key that seals."""
        return self._keys.generation

    def seal(self, text: str, *place: str) -> bytes:
        """Seal a text for a place, such as ("expenses", sk, "payee")."""
        return self.seal_bytes(text.encode(), *place)

    def open(self, sealed: bytes, *place: str) -> str:
        """Open a sealed text; raise `SealBroken` in any other place."""
        return self.open_bytes(sealed, *place).decode()

    def seal_bytes(self, data: bytes, *place: str) -> bytes:
        """Seal bytes for a place."""
        nonce = os.urandom(_NONCE)
        keys = self._keys
        head = bytes((_VERSION, keys.generation))
        cipher = keys.ciphers[keys.generation]
        return head + nonce + cipher.encrypt(nonce, data, self._bound(head, place))

    def is_stale(self, data: bytes) -> bool:
        """Tell whether bytes look like a value that another generation sealed; only opening it can tell."""
        return (
            len(data) >= _HEADER + _NONCE + _TAG
            and data[0] == _VERSION
            and data[1] != self.generation
            and data[1] in self._keys.ciphers
        )

    def open_bytes(self, sealed: bytes, *place: str) -> bytes:
        """Open sealed bytes; raise `SealBroken` in any other place."""
        head, nonce, body = (
            sealed[:_HEADER],
            sealed[_HEADER : _HEADER + _NONCE],
            sealed[_HEADER + _NONCE :],
        )
        cipher = (
            self._keys.ciphers.get(head[1])
            if len(nonce) == _NONCE and head[0] == _VERSION
            else None
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
        digest = hmac.new(self._keys.lookup, digestmod=hashlib.sha256)
        for part in parts:
            raw = part.encode()
            digest.update(len(raw).to_bytes(8, "big"))
            digest.update(raw)
        return digest.digest()
