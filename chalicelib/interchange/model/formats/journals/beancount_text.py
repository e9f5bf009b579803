"""The text of a Beancount file as directives: a line with a date or a keyword, and what is indented below it.

Syntax after the lexer and grammar of Beancount 3 (`lexer.l`, `grammar.y`) and its "Language Syntax".
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.text import ended_lines_of
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
    source = enumerate(ended_lines_of(text), 1)
    ahead: deque[Line] = deque()
    while True:
        if not ahead:
            ahead.extend(_numbered(source, 1))
            if not ahead:
                return
        number, line = ahead.popleft()
        if '"' in line and (line.count('"') % 2 or "\\" in line) and _is_open(line):
            ahead.extend(_numbered(source, _MOST_STRING_LINES - len(ahead)))
            end = _closing_line(ahead)
            if end is None:
                notes.add("bad-line", "A text is not closed by a quotation mark.", line=number)
            else:
                rest = [ahead.popleft().text for _ in range(end + 1)]
                line = "\n".join((line, *rest))
        yield Line(number, line)


def _numbered(source: Iterator[tuple[int, str]], count: int) -> Iterator[Line]:
    return (Line(number, line.rstrip("\r\n")) for number, line in islice(source, max(count, 0)))


def _is_open(line: str) -> bool:
    """Whether a string begins in the line and does not end in it; quotes in comments do not count."""
    return any(found[1] for found in _PIECE.finditer(line))


def _closing_line(ahead: Iterable[Line]) -> int | None:
    for at, line in enumerate(ahead):
        if '"' in line.text and _CLOSING.match(line.text):
            return at
    return None


def unquote(text: str) -> str:
    """Give what a string means: its escapes are those of C."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), text)
