"""Formulas: what they give, what is refused when they are saved, and that they end."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.expression_functions import FUNCTIONS
from chalicelib.expenses.model.expression_values import Amount, ExpressionFailed
from chalicelib.expenses.model.expressions import (
    MAX_EXPRESSION,
    Expression,
    Inputs,
    Wanted,
    compiled,
    read_expression,
)

INPUTS = Inputs(
    payee="REWE Markt 12",
    shown_payee="Rewe",
    notes="paid USD 12.50",
    currency="EUR",
    amount_minor=-11_900,
    digits=2,
    day=date(2026, 1, 31),
)


def worked_out(text: str, wanted: Wanted, inputs: Inputs = INPUTS) -> Any:
    read = read_expression(text, wanted)
    assert isinstance(read, Expression), read
    value = compiled(read)(inputs)
    return value.value if isinstance(value, Amount) else value


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("'Rent'", "text", "Rent"),
        ("'it''s'", "text", "it's"),
        ('"a ""b"""', "text", 'a "b"'),
        ("'Rent ' & format(day, 'MM/YYYY')", "text", "Rent 01/2026"),
        ("upper(shown_payee) & ' ' & lower(payee)", "text", "REWE rewe markt 12"),
        ("title(lower(payee))", "text", "Rewe Markt 12"),
        ("trim('  a   b ')", "text", "a b"),
        ("left(payee, 4) & right(payee, 2) & middle(payee, 6, 5)", "text", "REWE12Markt"),
        ("word(payee, 2) & word(payee, -1) & word(payee, 9)", "text", "Markt12"),
        ("replace(payee, 'REWE ', '')", "text", "Markt 12"),
        ("extract(notes, 'usd ([0-9.]+)')", "text", "12.50"),
        ("text(length(payee)) & currency", "text", "13EUR"),
        ("text(abs(amount)) & '|' & text(day)", "text", "119|2026-01-31"),
        ("text(1.50)", "text", "1.5"),
        ("if(amount < money(0), 'out', 'in')", "text", "out"),
        ("if(contains(notes, 'USD'), 'abroad', 'home')", "text", "abroad"),
        ("if(payee = 'REWE Markt 12', 'yes', 'no')", "text", "yes"),
        ("if(day >= date('2026-02-01'), 'new', 'old')", "text", "old"),
        ("1 + 2 * 3 - -4 / 2", "number", Decimal(9)),
        ("(1 + 2) * 3", "number", Decimal(9)),
        ("0.1 + 0.2", "number", Decimal("0.3")),
        ("number(extract(notes, '[0-9.]+'))", "number", Decimal("12.50")),
        ("number(amount)", "number", Decimal("-119.00")),
        ("amount / money(2)", "number", Decimal("-59.5")),
        ("amount * 19 / 119", "money", Decimal(-19)),
        ("19 * amount / 119", "money", Decimal(-19)),
        ("abs(amount) - money(10.5)", "money", Decimal("108.50")),
        ("-amount", "money", Decimal(119)),
        ("max(amount, money(5)) + min(amount, money(5))", "money", Decimal(-114)),
        ("round(amount / 7, 2)", "money", Decimal("-17.00")),
        ("round(2.5, 0) + round(3.5, 0)", "number", Decimal(6)),
        ("min(day, date('2026-01-02'))", "day", date(2026, 1, 2)),
        ("add_days(day, 1)", "day", date(2026, 2, 1)),
        ("add_months(day, 1)", "day", date(2026, 2, 28)),
        ("add_months(day, -11)", "day", date(2025, 2, 28)),
        ("month_start(day)", "day", date(2026, 1, 1)),
        ("month_end(add_days(day, 1))", "day", date(2026, 2, 28)),
        ("days_between(day, date('2026-03-01'))", "number", Decimal(29)),
        ("year(day) * 100 + month(day)", "number", Decimal(202_601)),
        ("day_of_month(day) + weekday(day)", "number", Decimal(37)),
    ],
)
def test_what_a_formula_gives(text: str, wanted: Wanted, expected: object) -> None:
    assert worked_out(text, wanted) == expected


def test_every_function_of_the_list_was_called_above() -> None:
    mark = next(m for m in getattr(test_what_a_formula_gives, "pytestmark") if m.args)  # noqa: B009
    texts = " ".join(case[0] for case in mark.args[1])

    assert [name for name in FUNCTIONS if f"{name}(" not in texts] == []


@pytest.mark.parametrize(
    ("text", "wanted", "words"),
    [
        ("", "text", "1 to 500"),
        (7, "text", "1 to 500"),
        ("'a' & " * 100 + "'a'", "text", "1 to 500"),
        ("amount", "text", "a money, and a text"),
        ("payee +", "text", "a value should stand"),
        ("payee payee", "text", "should end"),
        ("'open", "text", "character 1"),
        ("payee # 2", "text", "character 6"),
        ("salary", "text", "unknown name"),
        ("eval('1')", "text", "unknown function"),
        ("__import__('os')", "text", "unknown function"),
        ("payee.upper", "text", "character 6"),
        ("upper(1)", "text", "upper takes (text)"),
        ("upper()", "text", "upper takes (text)"),
        ("left(payee)", "text", "left takes"),
        ("payee + 'x'", "text", "does not go between"),
        ("amount + 1", "money", "does not go between"),
        ("amount * amount", "money", "does not go between"),
        ("-payee", "text", "no negative"),
        ("payee & amount", "text", "does not go between"),
        ("if(payee, 'a', 'b')", "text", "takes a comparison"),
        ("if(1 = 1, 'a', 2)", "text", "takes a comparison"),
        ("if(1 = 1, 'a')", "text", "takes a comparison"),
        ("1 = 'a'", "text", "cannot be compared"),
        ("1 < 2 < 3", "text", "should end"),
        ("extract(payee, notes)", "text", "written out"),
        ("extract(payee, '(?=a)')", "text", "look-around"),
        ("format(day, 'no day')", "text", "YYYY"),
        ("date('2026-02-30')", "day", "YYYY-MM-DD"),
        ("(" * 30 + "1" + ")" * 30, "number", "nests"),
        ("-" * 30 + "1", "number", "nests"),
        ("+".join("1" * 101), "number", "at most 100 parts"),
        ("1" * 21, "number", "should end"),
    ],
)
def test_what_is_wrong_is_said_when_it_is_saved(text: Any, wanted: Wanted, words: str) -> None:
    problem = read_expression(text, wanted)

    assert isinstance(problem, str)
    assert words in problem


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1 / 0", "number"),
        ("number(payee)", "number"),
        ("number('NaN')", "number"),
        ("number('1e9')" + " * 99999999999999999999" * 4, "number"),
        ("left(payee, 1.5)", "text"),
        ("add_days(day, 99999)", "day"),
        ("add_months(day, 99999)", "day"),
        ("round(1, 30)", "number"),
        ("replace(payee, left(payee, 0), 'x')", "text"),
        ("replace(replace(notes & notes, ' ', notes & notes & notes), ' ', notes & payee & notes)", "text"),
    ],
)  # fmt: skip
def test_what_has_no_value_fails_as_a_value_and_not_as_a_crash(text: str, wanted: Wanted) -> None:
    with pytest.raises(ExpressionFailed):
        worked_out(text, wanted, replace(INPUTS, notes="a b " * 100))


def test_a_message_repeats_no_text_of_the_user() -> None:
    for text in ("payee 'Mallory'", "upper('Mallory' 'Mallory')", "1 + 'Mallory'", "* 'Mallory'"):
        problem = read_expression(text, "text")
        assert isinstance(problem, str)
        assert "Mallory" not in problem


@given(st.text(alphabet="()+-*/&=<>,.'\" 0123456789abdefilmnoprtuxy_", max_size=MAX_EXPRESSION))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    read = read_expression(text, "number")

    if isinstance(read, Expression):
        with contextlib.suppress(ExpressionFailed):
            assert isinstance(compiled(read)(INPUTS), Decimal)
    else:
        assert read


@given(st.integers(-(10**17), 10**17), st.integers(1, 999), st.integers(1, 999))
def test_money_is_exact(minor: int, up: int, down: int) -> None:
    inputs = replace(INPUTS, amount_minor=minor)

    assert worked_out(f"amount * {up} - amount * {up}", "money", inputs) == 0
    assert (
        worked_out(f"amount * {up} * {down}", "money", inputs) == Decimal(minor * up * down) / 100
    )
