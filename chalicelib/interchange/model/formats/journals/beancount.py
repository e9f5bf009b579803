"""Beancount files: what happened to money, out of a language that can say much more.

Prices, notes, events, documents, queries and custom directives say nothing about it. Plugins are not run and
other files not opened; both are noted, because the books may lie in them. A flag `!` means "look at this again"
to Beancount, so that such a transaction counts; only in our own exports it means that the bank has not booked it.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Context, Decimal
from itertools import islice
from typing import Final

from chalicelib.interchange.model.formats.amounts import ZERO
from chalicelib.interchange.model.formats.journals.beancount_amounts import (
    CURRENCY,
    read_amount,
    read_posting,
)
from chalicelib.interchange.model.formats.journals.beancount_text import (
    STRING,
    Directive,
    Line,
    directives,
    unquote,
)
from chalicelib.interchange.model.formats.journals.days import make_day
from chalicelib.interchange.model.formats.journals.entries import (
    Check,
    Entry,
    Journal,
    Naming,
    Pad,
    Posting,
    Sort,
)
from chalicelib.interchange.model.formats.journals.lots import Lots
from chalicelib.interchange.model.formats.journals.own import (
    MORE_KEY,
    RECEIVED_KEY,
    apply_account,
    apply_entry,
    apply_posting,
)
from chalicelib.interchange.model.formats.journals.statements import read_statements
from chalicelib.interchange.model.formats.journals.sums import evaluate
from chalicelib.interchange.model.formats.text import decode
from chalicelib.interchange.model.formats.types import Hints, Notes, ParsedFile, quoted

_DATED: Final = re.compile(
    r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})[ \t]+(\S+)[ \t]*(.*)", re.DOTALL
)
_LOOKS_DATED: Final = re.compile(r"[0-9]{4,}[-/][0-9]+[-/][0-9]+[ \t]")
_HEAD: Final = re.compile(
    r'"((?:[^"\\]|\\.)*+)(?:"|\\?\Z)|#([\w/.-]+)|\^([\w/.-]+)|(;.*)', re.DOTALL
)
_KEY: Final = re.compile(r"([a-z][a-zA-Z0-9_-]+):(?:[ \t]+(.*))?\Z", re.DOTALL)
_CURRENCY: Final = re.compile(CURRENCY)
_FLAGS: Final = frozenset("*!&#?%ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_IGNORED: Final = frozenset({"price", "note", "event", "document", "query", "custom"})
_SILENT: Final = frozenset({"commodity", "close"})
_NAMES: Final[dict[str, Sort]] = {
    "name_assets": "asset",
    "name_liabilities": "liability",
    "name_equity": "equity",
    "name_income": "income",
    "name_expenses": "expense",
}
_MOST_TEXT: Final = 1_000
_MOST_TAGS: Final = 200
_MOST_PUSHED: Final = 100
_MOST_JOINED: Final = 200
_EXACT: Final = Context(prec=120)


class _Reader:
    """Reads directives one after the other."""

    def __init__(self, notes: Notes) -> None:
        self.journal = Journal("beancount", "Beancount", notes)
        self.lots = Lots()
        self._notes = notes
        self._pushed: list[str] = []
        self._ignored: Counter[str] = Counter()
        self._flagged = 0
        self._shared: dict[str, str] = {}
        self._links: Counter[str] = Counter()
        self._linked: list[tuple[Entry, str]] = []

    def read(self, directive: Directive) -> None:
        """Take one directive; what cannot be understood is noted with its line."""
        found = _DATED.fullmatch(directive.text)
        if found is None:
            self._undated(directive)
            return
        day = make_day(int(found[1]), int(found[2]), int(found[3]))
        keyword, rest = found[4], found[5]
        if keyword == "txn" or (len(keyword) == 1 and keyword in _FLAGS):
            written = "" if day else directive.text.split()[0]
            entry = Entry(directive.line, day, written_day=written)
            self._transaction(directive, entry, keyword, rest)
        elif keyword in _IGNORED:
            self._ignored[keyword] += 1
        elif keyword not in _SILENT:
            self._dated(directive, day, keyword, rest)

    def _dated(self, directive: Directive, day: date | None, keyword: str, rest: str) -> None:
        if day is None:
            self._odd(directive, "is not a date")
        elif keyword == "open":
            self._open(directive, rest)
        elif keyword == "balance":
            self._balance(directive, day, rest)
        elif keyword == "pad":
            self._pad(directive, day, rest)
        else:
            self._odd(directive, "is not known")

    def _pad(self, directive: Directive, day: date, rest: str) -> None:
        accounts = rest.split(";", 1)[0].split()
        if len(accounts) == 2:
            self.journal.pads.append(Pad(directive.line, day, *accounts))
        else:
            self._odd(directive, "is no pad directive")

    def _odd(self, directive: Directive, why: str) -> None:
        self._notes.add("ignored-line", f"{quoted(directive.text)} {why}.", line=directive.line)

    def _undated(self, directive: Directive) -> None:
        keyword, _, rest = directive.text.partition(" ")
        keyword, rest = keyword.strip(), rest.strip()
        if keyword in {"pushtag", "poptag"}:
            self._push(keyword, rest.removeprefix("#")[:_MOST_TEXT])
        elif keyword == "option":
            self._option(rest)
        elif keyword == "include":
            self.journal.complete = False
            detail = f"The file refers to another one, {quoted(rest)}, which was not read."
            self._notes.add("include-not-followed", detail, line=directive.line)
        elif keyword == "plugin":
            detail = f"The plugin {quoted(rest)} was not run."
            self._notes.add("plugin-not-run", detail, line=directive.line)
        elif keyword not in {"pushmeta", "popmeta"}:
            self._odd(directive, "is no directive")

    def _push(self, keyword: str, tag: str) -> None:
        """Begin or end to put a tag on all transactions."""
        if keyword == "pushtag":
            self._pushed = [*self._pushed, tag][:_MOST_PUSHED]
        elif tag in self._pushed:
            self._pushed.remove(tag)

    def _option(self, rest: str) -> None:
        said = [unquote(text) for text in STRING.findall(rest[:_MOST_TEXT])]
        if len(said) != 2:
            return
        name, value = said
        if name in _NAMES:
            self.journal.sorts[value] = _NAMES[name]
        elif name == "booking_method":
            self.lots.default = value

    def _open(self, directive: Directive, rest: str) -> None:
        words = rest.split(";", maxsplit=1)[0].split()
        account = words[0] if words else ""
        booking = STRING.search(rest[:_MOST_TEXT])
        if booking:
            self.lots.methods[account] = booking[1]
        currencies = [word.strip(",") for word in words[1:2] if not word.startswith('"')]
        naming = Naming(currency=currencies[0].split(",", 1)[0] if currencies else "")
        apply_account(naming, _metadata(directive.below))
        self.journal.names[account] = naming

    def _balance(self, directive: Directive, day: date, rest: str) -> None:
        account, *middle = rest[:_MOST_TEXT].split(";", 1)[0].split() or [""]
        currency = middle.pop() if middle else ""
        stated, _, around = " ".join(middle).partition("~")
        amount = evaluate(stated)
        if amount is None or not _CURRENCY.fullmatch(currency):
            self._odd(directive, "is no balance")
            return
        tolerance = evaluate(around) if around else None
        if tolerance is None:
            power = amount.as_tuple().exponent
            tolerance = Decimal((0, (1,), power)) if isinstance(power, int) and power < 0 else ZERO
        check = Check(directive.line, day, account, amount, currency, tolerance)
        self.journal.checks.append(check)

    def _transaction(self, directive: Directive, entry: Entry, flag: str, rest: str) -> None:
        texts = self._head(entry, rest)
        entry.memo = texts.pop() if texts else ""
        entry.payee = texts.pop() if texts else ""
        metadata: dict[str, str] = {}
        for line in directive.below:
            self._below(entry, line, metadata)
        entry.provider_id = metadata.get("id", entry.provider_id)
        apply_entry(entry, metadata, read_amount)
        if not (entry.payee or entry.own_id):
            entry.payee, entry.memo = entry.memo, ""
        if flag == "!":
            entry.pending = bool(entry.own_id)
            self._flagged += not entry.own_id
        self.journal.entries.append(entry)

    def _head(self, entry: Entry, rest: str) -> list[str]:
        """Take tags and links from the first line of a transaction, and give its texts."""
        texts = []
        tags = [*self._pushed]
        for text, tag, link, comment in _HEAD.findall(rest):
            if tag:
                tags.append(tag)
            elif link:
                self._link(entry, link)
            elif not comment:
                texts.append(unquote(text))
        entry.tags = tuple(dict.fromkeys(tags))[:_MOST_TAGS]
        return texts

    def _link(self, entry: Entry, link: str) -> None:
        self._links[link] += 1
        self._linked.append((entry, link))

    def _below(self, entry: Entry, line: Line, metadata: dict[str, str]) -> None:
        """Take a line below a transaction: a posting, a key with its value, or more tags and links."""
        text = line.text.strip()
        key = _KEY.match(text)
        if key:
            self._key(entry, key[1], _value(key[2] or ""), metadata)
        elif text[0] in "#^":
            for _, tag, link, _ in _HEAD.findall(text):
                if tag and len(entry.tags) < _MOST_TAGS:
                    entry.tags = (*entry.tags, tag)
                elif link:
                    self._link(entry, link)
        else:
            read = read_posting(text, line.number)
            if read is None:
                detail = f"{quoted(text)} is no posting."
                self._notes.add("bad-line", detail, line=line.number)
                return
            posting, cost = read
            share = self._shared.setdefault
            posting.account = share(posting.account, posting.account)
            posting.commodity = share(posting.commodity, posting.commodity)
            posting.weight_in = share(posting.weight_in, posting.weight_in)
            entry.postings.append(posting)
            if cost is not None:
                self.lots.add(entry, posting, cost)

    def _key(self, entry: Entry, key: str, value: str, metadata: dict[str, str]) -> None:
        if not entry.postings:
            if len(metadata) < 200:
                metadata.setdefault(key, value)
        elif key in {"note", "memo", "narration"}:
            entry.postings[-1].note = value
        elif key == RECEIVED_KEY:
            entry.postings[-1].day = _day(value)
        elif key == MORE_KEY:
            _join_last(entry.postings)
        else:
            apply_posting(entry.postings[-1], key, value)

    def finish(self) -> Journal:
        """Work out what needs the whole file, and note what was left aside."""
        self.lots.book()
        for entry, link in self._linked:
            if self._links[link] == 1 and not entry.provider_id:
                entry.provider_id = link
        if self._ignored:
            said = ", ".join(f"{count} {name}" for name, count in sorted(self._ignored.items()))
            detail = f"Directives that move no money were left aside: {said}."
            self._notes.add("ignored-line", detail)
        if self._flagged:
            detail = f"{self._flagged} transactions are flagged to be looked at again; they count."
            self._notes.add("flagged", detail)
        return self.journal


def _join_last(postings: list[Posting]) -> None:
    """Add the last posting to an earlier one of its account, of which it is the rest."""
    last = postings[-1]
    for first in islice(reversed(postings), 1, _MOST_JOINED):
        if (first.account, first.commodity) == (last.account, last.commodity):
            if first.amount is not None and last.amount is not None:
                first.set_amount(_EXACT.add(first.amount, last.amount), first.commodity)
                postings.pop()
            return


def _metadata(lines: list[Line]) -> dict[str, str]:
    found = (_KEY.match(line.text.strip()) for line in lines[:200])
    return {key[1]: _value(key[2] or "") for key in found if key}


def _value(written: str) -> str:
    string = STRING.match(written)
    return unquote(string[1]) if string else written.partition(";")[0].strip()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_beancount(data: bytes, hints: Hints) -> ParsedFile:
    """Read the accounts that hold money out of a Beancount file; refuse one without any."""
    decoded = decode(data, hint=hints.encoding)
    notes = Notes()
    if decoded.damaged:
        notes.add("damaged-text", f"{decoded.damaged} characters could not be decoded.")
    reader = _Reader(notes)
    for directive in directives(decoded.text, notes):
        reader.read(directive)
    statements = read_statements(reader.finish(), hints)
    return ParsedFile("beancount", "Beancount", decoded.encoding, statements, None, notes.all())
