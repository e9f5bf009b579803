"""The direction of money: which cell or flag makes an amount leave the user.

A file may sign its amounts, flag them D or C, split them over two columns, or mark only credits.
How it does is read from all its rows, once; the rest is a function from row to amount. Where the
words leave it open, or contradict it, the running balance decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, Literal

from chalicelib.interchange.model.formats.amounts import EMPTY, ZERO, Flaw, read_column
from chalicelib.interchange.model.formats.tabular.balance import steps_explained
from chalicelib.interchange.model.formats.tabular.vocabulary import (
    CREDIT_FLAGS,
    DEBIT_FLAGS,
    flag_word,
    fold,
    meaning,
)
from chalicelib.interchange.model.formats.types import ColumnMap, DecimalMark, Notes
from chalicelib.kernel.values import dataclass

Cells = Sequence[str]
Columns = Sequence[Sequence[str]]
Amounts = list[Decimal | Flaw]
Reader = Callable[[Columns], Amounts]
FlagMode = Literal["as-written", "times", "absolute"]

_NO_DIRECTION: Final = Flaw("no-direction", "The row does not say whether money came or went.")
_BOTH: Final = Flaw("both-directions", "The row has an amount in and an amount out.")
_MINUS_SIGNS: Final = ("-", "(", "−", "DR")
_WITNESSES: Final = 2_000
_CREDIT_MARKS: Final = frozenset({"cr", "c", "kt", "credit"})


@dataclass(frozen=True, slots=True)
class Direction:
    """How amounts are read from columns; `known` is false if nothing in the file says which way money went."""

    read: Reader
    known: bool
    only_by_sign: bool = False


class Flags(dict[str, int]):
    """Flag text -> -1 for a debit, 1 for a credit, 0 for neither."""

    def __init__(self, *, blank: int = 0) -> None:
        super().__init__()
        self._blank = blank

    def __missing__(self, text: str) -> int:
        word = flag_word(text)
        value = (word in CREDIT_FLAGS) - (word in DEBIT_FLAGS) if word else self._blank
        self[text] = value
        return value


def find_direction(
    columns: ColumnMap, rows: Sequence[Cells], mark: DecimalMark, notes: Notes, *, named: bool
) -> Direction:
    """Choose how amounts are read, with the rows of the file as evidence.

    `named` says that header or user call the columns what they are. `rows` may be short; the
    reader wants columns, at least as many as reach to the amount.
    """
    amount = columns.amount
    if amount is None:
        return _find_split(columns, rows, mark, notes, named=named)
    found = _flag_column(columns, rows)
    if found is not None:
        column, blank = found
        mode = _flag_mode(amount, column, rows, Flags(blank=blank), notes)
        return Direction(_flagged(amount, column, Flags(blank=blank), mode, mark), known=True)
    if _only_credits_are_marked(amount, rows):
        return Direction(_unmarked_is_debit(amount, mark), known=True)
    if _has_minus(amount, rows):
        return Direction(signed(amount, mark), known=True, only_by_sign=True)
    readings = [signed(amount, mark), signed(amount, mark, factor=-1)]
    direction = _witnessed(columns, rows, mark, notes, readings)
    if direction.known and direction.read is readings[0]:
        detail = "All amounts are positive, as is every step of the balance: for a debt, invert the sign."
        notes.add("only-positive-amounts", detail, column="amount")
    return direction


def _has_minus(column: int, rows: Sequence[Cells]) -> bool:
    return any(sign in row[column] for row in rows if len(row) > column for sign in _MINUS_SIGNS)


def _all_minus(column: int, rows: Sequence[Cells]) -> bool:
    cells = [row[column] for row in rows if len(row) > column and row[column].strip(" 0.,")]
    return bool(cells) and all("-" in cell for cell in cells)


def _witnessed(
    columns: ColumnMap,
    rows: Sequence[Cells],
    mark: DecimalMark,
    notes: Notes,
    readings: list[Reader],
) -> Direction:
    """Take the reading that the running balance proves; without proof the first, as not known."""
    if columns.balance is not None:
        wanted = (columns.balance, columns.amount, columns.money_out, columns.money_in)
        reach = 1 + max(index for index in wanted if index is not None)
        width = max(reach, *map(len, rows[:_WITNESSES]), 0)
        sample = [[*row, *[""] * (width - len(row))] for row in rows[:_WITNESSES]]
        block = list(zip(*sample, strict=True))
        for reading in readings:
            if steps_explained(block, reading, columns.balance, mark):
                if reading is not readings[0]:
                    detail = "The direction of the amounts was taken from the running balance."
                    notes.add("sign-from-balance", detail, column="amount")
                return Direction(reading, known=True)
    return Direction(readings[0], known=False)


def signed(column: int, mark: DecimalMark, *, factor: int = 1) -> Reader:
    """Read amounts with the sign that they have, or the opposite one with a factor of -1."""

    def read(columns: Columns) -> Amounts:
        values = read_column(columns[column], mark)
        return values if factor > 0 else [_negated(value) for value in values]

    return read


def _negated(value: Decimal | Flaw) -> Decimal | Flaw:
    return value if isinstance(value, Flaw) else -value or ZERO


def _find_split(
    columns: ColumnMap, rows: Sequence[Cells], mark: DecimalMark, notes: Notes, *, named: bool
) -> Direction:
    out, into = columns.money_out, columns.money_in
    if out is None or into is None:
        only = out if out is not None else into
        if only is None:
            raise ValueError("a column map names an amount, money in or money out")
        factor = 1 if only == into or _all_minus(only, rows) else -1
        return Direction(signed(only, mark, factor=factor), known=True)
    # `Debit -50,00` is the same as `Debit 50,00` if the whole column is written so. A single
    # negative debit among positive ones is a debit taken back.
    written_signed = _all_minus(out, rows)
    plain = _split(out, into, mark, out_factor=1 if written_signed else -1)
    if not named:
        swapped = _split(into, out, mark, out_factor=1 if written_signed else -1)
        return _witnessed(columns, rows, mark, notes, [plain, swapped])
    if (
        columns.balance is None
        or written_signed
        or not (_has_minus(out, rows) or _has_minus(into, rows))
    ):
        return Direction(plain, known=True)
    # Both signs in debits and credits: bookkeepers write them from the ledger's side, where a
    # debit is money in and its sign means nothing. Only the balance can tell.
    ledger = _absolute_split(into, out, mark)
    return Direction(
        _witnessed(columns, rows, mark, notes, [plain, ledger]).read,
        known=True,
    )


def _split(out: int, into: int, mark: DecimalMark, *, out_factor: int) -> Reader:
    def read(columns: Columns) -> Amounts:
        spent = read_column(columns[out], mark)
        gained = read_column(columns[into], mark)
        return [_net(a, b, out_factor) for a, b in zip(spent, gained, strict=True)]

    return read


def _net(spent: Decimal | Flaw, gained: Decimal | Flaw, out_factor: int) -> Decimal | Flaw:
    """Join the two cells of a row; a blank one counts for nothing, two amounts contradict."""
    if isinstance(gained, Flaw):
        if gained is not EMPTY or isinstance(spent, Flaw):
            return spent if gained is EMPTY else gained
        return spent * out_factor or ZERO
    if isinstance(spent, Flaw):
        return gained if spent is EMPTY else spent
    return _BOTH if spent and gained else gained + spent * out_factor or ZERO


def _absolute_split(out: int, into: int, mark: DecimalMark) -> Reader:
    plain = _split(out, into, mark, out_factor=-1)

    def read(columns: Columns) -> Amounts:
        unsigned = list(columns)
        for column in (out, into):
            unsigned[column] = [cell.replace("-", "") for cell in columns[column]]
        return plain(unsigned)

    return read


def _flag_column(columns: ColumnMap, rows: Sequence[Cells]) -> tuple[int, int] | None:
    """Find the column that says debit or credit, and what its blank cells mean (-1, 0 or 1)."""
    if columns.direction is not None and _known_flags(columns.direction, rows):
        return columns.direction, 0
    names = columns.names
    unnamed = [at for at, name in enumerate(names) if not fold(name)]  # blank, or `+/-`
    kinds = [
        at for at, name in enumerate(names) if (known := meaning(name)) and known.role == "kind"
    ]
    for column in [*kinds, *unnamed]:
        texts = {row[column] for row in rows if len(row) > column}
        said = {flag_word(text) for text in texts if len(text) < 40} - {""}
        if said & DEBIT_FLAGS and said <= DEBIT_FLAGS | CREDIT_FLAGS:
            return column, 0
        if said and said <= _CREDIT_MARKS:
            # Card statements mark the credits and leave the purchases blank.
            return column, -1
    return None


def _known_flags(column: int, rows: Sequence[Cells]) -> bool:
    flags = Flags()
    return any(flags[row[column]] for row in rows if len(row) > column)


def _flag_mode(
    amount: int, column: int, rows: Sequence[Cells], flags: Flags, notes: Notes
) -> FlagMode:
    """Tell what a flag does to its amount, from how flags and minus signs meet in the file."""
    needed = max(amount, column)
    meetings = Counter(
        (flags[row[column]], "-" in row[amount] or "(" in row[amount])
        for row in rows
        if len(row) > needed and row[amount].strip(" 0.,-+")
    )
    debit_minus, debit_plus = meetings[-1, True], meetings[-1, False]
    credit_minus, credit_plus = meetings[1, True], meetings[1, False]
    if not debit_plus and not credit_minus:
        return "as-written"
    if not debit_minus and (not credit_plus or not credit_minus):
        return "absolute"
    if debit_minus > debit_plus or (debit_minus == debit_plus and not credit_minus):
        notes.add("mixed-signs", "Debits and credits are signed inconsistently.", column="amount")
        return "as-written"
    return "times"


def _flagged(amount: int, column: int, flags: Flags, mode: FlagMode, mark: DecimalMark) -> Reader:
    def read(columns: Columns) -> Amounts:
        values = read_column(columns[amount], mark)
        if mode == "as-written":
            return values
        said = columns[column] if column < len(columns) else [""] * len(values)
        return [
            _directed(value, flags[text], mode) for value, text in zip(values, said, strict=True)
        ]

    return read


def _directed(value: Decimal | Flaw, direction: int, mode: FlagMode) -> Decimal | Flaw:
    if isinstance(value, Flaw) or not value:
        return value
    if not direction:
        return _NO_DIRECTION
    return abs(value) * direction if mode == "absolute" else value * direction


def _only_credits_are_marked(amount: int, rows: Sequence[Cells]) -> bool:
    """Whether amounts such as `12.00 CR` stand among bare positive ones, and none has DR or a minus."""
    marked = bare = 0
    for row in rows:
        cell = row[amount].strip() if len(row) > amount else ""
        if not cell:
            continue
        if cell[-2:].upper() == "DR" or "-" in cell or "(" in cell:
            return False
        if cell[-2:].upper() == "CR":
            marked += 1
        else:
            bare += 1
    return marked > 0 and bare > 0


def _unmarked_is_debit(column: int, mark: DecimalMark) -> Reader:
    def read(columns: Columns) -> Amounts:
        cells = columns[column]
        return [
            value if cell.rstrip()[-2:].upper() == "CR" else _negated(value)
            for cell, value in zip(cells, read_column(cells, mark), strict=True)
        ]

    return read
