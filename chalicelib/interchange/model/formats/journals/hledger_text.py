"""The lines of an hledger or Ledger journal: transactions, directives, and comments with their tags.

After hledger's manual ("Journal") and Ledger's ("Journal Format").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.text import ended_lines_of
from chalicelib.kernel.values import dataclass

_TAG: Final = re.compile(r"([^\s,:]+):[ \t]*([^,]*)")
_CHAIN: Final = re.compile(r"(?:^|\s):((?:[^\s:]+:)+)(?=\s|$)")
_BLOCKS: Final = {"comment": "end comment", "test": "end test", "!comment": "!end comment"}
_MOST_TAGS: Final = 200


class Block(NamedTuple):
    """A line at the margin and the indented ones that follow it, each with its number."""

    line: int
    text: str
    below: list[tuple[int, str]]


@dataclass(slots=True)
class Remarks:
    """What comments say: values under keys, words without a value, and the rest as text."""

    values: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    text: str = ""

    def read(self, comment: str) -> None:
        """Take one comment; the first value of a key counts."""
        comment = comment.strip()
        if ":" not in comment:
            if comment and len(self.text) < 2_000:
                self.text = f"{self.text} {comment}" if self.text else comment
            return
        for chain in _CHAIN.findall(comment):
            self.words += [word for word in chain.split(":") if word][:_MOST_TAGS]
        comment = _CHAIN.sub(" ", comment)
        for key, value in _TAG.findall(comment)[:_MOST_TAGS]:
            if value.strip():
                self.values.setdefault(key, value.strip())
            else:
                self.words.append(key)


def blocks(text: str) -> Iterator[Block]:
    """Cut a journal into blocks; blank lines, comments and whole sections of them are left out."""
    current: Block | None = None
    for number, line in _spoken(text):
        if line[0] in " \t":
            bare = line.strip()
            if bare and current is not None:
                current.below.append((number, bare))
        else:
            if current is not None:
                yield current
            current = Block(number, line, [])
    if current is not None:
        yield current


def _spoken(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines that are neither empty nor comments, with their numbers."""
    until = ""
    for number, ended in enumerate(ended_lines_of(text), 1):
        line = ended.rstrip("\r\n")
        word = line.strip()
        if until:
            if word in {until, "end"}:
                until = ""
        elif word in _BLOCKS and line[0] == word[0]:
            until = _BLOCKS[word]
        elif line and line[0] not in ";#*|%\r":
            yield number, line


def cut_comment(text: str) -> tuple[str, str]:
    """Part a text from the comment behind it; a semicolon in quotation marks begins none."""
    if ";" not in text:
        return text, ""
    start, quoted = 0, False
    for start, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            return text[:start].rstrip(), text[start + 1 :]
    return text, ""


def cut_account(text: str) -> tuple[str, str]:
    """Part the account of a posting from its amount: two blanks or a tab lie between them."""
    at = len(text)
    for gap in ("  ", "\t"):
        found = text.find(gap, 0, at)
        if found >= 0:
            at = found
    return text[:at].strip(), text[at:].strip()
