"""The deferred expression is the standard one, compiled with its first use."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest

from chalicelib.kernel.regex import regex

TEXT: Final = "a1 b22"
USES: Final[dict[str, Any]] = {
    "fullmatch": lambda one: one.fullmatch(TEXT),
    "match": lambda one: one.match(TEXT)["number"],
    "search": lambda one: one.search(TEXT, 1).span(),
    "finditer": lambda one: [found["number"] for found in one.finditer(TEXT)],
    "findall": lambda one: one.findall(TEXT),
    "split": lambda one: one.split(TEXT),
    "sub": lambda one: one.sub("<\\g<number>>", TEXT, count=1),
    "facts": lambda one: (one.pattern, one.flags, one.groups, dict(one.groupindex), repr(one)),
}


@pytest.mark.parametrize("use", USES)
def test_it_answers_as_the_standard_one(use: str) -> None:
    told = ("[A-Z](?P<number>[0-9]+)", re.ASCII | re.IGNORECASE)

    assert USES[use](regex(*told)) == USES[use](re.compile(*told))


def test_a_fault_shows_with_the_first_use_and_nothing_else_is_made_up() -> None:
    wrong = regex("(")

    with pytest.raises(re.error):
        wrong.match("")
    with pytest.raises(AttributeError):
        regex("a").nothing  # type: ignore[attr-defined]  # noqa: B018 - the look is what is tested
