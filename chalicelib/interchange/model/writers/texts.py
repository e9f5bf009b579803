"""What the writers share: amounts as decimals, paths of categories as one text, and what a person calls things."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from chalicelib.interchange.model.writers.types import Book, Line, RefundLine
from chalicelib.kernel.money import UnknownCurrency, exponent

PATH: Final = " > "
"""Stands between the names of a category's path."""
LIST: Final = ", "
"""Stands between tags."""
_ESCAPED: Final = re.compile(r"[\\>,]")
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)


class Digits(dict[str, int]):
    """How many decimals each currency has, each asked once; a currency that is gone from the registry has two."""

    def __missing__(self, currency: str) -> int:
        try:
            digits = exponent(currency)
        except UnknownCurrency:
            digits = 2
        self[currency] = digits
        return digits


def decimal_text(amount_minor: int, digits: int) -> str:
    """Write minor units with so many decimals: `-12.34`."""
    if not digits:
        return str(amount_minor)
    text = str(amount_minor)
    if len(text) <= digits + 1:  # too short to be cut, or just so with a sign
        sign = "-" if amount_minor < 0 else ""
        text = sign + str(abs(amount_minor)).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}"


def joined(names: Iterable[str], between: str) -> str:
    """Write several names as one text that `parted` takes apart again, whatever is in them."""
    return between.join(_ESCAPED.sub(r"\\\g<0>", name) for name in names)


def parted(text: str, between: str) -> tuple[str, ...]:
    """Read what `joined` wrote; spaces around a name do not count where somebody edited it by hand."""
    mark = between.strip()
    if "\\" not in text:
        return tuple(filter(None, map(str.strip, text.split(mark))))
    names, start, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at] == mark:
            names.append(text[start:at])
            at = start = at + 1
        else:
            at += 1
    names.append(text[start:])
    stripped = [_ESCAPE.sub(r"\1", name.strip()) for name in names]
    return tuple(name for name in stripped if name)


def refunds_text(line: Line, digits: Digits) -> str:
    """Write what a refund is for: of each purchase its id, how much came back, for how much of this, and which part."""
    return LIST.join(refund_text(one, line.currency, digits) for one in line.refunds)


def refund_text(one: RefundLine, currency: str, digits: Digits) -> str:
    """Write a link of a refund in so many `currency`, words between blanks: `<id> 4.00 EUR 4.00 [<part>]`."""
    back = decimal_text(one.amount_minor, digits[one.currency])
    covered = decimal_text(one.covered_minor, digits[currency])
    return " ".join(filter(None, (one.transaction_id, back, one.currency, covered, one.part_id)))


def path_texts(book: Book) -> dict[str | None, str]:
    """Give each category's path as one text, by id; nothing for no category."""
    return {None: "", **{one.id: joined(one.path, PATH) for one in book.categories}}
