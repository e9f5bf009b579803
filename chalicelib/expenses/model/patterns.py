"""Regular expressions in time linear in the text: RE2, imported where an owner has a pattern and nowhere else.

Many patterns on one field are one automaton (RE2's Set): two hundred cost about as much as one. A pattern's
program is bounded, because linear time is still the size of the program for each character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, Protocol

MAX_PATTERN: Final = 200
"""Characters of a pattern."""
MAX_PROGRAM: Final = 5_000
"""Instructions of a compiled pattern; a class of all letters has 1,200."""
MAX_TOGETHER: Final = 200_000
"""Instructions of all patterns of an owner; most have a few dozen."""
_PROGRAM_OF_SET: Final = 10_000
"""Instructions that share one automaton, so that there are 20 to 40 of them at most."""
_MEMORY: Final = 8 * 1024 * 1024
"""Bytes that an automaton may take: states that do not fit are worked out again."""
_GROUP: Final = re.compile(r"\$([1-9])")
_LOOKS: Final = ("(?=", "(?!", "(?<=", "(?<!")


class Pattern(Protocol):
    """What of a compiled pattern is used here."""

    @property
    def programsize(self) -> int:
        """Instructions."""
        ...

    @property
    def groups(self) -> int:
        """Capturing groups."""
        ...

    def search(self, text: str) -> Any:  # noqa: ANN401 - the library publishes no types
        """Find the first match."""
        ...

    def sub(self, repl: Callable[[Any], str], text: str, count: int) -> str:
        """Replace matches."""
        ...


def _options(*, memory: int | None = None) -> Any:  # noqa: ANN401 - the library publishes no types
    import re2

    options = re2.Options()
    options.log_errors = False  # a pattern is personal text
    options.case_sensitive = False
    if memory is not None:
        options.max_mem = memory
    return options


@lru_cache(maxsize=1_024)
def compiled(pattern: str) -> Pattern:
    """Compile a pattern that `pattern_problem` had nothing against."""
    import re2

    made: Pattern = re2.compile(pattern, _options())
    return made


def pattern_problem(pattern: str) -> str | None:
    """Say why a text is not a pattern that can be used, or None."""
    if not pattern or len(pattern) > MAX_PATTERN:
        return f"a pattern of 1 to {MAX_PATTERN} characters"
    if any("\ud800" <= char <= "\udfff" for char in pattern):
        return "a pattern is text that can be written in UTF-8"
    import re2

    try:
        size = compiled(pattern).programsize
    except re2.error as error:
        return _reason(error)
    return None if size <= MAX_PROGRAM else "the pattern is too large: use shorter repetitions"


def size_of(patterns: Iterable[str]) -> int:
    """Give the instructions of some patterns together."""
    return sum(compiled(pattern).programsize for pattern in patterns)


def _reason(error: Exception) -> str:
    said = error.args[0].decode("utf-8", "replace")
    if said.endswith(_LOOKS):
        return "look-around is not supported: patterns are matched in linear time"
    if said.endswith("(?P") or (said.startswith("invalid escape") and said[-1].isdigit()):
        return "back-references are not supported: patterns are matched in linear time"
    return f"not a regular expression: {said.partition(':')[0]}"


def replaced(pattern: str, by: str, text: str, most: int) -> str | None:
    """Replace what a pattern finds, `$1` to `$9` standing for its groups; None past `most` characters."""
    total = len(text)

    def written(found: Any) -> str:  # noqa: ANN401 - the library publishes no types
        nonlocal total
        groups = ("", *found.groups())
        piece = _GROUP.sub(lambda one: _numbered(groups, int(one[1])), by)
        total += len(piece)
        if total > 4 * most:
            raise _TooLong
        return piece

    try:
        made = compiled(pattern).sub(written, text, 0)
    except _TooLong:
        return None
    return made if len(made) <= most else None


def _numbered(groups: tuple[str | None, ...], number: int) -> str:
    return (groups[number] or "") if number < len(groups) else ""


class _TooLong(Exception):
    """The text grows past every bound; never leaves this module."""


def found_in(pattern: str, text: str) -> str:
    """Give the first group that matched, or the whole match of a pattern without groups, or nothing."""
    match = compiled(pattern).search(text)
    if match is None:
        return ""
    whole: str = match.group()
    return next((group for group in match.groups() if group is not None), whole)


class Patterns:
    """The patterns of a rule set on one field, as few automata; built at the first text."""

    __slots__ = ("_patterns", "_sets")

    def __init__(self) -> None:
        """Begin without a pattern."""
        self._patterns: dict[str, int] = {}
        self._sets: list[tuple[Callable[[str], Iterable[int] | None], int]] | None = None

    def add(self, pattern: str) -> int:
        """Take a pattern, and give the number under which `found` names it."""
        return self._patterns.setdefault(pattern, len(self._patterns))

    def found(self, text: str) -> frozenset[int]:
        """Give the numbers of the patterns that are found in a text."""
        if self._sets is None:
            self._sets = list(_automata(tuple(self._patterns)))
        hits: list[int] = []
        for match, first in self._sets:
            hits += [first + number for number in match(text) or ()]
        return frozenset(hits)


def _automata(
    patterns: tuple[str, ...],
) -> Iterator[tuple[Callable[[str], Iterable[int] | None], int]]:
    """Put patterns together as long as their programs fit, and say which is each automaton's first."""
    first = size = 0
    for number, pattern in enumerate(patterns):
        more = compiled(pattern).programsize
        if size and size + more > _PROGRAM_OF_SET:
            yield _automaton(patterns[first:number]), first
            first, size = number, 0
        size += more
    if patterns[first:]:
        yield _automaton(patterns[first:]), first


def _automaton(patterns: tuple[str, ...]) -> Callable[[str], Iterable[int] | None]:
    if len(patterns) == 1:
        search = compiled(patterns[0]).search
        return lambda text: (0,) if search(text) else None
    import re2

    several = re2.Set.SearchSet(_options(memory=_MEMORY))
    for pattern in patterns:
        several.Add(pattern)
    several.Compile()
    match: Callable[[str], Iterable[int] | None] = several.Match
    return match
