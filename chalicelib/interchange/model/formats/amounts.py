"""Reading amounts exactly: digits to Decimal, with the reason where they are not an amount.

Banks write 1,234.56 and 1.234,56 and 1 234,56 and 1'234.56, put the minus in front, behind or
around, add CR or DR, a symbol or a code. What is not clearly one number is a flaw, never a guess.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple, cast

from chalicelib.interchange.model.formats.types import DecimalMark, quoted
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS, EXPONENTS
from chalicelib.kernel.money import UnknownCurrency, exponent

MAX_DIGITS: Final = 18
"""Digits before the decimal mark, leading zeros apart; as many may follow it."""
ZERO: Final = Decimal(0)


class Flaw(NamedTuple):
    """Why some text is not an amount: a stable code and a sentence."""

    code: str
    detail: str


class Style(NamedTuple):
    """How a file writes its numbers; `ambiguous` if nothing in it told 1,234 from 1.234."""

    decimal: DecimalMark
    ambiguous: bool = False


EMPTY: Final = Flaw("no-amount", "The amount is empty.")
_TOO_LARGE: Final = Flaw("amount-too-large", "The amount has more digits than money can have.")
_GROUPS: Final = {".": ",'’ ", ",": ".'’ "}
_THIRD_LAST: Final = itemgetter(slice(-3, -2))
_DIGITS: Final = r"(?=[0-9])0*+[0-9]{0,18}+"
_PLAIN: Final = {
    mark: re.compile(rf"[+-]?(?:{_DIGITS}(?:\{mark}[0-9]{{1,18}})?|\{mark}[0-9]{{1,18}})")
    for mark in ".,"
}
_ANY_PLAIN: Final = re.compile(rf"[+-]?(?:{_DIGITS}(?:[.,][0-9]{{0,18}})?|[.,][0-9]{{1,18}})")
_GROUP_SIGN: Final = {".": ",", ",": "."}
_COLUMN: Final = {
    mark: re.compile(
        rf"(?:(?:(?:[-+]?[€£$]?|[€£$][-+])(?:[0-9]{{1,3}}(?:\{_GROUP_SIGN[mark]}[0-9]{{3}}){{1,5}}+|{_DIGITS})"
        rf"(?:\{mark}[0-9]{{1,18}})?)?\n)++"
    )
    for mark in ".,"
}
_PLAIN_LINES: Final = re.compile(r"[0-9.+\n-]*+")
_UNDECORATED: Final = {
    ".": str.maketrans(dict.fromkeys(",€£$")),
    ",": str.maketrans({**dict.fromkeys(".€£$"), ",": "."}),
}
# Groups of three; two are allowed before the last three because India counts in lakh and crore.
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:([,.'’ ])(?:[0-9]{2,3}\1)*+[0-9]{3})")
_NUMBER_LIKE: Final = re.compile(r"[0-9][0-9.,'’ ]*+")
_CODE: Final = re.compile(r"(?:([A-Z]{3}) ?(?=[-+(0-9.,])|(?<=[0-9)+-]) ?([A-Z]{3})\Z)")
_SYMBOLS: Final = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₽": "RUB",
    "₺": "TRY",
    "₩": "KRW",
    "₪": "ILS",
}
_SIGN_SHARERS: Final = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "JPY", "CNY"})
_ALL_SYMBOLS: Final = "€£$¥₹₽₺₩₪￥"
_MARK: Final = re.compile(rf"[{_ALL_SYMBOLS}]|(?<![A-Za-z])[A-Z]{{3}}(?![A-Za-z])")
_MARK_HINT: Final = re.compile(rf"[A-Z{_ALL_SYMBOLS}]")
_SPACES: Final = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u2002\u2003\t"), " ")
_DROPPED: Final = dict.fromkeys(map(ord, "\u200b\u200e\u200f\ufeff" + _ALL_SYMBOLS))
_CLEAN: Final = {**_SPACES, **_DROPPED, ord("−"): "-", ord("–"): "-", ord("＋"): "+"}


def read_plain(text: str) -> Decimal | Flaw:
    """Read digits with an optional sign and either decimal mark, as OFX prescribes: nothing else."""
    if _ANY_PLAIN.fullmatch(text):
        value = Decimal(text.replace(",", "."))
        return value or ZERO
    return _explain(text)


def read_styled(text: str, mark: DecimalMark) -> Decimal | Flaw:
    """Read an amount as people and banks write it, with `mark` before the decimals."""
    if _PLAIN[mark].fullmatch(text):
        value = Decimal(text if mark == "." else text.replace(",", "."))
        return value or ZERO
    return _read_decorated(text, mark)


def read_column(cells: Sequence[str], mark: DecimalMark) -> list[Decimal | Flaw]:
    """Read many amounts at once: the same as `read_styled` for each, at a fifth of the time.

    One look at all characters proves that every cell is digits with sign and mark, or one regular
    expression that there are groups, symbols or blanks besides. Others are read cell by cell.
    """
    joined = "\n".join(cells)
    if _GROUP_SIGN[mark] not in joined:
        values = _only_digits(joined.replace(",", "."), len(cells))
        if values is not None:
            return values
    if _COLUMN[mark].fullmatch(joined + "\n") and joined.count("\n") == len(cells) - 1:
        texts = joined.translate(_UNDECORATED[mark]).split("\n")
        return [(Decimal(text) or ZERO) if text else EMPTY for text in texts]
    return [read_styled(cell, mark) for cell in cells]


def read_plain_column(cells: Sequence[str]) -> list[Decimal | Flaw]:
    """Read many OFX amounts at once: the same as `read_plain` for each."""
    return _only_digits("\n".join(cells).replace(",", "."), len(cells)) or [
        read_plain(cell) for cell in cells
    ]


def _only_digits(lines: str, count: int) -> list[Decimal | Flaw] | None:
    """Convert lines of at most 18 characters, digits with a sign and a point; None if one is not so."""
    texts = lines.split("\n")
    if not _PLAIN_LINES.fullmatch(lines) or max(map(len, texts)) > MAX_DIGITS:
        return None
    if len(texts) != count or ".\n" in lines or lines[-1:] == ".":
        return None
    try:
        values: list[Decimal | Flaw] = list(map(Decimal, texts))
    except InvalidOperation:
        return None
    return values if all(values) else [value or ZERO for value in values]


def _read_decorated(text: str, mark: DecimalMark) -> Decimal | Flaw:
    if len(text) > 80:
        return _TOO_LARGE if text.strip().isdecimal() else _explain(text)
    bare = text.translate(_CLEAN).strip()
    if not bare:
        return EMPTY if not text.strip() else _explain(text)
    number, negative = _without_sign(_CODE.sub("", bare, count=1).strip())
    digits = _without_groups(number, mark)
    if digits is None or negative is None:
        return _explain(text)
    value = Decimal(digits)
    return (-value if negative else value) or ZERO


def _without_sign(text: str) -> tuple[str, bool | None]:
    """Take one sign away: minus in front or behind, brackets, CR or DR. None for contradictions."""
    negative = 0
    signs = 0
    if text[-2:].upper() in {"CR", "DR"}:
        negative += text[-2:].upper() == "DR"
        signs += 1
        text = text[:-2].rstrip()
    if text[:1] == "(" and text[-1:] == ")":
        negative += 1
        signs += 1
        text = text[1:-1].strip()
    for end in (text[:1], text[-1:]):
        if end and end in "+-":
            negative += end == "-"
            signs += 1
            text = text.removeprefix(end).removesuffix(end).strip()
    return text, None if signs > 1 else negative > 0


def _without_groups(text: str, mark: DecimalMark) -> str | None:
    """Give `1234.56` for any valid writing of it, None for anything else."""
    whole, found, fraction = text.partition(mark)
    if found and not (fraction.isascii() and fraction.isdecimal() and len(fraction) <= MAX_DIGITS):
        return None
    if not (whole.isascii() and whole.isdecimal()):
        grouped = _GROUPED.fullmatch(whole)
        if grouped is None or grouped[1] not in _GROUPS[mark]:
            return f"0.{fraction}" if found and not whole else None
        whole = whole.replace(grouped[1], "")
    if len(whole.lstrip("0")) > MAX_DIGITS:
        return None
    return f"{whole}.{fraction}" if found else whole


def _explain(text: str) -> Flaw:
    """Say what is wrong with text that is no amount."""
    bare = text.strip()
    if not bare:
        return EMPTY
    digits = bare.lstrip("+-0")
    if digits.isascii() and digits.split(".")[0].isdecimal() and len(digits) > MAX_DIGITS:
        return _TOO_LARGE
    return Flaw("bad-amount", f"{quoted(bare)} is not an amount.")


def fits_no_thousandths(currency: str) -> bool:
    """Whether a currency has fewer than three decimals, so that 1,234 in it must be a thousand."""
    limits = _limits(currency)
    return limits is not None and limits.digits < 3


class _Limits(NamedTuple):
    quantum: Decimal
    max_adjusted: int
    digits: int


@lru_cache(maxsize=256)
def _limits(currency: str) -> _Limits | None:
    try:
        digits = exponent(currency)
    except UnknownCurrency:
        return None
    range_digits = 38 if currency in CRYPTO_EXPONENTS else 18
    return _Limits(Decimal((0, (1,), -digits)), range_digits - digits, digits)


def fit_to_currency(value: Decimal, currency: str, *, rounding: bool = False) -> Decimal | Flaw:
    """Check the range and the decimals of an amount against its currency.

    Zeros beyond the currency's digits are dropped. Other digits are a flaw: cutting them would
    change the amount. With `rounding`, the user's word, they are rounded half-even.
    """
    limits = _limits(currency)
    if limits is None:
        return Flaw("unknown-currency", f"{quoted(currency)} is not a currency code.")
    if value.adjusted() >= limits.max_adjusted:
        return _TOO_LARGE
    if value.same_quantum(limits.quantum):
        return value
    cut = value.quantize(limits.quantum, rounding=ROUND_HALF_EVEN)
    if cut != value and not rounding:
        return Flaw(
            "too-many-decimals",
            f"{quoted(str(value))} has more decimals than {currency}, which has {limits.digits}.",
        )
    return cut or ZERO


def only_decimals(values: list[Decimal | Flaw]) -> list[Decimal] | None:
    """Give the values as they are if no flaw is among them, None otherwise."""
    return None if Flaw in set(map(type, values)) else cast("list[Decimal]", values)


def fit_column(
    values: list[Decimal | Flaw], currency: str, *, rounding: bool = False
) -> list[Decimal | Flaw]:
    """Fit many amounts of one currency at once: the same as `fit_to_currency` for each."""
    limits = _limits(currency)
    if limits is not None:
        decimals = only_decimals(values)
        if (
            decimals is not None
            and all(map(limits.quantum.same_quantum, decimals))
            and max(map(Decimal.adjusted, decimals), default=0) < limits.max_adjusted
        ):
            return values
    return [
        value if isinstance(value, Flaw) else fit_to_currency(value, currency, rounding=rounding)
        for value in values
    ]


def find_style(cells: Sequence[str]) -> Style:
    """Find the decimal mark from every amount of a file; the majority wins where they differ."""
    third = Counter(map(_THIRD_LAST, cells))  # the mark of all amounts with two decimals
    if third["."] * 2 > len(cells) and not third[","]:
        return Style(".")
    if third[","] * 2 > len(cells) and not third["."]:
        return Style(",")
    votes: Counter[str] = Counter()
    unclear: Counter[str] = Counter()
    for cell, times in Counter(cells).items():
        found = _NUMBER_LIKE.search(cell[:80].translate(_CLEAN))
        if found:
            mark, certain = _decimal_mark(found[0])
            (votes if certain else unclear)[mark] += times
    if votes["."] or votes[","]:
        return Style("." if votes["."] >= votes[","] else ",")
    unclear.pop("", None)
    if not unclear:
        return Style(".")
    # Only numbers such as 1,234 or 12.345: three digits after the mark are thousands almost
    # everywhere (three decimals exist in seven currencies), but the file does not prove it.
    return Style("," if unclear["."] > unclear[","] else ".", ambiguous=True)


def _decimal_mark(number: str) -> tuple[str, bool]:
    """Tell the decimal mark of one number, and whether that is certain; empty if it has none.

    For an uncertain number the mark itself is given: the other one is then the likelier decimal.
    """
    number = number.rstrip(" ,.'’") if number[-1] in " ,.'’" else number
    comma, point = number.rfind(","), number.rfind(".")
    last = max(comma, point)
    if last < 0:
        return "", False
    mark = number[last]
    if comma >= 0 and point >= 0:
        return mark, True
    if number.count(mark) > 1:
        return ("," if mark == "." else "."), True
    if len(number) - last - 1 == 3 and number[:last] not in {"", "0"} and last <= 3:
        return mark, False
    return mark, True


class Marks(NamedTuple):
    """The currency that the amounts of a file carry, or `mixed` if they carry several."""

    currency: str | None
    mixed: bool = False


def find_marks(cells: Sequence[str]) -> Marks:
    """Look for currencies written into the amounts: `12 EUR`, `£5`. A lone $ or ¥ names none."""
    joined = "\n".join(cells)
    if not _MARK_HINT.search(joined):
        return Marks(None)
    found = {_code(mark) for mark in set(_MARK.findall(joined)) if _is_mark(mark)}
    codes = found - {"$", "¥", "￥"}
    if len(codes) <= 1 and (len(found) <= 1 or codes & _SIGN_SHARERS):
        return Marks(next(iter(codes), None))
    return Marks(None, mixed=True)


def marked_currency(cell: str) -> str | None:
    """Give the currency that one cell names without doubt."""
    codes = {_code(mark) for mark in _MARK.findall(cell) if _is_mark(mark)} - {"$", "¥", "￥"}
    return codes.pop() if len(codes) == 1 else None


def _is_mark(mark: str) -> bool:
    return len(mark) == 1 or mark in EXPONENTS


def _code(mark: str) -> str:
    return _SYMBOLS.get(mark, mark)
