"""What was bought: lines with a text and an amount at their end, before the total, held against it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from chalicelib.expenses.model.receipts import words
from chalicelib.expenses.model.receipts.draft import MAX_LINE, MOST_LINES
from chalicelib.expenses.model.receipts.rows import Row, stated_total
from chalicelib.kernel.values import dataclass

_TIGHT: Final = 6
"""What may stand behind a line's amount: a tax letter, a star, a currency."""
_LEAD: Final = re.compile(
    r"^\W*(?:\d{1,3}(?:[.,]\d{1,3})? ?(?:x|×|\*|stk\.?|szt\.?|ks|pcs)? +(?=[^\W\d_]))",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    r"(?:[\s.…_·:*=€£$¥@-]|(?<=\s)(?:x|×)|\b\d{1,3} ?(?:x|×|\*)|\b(?:EUR|USD|GBP|CHF|PLN|SEK)\b)+$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """A bought thing. `perhaps`: its text has a word that seldom names goods, such as the phone of a phone case."""

    name: str
    amount_minor: int
    perhaps: bool = False


def find_goods(
    rows: Sequence[Row], total: int | None, tax: int | None
) -> tuple[tuple[Good, ...], bool]:
    """Give what was bought, and whether that adds up to the total, or to what tax is put on top of."""
    end = next((at for at in range(len(rows)) if stated_total(rows, at)), len(rows))
    every = list(_goods(rows[:end]))[:MOST_LINES]
    sure = [one for one in every if not one.perhaps]
    if total is not None:
        goals = _goals(rows, total, tax)
        for some in _readings(every, sure):
            if some and sum(one.amount_minor for one in some) in goals:
                return tuple(some), True
    return tuple(sure), False


def _readings(every: list[Good], sure: list[Good]) -> Iterator[list[Good]]:
    """Give the ways to read the lines, likely ones first: one line too much may be no good at all."""
    yield sure
    yield every
    for some in (sure, every):
        if len(some) > 2:
            for place, one in enumerate(some):
                if one.amount_minor > 0:
                    yield [*some[:place], *some[place + 1 :]]


def _goals(rows: Sequence[Row], total: int, tax: int | None) -> set[int]:
    net = total - (tax or 0)
    said = {row.last.figures for row in rows if row.kind == "subtotal" and row.last}
    return {total, net} | {one for one in said if net <= one <= total}


def _goods(rows: Sequence[Row]) -> Iterator[Good]:
    waiting = ""
    for row in rows:
        if row.kind not in {"bought", "noise", "card"}:
            waiting = ""
        elif row.last is None:
            waiting = _text(row) if row.kind == "bought" else ""
        elif len(row.text) - row.last.end <= _TIGHT:
            one = _good(row, waiting)
            waiting = ""
            if one.name:
                yield replace(one, perhaps=row.kind != "bought")


def _good(row: Row, waiting: str) -> Good:
    """Read a line; one that only counts belongs to the line above it, unless that had its price already."""
    if row.counts or row.letters < 2:
        whole = len(row.amounts) > 1 or not row.counts
        return Good(name=waiting if whole else "", amount_minor=_signed(row))
    return Good(name=_text(row), amount_minor=_signed(row))


def _signed(row: Row) -> int:
    amount = row.amounts[-1].figures
    return -abs(amount) if words.DOWN.search(row.folded) else amount


def _text(row: Row) -> str:
    end = row.amounts[0].start if row.amounts else len(row.text)
    text = _TAIL.sub("", row.text[:end])
    return " ".join(_LEAD.sub("", text).strip(" -*.:").split())[:MAX_LINE]
