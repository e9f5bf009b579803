"""Rows on their way from interchange to the ledger."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.commands import ImportRow, page_key

texts = st.text(max_size=40)
rows = st.builds(
    ImportRow,
    statement=st.integers(0, 8),
    line=st.integers(0, 10**6),
    booked_on=st.none() | st.dates(),
    amount_minor=st.none() | st.integers(-(10**38), 10**38),
    currency=st.sampled_from(("EUR", "USD", "ETH")),
    payee=texts,
    memo=texts,
    provider_id=texts,
    kind=texts,
    mcc=texts,
    ordinal=st.integers(0, 99),
    importable=st.booleans(),
)
ROW = ImportRow(
    statement=0,
    line=1,
    booked_on=date(2026, 11, 2),
    amount_minor=-420,
    currency="EUR",
    payee="Kiosk",
    memo="",
    provider_id="",
    kind="",
    mcc="",
    ordinal=0,
    importable=True,
)


@given(one=rows, extra=st.lists(st.integers(), max_size=2))
def test_a_row_comes_back_as_it_went_whatever_its_writer_appends(
    one: ImportRow, extra: list[int]
) -> None:
    wire = json.loads(json.dumps([*one.to_json(), extra]))

    assert ImportRow.from_json(wire) == one


@pytest.mark.parametrize("raw", [[], [1] * 11, "a row of text that is long enough"])
def test_what_is_no_row_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match=r".*"):
        ImportRow.from_json(raw)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        replace(ROW, payee="  KIOSK "),
        replace(ROW, payee="Ｋｉｏｓｋ"),
        replace(ROW, line=7, statement=1, ordinal=3, mcc="5411", kind="POS"),
    ],
)
def test_the_same_row_written_otherwise_has_the_same_identity(other: ImportRow) -> None:
    assert other.identity() == ROW.identity()


@pytest.mark.parametrize(
    "other",
    [
        replace(ROW, payee="Kiosk 2"),
        replace(ROW, memo="x"),
        replace(ROW, amount_minor=420),
        replace(ROW, currency="USD"),
        replace(ROW, booked_on=date(2026, 11, 3)),
        replace(ROW, provider_id="F1"),
        replace(ROW, payee="", memo="Kiosk"),
    ],
)
def test_another_row_has_another_identity(other: ImportRow) -> None:
    assert other.identity() != ROW.identity()


def test_a_banks_id_goes_before_day_and_text() -> None:
    one = replace(ROW, provider_id="F1")

    assert replace(one, booked_on=None, payee="x", memo="y").identity() == one.identity()
    assert replace(one, amount_minor=-421).identity() != one.identity()


def test_pages_are_named_in_their_order() -> None:
    assert [page_key("p/", page) for page in (0, 12)] == ["p/00000", "p/00012"]
