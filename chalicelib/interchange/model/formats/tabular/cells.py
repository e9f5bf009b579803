"""Small decisions about cells and columns, which the builder of rows puts together."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from chalicelib.interchange.model.formats.amounts import EMPTY, Flaw, only_decimals
from chalicelib.interchange.model.formats.tabular.layout import Layout
from chalicelib.interchange.model.formats.tabular.vocabulary import (
    NOT_BOOKED,
    SUMMARIES,
    SUMMARY_STARTS,
    fold,
)
from chalicelib.interchange.model.formats.types import Problem, quoted

Columns = Sequence[Sequence[str]]
Problems = tuple[Problem, ...]


def summary_lines(payees: list[str], memos: list[str]) -> set[int]:
    """Find rows whose payee or memo is the name of a balance or turnover and nothing else."""
    found: set[int] = set()
    for texts in (payees, memos):
        if not SUMMARIES.isdisjoint(map(str.casefold, set(texts))):
            found.update(at for at, text in enumerate(texts) if text.casefold() in SUMMARIES)
    return found


def empty_balance_lines(payees: list[str], amounts: list[Decimal | Flaw]) -> set[int]:
    """Find lines such as `Beginning balance as of ...` that have a date and no amount."""
    if only_decimals(amounts) is not None:
        return set()
    empty = [at for at, amount in enumerate(amounts) if amount is EMPTY]
    return {at for at in empty if f"{fold(payees[at])} ".startswith(SUMMARY_STARTS)}


def fit_row(cells: list[str], line: int, layout: Layout) -> tuple[list[str], Problems]:
    """Bring a row to the width of the table: short ones are filled up, what is beyond is text or a flaw."""
    width = layout.width
    if len(cells) == width:
        return cells, ()
    if len(cells) < width:
        return cells + [""] * (width - len(cells)), ()
    beyond = [cell for cell in cells[width:] if cell.strip()]
    if not beyond:
        return cells[:width], ()
    if layout.extra_cells_are_text:
        return [*cells[: width - 1], " ".join([cells[width - 1], *beyond])], ()
    detail = "The row has more cells than the table has columns: amounts may have moved."
    return cells[:width], (Problem(line, None, "too-many-cells", detail),)


def separate_flaws(
    amounts: list[Decimal | Flaw], lines: Sequence[int], problems: list[Problems]
) -> Sequence[Decimal | None]:
    """Turn flaws of amounts into problems of their rows."""
    decimals = only_decimals(amounts)
    if decimals is not None:
        return decimals
    values: list[Decimal | None] = []
    for at, amount in enumerate(amounts):
        if isinstance(amount, Flaw):
            found = Problem(lines[at], "amount", amount.code, amount.detail)
            problems[at] = (*problems[at], found)
            values.append(None)
        else:
            values.append(amount)
    return values


def refuse_unbooked(states: Sequence[str], lines: Sequence[int], problems: list[Problems]) -> None:
    """Make a problem of every row that the bank calls pending, declined or the like."""
    unbooked = {state for state in set(states) if fold(state) in NOT_BOOKED}
    if unbooked:
        for at, state in enumerate(states):
            if state in unbooked:
                detail = f"The bank has not booked this: {quoted(state.strip())}."
                problems[at] = (Problem(lines[at], "status", "not-booked", detail),)


def stripped_column(columns: Columns, index: int | None, count: int, limit: int) -> list[str]:
    """Give the cells of a column without blanks around them, cut at `limit`; empty without a column."""
    if index is None or index >= len(columns):
        return [""] * count
    return [text.strip()[:limit] for text in columns[index]]


def merchant_categories(columns: Columns, index: int | None) -> Sequence[str | None]:
    """Give the codes of ISO 18245 in a column, None for cells that hold no four digits."""
    if index is None or index >= len(columns):
        return [None] * len(columns[0])
    codes = (text.strip() for text in columns[index])
    return [
        code if len(code) == 4 and code.isdecimal() and code.isascii() else None for code in codes
    ]


def is_prose(cells: list[str], layout: Layout) -> bool:
    """Whether date and amount hold more letters than digits, as in a remark over all columns."""
    known = layout.columns
    wanted = (known.date, known.amount, known.money_out, known.money_in)
    text = "".join(cells[index] for index in wanted if index is not None)
    return sum(char.isalpha() for char in text) > sum(char.isdigit() for char in text)


def date_problem(line: int, text: str) -> Problem:
    """Say why a row has no date: empty, pending, or no date at all."""
    if not text:
        return Problem(line, "date", "no-date", "The date is empty.")
    if fold(text) in NOT_BOOKED:
        detail = f"The bank has not booked this: {quoted(text)}."
        return Problem(line, "status", "not-booked", detail)
    return Problem(line, "date", "bad-date", f"{quoted(text)} is not a date.")
