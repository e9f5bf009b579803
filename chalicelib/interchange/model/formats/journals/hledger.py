"""hledger and Ledger journals: two programs of one language, near enough to be read alike.

Virtual postings are notes to oneself and move no money; what is to come (`~`) and what rules add (`=`) has not
happened. Both are left out, as are aliases by regular expression: a file's expressions are not run. Other files
are not opened. All of that is noted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import field
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.amounts import ZERO
from chalicelib.interchange.model.formats.bookings import bank_id
from chalicelib.interchange.model.formats.journals.beancount_amounts import read_amount
from chalicelib.interchange.model.formats.journals.days import make_day
from chalicelib.interchange.model.formats.journals.entries import (
    Entry,
    Journal,
    Naming,
    Posting,
    Sort,
)
from chalicelib.interchange.model.formats.journals.hledger_amounts import (
    Quantity,
    Styles,
    Written,
    take_apart,
)
from chalicelib.interchange.model.formats.journals.hledger_text import (
    Block,
    Remarks,
    blocks,
    cut_account,
    cut_comment,
)
from chalicelib.interchange.model.formats.journals.own import (
    ID_KEY,
    apply_account,
    apply_entry,
    apply_posting,
    decoded,
)
from chalicelib.interchange.model.formats.journals.statements import read_statements
from chalicelib.interchange.model.formats.text import decode
from chalicelib.interchange.model.formats.types import Hints, Notes, ParsedFile, quoted
from chalicelib.kernel.values import dataclass

_DATE: Final = r"(?:([0-9]{4})[-/.])?([0-9]{1,2})[-/.]([0-9]{1,2})"
_HEAD: Final = re.compile(
    rf"{_DATE}(?:=[0-9/.-]+)?(?:\s+([*!]))?(?:\s*\(([^()]*)\))?(?:(?<=[*!)])|\s+|\Z)(.*)\Z"
)
_DAY: Final = re.compile(_DATE)
_BRACKET: Final = re.compile(rf"\[{_DATE}(?:=[0-9/.-]*)?\]")
_TYPES: Final[dict[str, Sort]] = {
    "a": "asset", "asset": "asset", "c": "asset", "cash": "asset", "l": "liability", "liability": "liability",
    "e": "equity", "equity": "equity", "r": "income", "revenue": "income", "i": "income", "income": "income",
    "x": "expense", "expense": "expense", "v": "conversion", "conversion": "conversion",
}  # fmt: skip
_OLD_TYPE: Final = re.compile(r"(.*\S)(?:  |\t)\s*([ALERXCV])")
_LEFT_ASIDE: Final = {"~": "periodic rules", "=": "automated rules", "P": "prices"}
_SILENT: Final = frozenset({"payee", "tag", "N", "C"})
_MOST_ALIASES: Final = 200
_MOST_TAGS: Final = 200
_MOST_SCOPES: Final = 20


@dataclass(slots=True)
class _Accounts:
    """Full names of accounts, as directives change what is written."""

    prefixes: list[str] = field(default_factory=list)
    aliases: list[tuple[str, str]] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)

    def full(self, name: str) -> str:
        """Give the full name of an account."""
        known = self._known.get(name)
        if known is None:
            known = ":".join((*self.prefixes, name))
            for old, new in reversed(self.aliases):
                if known == old or known.startswith(f"{old}:"):
                    known = f"{new}{known[len(old) :]}"
            known = self._known[name] = ":".join(part.strip() for part in known[:1_000].split(":"))
        return known

    def changed(self) -> None:
        """Forget what was worked out under other directives."""
        self._known.clear()


class _Reader:
    """Reads blocks one after the other; amounts become numbers at the end."""

    def __init__(self, hints: Hints, notes: Notes) -> None:
        self.journal = Journal("hledger", "hledger", notes)
        self._notes = notes
        self._styles = Styles(notes, hints.currency)
        if hints.decimal:
            self._styles.marks[""] = hints.decimal
        self._accounts = _Accounts()
        self._year: int | None = None
        self._tags: list[str] = []
        self._bucket = ""
        self._written: list[tuple[Posting, Written]] = []
        self._aside: Counter[str] = Counter()
        self._directives: dict[str, Callable[[Block, str], None]] = {
            "account": self._account,
            "commodity": self._commodity,
            "D": self._default,
            "decimal-mark": self._decimal_mark,
            "Y": self._default_year,
            "year": self._default_year,
            "include": self._include,
            "alias": self._alias,
            "bucket": self._set_bucket,
            "A": self._set_bucket,
            "apply": self._apply,
            "end": self._end,
        }

    def read(self, block: Block) -> None:
        """Take one block; what cannot be understood is noted with its line."""
        head = block.text[0]
        if head.isdigit():
            self._transaction(block)
        elif head in _LEFT_ASIDE and (head != "P" or block.text[1:2].isspace()):
            self._aside[_LEFT_ASIDE[head]] += 1
        else:
            self._directive(block)

    def _directive(self, block: Block) -> None:
        keyword, _, rest = block.text.strip().lstrip("!@").partition(" ")
        if keyword[:1] == "Y" and keyword[1:].isdigit():
            keyword, rest = "Y", keyword[1:]
        rest = rest.strip()
        take = self._directives.get(keyword)
        if take is not None:
            take(block, rest if keyword == "account" else cut_comment(rest)[0])
        elif keyword not in _SILENT:
            self._notes.add("ignored-line", f"{quoted(block.text)} is not known.", line=block.line)

    def _default(self, _: Block, example: str) -> None:
        self._styles.declare(example, default=True)

    def _decimal_mark(self, _: Block, mark: str) -> None:
        if mark in {".", ","}:
            self._styles.marks[""] = "," if mark == "," else "."

    def _default_year(self, _: Block, year: str) -> None:
        self._set_year(year)

    def _include(self, block: Block, name: str) -> None:
        self.journal.complete = False
        detail = f"The file refers to another one, {quoted(name)}, which was not read."
        self._notes.add("include-not-followed", detail, line=block.line)

    def _set_year(self, text: str) -> None:
        if text.isdecimal() and text.isascii() and len(text) == 4:
            self._year = int(text)

    def _commodity(self, block: Block, bare: str) -> None:
        self._styles.declare(bare)
        for _, text in block.below:
            word, _, example = text.partition(" ")
            if word == "format":
                self._styles.declare(cut_comment(example)[0])
            elif word == "default":
                self._styles.default = bare.strip('"')

    def _alias(self, block: Block, rest: str) -> None:
        old, _, new = (part.strip() for part in rest.partition("="))
        if old[:1] == "/" or not new:
            detail = f"The alias {quoted(rest)} is a regular expression, which is not run."
            self._notes.add("alias-not-applied", detail, line=block.line)
        elif len(self._accounts.aliases) < _MOST_ALIASES:
            self._accounts.aliases.append((old, new))
        self._accounts.changed()

    def _set_bucket(self, _: Block, rest: str) -> None:
        self._bucket = rest

    def _apply(self, _: Block, rest: str) -> None:
        """Begin to put something before or on all that follows."""
        what, value = rest.partition(" ")[::2]
        if what == "account":
            self._accounts.prefixes = [*self._accounts.prefixes, value.strip()][:_MOST_SCOPES]
            self._accounts.changed()
        elif what == "tag":
            self._tags = [*self._tags, value.strip().partition(":")[0]][:_MOST_SCOPES]
        elif what == "year":
            self._set_year(value.strip())

    def _end(self, _: Block, rest: str) -> None:
        if rest == "aliases":
            self._accounts.aliases.clear()
        elif rest in {"apply tag", "tag"}:
            self._tags = self._tags[:-1]
        else:
            self._accounts.prefixes = self._accounts.prefixes[:-1]
        self._accounts.changed()

    def _account(self, block: Block, rest: str) -> None:
        name, comment = cut_comment(rest)
        remarks = Remarks()
        remarks.read(comment)
        for _, text in block.below[:100]:
            if text[0] == ";":
                remarks.read(text[1:])
        kind = remarks.values.get("type", "")
        old = _OLD_TYPE.fullmatch(name)
        if old and not kind:
            name, kind = old[1], old[2]
        name = self._accounts.full(name.strip())
        sort = _TYPES.get(kind.strip().casefold())
        if sort:
            self.journal.sorts[name] = sort
        naming = Naming()
        apply_account(naming, {key: decoded(value) for key, value in remarks.values.items()})
        self.journal.names[name] = naming

    def _transaction(self, block: Block) -> None:
        bare, comment = cut_comment(block.text)
        head = _HEAD.match(bare)
        if head is None:
            detail = f"{quoted(block.text)} is no transaction."
            self._notes.add("ignored-line", detail, line=block.line)
            return
        year = int(head[1]) if head[1] else self._year
        day = make_day(year, int(head[2]), int(head[3])) if year else None
        written = "" if day else bare.split()[0]
        entry = Entry(block.line, day, written_day=written, pending=head[4] == "!")
        entry.reconciled = head[4] == "*"
        entry.provider_id = bank_id(head[5], day) or "" if head[5] else ""
        payee, parted, note = (head[6] or "").partition("|")
        entry.payee, entry.memo = payee.strip(), note.strip() if parted else ""
        remarks = Remarks()
        remarks.read(comment)
        last: tuple[Posting, Remarks] | None = None
        for line, text in block.below:
            if text[0] == ";":
                (last[1] if last else remarks).read(text[1:])
                continue
            if last:
                self._remark(entry, *last)
            last = self._posting(entry, line, text)
        if last:
            self._remark(entry, *last)
        self._close(entry, remarks)

    def _close(self, entry: Entry, remarks: Remarks) -> None:
        values = remarks.values
        entry.tags = tuple(dict.fromkeys((*self._tags, *remarks.words)))[:_MOST_TAGS]
        if ID_KEY in values:
            apply_entry(entry, {key: decoded(value) for key, value in values.items()}, read_amount)
        else:
            entry.reconciled = False  # other books mark so what their owner has looked at
            entry.memo = entry.memo or remarks.text
            entry.provider_id = values.get("id", entry.provider_id)
        if len(entry.postings) == 1 and self._bucket:
            entry.postings.append(Posting(self._accounts.full(self._bucket), entry.line))
        self.journal.entries.append(entry)

    def _posting(self, entry: Entry, line: int, text: str) -> tuple[Posting, Remarks] | None:
        bare, comment = cut_comment(text)
        if bare[:1] in {"*", "!"} and bare[1:2].isspace():
            bare = bare[1:].lstrip()
        name, rest = cut_account(bare)
        if name[:1] in {"(", "["} and name[-1:] in {")", "]"}:
            self._aside["virtual postings"] += 1
            return None
        if not name:
            return None
        posting = Posting(self._accounts.full(name), line)
        entry.postings.append(posting)
        if rest:
            written = take_apart(rest)
            if written.wrong:
                posting.flaw = f"{quoted(rest)} is no amount."
            posting.inclusive = written.inclusive
            if self._styles.note((written.amount, written.price, written.asserted)):
                self._value(posting, written)
            else:
                self._written.append((posting, written))
        remarks = Remarks()
        remarks.read(comment)
        return posting, remarks

    def _remark(self, entry: Entry, posting: Posting, remarks: Remarks) -> None:
        """Take what comments say of a posting: a note, and a day of its own."""
        note = remarks.values.get("note")
        posting.note = decoded(note) if note else remarks.text
        for key, value in remarks.values.items():
            apply_posting(posting, key, decoded(value))
        said = _DAY.fullmatch(remarks.values.get("date", "")) or _BRACKET.search(remarks.text)
        if said:
            year = int(said[1]) if said[1] else (entry.day.year if entry.day else None)
            posting.day = make_day(year, int(said[2]), int(said[3])) if year else None

    def finish(self) -> Journal:
        """Turn what was written into numbers, and note what was left aside."""
        self._styles.settle()
        while self._written:
            self._value(*self._written.pop())
        if self._aside:
            said = ", ".join(f"{count} {name}" for name, count in sorted(self._aside.items()))
            self._notes.add("ignored-line", f"What moves no money was left aside: {said}.")
        return self.journal

    def _value(self, posting: Posting, written: Written) -> None:
        if written.asserted is not None:
            asserted = self._number(written.asserted)
            if asserted is not None:
                posting.asserted, posting.asserted_in = asserted
                posting.assigns = written.amount is None
        if written.amount is None or posting.flaw:
            return
        amount = self._number(written.amount)
        if amount is None:
            posting.flaw = "The amount is no number."
            return
        posting.set_amount(*amount)
        price = self._number(written.price) if written.price else None
        if price is None:
            return
        posting.weight, posting.weight_in = _worth(amount[0], price, total=written.total)
        lot = self._number(written.lot) if written.lot else None
        if lot is not None and lot != price:
            posting.cost = _worth(amount[0], lot, total=written.lot_total)

    def _number(self, one: Quantity) -> tuple[Decimal, str] | None:
        value = self._styles.number(one)
        return None if value is None else (value, self._styles.code(one.symbol))


def _worth(units: Decimal, price: tuple[Decimal, str], *, total: bool) -> tuple[Decimal, str]:
    """Give what units weigh at a price for each or for all of them."""
    value, code = price
    if total:
        return (value.copy_sign(units) if units else ZERO), code
    return units * value, code


def parse_hledger(data: bytes, hints: Hints) -> ParsedFile:
    """Read the accounts that hold money out of a journal of hledger or Ledger; refuse one without any."""
    decoded_text = decode(data, hint=hints.encoding)
    notes = Notes()
    if decoded_text.damaged:
        notes.add("damaged-text", f"{decoded_text.damaged} characters could not be decoded.")
    reader = _Reader(hints, notes)
    for block in blocks(decoded_text.text):
        reader.read(block)
    statements = read_statements(reader.finish(), hints)
    return ParsedFile("hledger", "hledger", decoded_text.encoding, statements, None, notes.all())
