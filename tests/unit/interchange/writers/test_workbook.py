"""The workbook, as two other programs read it: types, formats, filters, and a summary that adds up."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings

from chalicelib.interchange.model.writers.csv import COLUMNS
from chalicelib.interchange.model.writers.sheets import HEADS, LAST_COLUMN, RowWriter
from chalicelib.interchange.model.writers.summary import MOST_CELLS, OTHER, Summary
from chalicelib.interchange.model.writers.types import Book, CategoryLine, Line
from chalicelib.interchange.model.writers.xlsx import XlsxWriter
from tests.factories.books import AT, books, example, identity, written

SHEET = "Transactions"


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def rows_of(data: bytes, sheet: str = SHEET) -> list[dict[str, Any]]:
    found = opened(data)[sheet].iter_rows(min_row=2, values_only=True)
    return [dict(zip(COLUMNS, row, strict=True)) for row in found]


def test_cells_have_types_and_the_decimals_of_their_currency() -> None:
    book, lines = example()

    sheet = opened(written(XlsxWriter(), book, lines))[SHEET]

    by_payee = {row[2].value: row for row in sheet.iter_rows(min_row=2)}
    day, account, _, amount, currency = by_payee["Corner Bakery"][:5]
    assert (day.value, day.number_format) == (datetime(2026, 1, 4), "yyyy-mm-dd")
    assert (account.value, account.data_type) == ("Giro", "s")
    assert (amount.value, amount.number_format) == (-12.3, "#,##0.00;[Red]-#,##0.00")
    assert currency.value == "EUR"
    ramen = by_payee["Ramen"][3]
    assert (ramen.value, ramen.number_format) == (-10_000, "#,##0;[Red]-#,##0")
    assert by_payee["Ramen"][COLUMNS.index("original_amount")].value == -61
    mined = by_payee["Mined"][3]
    assert (mined.value, mined.data_type) == ("1.000000000000000000", "s")


def test_nothing_is_a_formula_whatever_people_write() -> None:
    book, lines = example()

    data = written(XlsxWriter(), book, lines)

    with ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 2
        assert not any(b"<f>" in archive.read(name) for name in sheets)
    landlord = [row["notes"] for row in rows_of(data) if row["payee"] == "Landlord"]
    assert landlord == ["=1+1", None]
    assert any(row["account"] == '=cmd|"/C calc"!A0' for row in rows_of(data))


def test_the_header_is_frozen_and_every_column_has_a_filter_and_a_width() -> None:
    book, lines = example()

    sheet = opened(written(XlsxWriter(), book, lines))[SHEET]

    assert [cell.value for cell in sheet[1]] == list(HEADS)
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == f"A1:{LAST_COLUMN}{sheet.max_row}"
    assert sheet.column_dimensions["C"].width == 30


def test_calamine_reads_the_same_rows_as_openpyxl() -> None:
    book, lines = example()
    data = written(XlsxWriter(), book, lines)

    read = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))

    sheet = read.get_sheet_by_name(SHEET).to_python()
    assert sheet[0] == list(HEADS)
    assert [row[0] for row in sheet[1:]] == [row["date"].date() for row in rows_of(data)]
    assert [row[3] for row in sheet[1:]] == [row["amount"] for row in rows_of(data)]
    assert [row[7] for row in sheet[1:]] == [row["notes"] or "" for row in rows_of(data)]


@settings(max_examples=25)
@given(drawn=books())
def test_texts_come_back_as_they_were(drawn: tuple[Book, list[Line]]) -> None:
    book, lines = drawn
    payees = {line.id: line.payee for line in lines}

    data = written(XlsxWriter(), book, lines)

    for row in rows_of(data):
        assert _as_excel(row["payee"]) == payees[row["transaction_id"]]


def _as_excel(text: str | None) -> str:
    """openpyxl leaves Excel's escapes of characters as they stand in the file."""
    found: str = re.sub("_x([0-9A-F]{4})_", lambda one: chr(int(one[1], 16)), text or "")
    return found


def test_rows_beyond_the_end_of_a_sheet_stand_on_the_next() -> None:
    book, lines = example()

    data = written(XlsxWriter(most_rows=5), book, lines)

    names = opened(data).sheetnames
    assert names == ["Summary", *("Transactions" + end for end in ("", " 2", " 3", " 4"))]
    found = [row for name in names[1:] for row in rows_of(data, name)]
    assert found == rows_of(written(XlsxWriter(), book, lines))
    per_sheet = [len(rows_of(data, name)) for name in names[1:]]
    assert per_sheet == [3, 3, 5, 3], "the rows of one transaction stay together"


def test_what_excel_cannot_hold_as_a_date_is_a_text() -> None:
    book, lines = example()
    early = lines[0]._replace(booked_on=date(1899, 12, 31))

    assert rows_of(written(XlsxWriter(), book, [early]))[0]["date"] == "1899-12-31"


# --- the summary


def summary_of(data: bytes) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = list(opened(data)["Summary"].iter_rows(values_only=True))
    return rows


def test_the_summary_adds_up_by_month_category_and_account() -> None:
    book, lines = example()

    rows = summary_of(written(XlsxWriter(), book, lines))

    months = {(row[0], row[1]): row[2:5] for row in rows if row[1] in {"EUR", "JPY", "ETH"}}
    assert months[("2026-01", "EUR")] == (2_500, 12.3, 2_487.7)
    assert months[("2026-02", "EUR")] == (0, 850, -850)
    assert months[("2026-03", "EUR")] == (0, 3.53, -3.53), "a transfer's fee is spent, its legs not"
    categories = {(row[6], row[7]): row[8:11] for row in rows if row[7]}
    assert categories[("Food > Bread & rolls", "EUR")] == (0, 17.3, -17.3)
    assert categories[("Housing, rent > all", "EUR")] == (4, 800, -796)
    assert categories[("Food", "JPY")] == (0, 10_000, -10_000)
    accounts = {row[12]: row[13:19] for row in rows if row[13]}
    assert accounts["Giro"] == ("EUR", 2_504, 941.6, 1_562.4, 9, 734.17)
    assert accounts["Yen"] == ("JPY", 16_000, 10_000, 6_000, 2, 6_000)


def test_the_summary_has_charts_of_what_stands_in_its_tables() -> None:
    book, lines = example()
    data = written(XlsxWriter(), book, lines)

    with ZipFile(io.BytesIO(data)) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        text = b"".join(map(archive.read, charts)).decode()

    assert len(charts) == 3
    references = set(re.findall(r"<c:f>Summary!(\$[A-Z]+\$\d+(?::\$[A-Z]+\$\d+)?)</c:f>", text))
    sheet = opened(data)["Summary"]
    assert references
    for reference in references:
        cells = sheet[reference.replace("$", "")]
        values = (
            [one.value for row in cells for one in row]
            if isinstance(cells, tuple)
            else [cells.value]
        )
        assert all(value is not None for value in values), reference


def test_a_summary_of_nothing_has_no_chart_and_opens() -> None:
    book, _ = example()

    found = opened(written(XlsxWriter(), book, []))

    assert found.sheetnames == ["Summary", SHEET]
    assert found["Summary"]._charts == []


def test_the_summary_is_bounded() -> None:
    book, lines = example()
    categories = tuple(
        CategoryLine(id=identity(5_000 + number), path=(f"C{number}",), kind="expense")
        for number in range(500)
    )
    summary = Summary(replace(book, categories=categories))
    plain = lines[0]
    for year in range(1, 50):
        for category in categories:
            summary.count(plain._replace(booked_on=date(year, 1, 1), category_id=category.id))

    assert len(summary.cells) <= MOST_CELLS + 1
    assert sum(summary.cells.values()) == 49 * 500 * plain.amount_minor
    assert any(cell.category == OTHER for cell in summary.cells)


@pytest.mark.parametrize("count", [2_000, 20_000])
def test_memory_does_not_grow_with_the_rows(count: int) -> None:
    book, lines = example()
    writer = RowWriter(book, amounts=dict.fromkeys((0, 2, 18), 1), day=1)
    for number in range(count):
        writer.rows(lines[1]._replace(id=identity(number), notes=f"note {number}"))

    assert len(writer._texts) < 50


def test_made_at_is_said() -> None:
    book, lines = example()

    rows = summary_of(written(XlsxWriter(), book, lines))

    assert any(str(row[0] or "").startswith(f"Made {AT:%Y-%m-%dT%H:%M}") for row in rows)
