"""The running balance as a witness: it proves the sign of amounts, or shows that rows are missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from operator import eq, sub
from typing import Final, cast

from chalicelib.interchange.model.formats.amounts import Flaw, read_column
from chalicelib.interchange.model.formats.types import DecimalMark, Row
from chalicelib.kernel.values import dataclass

_ENOUGH: Final = 3


@dataclass(frozen=True, slots=True)
class Chain:
    """How many steps of the balance the amounts explain, read in the better direction."""

    steps: int
    newest_first: bool
    broken_lines: tuple[int, ...]

    @property
    def explained(self) -> int:
        """The steps that are exactly the amount of their row."""
        return self.steps - len(self.broken_lines)

    @property
    def proven(self) -> bool:
        """Whether nine of ten steps are explained, of at least three."""
        return self.steps >= _ENOUGH and self.explained * 10 >= self.steps * 9


def explains(amounts: Sequence[Decimal], balances: Sequence[Decimal]) -> bool:
    """Whether the amounts explain nine of ten steps of the balances, in file order or against it."""
    if len(amounts) != len(balances) or len(amounts) <= _ENOUGH:
        return False
    pairs = list(pairwise(balances))
    forward = sum(b - a == amounts[at + 1] for at, (a, b) in enumerate(pairs))
    backward = sum(a - b == amounts[at] for at, (a, b) in enumerate(pairs))
    return max(forward, backward) * 10 >= len(pairs) * 9


def steps_explained(
    columns: Sequence[Sequence[str]],
    read: Callable[[Sequence[Sequence[str]]], list[Decimal | Flaw]],
    balance: int,
    mark: DecimalMark,
) -> bool:
    """Whether a reading of the amounts explains the balance column: nine of ten steps, at least three."""
    if balance >= len(columns):
        return False
    pairs = [
        (amount, total)
        for amount, total in zip(read(columns), read_column(columns[balance], mark), strict=True)
        if not isinstance(amount, Flaw) and not isinstance(total, Flaw)
    ]
    steps = list(pairwise(pairs))
    forward = sum(b[1] - a[1] == b[0] for a, b in steps)
    backward = sum(a[1] - b[1] == a[0] for a, b in steps)
    return len(steps) >= _ENOUGH and max(forward, backward) * 10 >= len(steps) * 9


def follow(rows: Sequence[Row]) -> Chain:
    """Follow the balance from row to row, oldest first and newest first, and keep the better reading.

    Steps are taken between neighbouring rows that both have a balance, the later one an amount.
    """
    oldest_first = _follow(rows, newest_first=False)
    if oldest_first.explained == oldest_first.steps:
        return oldest_first
    newest_first = _follow(rows, newest_first=True)
    return newest_first if newest_first.explained > oldest_first.explained else oldest_first


def _follow(rows: Sequence[Row], *, newest_first: bool) -> Chain:
    if newest_first:
        rows = rows[::-1]
    amounts, balances = [row.amount for row in rows], [row.balance for row in rows]
    types = set(map(type, amounts)) | set(map(type, balances))
    if types <= {Decimal}:
        steps = map(sub, cast("list[Decimal]", balances[1:]), cast("list[Decimal]", balances))
        fits = list(map(eq, steps, amounts[1:]))
    else:
        fits = [
            None if amount is None or before is None or after is None else after - before == amount
            for (before, after), amount in zip(pairwise(balances), amounts[1:], strict=False)
        ]
    broken = (
        [rows[at + 1].line for at, fit in enumerate(fits) if fit is False] if False in fits else []
    )
    return Chain(len(fits) - fits.count(None), newest_first, tuple(sorted(broken)))
