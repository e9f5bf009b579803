"""BAI2: records and what goes on with them, directions, funds types, balances and control totals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.model.formats import ParsedFile, Row, Unreadable, parse

START = "01,A,B,260201,0101,1,,,2/\n02,B,A,1,260131,2359,EUR,2/\n"
END = "98,0,1,6/\n99,0,1,8/\n"


def read(records: str, *, account: str = "03,7712345,,/", start: str = START) -> ParsedFile:
    return parse(f"{start}{account}\n{records}{END}".encode())


def only_row(record: str) -> Row:
    (row,) = read(f"{record}\n").rows
    return row


def notes(parsed: ParsedFile) -> list[str]:
    return [note.code for note in parsed.notes]


@pytest.mark.parametrize(
    ("record", "amount", "payee", "reference"),
    [
        ("16,475,1050,,R1,C1,Shop/", "-10.50", "Shop", "R1 2026-01-31"),
        ("16,108,1050,Z,,,A, B and C/", "10.50", "A, B and C", None),
        ("16,191,001,V,260130,,R1,C1/\n88,FR:FP\n88,TO:ME/", "0.01", "FR:FP TO:ME", "R1 2026-01-30"),
        ("16,699,971,,,/\n88,LVP TRANSFER/", "-9.71", "LVP TRANSFER", None),
        ("16,475,1050,S,1,2,3,R1,C1,Shop/", "-10.50", "Shop", "R1 2026-01-31"),
        ("16,475,1050,D,2,0,50,1,1000,R1,C1,Shop/", "-10.50", "Shop", "R1 2026-01-31"),
        ("16,475,1050,D,1,0/\n88,1050,R1,C1,Shop/", "-10.50", "Shop", "R1 2026-01-31"),
        ("16,409,000000000002500,,,,X", "-25.00", "X", None),
    ],
)  # fmt: skip
def test_a_record_gives_its_amount_text_and_reference(
    record: str, amount: str, payee: str, reference: str | None
) -> None:
    row = only_row(record)

    assert (row.booked_on, row.amount, row.currency) == (
        date(2026, 1, 31), Decimal(amount), "EUR",
    )  # fmt: skip
    assert (row.payee, row.provider_id, row.problems) == (payee, reference, ())


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("16,475,,,,,x/", "no-amount"),
        ("16,475,12.50,,,,x/", "bad-amount"),
        ("16,890,100,,,,x/", "no-direction"),
        ("16,,100,,,,x/", "no-direction"),
        ("16,475,1234567890123456789,,,,x/", "bad-amount"),
    ],
)
def test_what_cannot_be_read_is_a_problem_of_its_row(record: str, code: str) -> None:
    assert [problem.code for problem in only_row(record).problems] == [code]


def test_a_group_without_a_day_makes_problems_of_its_rows() -> None:
    parsed = read("16,475,1,,,,x/\n", start=START.replace("260131", "261331"))

    assert [problem.code for row in parsed.rows for problem in row.problems] == ["bad-date"]


@pytest.mark.parametrize(
    ("account", "group", "currency", "amount"),
    [
        ("03,1,JPY,/", "EUR", "JPY", "-1050"),
        ("03,1,KWD,/", "EUR", "KWD", "-1.050"),
        ("03,1,,/", "CAD", "CAD", "-10.50"),
        ("03,1,,/", "", "USD", "-10.50"),
    ],
)
def test_the_currency_is_that_of_the_account_or_the_group_and_decides_the_decimals(
    account: str, group: str, currency: str, amount: str
) -> None:
    start = START.replace("EUR", group)
    (row,) = read("16,475,1050,,,,x/\n", account=account, start=start).rows

    assert (row.currency, str(row.amount)) == (currency, amount)


def test_balances_and_control_totals_prove_the_rows() -> None:
    account = "03,1,EUR,010,500,,,015,400,,/"
    good = read("16,475,100,,,,x/\n49,1000,3/\n", account=account)
    bad = read("16,475,200,,,,x/\n49,1000,3/\n", account=account)

    assert good.statements[0].opening_balance == Decimal("5.00")
    assert good.statements[0].closing_balance == Decimal("4.00")
    assert notes(good) == []
    assert notes(bad) == ["control-mismatch", "balance-mismatch"]


def test_accounts_are_statements_and_a_missing_end_is_noted() -> None:
    text = f"{START}03,7712345,,/\n16,475,1,,,,x/\n03,7799999,,/\n16,475,2,,,,y/"
    parsed = parse(text.encode())

    assert [(one.account.last4, len(one.rows)) for one in parsed.statements] == [
        ("2345", 1), ("9999", 1),
    ]  # fmt: skip
    assert notes(parsed) == ["truncated-file"]


def test_an_unknown_record_is_passed_over_and_a_file_without_accounts_refused() -> None:
    assert notes(read("17,x/\n16,475,1,,,,x/\n")) == ["ignored-line"]
    with pytest.raises(Unreadable) as refused:
        parse((START + END).encode())
    assert refused.value.reason == "no-statement"


@given(st.lists(st.integers(-(10**12), 10**12), max_size=9))
def test_what_is_written_is_what_is_read(amounts: list[int]) -> None:
    records = "".join(
        f"16,{475 if cents < 0 else 195},{abs(cents)},,,,Shop/\n" for cents in amounts
    )
    closing = sum(amounts)
    total = closing + sum(map(abs, amounts))
    parsed = read(f"{records}49,{total},2/\n", account=f"03,1,,010,0,,,015,{closing},,/")

    assert [row.amount for row in parsed.rows] == [Decimal(cents).scaleb(-2) for cents in amounts]
    assert notes(parsed) in ([], ["no-rows"])
