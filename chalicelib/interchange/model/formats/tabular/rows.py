"""Rows of cells to transactions: every line of the file becomes a row, a problem or a note.

Lines are sorted out one by one, transactions are built column by column in blocks: a column of
thousands of amounts is checked and converted at once, which is several times as fast.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import repeat
from operator import itemgetter
from typing import Final

from chalicelib.interchange.model.formats.amounts import (
    EMPTY,
    ZERO,
    Flaw,
    fit_column,
    fit_to_currency,
    marked_currency,
    only_decimals,
    read_column,
)
from chalicelib.interchange.model.formats.dates import DateReader
from chalicelib.interchange.model.formats.tabular.cells import (
    Columns,
    Problems,
    date_problem,
    empty_balance_lines,
    fit_row,
    is_prose,
    merchant_categories,
    refuse_unbooked,
    separate_flaws,
    stripped_column,
    summary_lines,
)
from chalicelib.interchange.model.formats.tabular.extras import ExtrasReader
from chalicelib.interchange.model.formats.tabular.layout import Layout
from chalicelib.interchange.model.formats.tabular.signs import Reader
from chalicelib.interchange.model.formats.tabular.texts import Texts, tidy
from chalicelib.interchange.model.formats.tabular.vocabulary import (
    NOT_BOOKED,
    SIGN_CURRENCY,
    SUMMARY_STARTS,
    fold,
)
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_TEXT,
    DecimalMark,
    Notes,
    Problem,
    Row,
    Unreadable,
    make_row,
)
from chalicelib.kernel.values import dataclass

_BLOCK: Final = 4_096
_UNCLEAR: Final = Flaw("unclear-currency", "The file has several currencies, this row names none.")
_DATA_CELLS: Final = 3
"""A line with fewer filled cells and no date is a remark, not a broken transaction."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What was found out about the file, or said by the user, before its rows are read."""

    layout: Layout
    dates: DateReader
    amounts: Reader
    mark: DecimalMark
    currency: str | None
    invert: bool
    rounding: bool
    unique_ids: bool
    mixed_currencies: bool


class RowBuilder:
    """Builds the rows of one table, in order; `accounts` runs beside `rows` if there is such a column.

    `kept` runs beside `rows` too where the layout's profile wants to see cells.
    `amounts` and `positive` count the amounts other than zero, `currencies` are those of all rows.
    """

    __slots__ = (
        "_cells",
        "_extras",
        "_flaws",
        "_lines",
        "_notes",
        "_settings",
        "_tails",
        "_texts",
        "accounts",
        "amounts",
        "currencies",
        "kept",
        "positive",
        "rows",
    )

    def __init__(self, settings: Settings, notes: Notes) -> None:
        self.rows: list[Row] = []
        self.accounts: list[str] = []
        self.kept: list[tuple[str, ...]] = []
        self._settings = settings
        self._notes = notes
        layout = settings.layout
        self._texts = Texts(layout.columns, fixed=layout.profile.is_app)
        self._extras = ExtrasReader(layout.columns, layout.profile, settings.mark)
        self._cells: list[list[str]] = []
        self._lines: list[int] = []
        self._flaws: dict[int, Problems] = {}
        self._tails: dict[int, list[str]] = {}
        self.currencies: set[str | None] = set()
        self.amounts = self.positive = 0

    def add_all(self, rows: list[list[str]], lines: Sequence[int], broken: frozenset[int]) -> None:
        """Take the rows of a table, emptying `rows` on the way so that a large file is held once."""
        width = self._settings.layout.width
        date_column = self._settings.layout.columns.date
        dates = self._settings.dates
        for start in range(self._settings.layout.first, len(rows), _BLOCK):
            cells = rows[start : start + _BLOCK]
            numbers = lines[start : start + _BLOCK]
            rows[start : start + _BLOCK] = [[]] * len(cells)
            even = set(map(len, cells)) == {width} and not (broken and broken.intersection(numbers))
            if even and all(map(dates.__getitem__, map(itemgetter(date_column), cells))):
                self._flush()
                self._build(cells, numbers)
                continue
            self._add(cells, numbers, broken)
        self._flush()
        if self._texts.cut:
            detail = f"{self._texts.cut} texts were cut to {MAX_TEXT} characters."
            self._notes.add("long-text-cut", detail)

    def _add(self, rows: list[list[str]], lines: Sequence[int], broken: frozenset[int]) -> None:
        """Sort rows out one by one: keep the transactions with their flaws, note what else there is."""
        layout, dates = self._settings.layout, self._settings.dates
        fitted = [fit_row(cells, line, layout) for cells, line in zip(rows, lines, strict=True)]
        amounts = self._settings.amounts(list(zip(*(cells for cells, _ in fitted), strict=True)))
        for (cells, flaws), line, amount in zip(fitted, lines, amounts, strict=True):
            text = cells[layout.columns.date]
            found = flaws
            if line in broken:
                detail = "A quote is not closed where it should be: rows may be swallowed here."
                found = (*found, Problem(line, None, "broken-quotes", detail))
            if dates[text] is None:
                if not self._is_transaction(line, cells, amount):
                    continue
                found = (*found, date_problem(line, text.strip()))
            if found:
                self._flaws[len(self._cells)] = found
            self._cells.append(cells)
            self._lines.append(line)
        if len(self._cells) >= _BLOCK:
            self._flush()

    def _flush(self) -> None:
        cells, lines = self._cells, self._lines
        if cells:
            self._cells, self._lines = [], []
            self._build(cells, lines)

    def _build(self, cells: list[list[str]], lines: Sequence[int]) -> None:
        """Build a block of rows of equal width, column by column."""
        if len(self.rows) + len(cells) > MAX_ROWS:
            raise Unreadable("too-many-rows", f"The file has more than {MAX_ROWS} rows.")
        settings = self._settings
        columns = list(zip(*cells, strict=True))
        known = settings.layout.columns
        dates = list(map(settings.dates.__getitem__, columns[known.date]))
        currencies = self._currencies(columns)
        amounts = self._final(settings.amounts(columns), columns, currencies)
        payees, memos = self._texts.read(columns)
        for at, texts in self._tails.items():
            memos[at] = " ".join([memos[at], *texts]).strip()[:MAX_TEXT]
        problems: list[Problems] = [()] * len(lines)
        for at, flaws in self._flaws.items():
            problems[at] = flaws
        self._flaws, self._tails = {}, {}
        values = separate_flaws(amounts, lines, problems)
        self._count(values, currencies)
        if known.status is not None:
            refuse_unbooked(columns[known.status], lines, problems)
        fields = zip(
            lines,
            dates,
            values,
            currencies,
            payees,
            memos,
            self._ids(columns),
            stripped_column(columns, known.kind, len(lines), 40),
            merchant_categories(columns, known.mcc),
            self._balances(columns),
            problems,
            self._extras.read(columns, values, currencies) if self._extras.wanted else repeat(None),
            strict=False,
        )
        built = list(map(make_row, fields))
        summaries = empty_balance_lines(payees, amounts)
        if not settings.layout.profile.is_app:
            summaries |= summary_lines(payees, memos)
        self._keep(built, columns, summaries)

    def _count(self, values: Sequence[Decimal | None], currencies: list[str | None]) -> None:
        self.currencies.update(currencies)
        known = list(filter(None, values))
        self.amounts += len(known)
        self.positive += sum(map(ZERO.__lt__, known))

    def _keep(self, built: list[Row], columns: Columns, summaries: set[int]) -> None:
        """Append the rows, without those that only repeat a balance or a turnover."""
        account = self._settings.layout.columns.account
        names = stripped_column(columns, account, len(built), 102) if account is not None else []
        wanted = self._settings.layout.kept
        kept = list(zip(*(columns[at] for _, at in wanted), strict=True)) if wanted else []
        for at in sorted(summaries):
            detail = "A balance or turnover, no transaction."
            self._notes.add("summary-line", detail, line=built[at].line)
        if summaries:
            built = [row for at, row in enumerate(built) if at not in summaries]
            names = [name for at, name in enumerate(names) if at not in summaries]
            kept = [cells for at, cells in enumerate(kept) if at not in summaries]
        self.rows += built
        self.kept += kept
        self.accounts += [name.strip('"')[:100] for name in names]

    def _currencies(self, columns: Columns) -> list[str | None]:
        index, default = self._settings.layout.columns.currency, self._settings.currency
        if index is not None and index < len(columns):
            codes = {text: text.strip().upper()[:8] or default for text in set(columns[index])}
            codes = {text: SIGN_CURRENCY.get(code or "", code) for text, code in codes.items()}
            return [codes[text] for text in columns[index]]
        if self._settings.mixed_currencies:
            known = self._settings.layout.columns
            wanted = (known.amount, known.money_out, known.money_in)
            cells = [columns[index] for index in wanted if index is not None]
            return [marked_currency(" ".join(texts)) for texts in zip(*cells, strict=True)]
        return [default] * len(columns[0])

    def _final(
        self, amounts: list[Decimal | Flaw], columns: Columns, currencies: list[str | None]
    ) -> list[Decimal | Flaw]:
        """Apply what holds for the whole file: fee, direction, the digits of the currency."""
        settings = self._settings
        profile, fee = settings.layout.profile, settings.layout.columns.fee
        if profile.fee_is_separate and fee is not None and fee < len(columns):
            fees = read_column(columns[fee], settings.mark)
            amounts = [
                amount if isinstance(amount, Flaw) or isinstance(paid, Flaw) else amount - paid
                for amount, paid in zip(amounts, fees, strict=True)
            ]
        if profile.amounts_are_spent != settings.invert:
            amounts = [value if isinstance(value, Flaw) else -value or ZERO for value in amounts]
        if settings.mixed_currencies:
            amounts = [
                _UNCLEAR if currency is None and not isinstance(amount, Flaw) else amount
                for amount, currency in zip(amounts, currencies, strict=True)
            ]
        rounding = settings.rounding
        if len(set(currencies)) == 1:
            currency = currencies[0]
            return fit_column(amounts, currency, rounding=rounding) if currency else amounts
        return [
            value
            if currency is None or isinstance(value, Flaw)
            else fit_to_currency(value, currency, rounding=rounding)
            for value, currency in zip(amounts, currencies, strict=True)
        ]

    def _balances(self, columns: Columns) -> Sequence[Decimal | None]:
        index = self._settings.layout.columns.balance
        if index is None or index >= len(columns):
            return [None] * len(columns[0])
        values = read_column(columns[index], self._settings.mark)
        decimals: Sequence[Decimal] | None = only_decimals(values)
        return decimals or [None if isinstance(value, Flaw) else value for value in values]

    def _ids(self, columns: Columns) -> list[str | None]:
        index = self._settings.layout.columns.provider_id
        if index is None or index >= len(columns) or not self._settings.unique_ids:
            return [None] * len(columns[0])
        return [text.strip()[:255] or None for text in columns[index]]

    def _is_transaction(self, line: int, cells: list[str], amount: Decimal | Flaw) -> bool:
        """Tell a broken transaction, which is a row, from a line beside the table, which is noted."""
        layout = self._settings.layout
        filled = [cell.strip() for cell in cells if cell.strip()]
        if not filled:
            return False
        if fold(cells[layout.columns.date]) in NOT_BOOKED:
            return True
        no_amount = isinstance(amount, Flaw) and amount.code == EMPTY.code
        names = layout.columns.names
        if names and [cell.strip() for cell in cells[: len(names)]] == list(names[: len(cells)]):
            code, detail = "repeated-header", "The header stands here again."
        elif no_amount and self._continues(cells, filled):
            return False
        elif f"{fold(filled[0])} ".startswith(SUMMARY_STARTS):
            code, detail = "summary-line", "A balance or total, no transaction."
        elif isinstance(amount, Flaw) and (
            len(filled) < _DATA_CELLS
            or (no_amount and len(filled) * 2 < layout.width)
            or (not no_amount and is_prose(cells, layout))
        ):
            code, detail = "ignored-line", "Neither date nor amount: no transaction."
        else:
            return True
        self._notes.add(code, detail, line=line)
        return False

    def _continues(self, cells: list[str], filled: list[str]) -> bool:
        """Add a line that holds only text, under a transaction, to that transaction's memo."""
        known = self._settings.layout.columns
        texts = {*known.payee, *known.memo}
        if any(cell.strip() and index not in texts for index, cell in enumerate(cells)):
            return False
        if self._cells:
            self._tails.setdefault(len(self._cells) - 1, []).extend(map(tidy, filled))
        elif self.rows:
            last = self.rows[-1]
            memo = " ".join([last.memo, *map(tidy, filled)]).strip()
            self.rows[-1] = last._replace(memo=memo[:MAX_TEXT])
        return bool(self._cells or self.rows)
