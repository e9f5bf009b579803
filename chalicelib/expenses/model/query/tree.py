"""What a query says: a bounded tree of terms, each knowing where it stood so that a problem can point there.

`at` is no part of a term's identity: two queries that ask the same are equal, however they were written.
"""

from __future__ import annotations

import dataclasses
from typing import Final, Literal, TypeAlias

from chalicelib.kernel.values import dataclass

TextField = Literal["text", "payee", "notes"]
NameField = Literal["account", "category", "tag"]
AmountField = Literal["amount", "signed"]
ChoiceField = Literal["currency", "status", "kind", "source", "import", "by", "has", "is"]
Match = Literal["plain", "begins", "exact"]
"""`word`, `word*`, `field:=word`."""

MAX_QUERY: Final = 1_000
"""Characters of a query."""
MAX_TERMS: Final = 50
MAX_NESTING: Final = 12
"""Brackets and negations around one term."""
MAX_VALUE: Final = 200
NONE: Final = "none"
"""Stands for the absence of a category."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text holds a word or phrase, has a word that begins so, or is exactly it; a name is it or begins so."""

    field: TextField | NameField
    value: str
    match: Match = "plain"
    at: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Span:
    """Two ends, either of which may be open (`None`: endless); `above` and `below` leave the end itself out."""

    low: str | None
    high: str | None
    above: bool = False
    below: bool = False


@dataclass(frozen=True, slots=True)
class Amounts:
    """The amount lies between two numbers, without its sign (`amount`) or with it (`signed`)."""

    field: AmountField
    span: Span
    at: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Days:
    """The booking day lies between two days, months, years or words such as `last-month`."""

    span: Span
    at: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """A property has one of its known values."""

    field: ChoiceField
    value: str
    at: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Every:
    """Every part holds."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Unless:
    """The part does not hold."""

    part: Query


Term: TypeAlias = Words | Amounts | Days | Choice
Query: TypeAlias = Term | Every | Some | Unless


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """Why a text is no query, and at which of its characters, counted from 1."""

    at: int
    detail: str

    def __str__(self) -> str:
        """Write it for people."""
        return f"at character {self.at}: {self.detail}"


class BadQuery(Exception):
    """Carries a problem out of a recursion; never leaves this package."""

    def __init__(self, at: int, detail: str) -> None:
        super().__init__(detail)
        self.problem = QueryProblem(at + 1, detail)
