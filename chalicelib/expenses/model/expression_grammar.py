"""The grammar of formulas, by recursive descent over at most `MAX_PARTS` parts, `MAX_DEPTH` deep.

comparison = text [("=" | "!=" | "<" | "<=" | ">" | ">=") text]
text       = sum {"&" sum}
sum        = product {("+" | "-") product}
product    = unary {("*" | "/") unary}
unary      = "-" unary | number | 'text' | name | name "(" [comparison {"," comparison}] ")" | "(" comparison ")"
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, TypeAlias

from chalicelib.expenses.model.expression_values import Value
from chalicelib.kernel.regex import regex
from chalicelib.kernel.values import dataclass

MAX_PARTS: Final = 100
MAX_DEPTH: Final = 20
_TOKEN: Final = regex(
    r"\s*(?:(?P<number>[0-9]{1,20}(?:\.[0-9]{1,20})?)|(?P<name>[a-z_][a-z0-9_]{0,39})"
    r"|(?P<text>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")|(?P<sign>!=|<=|>=|[-+*/&=<>(),]))",
    re.ASCII,
)


class BadExpression(ValueError):
    """A text is no formula; the message says why."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A text or number written out."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """Something of the transaction."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """The negative of a part."""

    part: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """Two parts and a sign between them."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the closed list."""

    name: str
    arguments: tuple[Node, ...]


Node: TypeAlias = Constant | Name | Negative | Binary | Call


def parse(text: str) -> Node:
    """Read a formula; raise `BadExpression`."""
    parser = _Parser(_tokens(text))
    node = parser.comparison(0)
    if parser.kind:
        raise BadExpression(f"the formula should end before {_shown(parser.kind, parser.word)}")
    return node


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise BadExpression(f"the formula cannot be read at character {place + 1}")
        found.append((match.lastgroup, match.group(match.lastgroup)))
        place = match.end()
    return [*found, ("", "the end")]


def _shown(kind: str, word: str) -> str:
    """Name a word in a message, but for what a person wrote as text."""
    return "a text" if kind == "text" else repr(word[:20])


class _Parser:
    __slots__ = ("_at", "_parts", "_tokens")

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._parts = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def word(self) -> str:
        return self._tokens[self._at][1]

    def comparison(self, depth: int) -> Node:
        return self._level(0, depth)

    def _level(self, level: int, depth: int) -> Node:
        """Read parts joined by the signs of one level, from the left; comparisons do not chain."""
        if level == len(_LEVELS):
            return self._unary(depth)
        left = self._level(level + 1, depth)
        while self.kind == "sign" and self.word in _LEVELS[level]:
            operator = self._take()
            left = Binary(operator, left, self._level(level + 1, depth))
            if level == 0:
                break
        return left

    def _unary(self, depth: int) -> Node:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise BadExpression(f"a formula has at most {MAX_PARTS} parts")
        if depth > MAX_DEPTH:
            raise BadExpression(f"a formula nests at most {MAX_DEPTH} deep")
        kind, word = self.kind, self._take()
        if kind == "number":
            return Constant(Decimal(word))
        if kind == "text":
            return Constant(word[1:-1].replace(2 * word[0], word[0]))
        if kind == "name":
            return self._call(word, depth) if self.word == "(" and self.kind else Name(word)
        if kind == "sign" and word == "-":
            return Negative(self._unary(depth + 1))
        if kind == "sign" and word == "(":
            inner = self.comparison(depth + 1)
            self._expect(")")
            return inner
        raise BadExpression(f"a value should stand in place of {_shown(kind, word)}")

    def _call(self, name: str, depth: int) -> Node:
        self._take()
        arguments: list[Node] = []
        if not self._is(")"):
            arguments.append(self.comparison(depth + 1))
            while self._is(","):
                self._take()
                arguments.append(self.comparison(depth + 1))
        self._expect(")")
        return Call(name, tuple(arguments))

    def _is(self, sign: str) -> bool:
        return self.kind == "sign" and self.word == sign

    def _take(self) -> str:
        word = self.word
        if self.kind:
            self._at += 1
        return word

    def _expect(self, sign: str) -> None:
        if not self._is(sign):
            raise BadExpression(f"{sign!r} should stand in place of {_shown(self.kind, self.word)}")
        self._take()


_LEVELS: Final = (
    frozenset({"=", "!=", "<", "<=", ">", ">="}),
    frozenset("&"),
    frozenset("+-"),
    frozenset("*/"),
)
