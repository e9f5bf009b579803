"""A table without a header that we can read: the columns are told by what stands in them.

Only what the cells prove is used. Two columns of numbers may be in and out or out and in; that is
asked of the user, not guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Final

from chalicelib.interchange.model.formats.amounts import find_style, read_styled
from chalicelib.interchange.model.formats.dates import is_date
from chalicelib.interchange.model.formats.tabular.balance import explains
from chalicelib.interchange.model.formats.tabular.reading import is_money
from chalicelib.interchange.model.formats.tabular.vocabulary import (
    CREDIT_FLAGS,
    DEBIT_FLAGS,
    flag_word,
)
from chalicelib.interchange.model.formats.types import ColumnMap, Unreadable
from chalicelib.kernel.currencies import EXPONENTS
from chalicelib.kernel.values import dataclass

_SAMPLE: Final = 300


@dataclass(frozen=True, slots=True)
class _Column:
    """What one column holds, as shares of the rows; `letters` per row."""

    at: int
    filled: float
    dates: float
    money: float
    codes: float
    flags: bool
    letters: float
    same_number: bool

    @property
    def is_text(self) -> bool:
        """Whether it holds words: no dates, currency codes or flags."""
        return self.letters > 0 and not self.flags and self.codes < 0.9 and self.dates < 0.5


def statement_rows(rows: Sequence[Sequence[str]]) -> list[int]:
    """Give the indices of the rows that hold a date and an amount."""
    return [
        at
        for at, row in enumerate(rows)
        if any(map(is_date, row[:64])) and any(map(is_money, row[:64]))
    ]


def map_by_content(rows: Sequence[Sequence[str]]) -> ColumnMap:
    """Find the columns of a table from its data rows; refuse if date or amount cannot be told.

    Two candidates for the amount are settled by the running balance: the one that explains the
    steps of the other is the amount.
    """
    sample = rows[:_SAMPLE]
    columns = [_describe(sample, at) for at in range(max(map(len, sample), default=0))]
    date = next((c.at for c in columns if c.dates >= 0.9 and c.filled >= 0.9), None)
    if date is None:
        raise Unreadable("no-date-column", "No column of the table holds a date in every row.")
    amounts = [c for c in columns if c.money >= 0.95 and c.at != date]
    texts = sorted((c for c in columns if c.is_text), key=lambda c: -c.letters)
    account = next((c.at for c in texts if c.same_number), None)
    texts = [c for c in texts if c.at != account]
    found = ColumnMap(
        date=date,
        payee=tuple(c.at for c in texts[:1]),
        memo=tuple(sorted(c.at for c in texts[1:])),
        currency=next((c.at for c in columns if c.codes >= 0.9 and c.filled >= 0.9), None),
        direction=next((c.at for c in columns if c.flags), None),
        account=account,
    )
    return _with_amounts(found, sample, amounts)


def _with_amounts(
    found: ColumnMap, sample: Sequence[Sequence[str]], amounts: list[_Column]
) -> ColumnMap:
    full = [c.at for c in amounts if c.filled >= 0.95]
    partial = [c.at for c in amounts if c.filled < 0.95]
    if len(amounts) == 1:
        return replace(found, amount=amounts[0].at)
    if len(partial) == 2 and len(full) <= 1 and _complementary(sample, partial[0], partial[1]):
        # Which of them is money in, only the user or the balances know: see signs.py.
        balance = full[0] if full else None
        return replace(found, money_out=partial[0], money_in=partial[1], balance=balance)
    proven = None if partial else _proven_by_balance(found, sample, full)
    if proven is not None:
        return proven
    if not amounts:
        raise Unreadable("no-amount-column", "No column of the table holds amounts.")
    raise Unreadable(
        "amount-column-unclear",
        f"The table has no header that we can read, and {len(amounts)} columns of numbers.",
    )


def _proven_by_balance(
    found: ColumnMap, sample: Sequence[Sequence[str]], full: list[int]
) -> ColumnMap | None:
    """Tell amount and balance, or balance before, balance after and amount, by adding them up."""
    values = {at: _values(sample, at) for at in full}
    for amount, balance in permutations(full, 2):
        if len(full) == 2 and explains(values[amount], values[balance]):
            return replace(found, amount=amount, balance=balance)
    for before, after, amount in permutations(full, 3):
        if len(full) == 3 and _bridges(values[before], values[after], values[amount]):
            return replace(found, amount=amount, balance=after)
    return None


def _bridges(before: list[Decimal], after: list[Decimal], amounts: list[Decimal]) -> bool:
    """Whether every amount leads from the balance before to the one after, at least twice."""
    if not len(before) == len(after) == len(amounts) > 1 or not any(amounts):
        return False
    return all(b + x == a for b, a, x in zip(before, after, amounts, strict=True))


def _complementary(rows: Sequence[Sequence[str]], first: int, second: int) -> bool:
    """Whether each row fills exactly one of two columns."""
    width = max(first, second) + 1
    pairs = [(row + [""] * width)[:width] for row in map(list, rows)]
    return all(bool(row[first].strip()) != bool(row[second].strip()) for row in pairs)


def _values(rows: Sequence[Sequence[str]], at: int) -> list[Decimal]:
    cells = [row[at] for row in rows if len(row) > at]
    mark = find_style(cells).decimal
    return [value for cell in cells if isinstance(value := read_styled(cell, mark), Decimal)]


def _describe(rows: Sequence[Sequence[str]], at: int) -> _Column:
    cells = [row[at].strip() for row in rows if len(row) > at]
    filled = [cell for cell in cells if cell]
    count = len(filled) or 1
    money = [cell for cell in filled if is_money(cell)]
    # Whole numbers alone are ids and codes as often as amounts: some decoration must show.
    decorated = any(char in "+-.,()" for cell in money for char in cell)
    words = Counter(filled)
    debits = sum(times for word, times in words.items() if flag_word(word) in DEBIT_FLAGS)
    flagged = debits + sum(
        times for word, times in words.items() if flag_word(word) in CREDIT_FLAGS
    )
    return _Column(
        at=at,
        filled=len(filled) / (len(rows) or 1),
        dates=sum(map(is_date, filled)) / count,
        money=len(money) / count if decorated else 0.0,
        codes=sum(cell in EXPONENTS for cell in filled) / count,
        flags=debits > 0 and flagged * 10 >= len(rows) * 9,
        letters=sum(char.isalpha() for cell in filled for char in cell) / (len(rows) or 1),
        # An account number stands in every row, and is the same in all of them.
        same_number=len(words) == 1
        and len(filled) == len(rows) > 1
        and sum(char.isdigit() for char in filled[0]) > 5
        and " " not in filled[0],
    )
