"""Tags: words that a person puts on transactions, as written and as compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

MAX_TAGS: Final = 20
"""Tags of one transaction."""
MAX_TAG: Final = 50
"""Characters of one tag."""


def folded(name: str) -> str:
    """Give what makes two spellings the same tag: width, case and spaces do not tell them apart."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Give each tag once, in its first spelling and place; what is blank is left out."""
    found: dict[str, str] = {}
    for name in names:
        written = " ".join(name.split())
        if folded(written):
            found.setdefault(folded(written), written)
    return tuple(found.values())
