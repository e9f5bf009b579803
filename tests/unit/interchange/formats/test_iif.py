"""QuickBooks' lists: transactions by account, their splits, transfers and classes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chalicelib.interchange.model.formats import Hints, ParsedFile, Unreadable, parse
from chalicelib.interchange.model.formats.types import Extras, Part

HEAD = (
    "!TRNS\tTRNSID\tTRNSTYPE\tDATE\tACCNT\tNAME\tCLASS\tAMOUNT\tDOCNUM\tMEMO\n"
    "!SPL\tSPLID\tTRNSTYPE\tDATE\tACCNT\tAMOUNT\tMEMO\tCLASS\n!ENDTRNS\n"
)
ACCOUNTS = (
    "!ACCNT\tNAME\tACCNTTYPE\nACCNT\tChecking\tBANK\nACCNT\tVisa\tCCARD\nACCNT\tFood:Bread\tEXP\nACCNT\tSales\tINC\n"
    "ACCNT\tDebtors\tAR\n"
)


def trns(
    kind: str,
    account: str,
    amount: str,
    *,
    day: str = "1/31/26",
    name: str = "Bakery",
    memo: str = "",
) -> str:
    return f"TRNS\t\t{kind}\t{day}\t{account}\t{name}\t\t{amount}\t17\t{memo}\n"


def spl(account: str, amount: str, *, memo: str = "", tag: str = "") -> str:
    return f"SPL\t\t\t\t{account}\t{amount}\t{memo}\t{tag}\n"


END = "ENDTRNS\n"


def read(*lines: str, hints: Hints | None = None) -> ParsedFile:
    return parse("".join(lines).encode(), hints=hints)


def codes(parsed: ParsedFile) -> list[str]:
    return [note.code for note in parsed.notes]


def test_a_payment_is_a_row_of_its_account_with_its_category_and_class() -> None:
    parsed = read(
        ACCOUNTS,
        HEAD,
        trns("CHECK", "Checking", '"-1,004.20"'),
        spl("Food:Bread", '"1,004.20"', tag="Home"),
        END,
    )

    (statement,) = parsed.statements
    (row,) = statement.rows
    assert (parsed.format, statement.account.kind, statement.account.name) == (
        "iif",
        "bank",
        "Checking",
    )
    assert (row.line, row.booked_on, row.amount) == (10, date(2026, 1, 31), Decimal("-1004.20"))
    assert (row.payee, row.kind) == ("Bakery", "check")
    assert row.extras == Extras(category=("Food", "Bread"), tags=("Home",))


def test_splits_are_parts_that_sum_up() -> None:
    lines = (
        HEAD,
        trns("CHECK", "Bank", "-10.00"),
        spl("Food", "7.00", memo="rolls"),
        spl("Gifts", "3.00"),
        END,
    )

    (row,) = read(*lines).rows
    (turned,) = read(*lines, hints=Hints(invert_sign=True)).rows

    assert row.extras == Extras(
        parts=(
            Part(amount=Decimal("-7.00"), category=("Food",), memo="rolls"),
            Part(amount=Decimal("-3.00"), category=("Gifts",)),
        )
    )
    assert turned.extras is not None
    assert turned.amount == sum(part.amount for part in turned.extras.parts) == Decimal(10)


def test_splits_that_do_not_sum_up_are_left_out_with_a_note() -> None:
    parsed = read(
        HEAD, trns("CHECK", "Bank", "-10.00"), spl("Food", "7.00"), spl("Gifts", "2.00"), END
    )

    assert parsed.rows[0].extras is None
    assert "splits-incomplete" in codes(parsed)


def test_money_between_two_accounts_is_two_rows_of_one_transfer() -> None:
    parsed = read(ACCOUNTS, HEAD, trns("CHECK", "Checking", "-50.00"), spl("Visa", "50.00"), END)

    away, home = (statement.rows[0] for statement in parsed.statements)
    assert [statement.account.kind for statement in parsed.statements] == ["bank", "card"]
    assert (away.amount, home.amount) == (Decimal("-50.00"), Decimal("50.00"))
    assert (away.extras, home.extras) == (
        Extras(transfer="0", other_account="Visa"),
        Extras(transfer="0", other_account="Checking"),
    )
    assert home.booked_on == date(2026, 1, 31)


def test_a_transfer_with_a_fee_names_the_other_account_and_is_no_pair() -> None:
    parsed = read(
        ACCOUNTS,
        HEAD,
        trns("CHECK", "Checking", "-51.00"),
        spl("Visa", "50.00"),
        spl("Food:Bread", "1.00"),
        END,
    )

    assert [row.extras and row.extras.transfer for row in parsed.rows] == ["", ""]


def test_what_concerns_no_bank_is_counted_and_left_out() -> None:
    invoice = (trns("INVOICE", "Debtors", "90.00"), spl("Sales", "-90.00"), END)

    parsed = read(
        ACCOUNTS,
        HEAD,
        *invoice,
        trns("DEPOSIT", "Checking", "90.00"),
        spl("Debtors", "-90.00"),
        END,
    )

    assert [row.amount for row in parsed.rows] == [Decimal("90.00")]
    assert "not-of-a-bank" in codes(parsed)
    with pytest.raises(Unreadable, match="no-statement"):
        read(HEAD, *invoice)


def test_a_list_without_transactions_is_refused() -> None:
    with pytest.raises(Unreadable, match="no-statement"):
        read(ACCOUNTS)


def test_days_are_read_by_all_dates_and_an_open_order_is_noted() -> None:
    first = (trns("CHECK", "Bank", "-1.00", day="3/4/2026"), END)

    assert "ambiguous-dates" in codes(read(HEAD, *first))
    assert read(HEAD, *first).rows[0].booked_on == date(2026, 3, 4)
    british = read(HEAD, *first, trns("CHECK", "Bank", "-1.00", day="13/4/2026"), END)
    assert british.rows[0].booked_on == date(2026, 4, 3)


def test_broken_lines_are_flaws_of_rows_or_notes() -> None:
    parsed = read(
        HEAD, spl("Food", "1.00"), trns("CHECK", "Bank", "x", day="soon"), trns("CHECK", "Bank", "-2.00", name="")
    )  # fmt: skip

    assert [[one.code for one in row.problems] for row in parsed.rows] == [
        ["bad-amount", "bad-date"],
        [],
    ]
    assert parsed.rows[1].payee == "# 17"
    assert codes(parsed).count("truncated-file") == 2
    assert "ignored-line" in codes(parsed)
