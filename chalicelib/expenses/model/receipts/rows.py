"""The lines of a receipt with what each is about: a total, tax, a payment, a bought thing, or nothing of interest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from chalicelib.expenses.model.payee import fold
from chalicelib.expenses.model.receipts import words
from chalicelib.expenses.model.receipts.amounts import Amount, amounts, mended
from chalicelib.kernel.values import dataclass

RowKind = Literal["total", "subtotal", "tax", "paid", "back", "card", "bought", "noise"]
MOST_ROWS: Final = 400
_LETTERED: Final = str.maketrans("0158|", "olsbl")
_MIXED: Final = re.compile(
    r"(?<=[^\W\d_])[0158|](?=[^\W\d_])"
    r"|(?<![^\W_])[0158|](?=[^\W\d_]{3})|(?<=[^\W\d_]{3})[0158|](?![^\W_])"
)
"""A figure within a word, or at its beginning or end alone."""
_RATE: Final = re.compile(r"(?<![\d.,])(\d{1,2})(?:[.,](\d{1,2}))? ?%")
_BLURRED: Final = ("total", "summe", "totale", "totaal", "betrag", "gesamtbetrag", "subtotal")
_INCLUDING: Final = re.compile(
    r"(?<![^\W\d_])(?:incl|inkl|inc|including|ttc|brutto|gross|inclusive|compris|incluido|compresa)(?![^\W\d_])"
)
_COUNTED: Final = re.compile(
    r"^[^\w]*\d{1,3}(?:[.,]\d{1,3})? ?(?:x|\*|×|@|stk|st|pcs|szt|ks|kg|db|ud|uds|ea|stuck)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line: as it stands, folded, with its amounts and rates (in hundredths of a percent)."""

    text: str
    folded: str
    amounts: tuple[Amount, ...]
    rates: tuple[int, ...]
    kind: RowKind
    strong: bool = False

    @property
    def last(self) -> Amount | None:
        """The amount that ends the line, where one does."""
        return self.amounts[-1] if self.amounts else None

    @property
    def letters(self) -> int:
        """How many letters stand before the first amount."""
        end = self.amounts[0].start if self.amounts else len(self.text)
        return sum(map(str.isalpha, self.text[:end]))

    @property
    def counts(self) -> bool:
        """Whether the line says how many of something at what price, and not of what."""
        return _COUNTED.match(self.text) is not None and self.letters <= 5


def rows_of(text: str) -> list[str]:
    """Part a text into its lines, with letters that were figures mended; blank ones are left out."""
    lines = (mended(line.strip()) for line in text[:40_000].splitlines())
    return [line for line in lines if line][:MOST_ROWS]


def read_rows(lines: Sequence[str], digits: int) -> list[Row]:
    """Say of each line what it is about, for a currency with so many digits."""
    return [_row(line, digits) for line in lines]


def folded(line: str) -> str:
    """Fold a line for comparing words: figures within words become the letters that they were."""
    text = words.GLUED.sub(r"\1 ", fold(line))
    return _MIXED.sub(lambda match: match.group().translate(_LETTERED), text)


def _row(line: str, digits: int) -> Row:
    found = amounts(line, digits)
    plain = folded(line)
    rates = tuple(_hundredths(whole, part) for whole, part in _RATE.findall(line))
    money = tuple(one for one in found if not one.is_rate)
    kind = _kind(plain, money, rates)
    strong = kind == "total" and words.TOTAL_STRONG.search(plain) is not None
    return Row(text=line, folded=plain, amounts=money, rates=rates, kind=kind, strong=strong)


def _hundredths(whole: str, part: str) -> int:
    return int(whole) * 100 + int(part.ljust(2, "0"))


def _kind(text: str, money: Sequence[Amount], rates: Sequence[int]) -> RowKind:
    if words.NO_TAX.search(text):
        return "noise"
    total = words.TOTAL_STRONG.search(text) or words.TOTAL.search(text) or _is_blurred(text)
    if words.DOWN.search(text):
        return "noise" if total else "bought"
    if words.TAX.search(text) or _is_table(money, rates):
        return _kind_with_tax(text, money, total=bool(total))
    if words.SUBTOTAL.search(text) or text.startswith("sub"):
        return "subtotal"
    return "total" if total else _kind_of_rest(text)


def _kind_with_tax(text: str, money: Sequence[Amount], *, total: bool) -> RowKind:
    if total and _INCLUDING.search(text):
        return "total"
    if len(money) < 2 and words.SUBTOTAL.search(text):
        return "subtotal"
    return "tax"


def _kind_of_rest(text: str) -> RowKind:
    for pattern, kind in _REST:
        if pattern.search(text):
            return kind
    return "bought"


_REST: Final[tuple[tuple[re.Pattern[str], RowKind], ...]] = (
    (words.BACK, "back"),
    (words.CARD, "card"),
    (words.PAID, "paid"),
    (words.NOISE, "noise"),
)


def _is_table(money: Sequence[Amount], rates: Sequence[int]) -> bool:
    """Tell a line of a tax table that names no tax: a rate, and amounts of which two are the third."""
    return bool(rates) and len(money) >= 3 and sum_of_three(money) is not None


def sum_of_three(money: Sequence[Amount]) -> tuple[int, int, int] | None:
    """Find net, tax and gross among amounts: two that add up to a third; the smaller one is the tax."""
    values = sorted({one.figures for one in money if one.figures > 0})
    for gross in reversed(values):
        for tax in values:
            net = gross - tax
            if net >= tax and net in values:
                return net, tax, gross
    return None


def _is_blurred(text: str) -> bool:
    """Tell whether a line begins with a word for total with one letter wrong."""
    first = text.split(" ", 1)[0].strip(":.*-")
    return len(first) >= 4 and any(_one_off(first, word) for word in _BLURRED[:-1])


def _one_off(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    rest, more = one[start:], other[start:]
    return rest[1:] == more[1:] or rest == more[1:] or rest[1:] == more


def stated_total(rows: Sequence[Row], place: int) -> int:
    """Give the total that a line states, or 0 where it states none."""
    if rows[place].kind != "total":
        return 0
    last = rows[place].last
    if last is None and place + 1 < len(rows) and rows[place + 1].letters <= 4:
        last = rows[place + 1].last
    return abs(last.figures) if last else 0
