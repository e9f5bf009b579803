"""The query language: what it accepts, what it refuses and where, and that it reads what it writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.query import QueryProblem, parse_query, print_query
from chalicelib.expenses.model.query.tree import (
    MAX_NESTING,
    MAX_QUERY,
    MAX_TERMS,
    Amounts,
    Choice,
    Days,
    Every,
    Query,
    Some,
    Span,
    Unless,
    Words,
)
from tests.unit.expenses.query.strategies import queries

ID: Final = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"
MANUAL: Final = Path(__file__).resolve().parents[4] / "docs" / "search.md"


@given(query=queries())
def test_what_is_written_reads_back_as_the_same_query(query: Query) -> None:
    assert parse_query(print_query(query)) == query


@given(text=st.text(max_size=60) | st.text('ab -():=<>"*.\\ ORNTD', max_size=40))
def test_any_text_is_a_query_or_a_problem_with_its_place(text: str) -> None:
    read = parse_query(text)

    if isinstance(read, QueryProblem):
        assert 1 <= read.at <= len(text) + 1
        assert read.detail
    else:
        assert parse_query(print_query(read)) == read


def cake(field: str = "text") -> Words:
    return Words(field, "cake")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("cake", cake()),
        ('"birthday cake"', Words("text", "birthday cake")),
        ('"birthday ca"*', Words("text", "birthday ca", "begins")),
        (r'"say \"hi\" \\"', Words("text", r'say "hi" \ '.strip())),
        ("payee:cake*", Words("payee", "cake", "begins")),
        ('PAYEE:="Cake Shop"', Words("payee", "Cake Shop", "exact")),
        ("notes=cake", Words("notes", "cake", "exact")),
        ("re-order", Words("text", "re-order")),
        ("-cake", Unless(cake())),
        ("NOT cake", Unless(cake())),
        ("--cake", Unless(Unless(cake()))),
        ("cake AND cake", Every((cake(), cake()))),
        ("cake cake OR cake", Some((Every((cake(), cake())), cake()))),
        ("cake (cake OR cake)", Every((cake(), Some((cake(), cake()))))),
        ("-(cake cake)", Unless(Every((cake(), cake())))),
        ('"OR" payee:OR', Every((Words("text", "OR"), Words("payee", "OR")))),
        ("or and not", Every((Words("text", "or"), Words("text", "and"), Words("text", "not")))),
        ("amount:050.50", Amounts("amount", Span("50.5", "50.5"))),
        ("amount>50", Amounts("amount", Span("50", None, above=True))),
        ("amount<=+50", Amounts("amount", Span(None, "50"))),
        ("amount:10..20", Amounts("amount", Span("10", "20"))),
        ("amount:10..", Amounts("amount", Span("10", None))),
        ("signed:-20..-10", Amounts("signed", Span("-20", "-10"))),
        ("signed<-20", Amounts("signed", Span(None, "-20", below=True))),
        ("date:2026-11", Days(Span("2026-11", "2026-11"))),
        ("date:2026-11-01..2026-11-30", Days(Span("2026-11-01", "2026-11-30"))),
        ("date:Last-Month", Days(Span("last-month", "last-month"))),
        ("after:2026", Days(Span("2026", None, above=True))),
        ("before:2026-11-02", Days(Span(None, "2026-11-02", below=True))),
        ("currency:eur", Choice("currency", "EUR")),
        ("status:Pending", Choice("status", "pending")),
        (f"import:{ID} is:split has:tags", None),
        (f"account:{ID} category:none tag:holiday", None),
    ],
)
def test_a_query_reads_as_it_looks(text: str, query: Query | None) -> None:
    read = parse_query(text)

    assert not isinstance(read, QueryProblem), read
    if query is not None:
        assert read == query


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("", 1, "expected a word"),
        ("cake OR", 8, "expected a word"),
        ("OR cake", 1, "expected a word"),
        ("cake AND OR", 10, "expected a word"),
        ("cake -", 7, "expected a word"),
        ("()", 2, "expected a word"),
        ("(cake", 1, "expected a closing bracket"),
        ("cake)", 5, "expected the end"),
        ('cake "shop', 6, "expected a closing quotation mark"),
        ("ca*ke", 3, "a * may only end a word"),
        ("*", 1, "a * may only end a word"),
        ("colour:red", 1, "expected one of the fields text, payee"),
        ("payee: cake", 8, "expected a value right after :"),
        ("payee :cake", 7, "expected a field right before this sign"),
        ("payee:(cake)", 7, "expected a value right after :"),
        ('payee:"  "', 7, "expected a text of 1 to 200 characters"),
        ("payee:=cake*", 8, "a * cannot end a text that must be the same"),
        ("payee>cake", 6, "payee takes : or :="),
        ("amount:many", 8, "expected a number"),
        ("amount:..", 8, "expected a number"),
        ("amount:10..x", 12, "expected a number"),
        ("amount:20..10", 8, "the first is greater than the second"),
        ("amount:-5", 8, "amount has no sign: ask for signed"),
        ("amount:5*", 9, "a * may only end a word of a text or name"),
        ("date:2026-02-30", 6, "expected a day such as"),
        ("date:2026-11..2026-10", 6, "the first is later than the second"),
        ("date:1899", 6, "expected a day such as"),
        ("date:next-month", 6, "expected a day such as"),
        ("before>2026", 7, "before takes :"),
        ("currency:XXXX", 10, "expected a currency code"),
        ("import:last", 8, "expected the id of an import"),
        ("status:lost", 8, "expected one of planned, pending, posted, reconciled"),
        ("status>posted", 7, "status takes :"),
        ("cake " * 201, MAX_QUERY + 1, "at most 1000 characters"),
        ("a " * (MAX_TERMS + 1), 2 * MAX_TERMS + 1, "at most 50 terms"),
        ("-" * (MAX_NESTING + 2) + "a", MAX_NESTING + 2, "nest at most 12 deep"),
        ("(" * (MAX_NESTING + 2), MAX_NESTING + 2, "nest at most 12 deep"),
    ],
)
def test_a_problem_names_its_place_and_what_was_expected(text: str, at: int, expected: str) -> None:
    problem = parse_query(text)

    assert isinstance(problem, QueryProblem)
    assert (problem.at, expected in problem.detail) == (at, True), problem
    assert str(problem).startswith(f"at character {at}: ")


def test_where_a_term_stood_is_no_part_of_what_it_says() -> None:
    assert parse_query("  cake") == parse_query("cake")


EXAMPLES: Final = re.findall(r"^\| `([^`]+)` \|", MANUAL.read_text(), re.MULTILINE)


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_of_the_manual_is_a_query(text: str) -> None:
    read = parse_query(text.replace(r"\|", "|"))

    assert not isinstance(read, QueryProblem), read


def test_the_manual_names_every_field_and_known_value() -> None:
    from chalicelib.expenses.model.query.parser import FIELDS
    from chalicelib.expenses.model.query.values import CHOICES, RELATIVE

    words = set(re.findall(r"[a-z-]+", MANUAL.read_text()))

    assert len(EXAMPLES) >= 25
    known = {*FIELDS, *RELATIVE, *(value for values in CHOICES.values() for value in values)}
    assert known - words == set()
