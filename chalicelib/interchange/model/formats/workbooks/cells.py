"""Typed cells to the texts that a CSV file would have in their place, exactly.

A float is written with the fewest digits that give it back, and never with more than the 15 that
Excel itself keeps: 19.99 is 19.99, and the sum that is stored as 0.30000000000000004 is the 0.3 that
everybody sees. A date is written year first, its time is dropped.

Numbers typed as text may have decimal commas. Typed numbers are then written with a comma too, so
that one style holds for the whole sheet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final, cast

from chalicelib.interchange.model.formats.amounts import find_style
from chalicelib.interchange.model.formats.dates import is_date
from chalicelib.interchange.model.formats.tabular.reading import is_money
from chalicelib.interchange.model.formats.types import DecimalMark
from chalicelib.kernel.values import dataclass

Value = str | float | int | bool | Decimal | date | datetime | time | timedelta
"""What a cell may hold; an empty cell holds an empty text."""
Values = Sequence[Value]
_BLOCK: Final = 4_096
_SAMPLE: Final = 500
_KEPT_DIGITS: Final = 15
_SHARED: Final = 20_000
_LONGEST: Final = 40
_SMALLEST: Final = Decimal("1e-18")
_LARGEST: Final = Decimal("1e21")
_NUMBER: Final = {float}
_TEXT: Final = {str}
_DATE: Final = {date}
_NUMBERS: Final = frozenset({float, int, Decimal})
_DATES: Final = frozenset({date, datetime})


@dataclass(frozen=True, slots=True)
class Texts:
    """The rows of a sheet as texts; `unclear` if text amounts could be thousands or decimals.

    `mixed_dates`: a column holds dates and texts that are dates. A program that read text with the wrong
    order of day and month leaves such columns behind, with some days and months swapped.
    """

    rows: list[list[str]]
    unclear: bool
    mixed_dates: bool


def as_texts(read: Callable[[], Iterable[Values]], mark: DecimalMark | None) -> Texts:
    """Write the cells of a sheet; `read` gives its rows, of equal width, as often as it is asked.

    `mark` is the user's word for the decimal mark; without it the numbers that are text decide.
    """
    first = _Writer(mark or ".")
    rows = first.write(read())
    style = find_style(first.witnesses())
    if mark is None and style.decimal == ",":
        rows.clear()
        rows = _Writer(",").write(read())
    unclear = mark is None and style.ambiguous and bool(first.numbers)
    return Texts(rows, unclear, first.mixed_dates)


class _Writer:
    """Writes blocks of rows column by column, and remembers what stood as text beside typed cells."""

    def __init__(self, mark: DecimalMark) -> None:
        self.numbers: set[int] = set()
        self._dates: set[int] = set()
        self._mark = mark
        self._samples: dict[int, list[str]] = {}
        self._known: dict[str, str] = {}

    def write(self, rows: Iterable[Values]) -> list[list[str]]:
        """Write all rows."""
        written: list[list[str]] = []
        source = iter(rows)
        while block := list(islice(source, _BLOCK)):
            columns = [self._column(at, cells) for at, cells in enumerate(zip(*block, strict=True))]
            written += map(list, zip(*columns, strict=True))
        return written

    def witnesses(self) -> list[str]:
        """Give amounts that are texts: those of columns that hold numbers too, or else any."""
        beside = [text for at in self.numbers for text in self._samples.get(at, ())]
        anywhere = [text for texts in self._samples.values() for text in texts]
        return list(filter(is_money, beside)) or list(filter(is_money, anywhere))

    @property
    def mixed_dates(self) -> bool:
        """Whether a column holds dates, and texts that are dates."""
        return any(any(map(is_date, self._samples.get(at, ()))) for at in self._dates)

    def _column(self, at: int, cells: Values) -> list[str]:
        kinds = set(map(type, cells))
        if kinds == _NUMBER:
            self.numbers.add(at)
            return _numbers(cast("tuple[float, ...]", cells), self._mark)
        if kinds == _DATE:
            self._dates.add(at)
            return self._shared(list(map(str, cells)))
        if not kinds.isdisjoint(_NUMBERS):
            self.numbers.add(at)
        if not kinds.isdisjoint(_DATES):
            self._dates.add(at)
        if str in kinds:
            self._sample(at, cells)
            if kinds == _TEXT:
                texts = cast("tuple[str, ...]", cells)
                lines = "\n".join(texts)
                if lines[:1] != "'" and "\n'" not in lines:
                    return self._shared(list(texts))
        return self._shared([_text(cell, self._mark) for cell in cells])

    def _sample(self, at: int, cells: Values) -> None:
        known = self._samples.setdefault(at, [])
        if len(known) < _SAMPLE:
            texts = (_text(cell, ".") for cell in cells if isinstance(cell, str))
            known += [text for text in islice(texts, _SAMPLE) if 0 < len(text) <= _LONGEST]

    def _shared(self, texts: list[str]) -> list[str]:
        """Give equal texts the same object, while there are not too many different ones."""
        if len(self._known) > _SHARED:
            return texts
        return list(map(self._known.setdefault, texts, texts))


def _text(cell: Value, mark: DecimalMark) -> str:
    if isinstance(cell, str):
        return cell[1:] if cell[:1] == "'" else cell  # the sign by which a sheet keeps digits text
    if isinstance(cell, float | Decimal):
        return _number(cell, mark)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell)


def _numbers(values: Sequence[float], mark: DecimalMark) -> list[str]:
    """Write a column of numbers: with two decimals where that is all they have, as amounts do."""
    if mark == "." and not all(map(float.is_integer, values)):
        texts = [f"{value:.2f}" for value in values]
        if tuple(map(float, texts)) == tuple(values) and max(map(len, texts)) <= _KEPT_DIGITS:
            return texts
    return [_number(value, mark) for value in values]


def _number(value: float | Decimal, mark: DecimalMark) -> str:
    """Write a number so that its decimal mark cannot be taken for one of thousands."""
    text = str(value)
    if text[-2:] == ".0":
        return text[:-2]
    if "n" in text:
        return text  # nan, inf
    if len(text) > _KEPT_DIGITS or "e" in text or "E" in text:
        if not _SMALLEST < abs(Decimal(value)) < _LARGEST:
            return text
        text = f"{Decimal(f'{value:.{_KEPT_DIGITS}g}').normalize():f}"
    if text[-4:-3] == ".":
        text += "0"
    return text.replace(".", ",") if mark == "," else text
