"""Large texts go by in pieces: line by line they are what they were."""

from __future__ import annotations

from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.model.formats import text as module
from chalicelib.interchange.model.formats.tabular.texts import tidy
from chalicelib.interchange.model.formats.text import blocks_of, ended_lines_of, lines_of

TEXTS = st.text("ab\r\n\u2028\x0b ", max_size=40)


@given(TEXTS)
def test_lines_are_those_of_the_whole_text(text: str) -> None:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    with mock.patch.object(module, "_BLOCK", 3):
        assert "".join(blocks_of(text)) == text
        assert list(lines_of(text)) == plain.removesuffix("\n").split("\n")[: len(plain)]
        assert "".join(ended_lines_of(plain)) == plain
        assert list(ended_lines_of(plain)) == [one + "\n" for one in plain.split("\n")[:-1]] + [
            one for one in plain.split("\n")[-1:] if one
        ]


@given(st.text("a /\n\t\u00a0\u3000é\x00", max_size=8))
def test_a_tidy_text_is_on_one_line_and_one_that_is_tidy_stays(text: str) -> None:
    clean = " ".join(text.split())
    if not clean.isprintable():
        clean = "".join(char if char.isprintable() else " " for char in clean).strip()

    assert tidy(text) == ("" if clean == "/" else clean)
    assert tidy(tidy(text)) == tidy(text) or "  " in tidy(text)
