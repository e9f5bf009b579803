"""The `<STMTTRN>`s of one statement to rows: the fields of OFX 2.2, 11.4.4, as banks write them.

Each transaction becomes a dictionary by one regular expression; amounts, dates and texts are then
read column by column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.amounts import (
    ZERO,
    Flaw,
    fit_column,
    fit_to_currency,
    read_plain_column,
)
from chalicelib.interchange.model.formats.dates import make_date
from chalicelib.interchange.model.formats.ofx_text import unescape
from chalicelib.interchange.model.formats.types import MAX_TEXT, Hints, Notes, Problem, Row, quoted

_LEAVES: Final = re.compile(r"<([A-Z][A-Z0-9._]*+)>([^<]*+)")
# The same, for values that hold a < which starts no tag.
_TAG: Final = r"</?[A-Z][A-Z0-9._]*+/?>"
_LEAVES_WITH_SIGNS: Final = re.compile(rf"<([A-Z][A-Z0-9._]*+)>([^<]*+(?:(?!{_TAG})<[^<]*+)*+)")
_ONCE: Final = ("TRNAMT", "DTPOSTED", "FITID", "TRNTYPE")
_ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")

Fields = dict[str, str]
Problems = tuple[Problem, ...]


class Transaction(NamedTuple):
    """The text between two tags; `cut_off` if the file ends before the closing one."""

    line: int
    body: str
    cut_off: bool


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


def build_rows(
    transactions: Sequence[Transaction], currency: str | None, hints: Hints, notes: Notes
) -> tuple[Row, ...]:
    """Read the transactions of one statement; every flaw becomes a problem of its row.

    `currency` is the statement's; a transaction may name another one.
    """
    if not transactions:
        return ()
    lines = [found.line for found in transactions]
    problems: list[Problems] = [()] * len(lines)
    fields = [_fields(found, at, problems) for at, found in enumerate(transactions)]
    currencies = _currencies(fields, currency)
    amounts = _amounts(fields, currencies, hints)
    dates = OfxDates()
    posted = [found.get("DTPOSTED", "") for found in fields]
    booked = [dates[text] for text in posted]
    values = _checked(lines, posted, booked, amounts, problems)
    payees, memos = _texts(fields, notes)
    ids = [found.get("FITID", "").strip()[:255] or None for found in fields]
    kinds = [found.get("TRNTYPE", "").strip()[:20].upper() for found in fields]
    _note_oddities(ids, kinds, values, hints, notes)
    return tuple(
        map(
            Row._make,
            zip(
                lines,
                booked,
                values,
                currencies,
                payees,
                memos,
                ids,
                kinds,
                [_mcc(found["SIC"]) if "SIC" in found else None for found in fields],
                repeat(None),
                problems,
                strict=False,
            ),
        )
    )


def _fields(found: Transaction, at: int, problems: list[Problems]) -> Fields:
    body = found.body
    leaves = _LEAVES.findall(body)
    if len(leaves) + body.count("</") != body.count("<"):
        leaves = _LEAVES_WITH_SIGNS.findall(body)
    fields: Fields = dict(reversed(leaves))  # of a repeated tag the first counts
    if len(fields) != len(leaves):
        names = [name for name, _ in leaves]
        if any(names.count(name) > 1 for name in _ONCE):
            # A tag between two transactions was lost: no field can be told from the other's.
            detail = "Two transactions run into each other here."
            problems[at] += (Problem(found.line, None, "merged-rows", detail),)
    if found.cut_off:
        detail = "The file ends inside this row."
        problems[at] += (Problem(found.line, None, "truncated-row", detail),)
    return fields


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
) -> list[Decimal | None]:
    """Turn what is no date and no amount into problems of the rows."""
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


def _texts(fields: list[Fields], notes: Notes) -> tuple[list[str], list[str]]:
    """Give payee and memo; where there is no name the memo or the check number stands for it."""
    names = _tidied([found.get("NAME", "") for found in fields])
    memos = _tidied([found.get("MEMO", "") for found in fields])
    if "" in names:
        for at, name in enumerate(names):
            if not name:
                names[at] = memos[at] or _check_number(fields[at])
                memos[at] = ""
    if max(map(len, names)) > MAX_TEXT or max(map(len, memos)) > MAX_TEXT:
        cut = sum(len(text) > MAX_TEXT for text in (*names, *memos))
        notes.add("long-text-cut", f"{cut} texts were cut to {MAX_TEXT} characters.")
        names = [text[:MAX_TEXT] for text in names]
        memos = [text[:MAX_TEXT] for text in memos]
    return names, memos


def _tidied(texts: list[str]) -> list[str]:
    tidied = [" ".join(text.split()) for text in texts]
    joined = "".join(tidied)
    if "&" in joined:
        tidied = [unescape(text) for text in tidied]
    if not joined.isprintable():
        tidied = ["".join(char if char.isprintable() else " " for char in text) for text in tidied]
    return tidied


def _check_number(fields: Fields) -> str:
    text = fields.get("CHECKNUM", "").strip()
    return f"# {text[:40]}" if text else ""


def _mcc(text: str) -> str | None:
    code = text.strip()
    return code if len(code) == 4 and code.isascii() and code.isdecimal() else None


def _note_oddities(
    ids: list[str | None],
    kinds: list[str],
    values: list[Decimal | None],
    hints: Hints,
    notes: Notes,
) -> None:
    """Note what only shows when all rows are seen together."""
    known = [found for found in ids if found is not None]
    repeated = len(known) - len(set(known))
    if repeated:
        notes.add("repeated-ids", f"{repeated} transactions repeat the id of another one.")
    debits = [
        value
        for kind, value in zip(kinds, values, strict=True)
        if kind == "DEBIT" and value is not None
    ]
    if debits and min(debits) > 0 and not hints.invert_sign:
        detail = "Every DEBIT is positive: if they left the account, invert the sign."
        notes.add("debits-without-sign", detail, column="amount")
