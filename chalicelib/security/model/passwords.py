"""Which passwords are taken: long ones that attackers do not try early. No rules about kinds of characters.

NIST SP 800-63B: a length, a list of common ones, words of the context, and nothing else. Since hardly any
common password has 15 characters, what is made of them counts too: one twice, two together, one repeated.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, Literal

from chalicelib.kernel.values import dataclass

MIN_LENGTH: Final = 15
"""Code points after NFC: a password is the only factor of most accounts."""
MAX_LENGTH: Final = 128
"""Code points after NFC; bounds what a hash costs."""
SERVICE_WORDS: Final = ("xpense",)
_SEPARATORS: Final = re.compile(r"[\W_]+")
_SHORTEST_WORD: Final = 5
"""A name of four letters is inside too many honest words."""
_LONGEST_PATTERN: Final = 4
_PADDING: Final = string.digits + string.punctuation + " "
_LONGEST_PADDING: Final = 4

Code = Literal["too-short", "too-long", "context", "common", "breached"]
IsCommon = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Weakness:
    """One reason why a password is not taken."""

    code: Code
    detail: str


BREACHED: Final = Weakness("breached", "known from a breach of another service: others try it")
"""Found by asking outside, so `weaknesses` never gives it."""


def normalise(password: str) -> str:
    """Compose the letters (NFC), so that every keyboard writes the same password."""
    return unicodedata.normalize("NFC", password)


def weaknesses(
    password: str, *, context: Sequence[str], is_common: IsCommon
) -> tuple[Weakness, ...]:
    """Give every reason against a password; none means that it is taken.

    `context` holds what others know of the user: the address, the name. `is_common` knows the list.
    """
    text = normalise(password)
    if len(text) > MAX_LENGTH:
        return (Weakness("too-long", f"at most {MAX_LENGTH} characters"),)
    found: list[Weakness] = []
    if len(text) < MIN_LENGTH:
        found.append(Weakness("too-short", f"at least {MIN_LENGTH} characters"))
    folded = text.casefold()
    if any(word in folded for word in _words(context)):
        found.append(
            Weakness("context", "holds your name, your address or the name of this service")
        )
    if guessable(folded, is_common=is_common):
        found.append(Weakness("common", "on the lists that attackers try first, or made of them"))
    return tuple(found)


def guessable(folded: str, *, is_common: IsCommon) -> bool:
    """Tell whether a case-folded password is listed, or a plain make of what is listed."""
    period = _period(folded)
    return (
        is_common(folded)
        or period <= _LONGEST_PATTERN
        or is_common(folded[:period])
        or _is_run(folded)
        or any(_of_two(core, is_common) for core in _cores(folded))
    )


def _words(context: Sequence[str]) -> list[str]:
    words: list[str] = list(SERVICE_WORDS)
    for text in context:
        name, _, domain = normalise(text).casefold().partition("@")
        words += [name, domain, *_SEPARATORS.split(name)]
    return [word for word in words if len(word) >= _SHORTEST_WORD]


def _period(text: str) -> int:
    """Give the length of the shortest piece whose repetition, cut off anywhere, is the text (KMP's borders)."""
    borders = [0] * len(text)
    for index in range(1, len(text)):
        border = borders[index - 1]
        while border and text[index] != text[border]:
            border = borders[border - 1]
        borders[index] = border + (text[index] == text[border])
    return len(text) - borders[-1] if text else 0


def _is_run(text: str) -> bool:
    """Tell whether each character follows the one before it, upwards or downwards, 9 being followed by 0."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9}


def _cores(folded: str) -> set[str]:
    """Give the text, and the text without a few digits and signs at its ends."""
    core = folded.strip(_PADDING)
    return {folded, core} if len(folded) - len(core) <= _LONGEST_PADDING else {folded}


def _of_two(text: str, is_common: IsCommon) -> bool:
    return is_common(text) or any(
        is_common(text[:cut]) and is_common(text[cut:].lstrip(" -_."))
        for cut in range(2, len(text) - 1)
    )
