"""The one way in which XML of other people is parsed: by expat, element by element, without a document type.

Without one there is no entity to expand and nothing to fetch, so that nothing grows while it is parsed.
"""

from __future__ import annotations

from typing import Final
from xml.parsers import expat

from chalicelib.interchange.model.formats.types import Unreadable

MAX_DEPTH: Final = 64
"""Levels of elements, more than any statement has."""


def strict_parser() -> expat.XMLParserType:
    """Make a parser of UTF-8, whatever the file declares, that refuses a document type."""
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    detail = "The XML declares a document type, which a statement has no need of."
    raise Unreadable("too-complex", detail)
