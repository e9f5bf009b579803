"""Statement formats: bytes in, values out. Errors are values, and the whole file is reported at once.

`parse` is the only entry. It never raises anything but `Unreadable`, whatever the bytes are, and
its time grows with their number and nothing else.
"""

from __future__ import annotations

from chalicelib.interchange.model.formats.detection import detect, parse
from chalicelib.interchange.model.formats.types import (
    AccountHint,
    ColumnMap,
    Hints,
    ParsedFile,
    ParsedStatement,
    Problem,
    Row,
    Unreadable,
)

__all__ = [
    "AccountHint",
    "ColumnMap",
    "Hints",
    "ParsedFile",
    "ParsedStatement",
    "Problem",
    "Row",
    "Unreadable",
    "detect",
    "parse",
]
