"""What the bank-to-customer formats share: the id of a booking, its texts, and the proof by balances."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.amounts import ZERO, Flaw, fit_to_currency
from chalicelib.interchange.model.formats.tabular.texts import tidy
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_STATEMENTS,
    MAX_TEXT,
    AccountHint,
    Hints,
    Notes,
    ParsedStatement,
    Problem,
    Row,
    Unreadable,
    make_row,
    quoted,
)
from chalicelib.kernel.values import dataclass

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


class Balance(NamedTuple):
    """What lay in the account, and at the end of which day."""

    amount: Decimal
    day: date | None


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
        line, day, written_day, written, currency, payee, memo, provider_id, kind = self
        amount = _fitted(written, currency, hints)
        problems: tuple[Problem, ...] = ()
        if isinstance(amount, Flaw):
            problems += (Problem(line, "amount", amount.code, amount.detail),)
            amount = None
        if day is None:
            problems += (_no_day(line, written_day.strip()),)
        texts = named(payee, memo)
        row = (line, day, amount, currency, *texts, provider_id, kind, None, None, problems, None)
        return make_row(row)


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


def _compare(
    opening: Decimal, rows: Iterable[Row], closing: Decimal, notes: Notes, line: int
) -> None:
    """Note where opening balance and booked rows do not give the closing balance; never a refusal."""
    booked = [row for row in rows if row.kind != PENDING]
    if any(row.amount is None for row in booked):
        return
    total = sum((row.amount for row in booked if row.amount is not None), opening)
    if total != closing:
        detail = (
            f"The rows lead to {quoted(str(total))}, the closing balance is {quoted(str(closing))}."
        )
        notes.add("balance-mismatch", detail, line=line, column="balance")


@dataclass(slots=True)
class _Book:
    """The statements of one account in one currency, as one."""

    account: AccountHint
    currency: str | None
    rows: list[Row]
    opening: Balance | None
    closing: Balance | None


class Books:
    """Brings the statements of a file together by account: each is proven by its own balances first."""

    __slots__ = ("_books", "_notes", "_rows")

    def __init__(self, notes: Notes) -> None:
        self._books: dict[tuple[AccountHint, str | None], _Book] = {}
        self._notes = notes
        self._rows = 0

    def add(
        self,
        account: AccountHint,
        currency: str | None,
        rows: list[Row],
        balances: tuple[Balance | None, Balance | None],
        *,
        line: int,
    ) -> None:
        """Put a statement after the others of its account; refuse what is beyond all bounds."""
        opening, closing = balances
        self._rows += len(rows)
        if self._rows > MAX_ROWS:
            raise Unreadable("too-many-rows", f"The file has more than {MAX_ROWS} transactions.")
        if opening and closing:
            _compare(opening.amount, rows, closing.amount, self._notes, line)
        known = self._books.get((account, currency))
        if known is None:
            if len(self._books) >= MAX_STATEMENTS:
                detail = f"More than {MAX_STATEMENTS} statements in a file."
                raise Unreadable("too-many-statements", detail)
            self._books[account, currency] = _Book(account, currency, rows, opening, closing)
            return
        if opening and known.closing and opening.amount != known.closing.amount:
            detail = (
                f"It opens with {quoted(str(opening.amount))}, the one before closed with "
                f"{quoted(str(known.closing.amount))}: a statement may be missing."
            )
            self._notes.add("balance-gap", detail, line=line, column="balance")
        known.rows += rows
        known.opening = known.opening or opening
        known.closing = closing or known.closing

    def statements(self) -> tuple[ParsedStatement, ...]:
        """Give a statement for each account, noting what the whole file lacks."""
        if not self._rows:
            self._notes.add("no-rows", "The file holds no transactions.")
        if any(row.currency is None for book in self._books.values() for row in book.rows):
            self._notes.add("no-currency", "The statement does not say its currency.")
        return tuple(
            ParsedStatement(
                account=book.account,
                currency=book.currency,
                opening_balance=book.opening.amount if book.opening else None,
                closing_balance=book.closing.amount if book.closing else None,
                period_start=book.opening.day if book.opening else None,
                period_end=book.closing.day if book.closing else None,
                rows=tuple(book.rows),
            )
            for book in self._books.values()
        )
