"""Names, symbols and patterns by locale, from the file that is shipped; a locale is unpacked when asked for."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Final

from chalicelib.currency.model.formats import Style

FILE: Final = Path(__file__).resolve().parent.parent / "data" / "currency_names.zip"
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_SCRIPTS: Final = {"zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-MO": "zh-Hant", "no": "nb"}


@cache
def _entries() -> dict[str, str]:
    from zipfile import ZipFile

    with ZipFile(FILE) as given:
        return {name.removesuffix(".json").lower(): name for name in given.namelist()}


def locales() -> tuple[str, ...]:
    """Give the tags of all locales in the file."""
    return tuple(sorted(name.removesuffix(".json") for name in _entries().values()))


def style(tag: str) -> Style | None:
    """Give a locale by its BCP 47 tag, or the nearest one above it (`de-LU` gives `de`); None for an unknown."""
    if _TAG.fullmatch(tag) is None:
        return None
    wanted = tag.replace("_", "-")
    wanted = next(
        (one for name, one in _SCRIPTS.items() if name.lower() == wanted.lower()), wanted
    ).lower()
    while wanted:
        if wanted in _entries():
            return _style(_entries()[wanted])
        wanted = wanted.rpartition("-")[0]
    return None


@cache
def _style(entry: str) -> Style:
    from zipfile import ZipFile

    with ZipFile(FILE) as given:
        facts = json.loads(given.read(entry))
    return Style(
        entry.removesuffix(".json"),
        facts["pattern"],
        facts["decimal"],
        facts["group"],
        facts["minus"],
        facts["names"],
        facts["symbols"],
    )
