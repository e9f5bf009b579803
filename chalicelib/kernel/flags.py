"""Features that an operator can switch off, or on for a part of the owners, without new code.

`XPENSE_FLAGS` holds names with a word or a percentage, such as `receipts=off,connections=25`. What it does not
name is on. The same owner is always on the same side of a percentage, and stays on as it grows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

from chalicelib.kernel.errors import Forbidden
from chalicelib.kernel.log import logger
from chalicelib.kernel.settings import settings

Flag = Literal["connections", "receipts", "registration"]
FLAGS: Final[Mapping[Flag, str]] = {
    "connections": "Bank connections: the providers are paid by the connection.",
    "receipts": "Reading receipts: Textract is paid by the page.",
    "registration": "Signing up: off, and only those who have an account can use it.",
}
"""Each feature with the reason why somebody would switch it off."""
_WORDS: Final = {"on": 100, "off": 0}


class FeatureOff(Forbidden):
    """The operator has switched this feature off, here or for this owner."""

    slug = "feature-off"
    title = "This feature is switched off here"


def check(flag: Flag, owner: str) -> None:
    """Refuse with `FeatureOff` what is off for an owner, or for a caller that is not known ("")."""
    if not is_on(flag, owner):
        raise FeatureOff


def is_on(flag: Flag, owner: str) -> bool:
    """Tell whether a feature is on for an owner; without one only where it is on for all."""
    percent = _percents(settings().flags).get(flag, 100)
    if percent in {0, 100} or not owner:
        return percent == 100
    drawn = hashlib.sha256(f"{flag}\0{owner}".encode()).digest()
    return int.from_bytes(drawn[:4]) % 100 < percent


@lru_cache(maxsize=4)
def _percents(text: str) -> dict[str, int]:
    """Read the setting, once each; a part that nobody can understand is left out, and told."""
    found: dict[str, int] = {}
    for part in filter(None, text.replace(" ", "").split(",")):
        name, _, value = part.partition("=")
        percent = _WORDS.get(value, int(value) if value.isdecimal() else -1)
        if name in FLAGS and 0 <= percent <= 100:
            found[name] = percent
        else:
            logger().error("a part of XPENSE_FLAGS is not understood", extra={"part": part[:60]})
    return found
