"""From the text of a receipt to a draft. Whatever cannot be read is left out; nothing here refuses.

Paper, scanner and camera put in what was never there, so each figure is believed as much as others bear it out:
lines that add up to the total, net and tax that make the gross, cash less change, the same sum at the card's line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from chalicelib.expenses.model.receipts import words
from chalicelib.expenses.model.receipts.dates import MONTH_FIRST_CURRENCIES, find_day
from chalicelib.expenses.model.receipts.draft import (
    Draft,
    DraftLine,
    Read,
)
from chalicelib.expenses.model.receipts.goods import find_goods
from chalicelib.expenses.model.receipts.merchant import find_merchant
from chalicelib.expenses.model.receipts.rows import (
    Row,
    folded,
    read_rows,
    rows_of,
    stated_total,
    sum_of_three,
)
from chalicelib.kernel.money import exponent

_CODE: Final = re.compile(
    r"(?:(?<![^\W_])|(?<=[0-9]))(" + "|".join(sorted(words.CODES)) + r")(?![^\W\d_])"
)
_SYMBOL: Final = re.compile(
    r"(?<![^\W\d_])(us\$|au\$|ca\$|hk\$|nz\$|a\$|c\$|s\$|r\$|s?fr\.(?= ?\d)|zł|kč|ft(?![^\W\d_])|lei(?![^\W\d_])|лв|[€£¥円₹₩₺₴$])",
    re.IGNORECASE,
)
_KRONOR: Final = re.compile(r"(?<![^\W\d_])kr\.?(?![^\W\d_])", re.IGNORECASE)
_DOLLARS: Final = frozenset(("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"))
_CROWNS: Final = frozenset(("SEK", "NOK", "DKK", "ISK"))
_MOST_LINE_MINOR: Final = 10**10
"""A number beyond any receipt: a code that looks like money."""


def parse(text: str, *, today: date, currency: str) -> Draft:
    """Read a receipt's text; `currency` is what counts where the paper names none."""
    lines = rows_of(text)
    found = find_currency(lines, currency)
    digits = exponent(found.value)
    rows = [row for row in read_rows(lines, digits) if _is_possible(row)]
    total, supports = _total(rows)
    tax, tax_sure = _tax(rows, total)
    bought, adds_up = find_goods(rows, total, tax)
    scale = 10  # percent more for what bears each other out
    return Draft(
        merchant=find_merchant(rows),
        bought_on=find_day(
            [row.folded for row in rows],
            today=today,
            month_first=found.value in MONTH_FIRST_CURRENCIES,
        ),
        total_minor=_sure(total, supports + (scale if adds_up else 0)),
        tax_minor=_sure(tax, tax_sure + (scale // 2 if adds_up else 0)),
        currency=found,
        lines=tuple(
            DraftLine(
                text=one.name, amount_minor=one.amount_minor, confidence=95 if adds_up else 60
            )
            for one in bought
        ),
        adds_up=adds_up,
    )


def _is_possible(row: Row) -> bool:
    return all(abs(one.figures) < _MOST_LINE_MINOR for one in row.amounts)


def _sure(value: int | None, confidence: int) -> Read[int] | None:
    return None if value is None else Read(value, max(10, min(99, confidence)))


# ------------------------------------------------------------------------------------- currency


def find_currency(lines: Sequence[str], usual: str) -> Read[str]:
    """Find the currency by code, else by sign; a dollar or crown is the usual one, where that is such."""
    codes = Counter(code for line in lines for code in _CODE.findall(words.GLUED.sub(r"\1 ", line)))
    signs = Counter(_currency_of(sign, usual) for line in lines for sign in _SYMBOL.findall(line))
    votes = Counter({code: 3 * count for code, count in codes.items()})
    votes.update(signs)
    if votes:
        (best, count), *others = votes.most_common(2)
        return Read(best, 94 if not others or others[0][1] * 3 <= count else 70)
    if any(_KRONOR.search(line) for line in lines):
        return _crowns(lines, usual)
    return Read(usual, 55)


def _currency_of(sign: str, usual: str) -> str:
    if sign == "$" and usual in _DOLLARS:
        return usual
    return words.SYMBOLS[sign.lower()]


def _crowns(lines: Sequence[str], usual: str) -> Read[str]:
    if usual in _CROWNS:
        return Read(usual, 85)
    text = " ".join(folded(line) for line in lines)
    if re.search(r"\bmva\b", text):
        return Read("NOK", 75)
    return Read("DKK" if re.search(r"\bat betale\b|\bbyttepenge\b|\bi alt\b", text) else "SEK", 65)


# ------------------------------------------------------------------------------- total and tax


def _total(rows: Sequence[Row]) -> tuple[int | None, int]:
    """Find the total and how well it is borne out."""
    named = list(_named(rows))
    seen = Counter(one.figures for row in rows for one in row.amounts)
    if not named:
        return _unnamed(rows)
    paid = _paid_less_change(rows)
    cards = {row.last.figures for row in rows if row.kind == "card" and row.last}
    net_and_tax = {
        gross for row in rows if (three := sum_of_three(row.amounts)) for gross in three[2:]
    }

    def score(one: tuple[int, int]) -> int:
        amount, sure = one
        return (
            sure
            + 8 * (amount in cards or seen[amount] > 1)
            + 8 * (amount in paid)
            + 6 * (amount in net_and_tax)
        )

    best = max(named, key=lambda one: (score(one), one[0]))
    rivals = {amount for amount, sure in named if sure >= best[1] - 4} - {best[0]}
    return best[0], score(best) - (12 if rivals else 0)


def _named(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Give what lines call a total; the amount may stand alone on the next line."""
    found = []
    for place, row in enumerate(rows):
        amount = stated_total(rows, place)
        if amount:
            found.append((amount, (82 if row.strong else 74) - (0 if row.last else 6)))
    return found


def _unnamed(rows: Sequence[Row]) -> tuple[int | None, int]:
    """Where no line is called a total: what a card was charged, else cash less change, else the largest amount."""
    cards = [row.last.figures for row in rows if row.kind == "card" and row.last]
    if cards:
        return max(cards), 65
    paid = _paid_less_change(rows)
    if paid:
        return max(paid), 60
    every = [one.figures for row in rows if row.kind != "back" for one in row.amounts]
    return (max(every), 35) if every and max(every) > 0 else (None, 0)


def _paid_less_change(rows: Sequence[Row]) -> set[int]:
    back = [abs(row.last.figures) for row in rows if row.kind == "back" and row.last]
    paid = [row.last.figures for row in rows if row.kind == "paid" and row.last]
    return {one - other for one in paid for other in back or [0] if one > other}


def _tax(rows: Sequence[Row], total: int | None) -> tuple[int | None, int]:
    """Find the tax: the sum of the rates' lines, or what a line calls their total."""
    found: dict[tuple[int, ...], tuple[int, int]] = {}
    for row in rows:
        one = _tax_of(row, total) if row.kind == "tax" or _is_of_table(row, total) else None
        if one is None:
            continue
        if not row.rates and words.TOTAL.search(row.folded):
            return one[0], one[1] + 8
        place = row.rates or (-1, one[0])
        if place not in found or found[place][1] < one[1]:
            found[place] = one
    return _within(_once(found), total)


def _is_of_table(row: Row, total: int | None) -> bool:
    """Tell whether a line that names no tax has a rate, and what that makes of its base or of the total."""
    values = [one.figures for one in row.amounts]
    if total is None or not 0 < len(values) <= 2 or sum(values) > total + 1:
        return False
    base = max(values) if len(values) == 2 else total
    return any(_fits(min(values), base, rate) for rate in row.rates)


def _once(found: dict[tuple[int, ...], tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out the sum of the rates, where it is said beside them."""
    rated = [one for place, one in found.items() if place[0] != -1]
    unrated = [one for place, one in found.items() if place[0] == -1]
    if rated and sum(one[0] for one in rated) in {one[0] for one in unrated}:
        return rated
    return [*rated, *unrated]


def _within(taxes: Sequence[tuple[int, int]], total: int | None) -> tuple[int | None, int]:
    """Add up, as long as the tax is less than the total."""
    if not taxes:
        return None, 0
    amount = sum(one[0] for one in taxes)
    if total is None or amount < total:
        return amount, min(one[1] for one in taxes)
    amount = min(one[0] for one in taxes)
    return (amount, 30) if amount < total else (None, 0)


def _tax_of(row: Row, total: int | None) -> tuple[int, int] | None:
    """Give the tax of one line: with net and gross beside it, as its rate has it, or alone."""
    values = [one.figures for one in row.amounts if one.figures >= 0]
    if not values:
        return None
    three = sum_of_three(row.amounts)
    if three is not None:
        return three[1], 90
    for rate in row.rates:
        for tax in sorted(values):
            bases = [one for one in (*values, total or 0) if one > tax]
            if any(_fits(tax, base, rate) for base in bases):
                return tax, 88
    return min(values), 70


def _fits(tax: int, base: int, rate: int) -> bool:
    """Tell whether a tax is of this rate (hundredths of a percent) within or on top of a base, to the minor unit."""
    whole = 10_000
    on_top, within = tax * whole - base * rate, tax * (whole + rate) - base * rate
    return abs(on_top) <= whole or abs(within) <= whole + rate
