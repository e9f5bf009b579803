"""Texts in cells: what a spreadsheet would take for a formula is made safe, and can be taken back exactly.

A program that opens a CSV file runs what begins with one of `= + - @`, a tab or a carriage return, or with one of
their wide forms (OWASP, CSV injection). It may also split a line at a semicolon or tab that we did not mean, so
a cell may begin behind those, too. Rule: wherever a cell may begin, if such a character follows, after any
number of apostrophes, one apostrophe more is put in front. Reading takes one away in the same places, and
nothing else: what was written comes back, also what had apostrophes of its own. Numbers are not texts.
"""

from __future__ import annotations

import re
from typing import Final

_STARTS: Final = "=+\\-@\t\r＝＋－＠"
_RISKY: Final = re.compile(rf"(\A|[;\t\r\n|])('*)(?=[{_STARTS}])")
_GUARDED: Final = re.compile(rf"(\A|[;\t\r\n|])'('*)(?=[{_STARTS}])")


def guarded(text: str) -> str:
    """Make a text safe for a cell."""
    return _RISKY.sub(r"\1'\2", text) if _RISKY.search(text) else text


def unguarded(text: str) -> str:
    """Give back the text that `guarded` was given."""
    return _GUARDED.sub(r"\1\2", text) if "'" in text else text
