"""The `<STMTTRN>`s of one statement to rows: the fields of OFX 2.2, 11.4.4, as banks write them.

Each transaction becomes a dictionary by one regular expression; amounts, dates and texts are then
read column by column.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Final

from chalicelib.interchange.model.formats.amounts import (
    ZERO,
    Flaw,
    fit_column,
    fit_to_currency,
    only_decimals,
    read_plain_column,
)
from chalicelib.interchange.model.formats.dates import make_date
from chalicelib.interchange.model.formats.ofx_text import unescape
from chalicelib.interchange.model.formats.types import (
    MAX_TEXT,
    Hints,
    Notes,
    Problem,
    Row,
    SharedTexts,
    make_row,
    quoted,
)

# Open tags with their values; a value may hold a < that starts no tag.
_TAG: Final = r"</?[A-Z][A-Z0-9._]*+/?>"
_LEAVES: Final = re.compile(rf"<([A-Z][A-Z0-9._]*+)>([^<]*+(?:(?!{_TAG})<[^<]*+)*+)")
_NAME: Final = re.compile(r"/?[A-Z][A-Z0-9._]*+")
_USUAL_TAGS: Final = (
    "TRNTYPE DTPOSTED DTUSER DTAVAIL TRNAMT FITID CORRECTFITID SRVRTID CHECKNUM REFNUM SIC PAYEEID "
    "NAME EXTDNAME MEMO CURRENCY ORIGCURRENCY CURRATE CURSYM"
)
_MAX_VALUE: Final = 8 * MAX_TEXT
_BLOCK: Final = 4_096
_ONCE: Final = ("TRNAMT", "DTPOSTED", "FITID", "TRNTYPE")
_ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")

Fields = dict[str, str]
Problems = tuple[Problem, ...]


class OfxDates(dict[str, date | None]):
    """The dates of one file: `YYYYMMDD`, whatever time and zone follow; each parsed once.

    The day is taken as written. It is the day at the bank, which is the day of the statement.
    """

    def __missing__(self, text: str) -> date | None:
        iso = _ISO_DATE.match(text)
        digits = "".join(iso.groups()) if iso else text.strip()[:8]
        value = None
        if len(digits) == 8 and digits.isascii() and digits.isdecimal():
            value = make_date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
        self[text] = value
        return value


class TransactionReader:
    """Reads the transactions of one statement.

    `currency` is the statement's; a transaction may name another one.
    """

    __slots__ = ("_currency", "_cut", "_dates", "_hints", "_names", "_shared")

    def __init__(self, currency: str | None, hints: Hints) -> None:
        self._currency = currency
        self._hints = hints
        self._dates = OfxDates()
        self._shared = SharedTexts()
        usual = _USUAL_TAGS.split()
        self._names = {*usual, *(f"/{name}" for name in usual), "/STMTTRN"}
        self._cut = 0

    def read(
        self, bodies: list[str], lines: list[int], notes: Notes, *, cut_off: bool
    ) -> tuple[Row, ...]:
        """Read all transactions; every flaw becomes a problem of its row.

        `bodies` are the texts between the tags, and are let go of on the way. `cut_off` says that
        the file ends inside the last one.
        """
        rows: list[Row] = []
        for start in range(0, len(bodies), _BLOCK):
            block = bodies[start : start + _BLOCK]
            bodies[start : start + _BLOCK] = [""] * len(block)
            ends_here = cut_off and start + _BLOCK >= len(bodies)
            rows += self._block(block, lines[start : start + _BLOCK], cut_off=ends_here)
        if self._cut:
            notes.add("long-text-cut", f"{self._cut} texts were cut to {MAX_TEXT} characters.")
        _note_oddities(rows, self._hints, notes)
        return tuple(rows)

    def _block(self, bodies: list[str], lines: list[int], *, cut_off: bool) -> list[Row]:
        problems: list[Problems] = [()] * len(lines)
        fields = [self._fields(body) for body in bodies]
        for at, found in enumerate(fields):
            if "merged" in found:
                detail = "Two transactions run into each other here."
                problems[at] = (Problem(lines[at], None, "merged-rows", detail),)
        if cut_off:
            detail = "The file ends inside this row."
            problems[-1] += (Problem(lines[-1], None, "truncated-row", detail),)
        currencies = _currencies(fields, self._currency)
        amounts = _amounts(fields, currencies, self._hints)
        posted = [found.get("DTPOSTED", "") for found in fields]
        booked = [self._dates[text] for text in posted]
        values = _checked(lines, posted, booked, amounts, problems)
        payees, memos = self._texts(fields)
        kinds = [found.get("TRNTYPE", "").strip()[:20].upper() for found in fields]
        columns = zip(
            lines,
            booked,
            values,
            currencies,
            self._shared.share(payees),
            self._shared.share(memos),
            [found.get("FITID", "").strip()[:255] or None for found in fields],
            self._shared.share(kinds),
            [_mcc(found["SIC"]) if "SIC" in found else None for found in fields],
            repeat(None),
            problems,
            repeat(None),
            strict=False,
        )
        return list(map(make_row, columns))

    def _fields(self, body: str) -> Fields:
        """Cut a transaction into its fields; a key `merged` says that it holds two of them.

        Splitting at every bracket gives names and values in turn, if all brackets are those of
        tags. Otherwise a regular expression finds out which are.
        """
        parts = body.replace(">", "<").split("<")
        names = parts[1::2]
        if len(parts) % 2 and self._names.issuperset(names):
            fields = dict(zip(names, parts[2::2], strict=True))
            if len(fields) == len(names):
                return fields
        leaves = _LEAVES.findall(body)
        if len(self._names) < 500:
            self._names.update(filter(_NAME.fullmatch, names))
        fields = dict(reversed(leaves))  # of a repeated tag the first counts
        if len(fields) != len(leaves):
            found = [name for name, _ in leaves]
            if any(found.count(name) > 1 for name in _ONCE):
                # A tag between two transactions was lost: whose field is whose?
                fields["merged"] = ""
        return fields

    def _texts(self, fields: list[Fields]) -> tuple[list[str], list[str]]:
        """Give payee and memo; where there is no name the memo or the check number stands for it."""
        names = _tidied([_name(found) for found in fields])
        memos = _tidied([found.get("MEMO", "") for found in fields])
        if "" in names:
            for at, name in enumerate(names):
                if not name:
                    names[at] = memos[at] or _check_number(fields[at])
                    memos[at] = ""
        if max(map(len, names)) > MAX_TEXT or max(map(len, memos)) > MAX_TEXT:
            self._cut += sum(len(text) > MAX_TEXT for text in (*names, *memos))
            names = [text[:MAX_TEXT] for text in names]
            memos = [text[:MAX_TEXT] for text in memos]
        return names, memos


def _currencies(fields: list[Fields], currency: str | None) -> list[str | None]:
    return [_own_currency(found, currency) if "CURSYM" in found else currency for found in fields]


def _own_currency(fields: Fields, currency: str | None) -> str | None:
    # <CURRENCY>: the amount is in CURSYM. <ORIGCURRENCY>: it was, and is now in CURDEF.
    if "ORIGCURRENCY" in fields and "CURRENCY" not in fields:
        return currency
    return fields["CURSYM"].strip().upper()[:8] or currency


def _amounts(
    fields: list[Fields], currencies: list[str | None], hints: Hints
) -> list[Decimal | Flaw]:
    values = read_plain_column([found.get("TRNAMT", "").strip() for found in fields])
    if hints.invert_sign:
        values = [value if isinstance(value, Flaw) else -value or ZERO for value in values]
    rounding = hints.round_to_currency
    if len(set(currencies)) == 1:
        currency = currencies[0]
        return fit_column(values, currency, rounding=rounding) if currency else values
    return [
        value
        if own is None or isinstance(value, Flaw)
        else fit_to_currency(value, own, rounding=rounding)
        for value, own in zip(values, currencies, strict=True)
    ]


def _checked(
    lines: list[int],
    posted: list[str],
    booked: list[date | None],
    amounts: list[Decimal | Flaw],
    problems: list[Problems],
) -> list[Decimal | None] | list[Decimal]:
    """Turn what is no date and no amount into problems of the rows."""
    decimals = only_decimals(amounts)
    if decimals is not None and all(booked):
        return decimals
    values: list[Decimal | None] = []
    for at, amount in enumerate(amounts):
        if isinstance(amount, Flaw):
            problems[at] += (Problem(lines[at], "amount", amount.code, amount.detail),)
            values.append(None)
        else:
            values.append(amount)
        if booked[at] is None:
            text = posted[at].strip()
            code, detail = "no-date", "The date is empty."
            if text:
                code, detail = "bad-date", f"{quoted(text)} is not a date."
            problems[at] += (Problem(lines[at], "date", code, detail),)
    return values


def _name(fields: Fields) -> str:
    """Give the name, or its longer form where a bank (or we) had to cut it at 32 characters."""
    name, longer = fields.get("NAME", ""), fields.get("EXTDNAME")
    return longer if longer is not None and longer.startswith(name) else name


def _tidied(texts: list[str]) -> list[str]:
    tidied = [" ".join(text[:_MAX_VALUE].split()) for text in texts]
    joined = "".join(tidied)
    if "&" in joined:
        tidied = [" ".join(unescape(text).split()) for text in tidied]
        joined = "".join(tidied)
    if not joined.isprintable():
        tidied = ["".join(char if char.isprintable() else " " for char in text) for text in tidied]
    return tidied


def _check_number(fields: Fields) -> str:
    (text,) = _tidied([fields.get("CHECKNUM", "")[:40]])
    return f"# {text}" if text else ""


def _mcc(text: str) -> str | None:
    code = text.strip()
    return code if len(code) == 4 and code.isascii() and code.isdecimal() else None


def _note_oddities(rows: list[Row], hints: Hints, notes: Notes) -> None:
    """Note what only shows when all rows are seen together."""
    ids = [row.provider_id for row in rows if row.provider_id is not None]
    repeated = len(ids) - len(set(ids))
    if repeated:
        notes.add("repeated-ids", f"{repeated} transactions repeat the id of another one.")
    debits = [row.amount for row in rows if row.kind == "DEBIT" and row.amount is not None]
    if debits and min(debits) > 0 and not hints.invert_sign:
        detail = "Every DEBIT is positive: if they left the account, invert the sign."
        notes.add("debits-without-sign", detail, column="amount")
