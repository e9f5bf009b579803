"""What a device says of itself, in words: browser and system, by a small table of our own.

A user agent proves nothing, and most of it is history; the words only help people to recognise their
devices. What the table does not know is called by the product's first name, or `Unknown device`.
"""

from __future__ import annotations

import re
from typing import Final

from chalicelib.kernel.regex import regex

UNKNOWN: Final = "Unknown device"
_LONGEST: Final = 500

# The first that fits counts: browsers name those before them, whom they want to be taken for.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Darwin/", "an Apple device"),
    ("FreeBSD", "FreeBSD"),
    ("Linux", "Linux"),
)
_PRODUCT: Final = regex(r"([A-Za-z][A-Za-z0-9 ._-]{0,39})(?:/[0-9][0-9A-Za-z.]{0,20})?", re.ASCII)


def words_for(agent: str) -> str:
    """Give words such as `Firefox on Linux` for a user agent (RFC 9110, 10.1.5), at most 60 characters."""
    text = agent[:_LONGEST]
    system = _named(text, _SYSTEMS)
    program = _named(text, _BROWSERS) if text.startswith("Mozilla/") else _product(text)
    if program and system:
        return f"{program} on {system}"
    return program or system or UNKNOWN


def _named(text: str, table: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in table if mark in text), "")


def _product(text: str) -> str:
    match = _PRODUCT.match(text)
    return match.group(1).strip() if match else ""
