"""Text to rows of cells: which delimiter, which lines, and where the quotes are broken."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import chain
from typing import Final

from chalicelib.interchange.model.formats.amounts import read_styled
from chalicelib.interchange.model.formats.dates import is_date
from chalicelib.interchange.model.formats.text import ended_lines_of, lines_of
from chalicelib.interchange.model.formats.types import MAX_ROWS, DecimalMark, Unreadable
from chalicelib.kernel.values import dataclass

DELIMITERS: Final = (",", ";", "\t", "|")
MAX_COLUMNS: Final = 256
MAX_LINE: Final = 100_000
MAX_CELLS: Final = 4_000_000
"""Cells of one table: the largest files of banks have a quarter of that."""
_SAMPLE_LINES: Final = 400
_SAMPLE_CHARS: Final = 128 * 1024
_SAMPLE_ROWS: Final = 40
_SEP_LINE: Final = re.compile(r"[ \t]*+\"?sep=(.)\"?[ \t]*+(?:\n|\Z)", re.IGNORECASE)
_DIGIT: Final = re.compile(r"[0-9]")
_END: Final = "\x02end\x02"


@dataclass(slots=True)
class Table:
    """The rows of a file, an empty list for a blank line, with the line on which each starts.

    `broken` are lines with a quote that is never closed.
    """

    rows: list[list[str]]
    lines: Sequence[int]
    broken: frozenset[int]


def read_table(text: str, delimiter: str | None = None) -> Table:
    """Split text into rows; refuse what has no columns, or columns and lines beyond all bounds."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > 2 * MAX_ROWS:
        raise Unreadable("too-many-rows", f"The file has more than {2 * MAX_ROWS} lines.")
    if max(map(len, lines_of(text)), default=0) > MAX_LINE:
        raise Unreadable("line-too-long", f"A line has more than {MAX_LINE} characters.")
    first = 0
    directive = _SEP_LINE.match(text)
    if directive:
        delimiter, first = delimiter or directive[1], 1
        text = text[directive.end() :]
    if delimiter is None:
        delimiter = find_delimiter(text[:_SAMPLE_CHARS].split("\n")[:_SAMPLE_LINES])
    if len(delimiter) != 1 or delimiter in '"\n\x02':
        raise Unreadable("bad-delimiter", "A delimiter is one character other than a quote.")
    _check_size(text, delimiter)
    table = _split(text, delimiter, first)
    if max(map(len, table.rows), default=0) > MAX_COLUMNS:
        raise _too_wide()
    return table


def _check_size(text: str, delimiter: str) -> None:
    """Refuse what is too large or too wide before it is split into cells."""
    if text.count(delimiter) > MAX_CELLS:
        raise Unreadable("too-complex", f"The table has more than {MAX_CELLS} cells.")
    sample = csv.reader(text[:_SAMPLE_CHARS].split("\n")[:_SAMPLE_LINES], delimiter=delimiter)
    if max(map(len, sample), default=0) > MAX_COLUMNS:
        raise _too_wide()


def _too_wide() -> Unreadable:
    return Unreadable("too-many-columns", f"A row has more than {MAX_COLUMNS} columns.")


def _split(text: str, delimiter: str, first: int) -> Table:
    """Run the csv module over the lines, with a mark at the end that shows whether a quote is open."""
    fed = chain(ended_lines_of(text), (_END,))
    reader = csv.reader(fed, delimiter=delimiter)
    rows: list[list[str]] = []
    lines: Sequence[int]
    broken: set[int] = set()
    try:
        rows = list(reader)
        lines = range(first + 1, first + 1 + len(rows))
        if reader.line_num != len(rows):
            rows, lines = _with_lines(text, delimiter, first, broken)
    except csv.Error as error:
        raise Unreadable("field-too-long", "A cell of the table is too long.") from error
    if rows and rows[-1] == [_END]:
        rows.pop()
    elif rows:
        # The end mark was swallowed: a quote was opened and never closed.
        broken.add(lines[-1])
        rows[-1][-1] = rows[-1][-1].partition(_END)[0]
    return Table(rows, lines[: len(rows)], frozenset(broken))


def _with_lines(
    text: str, delimiter: str, first: int, broken: set[int]
) -> tuple[list[list[str]], list[int]]:
    """The same for a table in which rows spread over lines: note where each of them starts.

    A row that holds another one within a cell has a stray quote: it goes to `broken`.
    """
    fed = chain(ended_lines_of(text), (_END,))
    reader = csv.reader(fed, delimiter=delimiter)
    rows, lines = [], []
    start = first + 1
    for row in reader:
        rows.append(row)
        lines.append(start)
        following = reader.line_num + first + 1
        if following - start > 1 and _swallows(row, delimiter):
            broken.add(start)
        start = following
    return rows, lines


def _swallows(row: list[str], delimiter: str) -> bool:
    return any(
        _is_statement_like(line.split(delimiter))
        for cell in row
        if "\n" in cell
        for line in cell.split("\n", 50)[1:]
    )


def find_delimiter(lines: list[str]) -> str:
    """Choose the delimiter under which the most rows hold a date and an amount in cells of their own.

    Where none does, the one that cuts the most rows into the same number of columns.
    """
    sample = [line + "\n" for line in lines]
    found = [delimiter for delimiter in DELIMITERS if any(delimiter in line for line in sample)]
    if len(found) <= 1:
        return found[0] if found else ","
    scores = {delimiter: _score(sample, delimiter) for delimiter in found}
    return max(found, key=lambda delimiter: scores[delimiter])


def _score(sample: list[str], delimiter: str) -> tuple[int, int]:
    rows = [row for row in csv.reader(sample, delimiter=delimiter) if any(row)]
    if not rows:
        return 0, 0
    widths = Counter(map(len, rows))
    width, times = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    statement_like = sum(map(_is_statement_like, rows[-_SAMPLE_ROWS:]))
    return statement_like * min(width, 3), (width - 1) * times


def _is_statement_like(row: list[str]) -> bool:
    cells = row[:64]
    return any(map(is_date, cells)) and any(map(is_money, cells))


def is_money(cell: str) -> bool:
    """Tell whether a cell is written as an amount in either style, and is no date or mere word."""
    text = cell.strip()
    if len(text) > 40 or not _DIGIT.search(text):
        return False
    marks: tuple[DecimalMark, ...] = (".", ",")
    return any(isinstance(read_styled(text, mark), Decimal) for mark in marks) and not is_date(text)
