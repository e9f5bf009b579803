from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.interchange.model.formats.dates import (
    DateReader,
    find_order,
    is_date,
    read_date,
)
from chalicelib.interchange.model.formats.types import DateOrder

DAY = date(2018, 2, 25)


@pytest.mark.parametrize(
    "text",
    [
        "2018-02-25", "2018/02/25", "2018.02.25", "2018.02.25.", "2018:02:25", "20180225",
        "2018-02-25 12:34:56 +0000", "2018-02-25T13:00:00", "2018-02-25T13:00:00.123Z",
        "2018-02-25-08.21.36.47192", "25.02.2018", "25.02.18", "25/02/2018", "25-02-2018",
        "25-02-2018 13:43:54.496", "25 Feb 18", "25 Feb 2018", "25-Feb-2018", "25 février 2018",
        "25. Februar 2018", "February 25, 2018", "Feb 25 2018", "Sun 25 Feb 2018",
        "2018年02月25日", " 2018-02-25 ", "25.2.2018", "02/25/2018 as of 02/24/2018",
    ],
)  # fmt: skip
def test_a_way_of_writing_a_date_is_understood(text: str) -> None:
    order: DateOrder = "mdy" if text.startswith("02/") else "dmy"

    assert is_date(text)
    assert read_date(text, order) == DAY
    assert DateReader(order)[text] == DAY


@pytest.mark.parametrize(
    "text",
    [
        "", "Pending", "2018-13-01", "2018-02-30", "31/31/2018", "1111/11/11", "9999-01-01", "12345678",
        "0", "1.234,56", "12.50", "25.02.2018 Rent", "２０１８-02-25", "2018-02-25; DROP", "x" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_date_of_a_statement_is_none(text: str) -> None:
    assert read_date(text, "dmy") is None


@pytest.mark.parametrize(
    ("cells", "order", "ambiguous"),
    [
        (["25/02/2018", "01/03/2018"], "dmy", False),
        (["02/25/2018", "03/01/2018"], "mdy", False),
        (["01.03.2018"], "dmy", False),
        (["05/05/2020"], "dmy", False),
        (["2018-03-01"], "dmy", False),
        (["99/12/01"], "ymd", False),
        (["01/04/2020", "02/04/2020", "05/04/2020", "02/05/2020"], "dmy", False),
        (["04/01/2020", "04/02/2020", "04/05/2020", "05/02/2020"], "mdy", False),
        (["01/02/2020"], "dmy", True),
    ],
)
def test_the_whole_file_tells_the_order_of_day_and_month(
    cells: list[str], order: str, ambiguous: bool
) -> None:
    assert find_order(cells, american=lambda: None) == (order, ambiguous)


def test_the_country_settles_what_the_dates_leave_open() -> None:
    assert find_order(["01/02/2020"], american=lambda: True) == ("mdy", False)
    assert find_order(["01/02/2020"], american=lambda: False) == ("dmy", False)


def test_a_proof_in_the_dates_wins_over_the_country() -> None:
    assert find_order(["13/02/2020"], american=lambda: True) == ("dmy", False)


def test_dates_of_both_orders_follow_the_majority_and_the_others_are_no_dates() -> None:
    cells = ["13/02/2020", "14/02/2020", "02/15/2020"]
    found = find_order(cells, american=lambda: None)

    assert found.order == "dmy"
    assert [read_date(cell, found.order) is None for cell in cells] == [False, False, True]


SHAPES = {
    "dmy": ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y"],
    "mdy": ["%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y"],
}


@given(
    st.dates(date(1970, 1, 1), date(2060, 1, 1)),
    st.integers(13, 40),
    st.sampled_from([(order, shape) for order, shapes in SHAPES.items() for shape in shapes]),
)
def test_a_month_of_days_in_any_order_reads_back(
    first: date, days: int, style: tuple[DateOrder, str]
) -> None:
    order, shape = style
    wanted = [first + timedelta(days=step) for step in range(days)]
    cells = [day.strftime(shape) for day in wanted]
    found = find_order(cells, american=lambda: None)

    assert found.order == order
    assert not found.ambiguous
    assert [read_date(cell, found.order) for cell in cells] == wanted
