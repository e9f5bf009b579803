"""What stands around the large sheets of a workbook, and the summary in front of them, by XlsxWriter."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

from chalicelib.interchange.model.writers.csv import COLUMNS
from chalicelib.interchange.model.writers.summary import Flow, Summary
from chalicelib.interchange.model.writers.texts import Digits
from chalicelib.kernel.clock import rfc3339

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

DECIMALS: Final = (0, 2, 3, 4, 6, 8, 18)
"""How many decimals a currency may have."""
TITLE: Final = "Summary"
_MONTHS: Final = 60
"""Months in charts and in the table beneath them; the table of months has all of them, up to `_ROWS`."""
_ROWS: Final = 2_000
_LARGEST: Final = 8
_MATRIX: Final = 20
"""Where the table of months and categories begins: right of all others."""
_CATEGORIES: Final = 6
_ACCOUNTS: Final = 12
_CHART_ROWS: Final = 18
_TOP: Final = 4 + _CHART_ROWS
"""The row of the tables' heads; the charts are above it."""


class _Page:
    """The summary's sheet, and the formats of the workbook."""

    def __init__(self, book: Workbook, summary: Summary) -> None:
        self.book = book
        self.summary = summary
        self.sheet: Worksheet = book.add_worksheet(TITLE)
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd"})
        self.bold: Format = book.add_format({"bold": True, "bottom": 1})
        self.title: Format = book.add_format({"bold": True, "font_size": 16})
        self.amounts = {
            digits: book.add_format({"num_format": _shown(digits)}) for digits in DECIMALS
        }
        self.digits = Digits()
        # the order in which styles are first used is that of their numbers: it must not depend on the data
        for column, style in enumerate((self.day, self.bold, *self.amounts.values())):
            self.sheet.write_blank(0, column, None, style)

    def amount(self, row: int, column: int, minor: int, currency: str) -> None:
        """Write an amount; in a summary a double is exact enough."""
        digits = self.digits[currency]
        self.sheet.write_number(row, column, minor / 10**digits, self.amounts[digits])

    def flow(self, row: int, column: int, flow: Flow, currency: str) -> None:
        """Write what came, what went and what stayed."""
        for at, minor in enumerate((flow.came, flow.went, flow.net), column):
            self.amount(row, at, minor, currency)

    def show(self, chart: Any, title: str, row: int, column: int) -> None:  # noqa: ANN401 - XlsxWriter has no types
        """Put a chart on the sheet."""
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_size({"width": 560, "height": 20 * _CHART_ROWS - 10})
        self.sheet.insert_chart(row, column, chart)

    def heads(self, row: int, column: int, names: Sequence[str]) -> None:
        """Write the heads of a table."""
        for at, name in enumerate(names):
            self.sheet.write_string(row, column + at, name, self.bold)


def _shown(digits: int) -> str:
    plain = "#,##0." + "0" * digits if digits else "#,##0"
    return f"{plain};[Red]-{plain}"


def skeleton(summary: Summary, counts: Sequence[int]) -> bytes:
    """Give a workbook with the summary, and with an empty sheet for each that has so many rows."""
    held = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(held, options) as book:
        made_at = summary.book.made_at.astimezone(UTC)
        book.set_properties({"title": "xPense", "created": made_at.replace(tzinfo=None)})
        page = _Page(book, summary)
        if counts:
            _fill(page)
        for number, rows in enumerate(counts, 1):
            sheet = book.add_worksheet("Transactions" if number == 1 else f"Transactions {number}")
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, rows, len(COLUMNS) - 1)
    return held.getvalue()


def _fill(page: _Page) -> None:
    sheet, summary = page.sheet, page.summary
    sheet.set_column(0, 60, 13)
    sheet.set_column(_CATEGORIES, _CATEGORIES, 36)
    sheet.set_column(_ACCOUNTS, _ACCOUNTS, 26)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_row(0, None, None, {"hidden": True})
    sheet.write_string(1, 0, "xPense", page.title)
    at = rfc3339(summary.book.made_at)
    sheet.write_string(
        2, 0, f"Made {at}. Planned transactions are in no sum, transfers on accounts only."
    )
    months = _months(page)
    largest = _matrix(page)
    spent = _categories(page)
    _accounts(page)
    if months:
        _charts(page, months, largest, spent)


def _months(page: _Page) -> int:
    """Write the table of months, those of the main currency first; gives how many of them the charts show."""
    summary = page.summary
    page.heads(_TOP, 0, ("Month", "Currency", "Income", "Expenses", "Net"))
    of_main = sorted(key for key in summary.months if key[1] == summary.currency)[-_MONTHS:]
    others = sorted((key for key in summary.months if key not in set(of_main)), key=_by_currency)
    for at, key in enumerate((*of_main, *others[-_ROWS:]), _TOP + 1):
        month, currency = key
        page.sheet.write_string(at, 0, month)
        page.sheet.write_string(at, 1, currency)
        page.flow(at, 2, summary.months[key], currency)
    return len(of_main)


def _by_currency(key: tuple[str, str]) -> tuple[str, str]:
    return (key[1], key[0])


def _matrix(page: _Page) -> int:
    """Write what was spent by month and category in the main currency; gives the number of categories."""
    summary = page.summary
    names = summary.largest(_LARGEST)
    page.heads(_TOP, _MATRIX, ("Month", *names))
    for at, (month, row) in enumerate(summary.in_months(names, _MONTHS), _TOP + 1):
        page.sheet.write_string(at, _MATRIX, month)
        for column, minor in enumerate(row, _MATRIX + 1):
            page.amount(at, column, minor, summary.currency)
    return len(names)


def _categories(page: _Page) -> int:
    """Write the table of categories, most spent in the main currency first; gives how many were spent on in it."""
    summary = page.summary
    page.heads(_TOP, _CATEGORIES, ("Category", "Currency", "Income", "Expenses", "Net"))

    def rank(one: tuple[tuple[str, str], Flow]) -> tuple[bool, str, int, str]:
        (name, currency), flow = one
        return (currency != summary.currency, currency, -flow.went, name)

    found = sorted(summary.categories.items(), key=rank)[:_ROWS]
    for at, ((name, currency), flow) in enumerate(found, _TOP + 1):
        page.sheet.write_string(at, _CATEGORIES, name)
        page.sheet.write_string(at, _CATEGORIES + 1, currency)
        page.flow(at, _CATEGORIES + 2, flow, currency)
    return sum(1 for (_, currency), flow in found if currency == summary.currency and flow.went)


def _accounts(page: _Page) -> None:
    heads = ("Account", "Currency", "In", "Out", "Net", "Rows", "Balance now")
    page.heads(_TOP, _ACCOUNTS, heads)
    for at, account in enumerate(page.summary.book.accounts, _TOP + 1):
        flow = page.summary.accounts.get(account.id, Flow())
        page.sheet.write_string(at, _ACCOUNTS, account.name)
        page.sheet.write_string(at, _ACCOUNTS + 1, account.currency)
        page.flow(at, _ACCOUNTS + 2, flow, account.currency)
        page.sheet.write_number(at, _ACCOUNTS + 5, flow.rows)
        page.amount(at, _ACCOUNTS + 6, account.balance_minor, account.currency)


def _charts(page: _Page, months: int, largest: int, spent: int) -> None:
    currency = page.summary.currency
    first, last = _TOP + 1, _TOP + months
    flows = page.book.add_chart({"type": "column"})
    for column in (2, 3):
        flows.add_series(_series(column, 0, first, last))
    page.show(flows, f"Income and expenses by month, {currency}", 3, 0)
    if largest:
        stacked = page.book.add_chart({"type": "column", "subtype": "stacked"})
        for column in range(_MATRIX + 1, _MATRIX + 1 + largest):
            stacked.add_series(_series(column, _MATRIX, first, last))
        page.show(stacked, f"Expenses by month and category, {currency}", 3, _CATEGORIES)
    if spent:
        bars = page.book.add_chart({"type": "bar"})
        bars.add_series(
            _series(_CATEGORIES + 3, _CATEGORIES, first, _TOP + min(spent, 2 * _LARGEST))
        )
        bars.set_y_axis({"reverse": True})
        bars.set_legend({"none": True})
        page.show(bars, f"Most spent on, {currency}", 3, _ACCOUNTS)


def _series(column: int, names: int, first: int, last: int) -> dict[str, Any]:
    return {
        "name": [TITLE, _TOP, column],
        "categories": [TITLE, first, names, last, names],
        "values": [TITLE, first, column, last, column],
    }
