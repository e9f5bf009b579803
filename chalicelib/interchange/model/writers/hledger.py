"""hledger: a ledger as a journal that `hledger check --strict` accepts, readable by people and by us again.

Every account, category and currency is declared at the beginning. What a text loses to the syntax stands as a
tag beside it, percent-encoded. The file ends with a transaction that asserts what each account holds. Syntax
after hledger's manual, "Journal", version 1.25 and later.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from chalicelib.interchange.model.formats.journals.own import (
    HIDDEN_KEY,
    KIND_KEY,
    NAME_KEY,
    NONE_KEY,
    NOTES_KEY,
    NUMBER_KEY,
    PAYEE_KEY,
    encoded,
)
from chalicelib.interchange.model.writers.journal_entries import (
    Entries,
    Leg,
    Standing,
    amount_text,
    facts,
    joined,
    worth_text,
)
from chalicelib.interchange.model.writers.journal_names import Names, plain
from chalicelib.interchange.model.writers.types import Book, Line
from chalicelib.kernel.money import exponent

_UNUSED_FROM: Final = date(1970, 1, 1)
_IN_NAMES: Final = frozenset("&'./+-_,°%")
_RESERVED: Final = frozenset({"date", "date2", "type"})
_MARKS: Final = {"posted": "", "pending": "! ", "reconciled": "* "}


class HledgerWriter:
    """Writes an export as an hledger journal."""

    def __init__(self) -> None:
        self._left_out: Counter[str] = Counter()

    @property
    def left_out(self) -> Mapping[str, int]:
        """Plans, and transactions on accounts that the reader may not see."""
        return self._left_out

    def begin(self, book: Book) -> Iterator[bytes]:
        """Declare everything."""
        self._names = Names(book, component)
        self._entries = Entries(book, self._names, self._left_out)
        self._begun: set[str] = set()
        self._declared: set[str] = set()
        yield joined(
            [
                "; Written by xPense. Plans are left out: they move no money yet.",
                *([] if book.complete else ["; Some transactions were left out, so there are no balances."]),
                "decimal-mark .",
                "",
                *self._commodities(one.currency for one in book.accounts),
                "",
                *self._accounts(book),
                "",
            ]
        )  # fmt: skip

    def lines(self, chunk: Iterable[Line]) -> Iterator[bytes]:
        """Write transactions, each as soon as it comes."""
        for line in chunk:
            legs = self._entries.legs(line)
            if legs:
                declared = self._commodities(leg.currency for leg in legs)
                opened = self._open_all(legs, line.booked_on)
                yield joined([*declared, *opened, *_transaction(line, legs)])

    def end(self) -> Iterator[bytes]:
        """Write what accounts hold that nothing happened on, and assert the balance of each."""
        entries = self._entries
        standings = entries.standings.values()
        for standing in standings:
            lines = self._open(standing, standing.line.opened_on or entries.last or _UNUSED_FROM)
            if lines:
                yield joined(lines)
        if not (standings and entries.book.complete):
            return
        days = [one.opened_on for one in standings if one.opened_on]
        last = max([*days, entries.last or _UNUSED_FROM])
        yield joined([f"{last} Balances at the end", *map(_assertion, standings)])

    def _commodities(self, codes: Iterable[str]) -> list[str]:
        """Declare currencies that have not been."""
        fresh = sorted(set(codes) - self._declared)
        self._declared.update(fresh)
        return [f"commodity 1000.{'0' * exponent(code)} {code}" for code in fresh]

    def _accounts(self, book: Book) -> Iterator[str]:
        for one in book.accounts:
            tags = {NAME_KEY: one.name, KIND_KEY: one.kind, NUMBER_KEY: one.number}
            yield _declared(self._names.accounts[one.id], tags)
        for category in book.categories:
            tags = {
                f"{NAME_KEY}-{at}": text for at, text in enumerate(self._names.lost(category), 1)
            }
            yield _declared(self._names.categories[category.id], tags)
        for name in self._names.nameless:
            yield _declared(name, {NONE_KEY: "yes"})
        yield _declared(self._names.unseen, {HIDDEN_KEY: "yes"})
        yield _declared(self._names.opening, {})
        yield _declared(self._names.conversions, {})

    def _open_all(self, legs: list[Leg], day: date) -> list[str]:
        lines: list[str] = []
        for leg in legs:
            standing = self._entries.standings.get(leg.account_id)
            if standing is not None:
                lines += self._open(standing, day)
        return lines

    def _open(self, standing: Standing, day: date) -> list[str]:
        """Book what an account began with; the last balance holds that too."""
        line = standing.line
        if standing.name in self._begun:
            return []
        self._begun.add(standing.name)
        if not line.opening_minor or not self._entries.book.complete:
            return []
        standing.opened_on = min(day, line.opened_on or day)
        standing.balance_minor += line.opening_minor
        amount = amount_text(line.opening_minor, line.currency)
        return [
            f"{standing.opened_on} Opening balance",
            f"    {standing.name}  {amount}",
            f"    {self._names.opening}",
            "",
        ]


def _declared(name: str, tags: dict[str, str]) -> str:
    said = [f"{key}:{encoded(value)}" for key, value in tags.items() if value]
    return f"account {name}  ; {', '.join(said)}" if said else f"account {name}"


def _assertion(standing: Standing) -> str:
    code = standing.line.currency
    return f"    {standing.name}  0 {code} = {amount_text(standing.balance_minor, code)}"


def _transaction(line: Line, legs: list[Leg]) -> Iterator[str]:
    payee, notes = _description(line.payee), _description(line.notes)
    text = f"{payee} | {notes}" if notes else payee
    yield f"{line.booked_on} {_MARKS.get(line.status, '')}{text}".rstrip()
    tags = tuple(tag_name(tag) for tag in line.tags)
    said = facts(line, tags)
    if payee != line.payee:
        said[PAYEE_KEY] = line.payee
    if notes != line.notes:
        said[NOTES_KEY] = line.notes
    yield from (f"    ; {key}:{encoded(value)}" for key, value in said.items())
    if tags:
        yield f"    ; {', '.join(f'{tag}:' for tag in dict.fromkeys(tags))}"
    yield from map(_posting, legs)
    yield ""


def _posting(leg: Leg) -> str:
    comments = [f"note:{encoded(leg.note)}"] if leg.note else []
    comments += [f"{key}:{encoded(value)}" for key, value in leg.said]
    if leg.day:
        comments.append(f"date:{leg.day}")
    comment = f"  ; {', '.join(comments)}" if comments else ""
    return f"    {leg.account}  {worth_text(leg)}{comment}"


def _description(text: str) -> str:
    """Make a text safe between the date and the comment; `|` parts payee from note, `;` begins a comment."""
    text = " ".join(text.replace("|", "/").replace(";", ",").split())
    text = "".join(char for char in text if char.isprintable())
    # A mark or a bracket at its beginning would be the status or the code of the transaction.
    return text.lstrip("*!(= ")


def component(text: str) -> str:
    """Make a part of an account name: words of letters and digits, one blank apart."""
    words = plain(text, keep=_in_name, instead=" ").split()
    return " ".join(words).lstrip("&'./+-_,°% ")


def _in_name(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN" or char in _IN_NAMES


def tag_name(text: str) -> str:
    """Make a tag: letters, digits and hyphens; some words are hledger's own."""
    name = plain(text, keep=_in_tag, instead="-") or "tag"
    return f"{name}-" if name in _RESERVED or name.startswith("xpense") else name


def _in_tag(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN" or char in "-_/."
