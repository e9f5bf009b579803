"""Texts in cells: what a spreadsheet would take for a formula is made safe, and can be taken back exactly.

A program that opens a CSV file runs what begins with one of `= + - @`, a tab, the end of a line, or with one of
their wide forms (OWASP, CSV injection). It may also split a line at a semicolon or tab that we did not mean, so
a cell may begin behind those, too. Rule: wherever a cell may begin, if such a character follows, after any
number of apostrophes, one apostrophe more is put in front. Reading takes one away in the same places, and
nothing else: what was written comes back, also what had apostrophes of its own. Lines end with a line feed
alone. Numbers are not texts.
"""

from __future__ import annotations

import re
from typing import Final

_STARTS: Final = "=+\\-@\t＝＋－＠"
_PLACE: Final = rf"(?=[{_STARTS}])"
_RISKY: Final = re.compile(rf"\A('*)(?=[{_STARTS}\n])|(?<=[;\t\n|])('*){_PLACE}")
_GUARDED: Final = re.compile(rf"\A'('*)(?=[{_STARTS}\n])|(?<=[;\t\n|])'('*){_PLACE}")


def guarded(text: str) -> str:
    """Make a text safe for a cell."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _RISKY.sub(r"'\g<0>", text) if _RISKY.search(text) else text


def unguarded(text: str) -> str:
    """Give back the text that `guarded` was given."""
    return _GUARDED.sub(r"\1\2", text) if "'" in text else text
