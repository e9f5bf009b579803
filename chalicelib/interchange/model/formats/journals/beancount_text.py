"""The text of a Beancount file as directives: a line with a date or a keyword, and what is indented below it.

Syntax after the lexer and grammar of Beancount 3 (`lexer.l`, `grammar.y`) and its "Language Syntax".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.types import Notes

_MOST_STRING_LINES: Final = 64
"""Lines of one string; Beancount itself refuses more."""
_PIECE: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|;.*|[^";]++|(")', re.DOTALL)
_CLOSING: Final = re.compile(r'(?:[^"\\]|\\.)*+"', re.DOTALL)
STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "b": "\b"}


class Line(NamedTuple):
    """A line with its number; of several where a string goes on over them."""

    number: int
    text: str


class Directive(NamedTuple):
    """A line that begins at the margin, and those indented below it."""

    line: int
    text: str
    below: list[Line]


def directives(text: str, notes: Notes) -> Iterator[Directive]:
    """Cut a text into directives; comments, headings of org-mode and blank lines are none."""
    current: Directive | None = None
    for line in _lines(text, notes):
        head = line.text[:1]
        if head in {" ", "\t"}:
            bare = line.text.lstrip()
            if bare and bare[0] != ";" and current is not None:
                current.below.append(line)
        elif head and head not in ";*#:!&?%\r":
            if current is not None:
                yield current
            current = Directive(line.number, line.text, [])
    if current is not None:
        yield current


def _lines(text: str, notes: Notes) -> Iterator[Line]:
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        first, line = at, lines[at]
        at += 1
        if line.count('"') % 2 and _is_open(line):
            end = _closing_line(lines, at)
            if end is None:
                notes.add("bad-line", "A text is not closed by a quotation mark.", line=first + 1)
            else:
                line = "\n".join(lines[first : end + 1])
                at = end + 1
        elif "\\" in line and '"' in line and _is_open(line):
            end = _closing_line(lines, at)
            if end is not None:
                line = "\n".join(lines[first : end + 1])
                at = end + 1
        yield Line(first + 1, line)


def _is_open(line: str) -> bool:
    """Whether a string begins in the line and does not end in it; quotes in comments do not count."""
    return any(found[1] for found in _PIECE.finditer(line))


def _closing_line(lines: list[str], start: int) -> int | None:
    for at in range(start, min(start + _MOST_STRING_LINES, len(lines))):
        if '"' in lines[at] and _CLOSING.match(lines[at]):
            return at
    return None


def unquote(text: str) -> str:
    """Give what a string means: its escapes are those of C."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), text)
