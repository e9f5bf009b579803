"""Password hashes: Argon2id (RFC 9106), then HMAC-SHA-256 under a pepper that is not in the table.

Written as a PHC string whose `keyid` names the pepper, so that both can change and be told apart.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from typing import Final

from chalicelib.kernel.values import dataclass

SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32
_VERSION: Final = 19
_PHC: Final = re.compile(
    r"\$argon2id\$v=19\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,2}),keyid=([A-Za-z0-9+/]{1,11})"
    r"\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a guess costs: memory in KiB, passes and lanes, and which pepper."""

    memory: int
    passes: int
    lanes: int
    pepper: int


COST: Final = Cost(memory=47_104, passes=1, lanes=1, pepper=1)
"""46 MiB, one pass (OWASP's first choice): about 80 ms on the machine of the design's measurements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordHash:
    """A stored password."""

    cost: Cost
    salt: bytes
    tag: bytes

    def __str__(self) -> str:
        """Write the PHC string."""
        cost = self.cost
        facts = f"m={cost.memory},t={cost.passes},p={cost.lanes},keyid={_b64(str(cost.pepper).encode())}"
        return f"$argon2id$v={_VERSION}${facts}${_b64(self.salt)}${_b64(self.tag)}"

    @classmethod
    def parse(cls, text: str) -> PasswordHash:
        """Read a PHC string that we wrote; raise ValueError for any other."""
        match = _PHC.fullmatch(text)
        if match is None:
            msg = "not a password hash of ours"
            raise ValueError(msg)
        memory, passes, lanes = (int(match.group(index)) for index in (1, 2, 3))
        cost = Cost(memory=memory, passes=passes, lanes=lanes, pepper=int(_unb64(match.group(4))))
        return cls(cost=cost, salt=_unb64(match.group(5)), tag=_unb64(match.group(6)))

    def fits(self, password: str, pepper: bytes) -> bool:
        """Tell whether this is the password, at the stored cost."""
        return hmac.compare_digest(self.tag, _tag(password, self.salt, self.cost, pepper))


NOBODY: Final = PasswordHash(cost=COST, salt=bytes(SALT_BYTES), tag=bytes(_HASH_BYTES))
"""What an unknown user's password is compared with, so that it takes as long; nothing fits it."""


def hash_password(password: str, *, salt: bytes, pepper: bytes, cost: Cost) -> PasswordHash:
    """Hash a password; `salt` is 16 random bytes, `pepper` the secret that `cost` names."""
    return PasswordHash(cost=cost, salt=salt, tag=_tag(password, salt, cost, pepper))


def _tag(password: str, salt: bytes, cost: Cost, pepper: bytes) -> bytes:
    from argon2.low_level import Type, hash_secret_raw

    raw = hash_secret_raw(
        # the one normalisation: keyboards write the same letter composed or decomposed (NIST SP 800-63B)
        unicodedata.normalize("NFC", password).encode(),
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory,
        parallelism=cost.lanes,
        hash_len=_HASH_BYTES,
        type=Type.ID,
        version=_VERSION,
    )
    return hmac.new(pepper, raw, hashlib.sha256).digest()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
