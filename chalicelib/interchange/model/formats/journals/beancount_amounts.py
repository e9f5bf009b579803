"""A posting's line in Beancount: account, units, what they cost, what they were worth."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.amounts import ZERO
from chalicelib.interchange.model.formats.journals.entries import Posting
from chalicelib.interchange.model.formats.journals.sums import evaluate
from chalicelib.kernel.values import dataclass

CURRENCY: Final = r"(?:[A-Z][A-Z0-9'._-]*|/(?=[0-9'._-]*[A-Z])[A-Z0-9'._-]+)"
_MOST: Final = 1_000
_USUAL: Final = re.compile(
    r"(?:[!*&#?%A-Z]\s+)?([^\s:;\"@{~]+(?::[^\s:;\"@{~]+)+)"
    rf"(?:\s+(-?[0-9][0-9,]*+(?:\.[0-9]*+)?)\s+({CURRENCY}))?\s*(?:;.*)?"
)
_ACCOUNT: Final = re.compile(r"(?:[!*&#?%A-Z]\s+)?([^\s:;\"@{~]+(?::[^\s:;\"@{~]+)+)\s*(.*)")
_COMMENT: Final = re.compile(r'((?:"[^"]*+"|[^";])*+).*')
_SUM: Final = r"([-+*/().,0-9 ]*?)"
_WRITTEN: Final = re.compile(
    rf"{_SUM} ?({CURRENCY})?(?: ?(\{{\{{?[^{{}}]*\}}\}}?))?(?: ?(@@?) ?{_SUM} ?({CURRENCY})?)?"
)
_AMOUNT: Final = re.compile(rf"([-+*/().,0-9 ]*+) ?({CURRENCY})")
_COST: Final = re.compile(rf"(?:([-+*/().0-9 ]*?))?(?: ?# ?([-+*/().0-9 ]*?))? ?({CURRENCY})")
_DAY: Final = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})")


@dataclass(slots=True)
class Cost:
    """What is said of a lot: `per_unit` in `currency` if that is said, day and label as further marks."""

    per_unit: Decimal | None = None
    currency: str = ""
    day: date | None = None
    label: str = ""


def read_amount(text: str) -> tuple[Decimal, str] | None:
    """Read `10.00 EUR`."""
    found = _AMOUNT.fullmatch(" ".join(text.split())[:_MOST])
    number = evaluate(found[1]) if found else None
    return (number, found[2]) if found and number is not None else None


def read_posting(text: str, line: int) -> tuple[Posting, Cost | None] | None:
    """Read a posting and what its units cost, if they are a lot; None for what is no posting."""
    found = _USUAL.fullmatch(text) if len(text) <= _MOST else None
    if found is None:
        return _read_full(text, line)
    posting = Posting(found[1], line)
    if found[2] is not None:
        posting.set_amount(Decimal(found[2].replace(",", "")), found[3])
    return posting, None


def _read_full(text: str, line: int) -> tuple[Posting, Cost | None] | None:
    start = _ACCOUNT.match(text)
    if start is None or len(text) > _MOST:
        return None
    bare = _COMMENT.match(start[2])
    found = _WRITTEN.fullmatch(" ".join(bare[1].split()) if bare else "")
    if found is None:
        return Posting(start[1], line, flaw="What stands behind the account is no amount."), None
    posting = Posting(start[1], line, commodity=found[2] or "")
    units = evaluate(found[1]) if found[1] else None
    if found[1] and units is None:
        posting.flaw = "The amount is no number."
        return posting, None
    cost = None
    if units is not None:
        if not found[2]:
            posting.flaw = "The amount has no currency."
            return posting, None
        posting.set_amount(units, found[2])
        cost = _weigh(posting, units, found)
    return posting, cost


def _weigh(posting: Posting, units: Decimal, found: re.Match[str]) -> Cost | None:
    """Say what the units weigh: what they cost, or else what they were worth, or themselves."""
    if found[3]:
        cost = _read_cost(found[3], units)
        if cost.per_unit is not None:
            posting.weight, posting.weight_in = units * cost.per_unit, cost.currency
        else:
            posting.weight = None
        return cost
    if found[4]:
        price = evaluate(found[5]) if found[5] else None
        if price is None or not found[6]:
            posting.weight = None
        elif found[4] == "@":
            posting.weight, posting.weight_in = units * price, found[6]
        else:
            posting.weight, posting.weight_in = price.copy_sign(units) if units else ZERO, found[6]
    return None


def _read_cost(written: str, units: Decimal) -> Cost:
    total = written.startswith("{{")
    cost = Cost()
    for part in written.strip("{} ").split(","):
        text = part.strip()
        day = _DAY.fullmatch(text)
        number = _COST.fullmatch(text)
        if day:
            try:
                cost.day = date(int(day[1]), int(day[2]), int(day[3]))
            except ValueError:
                continue
        elif text.startswith('"'):
            cost.label = text.strip('"')
        elif number:
            cost.currency = number[3]
            cost.per_unit = _per_unit(number, units, total=total)
    return cost


def _per_unit(number: re.Match[str], units: Decimal, *, total: bool) -> Decimal | None:
    each = evaluate(number[1]) if number[1] else None
    whole = evaluate(number[2]) if number[2] else None
    if total:
        each, whole = None, each
    if each is None and whole is None:
        return None
    if whole is None:
        return each
    return (each or ZERO) + (whole / abs(units) if units else ZERO)
