"""Exports of other apps: what is carried over from each, row by row, and that its dress makes no difference."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from chalicelib.interchange.model.formats import (
    ColumnMap,
    Hints,
    ParsedStatement,
    Row,
    Unreadable,
    parse,
)
from chalicelib.interchange.model.formats.types import Extras
from tests.factories import app_exports
from tests.support import workbooks
from tests.support.app_rows import PERSON, cells, read, shown, shown_row

GOLDEN = Path(__file__).with_name("apps.golden.txt")
EXPORTS = {
    name: getattr(app_exports, name)
    for name in dir(app_exports)
    if name.isupper() and name != "YNAB_PLAN"
}
IN_ORDER = {"SPLITWISE", "MONEFY", "MONEY_MANAGER"}
"""Told by the order of their columns, or with a word that stands twice in the header."""


def test_everything_that_the_exports_say_is_carried_over() -> None:
    lines = [line for name in sorted(EXPORTS) for line in (name, *shown(read(EXPORTS[name])))]

    assert lines == GOLDEN.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_parts_add_up_to_their_row(name: str) -> None:
    for row in read(EXPORTS[name]).rows:
        if row.extras and row.extras.parts:
            assert sum(part.amount for part in row.extras.parts) == row.amount


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_a_transfer_has_two_sides_in_different_accounts(name: str) -> None:
    sides: dict[str, list[tuple[int, Decimal]]] = {}
    for index, statement in enumerate(read(EXPORTS[name]).statements):
        for row in statement.rows:
            if row.extras and row.extras.transfer and row.amount:
                sides.setdefault(row.extras.transfer, []).append((index, row.amount))

    for (account, amount), (other, opposite) in sides.values():
        assert account != other
        assert amount * opposite < 0


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_delimiter_encoding_and_quotes_make_no_difference(
    name: str, delimiter: str, encoding: str, newline: str
) -> None:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows(cells(EXPORTS[name]))
    text = target.getvalue().replace("\n", newline)

    parsed = parse(text.encode(encoding), hints=PERSON)

    assert parsed.statements == read(EXPORTS[name]).statements


@pytest.mark.parametrize("pattern", ["%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%Y/%m/%d"])
@pytest.mark.parametrize("name", ["YNAB", "YNAB4", "PAYPAL", "SPLITWISE", "MONEFY"])
def test_the_order_of_day_and_month_makes_no_difference(name: str, pattern: str) -> None:
    """Several apps write dates as their user likes them."""
    expected = read(EXPORTS[name]).statements
    days = {day: day.strftime(pattern) for day in map(date.fromisoformat, january())}
    text = EXPORTS[name]
    for day, written in days.items():
        for usual in ("%d/%m/%Y", "%Y-%m-%d"):
            text = text.replace(day.strftime(usual), written)

    assert without_lines(read(text).statements) == without_lines(expected)


def january() -> list[str]:
    return [f"2026-01-{day:02}" for day in range(1, 32)]


def without_lines(statements: tuple[ParsedStatement, ...]) -> list[list[Row]]:
    return [[row._replace(line=0, problems=()) for row in one.rows] for one in statements]


@pytest.mark.parametrize("name", sorted(EXPORTS.keys() - IN_ORDER))
def test_more_columns_and_another_order_make_no_difference(name: str) -> None:
    table = [row for row in cells(EXPORTS[name]) if row]
    width = len(table[0])
    turned = [[*reversed((row + [""] * width)[:width]), "more"] for row in table]
    turned[0][-1] = "Something new"
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(turned)

    parsed = read(target.getvalue())

    assert without_lines(parsed.statements) == without_lines(read(EXPORTS[name]).statements)


# --- what a file of one's own makes of it


def test_the_plan_of_ynab_is_refused_with_a_word_on_the_other_file() -> None:
    with pytest.raises(Unreadable) as refusal:
        read(app_exports.YNAB_PLAN)

    assert refusal.value.reason == "not-a-statement"
    assert "Register.csv" in refusal.value.detail


def test_a_shared_file_asks_whose_share_is_meant() -> None:
    with pytest.raises(Unreadable) as refusal:
        read(app_exports.SPLITWISE, Hints())

    assert refusal.value.reason == "whose-share"
    assert "“Ana Lima”, “Bo Chen”, “Cy Doe”" in refusal.value.detail


@pytest.mark.parametrize(
    ("person", "shares"),
    [
        ("Ana Lima", ["-10.00", "-4.00", "None"]),
        ("BO CHEN", ["-10.00", "-4.00", "-4.00", "None"]),
        ("cy doe", ["-10.00", "-4.00", "-4.00", "-40.00"]),
    ],
)
def test_everybody_gets_their_own_share(person: str, shares: list[str]) -> None:
    rows = read(app_exports.SPLITWISE, Hints(person=person)).rows

    assert [str(row.amount) for row in rows] == shares


def test_parts_whose_siblings_are_missing_stand_for_themselves() -> None:
    lines = app_exports.YNAB.splitlines()
    parsed = read("\n".join([lines[0], lines[1], *lines[3:]]))

    assert parsed.rows[0].amount == Decimal("-20.00")
    assert parsed.rows[0].memo == "Split (1/2) food"
    assert [note.code for note in parsed.notes] == ["splits-incomplete"]


def test_a_piece_that_is_a_transfer_is_a_row_of_its_own() -> None:
    head = app_exports.YNAB.splitlines()[0]
    parsed = read(
        f"{head}\n"
        '"Checking","","31/01/2026","Market","A: B","A","B","Split (1/3) x","€1.00","€0.00","Cleared"\n'
        '"Checking","","31/01/2026","Market","A: C","A","C","Split (2/3) y","€2.00","€0.00","Cleared"\n'
        '"Checking","","31/01/2026","Transfer : Cash","","","","Split (3/3) z","€30.00","€0.00","Cleared"\n'
        '"Cash","","31/01/2026","Transfer : Checking","","","","z","€0.00","€30.00","Cleared"\n'
    )

    assert [shown_row(row) for row in parsed.rows] == [
        "2026-01-31 -3.00 EUR [Market] [] part=-1.00:A/B:x part=-2.00:A/C:y",
        "2026-01-31 -30.00 EUR [Transfer : Cash] [z] transfer-1 other=Cash",
        "2026-01-31 30.00 EUR [Transfer : Checking] [z] transfer-1 other=Checking",
    ]


def test_two_splits_of_one_day_are_two() -> None:
    text = app_exports.YNAB4 + "\n".join(app_exports.YNAB4.splitlines()[1:]) + "\n"

    assert [row.amount for row in read(text).rows] == [Decimal("-25.50")] * 2


def test_a_parent_without_parts_keeps_its_total() -> None:
    text = "\n".join(app_exports.ACTUAL.splitlines()[:2])

    [row] = read(text).rows

    assert (row.amount, row.payee, row.memo) == (Decimal("-25.5"), "Corner Market", "weekend")


def test_parts_of_which_one_is_missing_never_count_twice_with_their_parent() -> None:
    lines = app_exports.ACTUAL.splitlines()
    parsed = read("\n".join([*lines[:3], *lines[4:]]))

    assert sum(row.amount or 0 for row in parsed.statements[0].rows) == Decimal("-132.3")
    assert "splits-incomplete" in {note.code for note in parsed.notes}


def test_own_columns_win_over_what_is_known_of_an_app() -> None:
    columns = ColumnMap(date=2, money_out=8, money_in=9, payee=(7,), header_line=1)

    parsed = read(app_exports.YNAB, Hints(columns=columns))

    assert len(parsed.rows) == 7
    assert parsed.rows[0].payee == "Split (1/2) food"


def test_hints_name_category_tags_and_what_was_paid_elsewhere() -> None:
    text = "When,What,How much,Group,Kind,Labels,Abroad,In\n2026-01-31,Diner,-9.20,Fun,Food,a;b,10.00,USD\n"
    columns = ColumnMap(
        date=0,
        amount=2,
        payee=(1,),
        category=(3, 4),
        tags=(5,),
        original_amount=6,
        original_currency=7,
        header_line=1,
    )

    [row] = read(text, Hints(columns=columns, currency="EUR")).rows

    assert row.extras == Extras(
        category=("Fun", "Food"),
        tags=("a", "b"),
        original_amount=Decimal("-10.00"),
        original_currency="USD",
    )


def test_a_table_of_ones_own_keeps_its_category_and_tags() -> None:
    [row] = read("Date,Payee,Category,Tags,Amount\n2026-01-31,Market,Food,a|b,-1.00\n").rows

    assert row.extras == Extras(category=("Food",), tags=("a|b",))


def test_thousands_of_rows_of_an_app_are_read_like_a_few() -> None:
    """Blocks of the table's builder must keep the cells beside the rows in step."""
    head, *lines = app_exports.FIREFLY.splitlines()
    many = [
        line.replace("1,9,14", f"1,{at},{at}") for at in range(1_000, 11_000) for line in [lines[3]]
    ]

    rows = read("\n".join([head, *many])).rows

    assert len(rows) == 10_000
    assert {row.amount for row in rows} == {Decimal("2500.00")}
    assert {row.payee for row in rows} == {"Employer"}
    assert [row.provider_id for row in rows][::9_999] == ["1000", "10999"]


def test_the_zip_of_ynab_is_read_and_its_plan_left_out_with_a_note() -> None:
    files: dict[str, str | bytes] = {
        "Plan.csv": app_exports.YNAB_PLAN,
        "Register.csv": app_exports.YNAB,
    }

    parsed = parse(workbooks.zipped(files))

    assert [one.account.name for one in parsed.statements] == ["Checking", "Savings", "Card"]
    assert [note.code for note in parsed.notes] == ["file-left-out"]


def test_an_app_is_recognised_in_a_workbook_too() -> None:
    """Dates and amounts are typed there; accounts keep their names, not that of the sheet."""
    book = Workbook()
    sheet = book.active
    for at, row in enumerate(csv.reader(io.StringIO(app_exports.MONEFY))):
        sheet.append([*row[:3], float(row[3]), *row[4:]] if at else row)
    target = io.BytesIO()
    book.save(target)

    parsed = parse(target.getvalue())

    assert parsed.dialect == "monefy"
    assert [shown_row(row) for row in parsed.rows] == [
        "2026-01-31 -20.00 EUR [Corner Market] [] category=Food",
        "2026-01-30 -100.00 EUR [put aside] [] transfer-1 other=Bank",
        "2026-01-30 100.00 EUR [put aside] [] transfer-1 other=Cash",
    ]
    assert [one.account.name for one in parsed.statements] == ["Cash", "Bank"]


def test_the_database_of_an_app_is_refused_by_its_name() -> None:
    """What a stranger's database makes a library do is not worth the convenience: docs/formats.md."""
    for data in (
        b"SQLite format 3\0" + bytes(4096),
        workbooks.zipped({"db.sqlite": b"SQLite format 3\0"}),
    ):
        with pytest.raises(Unreadable) as refusal:
            parse(data)
        assert refusal.value.reason == "unsupported-format"
        assert "an app's database" in refusal.value.detail
