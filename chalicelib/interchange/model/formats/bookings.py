"""What the bank-to-customer formats share: the id of a booking, its texts, and the proof by balances."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.amounts import ZERO, Flaw, fit_to_currency
from chalicelib.interchange.model.formats.tabular.texts import tidy
from chalicelib.interchange.model.formats.types import (
    MAX_STATEMENTS,
    MAX_TEXT,
    Hints,
    Notes,
    Problem,
    Row,
    Unreadable,
    quoted,
)

PENDING: Final = "pending"
"""The kind of a row that the bank shows but has not booked."""
NO_REFERENCES: Final = frozenset(
    {"", "NONREF", "NOTPROVIDED", "NOTAVAILABLE", "NONE", "UNKNOWN", "EREF", "KREF", "KREF+"}
)
"""What banks write where there is no reference."""


def bank_id(reference: str, day: date | None) -> str | None:
    """Make the id under which a booking is known again: the bank's reference with its value date.

    Not the reference alone: some banks count entries from 1 in each statement, and some write one
    constant. Two months of an equal fee would then be one.
    """
    reference = tidy(reference)[:200]
    if reference.upper() in NO_REFERENCES or not reference.strip("0-/ "):
        return None
    return f"{reference} {day.isoformat()}" if day else reference


def named(payee: str, memo: str) -> tuple[str, str]:
    """Tidy and bound both texts; where there is no name, the memo stands for it."""
    payee, memo = tidy(payee[: 8 * MAX_TEXT]), tidy(memo[: 8 * MAX_TEXT])
    if not payee or payee == memo:
        payee, memo = memo, ""
    return payee[:MAX_TEXT], memo[:MAX_TEXT]


class Booking(NamedTuple):
    """One movement as it was read; `written_day` is shown where it is no date."""

    line: int
    day: date | None
    written_day: str
    amount: Decimal | Flaw
    currency: str | None
    payee: str
    memo: str
    provider_id: str | None
    kind: str

    def row(self, hints: Hints) -> Row:
        """Make its row; what is no date and no amount becomes a problem of it."""
        amount = _fitted(self.amount, self.currency, hints)
        problems: tuple[Problem, ...] = ()
        if isinstance(amount, Flaw):
            problems += (Problem(self.line, "amount", amount.code, amount.detail),)
            amount = None
        if self.day is None:
            problems += (_no_day(self.line, self.written_day.strip()),)
        payee, memo = named(self.payee, self.memo)
        return Row(
            line=self.line,
            booked_on=self.day,
            amount=amount,
            currency=self.currency,
            payee=payee,
            memo=memo,
            provider_id=self.provider_id,
            kind=self.kind,
            mcc=None,
            balance=None,
            problems=problems,
        )


def _fitted(amount: Decimal | Flaw, currency: str | None, hints: Hints) -> Decimal | Flaw | None:
    if isinstance(amount, Flaw):
        return amount
    amount = (-amount if hints.invert_sign else amount) or ZERO
    return (
        fit_to_currency(amount, currency, rounding=hints.round_to_currency) if currency else amount
    )


def _no_day(line: int, written: str) -> Problem:
    if written:
        return Problem(line, "date", "bad-date", f"{quoted(written)} is not a date.")
    return Problem(line, "date", "no-date", "The date is empty.")


def compare(
    opening: Decimal | None,
    rows: Iterable[Row],
    closing: Decimal | None,
    notes: Notes,
    *,
    line: int = 0,
) -> None:
    """Note where opening balance and booked rows do not give the closing balance; never a refusal."""
    if opening is None or closing is None:
        return
    booked = [row for row in rows if row.kind != PENDING]
    if any(row.amount is None for row in booked):
        return
    total = sum((row.amount for row in booked if row.amount is not None), opening)
    if total != closing:
        detail = (
            f"The rows lead to {quoted(str(total))}, the closing balance is {quoted(str(closing))}."
        )
        notes.add("balance-mismatch", detail, line=line, column="balance")


def check_statements(count: int) -> None:
    """Refuse a file with more statements than one import can carry."""
    if count > MAX_STATEMENTS:
        raise Unreadable("too-many-statements", f"More than {MAX_STATEMENTS} statements in a file.")
