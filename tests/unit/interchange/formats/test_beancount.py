"""Beancount: the language bit by bit, and what becomes of double entry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chalicelib.interchange.model.formats import Hints, ParsedFile, Row, Unreadable, parse
from chalicelib.interchange.model.formats.journals.sums import evaluate
from chalicelib.interchange.model.formats.types import Extras, Part


def read(text: str, hints: Hints | None = None) -> ParsedFile:
    return parse(f'option "title" "x"\n{text}'.encode(), hints=hints)


def rows(text: str) -> list[Row]:
    return list(read(text).rows)


def notes(parsed: ParsedFile) -> list[str]:
    return [note.code for note in parsed.notes]


def only(text: str) -> Row:
    (row,) = rows(text)
    return row


def extras(row: Row) -> Extras:
    assert row.extras is not None
    return row.extras


def spent(amount: str, rest: str = "Expenses:Food") -> str:
    return f'2024-01-02 * "Shop"\n  Assets:A  {amount}\n  {rest}\n'


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("-10.00 EUR", "-10.00"),
        ("-1,234.50 EUR", "-1234.50"),
        ("- 10 EUR", "-10"),
        ("-(10 + 2.5) / 5 EUR", "-2.5"),
        ("2 * -3 + 1 EUR", "-5"),
        ("-10. EUR ; comment", "-10"),
        ("-10.00   EUR", "-10.00"),
        ("1/3 EUR", None),
    ],
)
def test_amounts_are_worked_out(written: str, value: str | None) -> None:
    row = only(spent(written))

    assert row.amount == (Decimal(value) if value else None)
    assert [problem.code for problem in row.problems] == ([] if value else ["too-many-decimals"])


@pytest.mark.parametrize(
    "text",
    ["", "(", ")", "1 2", "1 +", "* 2", "1/0", "()", "(1", "1)", "1e5", "--", "9*" * 99 + "9"],
)
def test_what_is_no_sum_is_none(text: str) -> None:
    assert evaluate(text) is None


def test_texts_tags_links_and_ids() -> None:
    row = only(
        'pushtag #trip\n2024-01-02 * "Pay \\"ee\\"" "two\nlines" #food ^inv-1\n  #more\n  key: "x"\n'
        '  Assets:A  -1 EUR\n    note: "here"\n  Expenses:Food\npoptag #trip\n'
    )  # fmt: skip

    assert (row.payee, row.memo, row.provider_id, row.line) == ('Pay "ee"', "two lines", "inv-1", 3)
    assert extras(row).tags == ("trip", "food", "more")


def test_a_link_of_several_transactions_is_the_id_of_none() -> None:
    text = spent("-1 EUR").replace('"Shop"', '"Shop" ^a')

    assert [row.provider_id for row in rows(text * 2)] == [None, None]


def test_an_id_in_the_metadata_is_the_bank_s() -> None:
    text = spent("-1 EUR").replace('"Shop"\n', '"Shop" ^a\n  id: "77"\n')

    assert only(text).provider_id == "77"


def test_several_reasons_are_parts() -> None:
    row = only(spent("-10 EUR", 'Expenses:Food  7 EUR\n    note: "bread"\n  Expenses:Home:Tools'))

    assert extras(row).parts == (
        Part(amount=Decimal(-7), category=("Food",), memo="bread"),
        Part(amount=Decimal(-3), category=("Home", "Tools")),
    )


def test_tax_out_of_a_salary_is_a_part_of_the_other_sign() -> None:
    row = only(
        '2024-01-02 * "Job"\n  Assets:A  70 EUR\n  Income:Job  -100 EUR\n  Expenses:Tax  30 EUR\n'
    )

    assert row.amount == 70
    assert [(part.amount, part.category) for part in extras(row).parts] == [
        (Decimal(100), ("Job",)),
        (Decimal(-30), ("Tax",)),
    ]


def test_a_salary_onto_two_accounts_with_tax_is_no_transfer() -> None:
    found = rows(
        '2024-01-02 * "Job"\n  Assets:A  50 EUR\n  Assets:B  20 EUR\n  Income:Job  -100 EUR\n  Expenses:Tax  30 EUR\n'
    )

    assert [(row.amount, extras(row).transfer, extras(row).category) for row in found] == [
        (Decimal(50), "", ()),
        (Decimal(20), "", ("Job",)),
    ]
    assert [part.amount for part in extras(found[0]).parts] == [80, -30]


def test_a_transfer_with_a_fee_is_two_legs_and_an_expense() -> None:
    found = rows(
        '2024-01-02 * "Move"\n  Assets:A  -101 EUR\n  Assets:B  100 EUR\n  Expenses:Fees\n'
    )

    marks = {extras(row).transfer for row in found}
    assert [(row.amount, extras(row).category) for row in found] == [
        (Decimal(-100), ()),
        (Decimal(-1), ("Fees",)),
        (Decimal(100), ()),
    ]
    assert len(marks) == 2
    assert extras(found[0]).other_account == "Assets:B"


def test_what_was_paid_abroad_keeps_its_amount() -> None:
    row = only('2024-01-02 * "x"\n  Expenses:Food  5 USD @@ 4.50 EUR\n  Assets:A\n')

    assert (row.amount, row.currency) == (Decimal("-4.50"), "EUR")
    assert (extras(row).original_amount, extras(row).original_currency) == (Decimal(-5), "USD")


def test_one_account_in_two_currencies_is_two_statements() -> None:
    parsed = read('2024-01-02 * "fx"\n  Assets:A  -10 EUR @ 1.1 USD\n  Assets:A  11.0 USD\n')

    assert [(part.account.name, part.currency) for part in parsed.statements] == [
        ("Assets:A", "EUR"),
        ("Assets:A", "USD"),
    ]
    assert len({extras(row).transfer for row in parsed.rows}) == 1


@pytest.mark.parametrize(
    ("method", "gain"), [("FIFO", 120 - 100), ("LIFO", 120 - 110), ("HIFO", 120 - 110)]
)
def test_sold_shares_weigh_what_their_lot_had_cost(method: str, gain: int) -> None:
    text = (
        f'2024-01-01 open Assets:S  "{method}"\n'
        '2024-01-02 * "b"\n  Assets:S  1 HOOL {100 USD}\n  Assets:A\n'
        '2024-01-03 * "b"\n  Assets:S  1 HOOL {110 USD}\n  Assets:A\n'
        '2024-01-04 * "s"\n  Assets:S  -1 HOOL {} @ 120 USD\n  Assets:A  120 USD\n  Income:Gains\n'
    )

    parsed = read(text)

    last = parsed.rows[-1]
    assert [row.amount for row in parsed.rows] == [-100, -110, 120]
    assert [part.amount for part in extras(last).parts] == [120 - gain, gain]
    assert notes(parsed) == ["securities-left-out"]


def test_a_sale_of_unclear_lots_leaves_only_what_is_not_written_unknown() -> None:
    text = (
        '2024-01-02 * "b"\n  Assets:S  1 HOOL {100 USD}\n  Assets:A\n'
        '2024-01-03 * "b"\n  Assets:S  1 HOOL {110 USD}\n  Assets:A\n'
        '2024-01-04 * "s"\n  Assets:S  -1 HOOL {}\n  Assets:A\n'
    )

    last = rows(text)[-1]

    assert (last.amount, last.currency) == (None, "USD")
    assert [problem.code for problem in last.problems] == ["no-amount"]


def test_a_pad_before_all_rows_is_the_opening_balance() -> None:
    (part,) = read(
        "2024-01-01 pad Assets:A Equity:O\n2024-01-02 balance Assets:A 50.00 EUR\n" + spent("-1.00 EUR").replace("01-02", "01-03")
        + "2024-02-01 balance Assets:A 49.00 EUR\n"
    ).statements  # fmt: skip

    assert (part.opening_balance, part.closing_balance) == (Decimal("50.00"), Decimal("49.00"))
    assert (part.period_start, part.period_end) == (date(2024, 1, 1), date(2024, 1, 31))


def test_a_false_assertion_is_noted_with_its_line() -> None:
    parsed = read(spent("-1.00 EUR") + "2024-02-01 balance Assets:A 5.00 EUR\n")

    assert [(note.code, note.line) for note in parsed.notes] == [("balance-mismatch", 5)]


@pytest.mark.parametrize(("stated", "off"), [("-1.01", 0), ("-1.02", 1), ("-1.02 ~ 0.05", 0)])
def test_assertions_have_beancounts_tolerance(stated: str, off: int) -> None:
    assert (
        len(read(spent("-1.00 EUR") + f"2024-02-01 balance Assets:A {stated} EUR\n").notes) == off
    )


def test_an_assertion_counts_what_lies_below_the_account() -> None:
    text = (
        spent("-1 EUR").replace("Assets:A ", "Assets:A:B ") + "2024-02-01 balance Assets:A -1 EUR\n"
    )

    assert notes(read(text)) == []


def test_books_that_lie_in_other_files_too_have_no_opening_balance_but_what_is_asserted() -> None:
    (part,) = read(
        'include "b.beancount"\n2024-01-01 balance Assets:A 50 EUR\n' + spent("-1 EUR")
    ).statements
    (bare,) = read('include "b.beancount"\n' + spent("-1 EUR")).statements

    assert (part.opening_balance, bare.opening_balance) == (Decimal(50), None)


def test_names_of_the_roots_are_options() -> None:
    text = 'option "name_assets" "Vermoegen"\n' + spent("-1 EUR").replace("Assets", "Vermoegen")

    assert only(text).amount == -1


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ('plugin "beancount.plugins.auto"\n', "plugin-not-run"),
        ('include "x"\n', "include-not-followed"),
        ('2024-01-01 price EUR 1.1 USD\n2024-01-01 note Assets:A "x"\n', "ignored-line"),
        ("hello\n", "ignored-line"),
        ("2024-13-01 open Assets:B\n", "ignored-line"),
        ("2024-01-01 pad Assets:A\n", "ignored-line"),
        ("2024-01-01 balance Assets:A x EUR\n", "ignored-line"),
        ('2024-01-02 ! "y"\n  Assets:A  -1 EUR\n  Expenses:Food\n', "flagged"),
        ('2024-01-02 * "y"\n  Assets:A  -1 EUR\n  Expenses:Food  2 EUR\n', "unbalanced"),
        ('2024-01-02 * "y"\n  Assets:A  -1 EUR\n  nonsense\n  Expenses:Food\n', "bad-line"),
        ('2024-01-02 * "y\n  Assets:A  -1 EUR\n  Expenses:Food\n', "bad-line"),
        ('2024-01-02 * "y"\n  Assets:A  -1 EUR\n  Other:Food\n', "unknown-account-type"),
    ],
)  # fmt: skip
def test_what_was_left_aside_is_said(text: str, note: str) -> None:
    parsed = read(spent("-1 EUR") + text)

    assert notes(parsed) == [note]


def test_comments_and_headings_are_nothing() -> None:
    text = (
        "* Heading\n:PROPERTIES:\n#+STARTUP: x\n; comment\n!bang\n\n2024-01-01 open Assets:A ; c\n"
        + spent("-1 EUR")
    )

    assert notes(read(text)) == []


def test_a_day_that_does_not_exist_is_a_problem_of_the_row() -> None:
    row = only(spent("-1 EUR").replace("2024-01-02", "2024-02-30"))

    assert [problem.code for problem in row.problems] == ["bad-date"]


def test_two_amounts_left_out_are_problems_and_the_others_stay() -> None:
    found = rows('2024-01-02 * "x"\n  Assets:A  -5 EUR\n  Assets:B\n  Expenses:Food\n')

    assert [(row.amount, [problem.code for problem in row.problems]) for row in found] == [
        (-5, []),
        (None, ["no-amount"]),
    ]


def test_the_opening_balances_of_several_accounts_are_no_transfers() -> None:
    parsed = read(
        '2024-01-01 * "Open"\n  Assets:A  100 EUR\n  Liabilities:C  -30 EUR\n  Equity:Opening\n'
    )

    assert [(part.account.name, part.opening_balance, part.rows) for part in parsed.statements] == [
        ("Assets:A", Decimal(100), ()),
        ("Liabilities:C", Decimal(-30), ()),
    ]


@pytest.mark.parametrize(
    "text", ["2024-01-01 open Assets:A\n", spent("1 EUR").replace("Assets", "Other")]
)
def test_a_journal_without_money_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="no-statement"):
        read(text)
