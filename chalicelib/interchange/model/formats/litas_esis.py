"""LITAS-ESIS: the record format of Lithuanian banks before the euro, kept because archives hold it.

Tab-separated records: 000 opens and names account and currency, 010 is a transaction, 020 a
balance, 999 closes. Amounts are whole cents in the account's currency, C or D says the direction.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.amounts import ZERO, Flaw, fit_to_currency
from chalicelib.interchange.model.formats.dates import read_date
from chalicelib.interchange.model.formats.tabular.texts import tidy
from chalicelib.interchange.model.formats.text import decode
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_TEXT,
    AccountHint,
    Hints,
    Notes,
    ParsedFile,
    ParsedStatement,
    Problem,
    Row,
    Unreadable,
    quoted,
)

_DATE, _CENTS, _FLAG, _ID, _PURPOSE, _PARTY = 2, 4, 6, 10, 13, 17
_ACCOUNT, _CURRENCY = 16, 17
_WIDTH: Final = 18
_DIRECTIONS: Final = {"C": 1, "D": -1}


def parse_litas_esis(data: bytes, hints: Hints) -> ParsedFile:
    """Read the one statement of a LITAS-ESIS file."""
    decoded = decode(data, hint=hints.encoding, declared="1257")
    notes = Notes()
    head = [""] * _WIDTH
    balances: dict[str, tuple[Decimal | None, date | None]] = {}
    rows: list[Row] = []
    currency = "LTL"
    for line, text in enumerate(decoded.text.replace("\r", "").split("\n"), 1):
        cells = [cell.strip() for cell in text.split("\t", 64)]
        cells += [""] * (_WIDTH - len(cells))
        if cells[0] == "000":
            head, currency = cells, cells[_CURRENCY].upper()[:8] or "LTL"
        elif cells[0] == "010":
            rows.append(_row(line, cells, currency, hints))
        elif cells[0] == "020":
            balances[cells[1].lower()] = _amount(cells[_CENTS]), read_date(cells[_DATE], "ymd")
        elif cells[0] not in {"", "999"}:
            notes.add("ignored-line", f"There is no record {quoted(cells[0])}.", line=line)
        if len(rows) > MAX_ROWS:
            raise Unreadable("too-many-rows", f"The file has more than {MAX_ROWS} transactions.")
    opening, start = balances.get("likutispr", (None, None))
    closing, end = balances.get("likutispb", (None, None))
    _compare(opening, closing, rows, notes)
    statement = ParsedStatement(
        account=AccountHint(kind="bank", number=head[_ACCOUNT][:64]),
        currency=currency,
        opening_balance=opening,
        closing_balance=closing,
        period_start=start,
        period_end=end,
        rows=tuple(rows),
    )
    return ParsedFile("csv", "litas-esis", decoded.encoding, (statement,), None, notes.all())


def _amount(cents: str) -> Decimal | None:
    if not (cents.isascii() and cents.isdecimal() and len(cents) <= 17):
        return None
    return Decimal(cents).scaleb(-2)


def _directed_amount(cells: list[str], currency: str, hints: Hints) -> Decimal | Flaw:
    amount, direction = _amount(cells[_CENTS]), _DIRECTIONS.get(cells[_FLAG].upper())
    if amount is None or direction is None:
        said = f"{quoted(cells[_CENTS])} {quoted(cells[_FLAG])}"
        return Flaw("bad-amount", f"{said} is not an amount in cents with C or D.")
    sign = -direction if hints.invert_sign else direction
    return fit_to_currency(amount * sign or ZERO, currency)


def _row(line: int, cells: list[str], currency: str, hints: Hints) -> Row:
    problems = []
    amount = _directed_amount(cells, currency, hints)
    if isinstance(amount, Flaw):
        problems.append(Problem(line, "amount", amount.code, amount.detail))
    booked_on = read_date(cells[_DATE], "ymd")
    if booked_on is None:
        detail = f"{quoted(cells[_DATE])} is not a date."
        problems.append(Problem(line, "date", "bad-date", detail))
    return Row(
        line=line,
        booked_on=booked_on,
        amount=None if isinstance(amount, Flaw) else amount,
        currency=currency,
        payee=tidy(cells[_PARTY])[:MAX_TEXT],
        memo=tidy(cells[_PURPOSE])[:MAX_TEXT],
        provider_id=cells[_ID][:255] or None,
        kind=cells[1][:40],
        mcc=None,
        balance=None,
        problems=tuple(problems),
    )


def _compare(
    opening: Decimal | None, closing: Decimal | None, rows: list[Row], notes: Notes
) -> None:
    if opening is None or closing is None:
        return
    total = sum((row.amount for row in rows if row.amount is not None), opening)
    if total != closing:
        detail = "The opening balance and the transactions do not add up to the closing balance."
        notes.add("balance-mismatch", detail, column="balance")
