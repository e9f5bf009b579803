"""QIF, Quicken's line format: each account with its transactions, splits, categories and transfers.

It has no currency, no ids, no tags and no day of arrival; the dates are Quicken's own, month first. A transfer
stands in both accounts, each naming the other in brackets; its fee is a transaction of its own. Planned
transactions are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from chalicelib.interchange.model.formats.qif_categories import UNFILED
from chalicelib.interchange.model.writers.postings import (
    FEE,
    RECEIVED,
    SENT,
    Posting,
    postings,
)
from chalicelib.interchange.model.writers.shelves import Shelves
from chalicelib.interchange.model.writers.texts import Digits, decimal_text
from chalicelib.interchange.model.writers.types import AccountLine, Book, Line, Spool

_TYPES: Final = {
    "cash": "Cash",
    "bank": "Bank",
    "savings": "Bank",
    "card": "CCard",
    "loan": "Oth L",
    "asset": "Oth A",
    "crypto": "Oth A",
}
_CLEARED: Final = {"posted": "C*\n", "reconciled": "CX\n", "pending": ""}
_NO_NAMES: Final = str.maketrans({":": "-", "/": "-", "[": "(", "]": ")", "|": "-"})
"""What has a meaning of its own in a category or an account."""
_THOUSANDTHS: Final = 3
HIDDEN: Final = "Another account"
"""Stands for an account that the reader may not see, or that was not asked for."""


class QifWriter:
    """Writes a QIF file; `spool` gives files to set an account's transactions aside in."""

    def __init__(self, spool: Spool) -> None:
        """Begin with nothing set aside."""
        self._shelves = Shelves(spool)
        self._digits = Digits()
        self._book: Book | None = None
        self._names: dict[str, str] = {}
        self._paths: dict[str | None, str] = {}
        self._first: dict[str, date] = {}
        self._left_out: Counter[str] = Counter()

    @property
    def left_out(self) -> Mapping[str, int]:
        """`planned` transactions."""
        return self._left_out

    def begin(self, book: Book) -> Iterator[bytes]:
        """Write the lists of categories and accounts."""
        self._book = book
        self._names = _account_names(book.named)
        self._paths = {
            one.id: ":".join(_line(name).translate(_NO_NAMES) for name in one.path)
            for one in book.categories
        }
        kinds = {one.id: "I" if one.kind == "income" else "E" for one in book.categories}
        yield b"!Type:Cat\n"
        yield "".join(f"N{self._paths[one]}\n{kinds[one]}\n^\n" for one in kinds).encode()
        yield b"!Option:AutoSwitch\n!Account\n"
        yield "".join(self._account(one) for one in book.accounts).encode()
        yield b"!Clear:AutoSwitch\n"

    def lines(self, chunk: Iterable[Line]) -> Iterator[bytes]:
        """Set transactions aside."""
        for line in chunk:
            if line.status == "planned":
                self._left_out["planned"] += 1
                continue
            for account_id, found in _by_account(line).items():
                if self._book and account_id in self._book.account_by_id:
                    self._put(line, account_id, found)
        return iter(())

    def _put(self, line: Line, account_id: str, found: list[list[Posting]]) -> None:
        for together in found:
            day = together[0].booked_on
            self._first[account_id] = min(self._first.get(account_id, day), day)
            self._shelves.put(account_id, self._transaction(line, together))

    def _transaction(self, line: Line, together: list[Posting]) -> str:
        first = together[0]
        total = sum(one.amount_minor for one in together)
        payee, memo = _line(line.payee), _line(line.notes)
        text = (
            f"D{first.booked_on:%m/%d/%Y}\nT{self._amount(total, first.currency)}\n"
            f"{_CLEARED.get(line.status, '')}"
        )
        text += f"P{payee}\n" if payee else ""
        text += f"M{memo}\n" if memo else ""
        if first.part in {SENT, RECEIVED}:
            other = line.account_id
            if first.part == SENT and line.transfer is not None:
                other = line.transfer.account_id
            return f"{text}L[{self._names.get(other, HIDDEN)}]\n^\n"
        if line.parts:
            return text + "".join(self._split(one) for one in together) + "^\n"
        category = self._paths.get(first.category_id, "")
        return f"{text}L{category}\n^\n" if category else f"{text}^\n"

    def _split(self, one: Posting) -> str:
        memo = _line(one.notes)
        return (
            f"S{self._paths.get(one.category_id) or UNFILED}\n"
            + (f"E{memo}\n" if memo else "")
            + f"${self._amount(one.amount_minor, one.currency)}\n"
        )

    def _amount(self, minor: int, currency: str) -> str:
        digits = self._digits[currency]
        text = decimal_text(minor, digits)
        # three decimals look like a thousand to a reader who knows no currency: a fourth does not
        return f"{text}0" if digits == _THOUSANDTHS else text

    def end(self) -> Iterator[bytes]:
        """Write each account with what was set aside of it."""
        if self._book is None:
            return
        for account in self._book.accounts:
            opened = self._book.complete and account.opening_minor
            if not opened and account.id not in self._shelves:
                continue  # it is in the list; readers stumble over a heading with nothing beneath it
            kind = _TYPES[account.kind]
            yield f"!Account\n{self._account(account)}!Type:{kind}\n".encode()
            if opened:
                yield self._opening(account).encode()
            yield from self._shelves.take(account.id)

    def _account(self, account: AccountLine) -> str:
        return f"N{self._names[account.id]}\nT{_TYPES[account.kind]}\n^\n"

    def _opening(self, account: AccountLine) -> str:
        """Write what was there before the first transaction, as Quicken does."""
        days = (self._first.get(account.id), account.opened_on)
        day = min((day for day in days if day is not None), default=date(1970, 1, 1))
        return (
            f"D{day:%m/%d/%Y}\nT{self._amount(account.opening_minor, account.currency)}\n"
            f"CX\nPOpening Balance\nL[{self._names[account.id]}]\n^\n"
        )


def _account_names(accounts: Iterable[AccountLine]) -> dict[str, str]:
    """Give each account a name of its own: transfers name them."""
    taken: set[str] = {HIDDEN}
    names: dict[str, str] = {}
    for one in accounts:
        plain = _line(one.name).translate(_NO_NAMES) or "Account"
        name, number = plain, 1
        while name in taken:
            number += 1
            name = f"{plain} ({number})"
        taken.add(name)
        names[one.id] = name
    return names


def _by_account(line: Line) -> dict[str, list[list[Posting]]]:
    """Give what stands in each account: the parts there together, each leg and fee of a transfer alone."""
    found: dict[str, list[list[Posting]]] = {}
    for one in postings(line):
        there = found.setdefault(one.account_id, [])
        if there and line.parts and one.part not in {SENT, RECEIVED, FEE}:
            there[0].append(one)
        else:
            there.append([one])
    return found


def _line(text: str) -> str:
    """Make one line of a text."""
    return " ".join(text.split())
