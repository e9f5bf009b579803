"""Amounts in text that a machine has read: decimal commas and points, groups, gaps, and letters that were figures."""

from __future__ import annotations

import re
from typing import Final

from chalicelib.kernel.values import dataclass

_LOOKS: Final = str.maketrans(
    {
        "O": "0",
        "o": "0",
        "Q": "0",
        "D": "0",
        "l": "1",
        "I": "1",
        "|": "1",
        "S": "5",
        "B": "8",
        "Z": "2",
    }
)
_FIGURELIKE: Final = re.compile(
    r"(?<![^\W\d_])[\dOoQDlI|SBZ]{1,7}[.,] ?[\dOoQDlI|SBZ]{2}(?![^\W_])"
)
"""What may be an amount with letters in it, alone between spaces or signs."""
_DATELIKE: Final = re.compile(
    r"(?<![^\W_])[\dOolISB]{1,4} ?([-./,]) ?[\dOolISB]{1,2} ?[-./,] ?[\dOolISB]{2,4}(?![^\W_])"
)
_AMOUNT: Final = re.compile(
    r"(?P<minus>(?<![\w.,])[-−–] ?)?"
    r"(?<![\d.,:/])"
    r"(?P<whole>\d{1,3}(?:[.,' ’]\d{3}){1,4}|\d{1,9})"
    r"(?: ?(?P<mark>[.,]) ?(?P<cents>\d{2,3}))?"
    r"(?![\d:/]|[.,]\d)"
    r"(?P<after> ?[-−–](?= ?$|\s{2}| [A-Z*]$))?"
    r"(?P<rate> ?%)?"
)
MAX_TEXT_LINE: Final = 200


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in a line: its figures without the mark, and how many of them stand behind it."""

    figures: int
    cents: int
    start: int
    end: int
    is_rate: bool = False


def mended(line: str) -> str:
    """Give letters that stand in an amount or a date the figures that they were."""
    line = line[:MAX_TEXT_LINE].replace("\u00a0", " ").replace("\u202f", " ")
    return _DATELIKE.sub(_as_date, _FIGURELIKE.sub(_as_figures, line))


def _as_figures(match: re.Match[str]) -> str:
    text = match.group()
    # one figure at least: "SO.OO" alone is a word
    return text.translate(_LOOKS) if any(map(str.isdigit, text)) else text


def _as_date(match: re.Match[str]) -> str:
    text = match.group()
    if sum(map(str.isdigit, text)) < 4 or match[1] == ",":
        return text
    # a comma among the marks of a date was a point
    return text.translate(_LOOKS).replace(",", match[1]).replace(" ", "")


def amounts(line: str, digits: int) -> list[Amount]:
    """Find the amounts of a line, for a currency with so many digits; rates in percent are marked."""
    found = []
    for match in _AMOUNT.finditer(line):
        one = _amount(match, digits)
        if one is not None:
            found.append(one)
    return found


def _amount(match: re.Match[str], digits: int) -> Amount | None:
    whole, cents = match["whole"], match["cents"] or ""
    if match["rate"]:
        return Amount(0, 0, match.start(), match.end(), is_rate=True)
    if digits and not cents and re.fullmatch(r"\d{1,3}[.,]\d{3}", whole) and digits == 3:
        whole, cents = whole[:-4], whole[-3:]
    if digits and len(cents) != digits:
        return None  # a count, a year, a number of something
    if not digits and cents:
        if len(cents) != 3:
            return None
        whole, cents = whole + cents, ""
    figures = int(re.sub(r"\D", "", whole) + cents)
    negative = match["minus"] or match["after"]
    return Amount(-figures if negative else figures, len(cents), match.start(), match.end())
