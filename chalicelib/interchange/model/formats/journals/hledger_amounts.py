"""Amounts of hledger and Ledger: a symbol on either side, any decimal mark, prices, lots and assertions.

An amount is taken apart where it stands, and becomes a number only once the whole file has shown which mark its
commodity has before the decimals. Syntax after hledger's manual ("Amounts") and Ledger's ("Commodities and Costs").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field
from decimal import Decimal
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.amounts import find_style
from chalicelib.interchange.model.formats.journals.sums import evaluate
from chalicelib.interchange.model.formats.types import DecimalMark, Notes, quoted
from chalicelib.kernel.currencies import CRYPTO_EXPONENTS, EXPONENTS
from chalicelib.kernel.values import dataclass

_SYMBOL: Final = r"\"[^\"\n]{0,100}\"|[^-+0-9.,;\s\"{}@=()\[\]*/&?!<>#]+"
_NUMBER: Final = r"[0-9](?:[0-9.,'’\u00a0\u202f]|[ ](?=[0-9]{3}(?![0-9])))*+|[.,][0-9]++"
_AMOUNT: Final = re.compile(
    rf"\s*([-+]?)\s*(?:({_SYMBOL})\s*)?([-+]?)\s*({_NUMBER})([eE][-+]?[0-9]{{1,2}}(?![0-9]))?"
    rf"(?:\s*({_SYMBOL}))?\s*"
)
_SUM: Final = re.compile(r"\s*\(([^()\n]{1,200}(?:\([^()\n]{0,200}\)[^()\n]{0,200})*)\)\s*")
_IN_SUM: Final = re.compile(r"\"[^\"]*\"|[^-+*/0-9.,()\s]+")
_LOT: Final = re.compile(r"(\{\{?)\s*=?([^{}]*)\}\}?\s*|\[[^\]]*\]\s*|\([^()]*\)\s*")
_PRICE: Final = re.compile(r"\(?(@@?)\)?")
_ASSERTION: Final = re.compile(r"(={1,2})(\*?)")
_BLANKS: Final = dict.fromkeys(map(ord, " '’\u00a0\u202f"))
_MOST: Final = 1_000
_AMBIGUOUS: Final = {
    "$": "USD",
    "¥": "JPY",
    "￥": "CNY",
    "kr": "SEK",
    "kr.": "DKK",
    "R": "ZAR",
    "Rs": "INR",
}
"""Signs that several currencies share, and the one that is taken."""
_SIGNS: Final = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₺": "TRY", "₩": "KRW", "₪": "ILS", "₴": "UAH", "฿": "THB",
    "₫": "VND", "₱": "PHP", "₦": "NGN", "₿": "BTC", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "лв": "BGN", "₸": "KZT",
    "R$": "BRL", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "S$": "SGD",
    "HK$": "HKD", "NT$": "TWD", "MX$": "MXN", "CN¥": "CNY", "JP¥": "JPY", "Fr.": "CHF", "SFr.": "CHF", "Ξ": "ETH",
    "euro": "EUR", "euros": "EUR", "Euro": "EUR",
}  # fmt: skip


class Quantity(NamedTuple):
    """A number as it is written and the symbol beside it; `sum` if it is one to be worked out."""

    text: str
    symbol: str
    negative: bool
    power: int = 0
    sum: bool = False


@dataclass(slots=True)
class Written:
    """What stands behind the account of a posting, taken apart."""

    amount: Quantity | None = None
    price: Quantity | None = None
    total: bool = False
    asserted: Quantity | None = None
    inclusive: bool = False
    lot: Quantity | None = None
    lot_total: bool = False
    wrong: bool = False


def take_apart(text: str) -> Written:
    """Take amount, lot, price and assertion apart; `wrong` where something else is among them."""
    written = Written()
    text = " ".join(text.split())
    if len(text) > _MOST:
        written.wrong = True
        return written
    found = _quantity(text, 0)
    at = 0
    if found is not None:
        written.amount, at = found
    while at < len(text):
        after = _take_next(text, at, written)
        if after is None:
            written.wrong = bool(text[at:].strip())
            break
        at = after
    if written.price is None and written.lot is not None:
        # Ledger balances a lot by what it cost.
        written.price, written.total = written.lot, written.lot_total
    return written


def _take_next(text: str, at: int, written: Written) -> int | None:
    """Take a price, an assertion or a lot; give where it ends, None if there is none."""
    price = _PRICE.match(text, at)
    mark = price or _ASSERTION.match(text, at)
    if mark is None:
        lot = _LOT.match(text, at)
        inner = _quantity(lot[2], 0) if lot and lot[2] else None
        if lot and inner:
            written.lot, written.lot_total = inner[0], lot[1] == "{{"
        return lot.end() if lot else None
    found = _quantity(text, mark.end())
    if found is None:
        return None
    if price is not None:
        written.price, written.total = found[0], mark[1] == "@@"
    else:
        written.asserted, written.inclusive = found[0], mark[2] == "*"
    return found[1]


def _quantity(text: str, at: int) -> tuple[Quantity, int] | None:
    found = _AMOUNT.match(text, at)
    if found is not None:
        before, symbol, behind, number, power, after = found.groups()
        if symbol and after:
            return None
        negative = (before == "-") is not (behind == "-")
        name = (symbol or after or "").strip('"')
        return Quantity(number, name, negative, int(power[1:]) if power else 0), found.end()
    found = _SUM.match(text, at)
    if found is None:
        return None
    symbols = {sign.strip('"') for sign in _IN_SUM.findall(found[1])}
    if len(symbols) > 1:
        return None
    return Quantity(_IN_SUM.sub("", found[1]), "".join(symbols), False, 0, True), found.end()


@dataclass(slots=True)
class Styles:
    """Which decimal mark and which currency belong to the symbols of a file.

    `marks` are those that directives declare, "" the file's own; `seen` collects what numbers look like.
    """

    notes: Notes
    currency: str | None
    marks: dict[str, DecimalMark] = field(default_factory=dict)
    default: str = ""
    seen: dict[str, dict[str, None]] = field(default_factory=dict)
    _codes: dict[str, str] = field(default_factory=dict)

    def note(self, quantities: Iterable[Quantity | None]) -> bool:
        """Collect numbers in which there is a mark; tell whether all can be read before the file's end."""
        clear = True
        for one in quantities:
            if one is None or not ("," in one.text or "." in one.text):
                continue
            if "" not in self.marks and one.symbol not in self.marks:
                self.seen.setdefault(one.symbol, {}).setdefault(one.text)
                clear = False
        return clear

    def declare(self, example: str, *, default: bool = False) -> None:
        """Take a directive that shows how a commodity is written."""
        found = _quantity(example, 0)
        if found is None:
            return
        quantity = found[0]
        if default:
            self.default = quantity.symbol
        marks = [char for char in quantity.text if char in ".,"]
        if marks:
            self.marks[quantity.symbol] = "," if marks[-1] == "," else "."

    def settle(self) -> None:
        """Decide on the decimal marks once everything has been seen."""
        everything = [text for texts in self.seen.values() for text in texts]
        whole = find_style(everything)
        for symbol, texts in self.seen.items():
            if symbol in self.marks or "" in self.marks:
                continue
            style = find_style([*texts])
            style = whole if style.ambiguous else style
            self.marks[symbol] = style.decimal
            if style.ambiguous:
                detail = (
                    f"Nothing tells thousands from decimals in the amounts of {quoted(symbol)}."
                )
                self.notes.add("ambiguous-decimals", detail, column="amount")

    def number(self, one: Quantity) -> Decimal | None:
        """Give the value; None for a sum that is none."""
        if one.sum:
            return evaluate(one.text)
        text = one.text.translate(_BLANKS)
        mark = self.marks.get(one.symbol) or self.marks.get("", ".")
        lone = [char for char in text if char in ".,"]
        if len(lone) == 1 and len(text) - text.index(lone[0]) != 4:
            mark = "," if lone[0] == "," else "."
        text = text.replace("." if mark == "," else ",", "")
        text = text.replace(mark, "") if text.count(mark) > 1 else text.replace(mark, ".")
        if len(text) > 80:
            return None
        value = Decimal(text).scaleb(one.power) if one.power else Decimal(text)
        return value.copy_negate() if one.negative else value

    def code(self, symbol: str) -> str:
        """Give the currency that a symbol means, or the symbol if it means none."""
        symbol = symbol or self.default
        code = self._codes.get(symbol)
        if code is None:
            code = self._codes[symbol] = self._find_code(symbol)
        return code

    def _find_code(self, symbol: str) -> str:
        if symbol in EXPONENTS or symbol in CRYPTO_EXPONENTS:
            return symbol
        if symbol in _SIGNS:
            return _SIGNS[symbol]
        if symbol in _AMBIGUOUS:
            code = self.currency if symbol == "$" and self._is_dollar() else _AMBIGUOUS[symbol]
            if code != self.currency:
                detail = (
                    f"{quoted(symbol)} was taken for {code}; other currencies are written so too."
                )
                self.notes.add("assumed-currency", detail, column="currency")
            return code or symbol
        upper = symbol.upper()
        return upper if len(symbol) == 3 and upper in EXPONENTS else symbol

    def _is_dollar(self) -> bool:
        return self.currency in {"AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD", "USD"}
