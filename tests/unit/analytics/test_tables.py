"""Tables as files: exact, and safe to open."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from chalicelib.analytics.model.tables import BOM, Amount, Table, to_csv, to_xlsx
from chalicelib.kernel.cells import unguarded

TABLE = Table(
    title="Cash flow",
    columns=("day", "name", "amount", "count"),
    rows=[
        [date(2026, 11, 29), "=1+1", Amount(-1234, "EUR"), 3],
        [None, "Zürich; -x", Amount(5, "JPY"), 0],
        [None, "plain", Amount(10**20, "KWD"), None],
    ],
)


def lines(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def test_a_csv_file_is_exact_and_safe() -> None:
    assert lines(to_csv(TABLE, bom=False)) == [
        ["day", "name", "amount", "count"],
        ["2026-11-29", "'=1+1", "-12.34", "3"],
        ["", "Zürich; -x", "5", "0"],
        ["", "plain", "100000000000000000.000", ""],
    ]
    assert to_csv(TABLE, bom=True) == BOM + to_csv(TABLE, bom=False)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=20))
def test_any_text_comes_back(text: str) -> None:
    table = Table(title="T", columns=("name",), rows=[[text]])

    (_, row) = lines(to_csv(table, bom=False)) if text else ([], [""])

    assert unguarded(row[0] if row else "") == text


def test_a_workbook_has_texts_numbers_and_days() -> None:
    book: Any = load_workbook(io.BytesIO(to_xlsx(TABLE)))
    sheet = book["Cash flow"]

    first, second = ([cell.value for cell in sheet[row]] for row in (2, 3))

    assert first == [datetime(2026, 11, 29), "=1+1", -12.34, 3]
    assert sheet["B2"].data_type == "s"
    assert sheet["C2"].number_format == "#,##0.00"
    assert second == [None, "Zürich; -x", 5, 0]
    assert sheet["C3"].number_format == "#,##0"


def test_an_empty_table_is_a_head() -> None:
    empty = Table(title="T", columns=("a",), rows=[])

    assert to_csv(empty, bom=False) == b"a\r\n"
    assert load_workbook(io.BytesIO(to_xlsx(empty)))["T"]["A1"].value == "a"
