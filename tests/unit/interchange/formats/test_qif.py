"""QIF: records, dates as Quicken writes them, accounts, and what is no transaction."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.model.formats import Hints, ParsedFile, Unreadable, parse
from chalicelib.interchange.model.formats.types import Extras, Part


def read(text: str, hints: Hints | None = None) -> ParsedFile:
    return parse(text.encode(), hints=hints)


def bank(*records: str) -> str:
    return "!Type:Bank\n" + "".join(f"{record}\n^\n" for record in records)


def notes(parsed: ParsedFile) -> set[str]:
    return {note.code for note in parsed.notes} - {"no-currency"}


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("8/13/13", date(2013, 8, 13)),
        ("13/8/2013", date(2013, 8, 13)),
        ("1/ 1'00", date(2000, 1, 1)),
        ("2/10'2020", date(2020, 2, 10)),
        ("02/03' 5", None),
        ("2022-09-23", date(2022, 9, 23)),
        ("23.09.2022", date(2022, 9, 23)),
        ("12/31/69", date(1969, 12, 31)),
        ("13/13/2020", None),
        ("", None),
    ],
)
def test_dates_are_read_as_quicken_writes_them(written: str, day: date | None) -> None:
    (row,) = read(bank(f"D{written}\nT-1.00\nPShop")).rows

    assert row.booked_on == day
    assert [problem.code for problem in row.problems] == (
        [] if day else ["bad-date" if written else "no-date"]
    )


def test_the_order_of_day_and_month_is_that_of_the_whole_file() -> None:
    proven = read(bank("D01/02/2026\nT1", "D31/01/2026\nT1"))
    unclear = read(bank("D01/02/2026\nT1", "D03/04/2026\nT1"))
    told = read(bank("D01/02/2026\nT1"), Hints(date_order="dmy"))

    assert proven.rows[0].booked_on == date(2026, 2, 1)
    assert unclear.rows[0].booked_on == date(2026, 1, 2)
    assert (notes(proven), notes(unclear)) == (set(), {"ambiguous-dates"})
    assert told.rows[0].booked_on == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("written", "amount"),
    [("T-1,000.00", "-1000.00"), ("T12.5", "12.5"), ("U7.00", "7.00"), ("T-1.234,56", "-1234.56")],
)
def test_amounts_are_read_in_the_style_of_the_file(written: str, amount: str) -> None:
    (row,) = read(bank(f"D8/13/13\n{written}")).rows

    assert row.amount == Decimal(amount)


def test_a_flaw_is_a_problem_of_its_row() -> None:
    bad, good = read(bank("D8/13/13\nTmuch", "D8/14/13\nT1.00")).rows

    assert [problem.code for problem in bad.problems] == ["bad-amount"]
    assert good.problems == ()


def test_splits_become_parts_and_a_date_within_them_is_not_the_rows() -> None:
    parsed = read(
        bank(
            "D8/13/13\nT-10.00\nPShop\nMboth\nSFood:Bread\nEbread\n$-4.00\nD1/1/13\nSFun/Trip\n$-6.00"
        )
    )
    (row,) = parsed.rows

    assert (row.booked_on, row.amount, row.payee, row.memo) == (
        date(2013, 8, 13), Decimal("-10.00"), "Shop", "both",
    )  # fmt: skip
    assert row.extras == Extras(
        tags=("Trip",),
        parts=(
            Part(amount=Decimal("-4.00"), category=("Food", "Bread"), memo="bread"),
            Part(amount=Decimal("-6.00"), category=("Fun",)),
        ),
    )
    assert notes(parsed) == set()


@pytest.mark.parametrize(
    "splits",
    [
        "SFood\n$-4.00\nSFun\n$-5.00",
        "SFood\n$much\nSFun\n$-6.00",
        "SFood\nSFun\n$-10.00",
        "SFood\n$-10.00\n" + "SFun\n$0.00\n" * 300 + "SFun\n$0.00",
    ],
)
def test_splits_that_do_not_add_up_are_left_out_and_the_row_stays(splits: str) -> None:
    parsed = read(bank(f"D8/13/13\nT-10.00\nPShop\n{splits}"))

    assert [(row.amount, row.extras) for row in parsed.rows] == [(Decimal("-10.00"), None)]
    assert "splits-left-out" in notes(parsed)


@pytest.mark.parametrize(
    ("written", "extras"),
    [
        ("Food", Extras(category=("Food",))),
        ("Food:Bread: White /Trip", Extras(category=("Food", "Bread", "White"), tags=("Trip",))),
        ("/Trip", Extras(tags=("Trip",))),
        ("[Savings]", Extras(other_account="Savings")),
        ("[Savings]/Trip", Extras(other_account="Savings")),
        ("[]", None),
        ("[never closed", None),
        (" : ", None),
        ("Uncategorized", None),
    ],
)
def test_what_a_row_was_for(written: str, extras: Extras | None) -> None:
    (row,) = read(bank(f"D8/13/13\nT-10.00\nPShop\nL{written}")).rows

    assert row.extras == extras


def test_both_sides_of_a_transfer_are_linked_and_a_lonely_one_names_the_other_account() -> None:
    parsed = read(
        "!Account\nNGiro\nTBank\n^\n!Type:Bank\n"
        "D8/13/13\nT-10.00\nL[Purse]\n^\nD8/13/13\nT-10.00\nL[Purse]\n^\n"
        "D8/14/13\nT-10.00\nL[Purse]\n^\nD8/14/13\nT5.00\nL[Giro]\n^\nD8/14/13\nT-5.00\nL[Giro]\n^\n"
        "!Account\nNPurse\nTCash\n^\n!Type:Cash\n"
        "D8/13/13\nT10.00\nL[Giro]\n^\nD8/13/13\nT10.00\nL[Giro]\n^\nD8/15/13\nT10.00\nL[Giro]\n^\n"
    )
    giro, purse = parsed.statements
    marks = [[row.extras.transfer for row in one.rows if row.extras] for one in (giro, purse)]

    assert marks == [["transfer-1", "transfer-2", "", "", ""], ["transfer-1", "transfer-2", ""]]
    assert giro.rows[2].extras == Extras(other_account="Purse")


def test_two_amounts_are_a_transfer_where_nothing_else_moved_between_the_accounts_that_day() -> (
    None
):
    text = (
        "!Account\nNGiro\nTBank\n^\n!Type:Bank\nD8/13/13\nT-10.00\nL[Yen]\n^\n{more}"
        "!Account\nNYen\nTBank\n^\n!Type:Bank\nD8/13/13\nT1650\nL[Giro]\n^\n"
    )
    alone = read(text.format(more=""))
    doubtful = read(text.format(more="D8/13/13\nT-20.00\nL[Yen]\n^\n"))

    assert [row.extras.transfer for row in alone.rows if row.extras] == ["transfer-1"] * 2
    assert [row.extras.transfer for row in doubtful.rows if row.extras] == [""] * 3


def test_a_split_that_goes_to_an_account_beyond_the_file_stays_a_part() -> None:
    (row,) = read(bank("D8/13/13\nT-10.00\nSFood\n$-4.00\nS[Purse]\n$-6.00")).rows

    assert row.extras is not None
    assert [(one.category, one.amount) for one in row.extras.parts] == [
        (("Food",), Decimal("-4.00")),
        ((), Decimal("-6.00")),
    ]


def test_a_split_that_is_a_transfer_is_a_row_of_its_own() -> None:
    parsed = read(
        "!Account\nNGiro\nTBank\n^\n!Type:Bank\n"
        "D8/13/13\nT-30.00\nPShop\nSFood\n$-10.00\nSFun\n$-5.00\nS[Purse]\nEcash back\n$-15.00\n^\n"
        "!Account\nNPurse\nTCash\n^\n!Type:Cash\nD8/13/13\nT15.00\nL[Giro]\n^\n"
    )
    spent, moved = parsed.statements[0].rows

    assert (spent.amount, moved.amount) == (Decimal("-15.00"), Decimal("-15.00"))
    assert spent.extras is not None
    assert [one.category for one in spent.extras.parts] == [("Food",), ("Fun",)]
    assert moved.memo == "cash back"
    assert moved.extras == Extras(transfer="transfer-1", other_account="Purse")
    assert parsed.statements[1].rows[0].extras == Extras(
        transfer="transfer-1", other_account="Giro"
    )


def test_accounts_lists_and_trades_are_told_apart() -> None:
    parsed = read(
        "!Option:AutoSwitch\n!Account\nNNever\nTBank\n^\n!Clear:AutoSwitch\n"
        "!Account\nNCash\nTCash\n^\n!Type:Cash\nD8/13/13\nT1\n^\n"
        "!Type:Cat\nNFood\nTnot an amount\n^\n"
        "!Account\nNVisa\nTCCard\n^\n!Type:CCard\nD8/14/13\nT2\n^\n"
        "!Type:Invst\nD8/15/13\nNBuy\nT3\n^\n"
    )

    assert [(one.account.kind, one.account.name, len(one.rows)) for one in parsed.statements] == [
        ("", "Cash", 1), ("card", "Visa", 1),
    ]  # fmt: skip
    assert notes(parsed) == {"securities-left-out"}


def test_the_opening_balance_is_no_transaction() -> None:
    parsed = read(bank("D8/13/13\nT100.00\nPOpening Balance\nL[Cash]", "D8/14/13\nT1.00"))

    assert len(parsed.rows) == 1
    assert parsed.statements[0].opening_balance == Decimal("100.00")
    assert notes(parsed) == {"summary-line"}


def test_a_check_number_stands_where_there_is_no_text_and_a_missing_end_is_no_trouble() -> None:
    parsed = read("!Type:Bank\nD8/13/13\nT1.00\nN1001")

    assert [row.payee for row in parsed.rows] == ["# 1001"]


@pytest.mark.parametrize(
    "text", ["!Type:Cat\nNFood\n^\n", "!Account\nNCash\n^\n", "!Type:Prices\n^\n"]
)
def test_a_file_without_transactions_is_refused(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)

    assert refused.value.reason == "no-statement"


@given(
    st.lists(
        st.tuples(st.dates(date(1970, 1, 1), date(2060, 1, 1)), st.integers(-(10**9), 10**9)),
        max_size=9,
    )
)
def test_what_is_written_is_what_is_read(entries: list[tuple[date, int]]) -> None:
    expected = [(day, Decimal(cents).scaleb(-2)) for day, cents in entries]
    text = bank(*(f"D{day:%m/%d/%Y}\nT{amount}\nPShop" for day, amount in expected))
    parsed = read(text, Hints(date_order="mdy", decimal="."))

    assert [(row.booked_on, row.amount) for row in parsed.rows] == expected
