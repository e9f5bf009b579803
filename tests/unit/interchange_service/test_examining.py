"""From parsed rows to rows that the ledger may be ordered to record."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.commands import ImportRow
from chalicelib.interchange.model.examining import MAX_NOTES, Examined, PageRow, examine
from chalicelib.interchange.model.formats.types import (
    AccountHint,
    ColumnMap,
    ParsedFile,
    ParsedStatement,
    Problem,
    Row,
)
from chalicelib.interchange.model.importing import ROWS_PER_PAGE

DAY = date(2026, 11, 2)


def row(  # a row as a parser gives it
    line: int = 1,
    *,
    amount: str | None = "-1.20",
    currency: str | None = None,
    payee: str = "Corner Bakery",
    memo: str = "",
    provider_id: str | None = None,
    booked_on: date | None = DAY,
    problems: tuple[Problem, ...] = (),
) -> Row:
    value = Decimal(amount) if amount is not None else None
    return Row(line, booked_on, value, currency, payee, memo, provider_id, "", None, None, problems)


def statement(
    *rows: Row,
    currency: str | None = None,
    opening: str | None = None,
    closing: str | None = None,
    number: str = "DE89370400440532013000",
) -> ParsedStatement:
    return ParsedStatement(
        account=AccountHint(kind="bank", number=number),
        currency=currency,
        opening_balance=Decimal(opening) if opening is not None else None,
        closing_balance=Decimal(closing) if closing is not None else None,
        period_start=None,
        period_end=None,
        rows=rows,
    )


def examined(*parts: ParsedStatement, account: str = "EUR", **more: object) -> Examined:
    parsed = ParsedFile("csv", "", "utf-8", parts, **more)  # type: ignore[arg-type]
    return examine(parsed, account_currency=account)


def codes(found: Examined) -> list[list[str]]:
    return [[flaw.code for flaw in one.problems] for one in found.rows]


def ordinals(found: Examined) -> list[int]:
    return [one.row.ordinal for one in found.rows]


def test_an_amount_becomes_minor_units_of_its_currency() -> None:
    found = examined(statement(row(amount="-1234"), currency="JPY"), account="JPY")

    assert found.rows[0].row.amount_minor == -1234
    assert found.rows[0].row.importable


def test_two_equal_rows_of_a_file_are_told_apart() -> None:
    found = examined(
        statement(row(1), row(2), row(3, amount="-1.30"), row(4, payee="corner  BAKERY"))
    )

    assert ordinals(found) == [0, 1, 0, 2]


def test_a_provider_id_tells_rows_apart_whatever_their_text_is() -> None:
    found = examined(
        statement(
            row(1, provider_id="F1"),
            row(2, provider_id="F1", payee="other text"),
            row(3, provider_id="F1", amount="-9"),
            row(4, provider_id="F2"),
        )
    )

    assert ordinals(found) == [0, 1, 0, 0]


def test_ordinals_are_counted_for_each_statement() -> None:
    found = examined(statement(row(1)), statement(row(2), number="2"))

    assert ordinals(found) == [0, 0]


def test_a_row_that_cannot_be_imported_does_not_count_among_equal_rows() -> None:
    flaw = Problem(1, "date", "no-date", "There is no date.")
    found = examined(statement(row(1, problems=(flaw,)), row(2)))

    assert ordinals(found) == [0, 0]
    assert [one.row.importable for one in found.rows] == [False, True]


def test_a_row_in_another_currency_than_the_account_is_a_problem() -> None:
    found = examined(statement(row(1, currency="USD"), row(2, currency="EUR"), row(3)))

    assert codes(found) == [["other-currency"], [], []]
    assert found.rows[0].row.currency == "USD"
    assert found.importable == 2


def test_a_lone_statement_in_another_currency_has_no_importable_row() -> None:
    found = examined(statement(row(1), row(2), currency="USD"))

    assert codes(found) == [["other-currency"], ["other-currency"]]
    assert found.statements[0].currency == "USD"


def test_a_lone_statement_tells_the_currency_that_all_its_rows_name() -> None:
    found = examined(statement(row(1, currency="CHF"), row(2, currency="CHF")))

    assert found.statements[0].currency == "CHF"
    assert found.importable == 0


def test_each_of_several_statements_keeps_its_own_currency() -> None:
    found = examined(statement(row(1), currency="USD"), statement(row(2), number="2"))

    assert [part.currency for part in found.statements] == ["USD", "EUR"]
    assert found.importable == 2


def test_an_amount_with_more_digits_than_the_currency_has_is_a_problem() -> None:
    found = examined(statement(row(amount="-1.234")))

    assert codes(found) == [["amount-unfit"]]
    assert found.rows[0].row.amount_minor is None


def test_an_amount_beyond_all_measure_is_a_problem() -> None:
    for amount in ("1e400", "-1e18", "NaN", "Infinity"):
        assert codes(examined(statement(row(amount=amount)))) == [["amount-unfit"]]


def test_an_unknown_currency_is_a_problem() -> None:
    found = examined(statement(row(currency="XXQ")))

    assert codes(found) == [["amount-unfit", "other-currency"]]


def test_a_row_without_day_or_amount_is_never_importable() -> None:
    found = examined(statement(row(booked_on=None), row(amount=None)))

    assert codes(found) == [["incomplete"], ["incomplete"]]


def test_opening_balance_and_rows_give_the_closing_balance() -> None:
    rows = (row(1, amount="-1.20"), row(2, amount="3.00"))

    even = examined(statement(*rows, opening="10", closing="11.80")).statements[0]
    odd = examined(statement(*rows, opening="10", closing="11.81")).statements[0]
    unsaid = examined(statement(*rows, closing="11.80")).statements[0]

    assert (even.opening_minor, even.closing_minor, even.balanced) == (1000, 1180, True)
    assert odd.balanced is False
    assert unsaid.balanced is None


def test_a_balance_with_an_unread_amount_is_not_judged() -> None:
    found = examined(statement(row(amount=None), opening="1", closing="1"))

    assert found.statements[0].balanced is None


def test_a_period_that_the_file_does_not_state_is_that_of_its_rows() -> None:
    found = examined(statement(row(booked_on=date(2026, 3, 9)), row(booked_on=date(2026, 3, 1))))

    part = found.statements[0]
    assert (part.period_start, part.period_end) == (date(2026, 3, 1), date(2026, 3, 9))


def test_only_the_last_four_digits_of_an_account_are_kept() -> None:
    assert examined(statement(row())).statements[0].last4 == "3000"


def test_pages_with_problems_are_named() -> None:
    bad = Problem(1, None, "bad", "It is bad.")
    rows = [row(1) for _ in range(2 * ROWS_PER_PAGE)] + [row(1, problems=(bad,))]

    assert examined(statement(*rows)).problem_pages == (2,)


def test_detected_columns_are_told_by_field() -> None:
    columns = ColumnMap(
        date=0, amount=3, payee=(1, 2), header_line=1, names=("Day", "Name", "Text", "Sum")
    )
    found = examined(statement(row()), columns=columns)

    told = [(one.field, one.index, one.name) for one in found.columns]
    assert told == [
        ("date", 0, "Day"),
        ("amount", 3, "Sum"),
        ("payee", 1, "Name"),
        ("payee", 2, "Text"),
    ]


def test_notes_are_bounded_and_say_so() -> None:
    notes = tuple(Problem(n, None, "skipped", "A line was skipped.") for n in range(MAX_NOTES + 7))
    found = examined(statement(row()), notes=notes)

    assert len(found.notes) == MAX_NOTES + 1
    assert found.notes[-1].detail == "7 further notes are not shown."


@given(
    st.lists(
        st.tuples(st.integers(-500, 500), st.sampled_from(["A", "a ", "B"]), st.booleans()),
        max_size=40,
    )
)
def test_no_two_rows_of_a_statement_have_the_same_identity_and_ordinal(
    lines: list[tuple[int, str, bool]],
) -> None:
    rows = [
        row(n, amount=f"{cents / 100:.2f}", payee=payee, provider_id="F" if given_id else None)
        for n, (cents, payee, given_id) in enumerate(lines)
    ]
    found = examined(statement(*rows))

    keys = [(one.row.identity(), one.row.ordinal) for one in found.rows]
    assert len(set(keys)) == len(keys)
    assert sum(one.row.amount_minor or 0 for one in found.rows) == sum(line[0] for line in lines)


def test_a_page_row_survives_its_page() -> None:
    flaw = Problem(7, "amount", "bad-amount", "It says “abc”.")
    found = examined(statement(row(7, amount=None, problems=(flaw,))))

    raw = found.rows[0].to_json()

    assert PageRow.from_json(raw) == found.rows[0]
    assert ImportRow.from_json(raw) == found.rows[0].row
