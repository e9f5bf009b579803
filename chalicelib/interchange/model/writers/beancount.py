"""Beancount 3: a ledger as a file that `bean-check` accepts, readable by people and by us again.

Every account is opened on the day of its first use. What a name loses to Beancount's rules for accounts stands
as metadata beside it. The file ends with the balance of each account, so that whoever changes it learns what
that did. Syntax after "Beancount Language Syntax" and the lexer of version 3.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from chalicelib.interchange.model.formats.journals.own import (
    HIDDEN_KEY,
    KIND_KEY,
    MORE_KEY,
    NAME_KEY,
    NONE_KEY,
    NUMBER_KEY,
    RECEIVED_KEY,
    RECONCILED,
    STATUS_KEY,
)
from chalicelib.interchange.model.writers.journal_entries import (
    EXACT,
    Entries,
    Leg,
    Standing,
    amount_text,
    facts,
    joined,
    shortened,
    worth_text,
)
from chalicelib.interchange.model.writers.journal_names import Names, plain
from chalicelib.interchange.model.writers.types import Book, Line

_UNUSED_FROM: Final = date(1970, 1, 1)
_LAST: Final = date(9999, 12, 31)
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"})


class BeancountWriter:
    """Writes an export as a Beancount file."""

    def __init__(self) -> None:
        self._left_out: Counter[str] = Counter()

    @property
    def left_out(self) -> Mapping[str, int]:
        """Plans, and transactions on accounts that the reader may not see."""
        return self._left_out

    def begin(self, book: Book) -> Iterator[bytes]:
        """Write the options; accounts come where they are used first."""
        self._names = Names(book, component)
        self._entries = Entries(book, self._names, self._left_out)
        self._opened: set[str] = set()
        self._categories = {
            self._names.categories[one.id]: self._names.lost(one) for one in book.categories
        }
        currencies = Counter(one.currency for one in book.accounts)
        lines = [
            "; Written by xPense. Plans are left out: they move no money yet.",
            'option "title" "xPense"',
            # Whole yen allow no rounding at all, though a rate may have endless digits.
            'option "inferred_tolerance_default" "*:0.001"',
            *(f'option "operating_currency" "{code}"' for code, _ in currencies.most_common(5)),
        ]
        if not book.complete:
            lines.insert(1, "; Some transactions were left out, so there are no balances.")
        yield joined(lines)

    def lines(self, chunk: Iterable[Line]) -> Iterator[bytes]:
        """Write transactions, each as soon as it comes."""
        for line in chunk:
            legs = self._entries.legs(line)
            if legs:
                yield joined([*self._open_all(legs, line.booked_on), *_transaction(line, legs)])

    def end(self) -> Iterator[bytes]:
        """Open accounts that nothing happened on, say what all of them hold, and close those that are closed."""
        standings = self._entries.standings.values()
        for standing in standings:
            if standing.name not in self._opened:
                day = standing.line.opened_on or self._entries.last or _UNUSED_FROM
                yield joined(self._open_account(standing, day))
        day = self._next_day()
        closing = []
        for standing in standings:
            if self._entries.book.complete and standing.exact:
                amount = amount_text(standing.balance_minor, standing.line.currency)
                closing.append(f"{day} balance {standing.name}  {amount}")
        closing += [f"{day} close {one.name}" for one in standings if one.line.closed]
        if closing:
            yield joined(closing)

    def _next_day(self) -> date:
        days = [one.opened_on for one in self._entries.standings.values() if one.opened_on]
        last = max([*days, self._entries.last or _UNUSED_FROM])
        return min(last, _LAST - timedelta(days=1)) + timedelta(days=1)

    def _open_all(self, legs: list[Leg], day: date) -> list[str]:
        lines: list[str] = []
        for leg in legs:
            if leg.account in self._opened:
                continue
            standing = self._entries.standings.get(leg.account_id)
            if standing is not None:
                lines += self._open_account(standing, day)
            else:
                lines += self._open_category(leg.account, day)
        return lines

    def _open_account(self, standing: Standing, day: date) -> list[str]:
        """Open an account, and book what it began with; the last balance holds that too."""
        line = standing.line
        day = min(day, line.opened_on or day)
        standing.opened_on = day
        self._opened.add(standing.name)
        lines = [
            f"{day} open {standing.name}  {line.currency}",
            f"  {NAME_KEY}: {_string(line.name)}",
            f"  {KIND_KEY}: {_string(line.kind)}",
        ]
        if line.number:
            lines.append(f"  {NUMBER_KEY}: {_string(line.number)}")
        if line.opening_minor and self._entries.book.complete:
            standing.balance_minor += line.opening_minor
            standing.exact &= abs(standing.balance_minor) < EXACT
            if self._names.opening not in self._opened:
                self._opened.add(self._names.opening)
                # Accounts that appear later may begin earlier: what balances them all is always open.
                lines.insert(0, f"{date(1900, 1, 1)} open {self._names.opening}")
            lines += [
                "",
                f'{day} * "Opening balance"',
                f"  {standing.name}  {amount_text(line.opening_minor, line.currency)}",
                f"  {self._names.opening}  {amount_text(-line.opening_minor, line.currency)}",
            ]
        return [*lines, ""]

    def _open_category(self, name: str, day: date) -> list[str]:
        self._opened.add(name)
        lines = [f"{day} open {name}"]
        path = self._categories.get(name, ())
        lines += [f"  {NAME_KEY}-{at}: {_string(text)}" for at, text in enumerate(path, 1)]
        if name in self._names.nameless:
            lines.append(f"  {NONE_KEY}: TRUE")
        elif name == self._names.unseen:
            lines.append(f"  {HIDDEN_KEY}: TRUE")
        return [*lines, ""]


def _transaction(line: Line, legs: list[Leg]) -> Iterator[str]:
    tags = tuple(tag_name(tag) for tag in line.tags)
    shown = "".join(f" #{tag}" for tag in dict.fromkeys(tags))
    flag = "!" if line.status == "pending" else "*"
    yield f"{line.booked_on} {flag} {_string(line.payee)} {_string(line.notes)}{shown}"
    yield from (f"  {key}: {_string(value)}" for key, value in facts(line, tags).items())
    if line.status == RECONCILED:
        yield f"  {STATUS_KEY}: {_string(RECONCILED)}"
    for leg in shortened(legs):
        yield from _posting(leg)
    yield ""


def _posting(leg: Leg) -> Iterator[str]:
    yield f"  {leg.account}  {worth_text(leg)}"
    if leg.more:
        yield f"    {MORE_KEY}: TRUE"
        return
    if leg.note:
        yield f"    note: {_string(leg.note)}"
    yield from (f"    {key}: {_string(value)}" for key, value in leg.said)
    if leg.day:
        yield f"    {RECEIVED_KEY}: {leg.day}"


def _string(text: str) -> str:
    """Quote a text; what no text should hold, such as a zero byte, becomes a blank."""
    text = text.translate(_ESCAPES)
    if any(char < " " for char in text):
        text = "".join(max(char, " ") for char in text)
    return f'"{text}"'


def component(text: str) -> str:
    """Make a part of an account name: letters, digits and hyphens, a capital or a digit first."""
    part = plain(text, keep=_in_name, instead="-")
    if not part:
        return ""
    first = part[0].upper()
    if len(first) != 1 or unicodedata.category(first) not in {"Lu", "Nd"}:
        return f"X{part}"
    return first + part[1:]


def _in_name(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] == "L" or category == "Nd"


def tag_name(text: str) -> str:
    """Make a tag: ASCII letters, digits and `-_/.`."""
    folded = unicodedata.normalize("NFKD", text)
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    return plain(letters, keep=_in_tag, instead="-") or "tag"


def _in_tag(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "-_/.")
