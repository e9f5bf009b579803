"""OFX 2.2: a statement for each account of a bank or a card, as its bank could have written it.

What a bank cannot know is not in it: categories, tags, parts, planned transactions, names of accounts. Pending
ones are left out too, because readers take every row as booked. Accounts in currencies that ISO 4217 does not
have (coins, withdrawn codes) are left out. Texts have the lengths of OFX 2.2, 11.4.4; `FITID` is our own id.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Final
from xml.sax.saxutils import escape

from chalicelib.interchange.model.writers.postings import FEE, Posting, postings
from chalicelib.interchange.model.writers.shelves import Shelves
from chalicelib.interchange.model.writers.texts import Digits, decimal_text
from chalicelib.interchange.model.writers.types import AccountLine, Book, Line, Spool
from chalicelib.kernel.currencies import EXPONENTS, WITHDRAWN
from chalicelib.kernel.values import dataclass

BANK: Final = "XPENSE"
"""The bank that we are: readers see by it that ids are ours."""
_ACCOUNT_TYPES: Final = {"savings": "SAVINGS", "loan": "CREDITLINE"}
_NAME: Final = 32
_LONG_NAME: Final = 100
_MEMO: Final = 255
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
    "<OFX>\n<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"
    "<DTSERVER>{at}</DTSERVER><LANGUAGE>ENG</LANGUAGE><FI><ORG>xPense</ORG><FID>"
    + BANK
    + "</FID></FI>"
    "</SONRS></SIGNONMSGSRSV1>\n"
)
_STATUS: Final = "<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"


@dataclass(slots=True)
class _Span:
    """The days of an account's transactions."""

    first: date
    last: date


class OfxWriter:
    """Writes an OFX file; `spool` gives files to set an account's transactions aside in."""

    def __init__(self, spool: Spool) -> None:
        """Begin with nothing set aside."""
        self._shelves = Shelves(spool)
        self._digits = Digits()
        self._book: Book | None = None
        self._accounts: dict[str, AccountLine] = {}
        self._spans: dict[str, _Span] = {}
        self._left_out: Counter[str] = Counter()

    @property
    def left_out(self) -> Mapping[str, int]:
        """`planned` and `pending` transactions, and those in a `currency` that the format does not have."""
        return self._left_out

    def begin(self, book: Book) -> Iterator[bytes]:
        """Write the header and who writes."""
        self._book = book
        self._accounts = {
            one.id: one
            for one in book.accounts
            if one.currency in EXPONENTS and one.currency not in WITHDRAWN
        }
        yield _HEAD.format(at=_instant(book.made_at)).encode()

    def lines(self, chunk: Iterable[Line]) -> Iterator[bytes]:
        """Set transactions aside."""
        for line in chunk:
            if line.status in {"planned", "pending"}:
                self._left_out[line.status] += 1
                continue
            for posting in _by_account(line):
                self._put(line, posting)
        return iter(())

    def _put(self, line: Line, one: Posting) -> None:
        if one.account_id not in self._accounts:
            if self._book and one.account_id in self._book.account_by_id:
                self._left_out["currency"] += 1
            return
        self._shelves.put(one.account_id, self._transaction(line, one))
        span = self._spans.setdefault(one.account_id, _Span(one.booked_on, one.booked_on))
        span.first, span.last = min(span.first, one.booked_on), max(span.last, one.booked_on)

    def _transaction(self, line: Line, one: Posting) -> str:
        kind = "CREDIT" if one.amount_minor > 0 else "DEBIT"
        if one.part:
            kind = "FEE" if one.part == FEE else "XFER"
        name, memo = _plain(line.payee), _plain(line.notes)
        texts = ""
        if name:
            texts = f"<NAME>{escape(name[:_NAME].rstrip())}</NAME>"
            if len(name) > _NAME:
                texts += f"<EXTDNAME>{escape(name[:_LONG_NAME].rstrip())}</EXTDNAME>"
        if memo:
            texts += f"<MEMO>{escape(memo[:_MEMO].rstrip())}</MEMO>"
        identity = f"{line.id}.{FEE}" if one.part == FEE else line.id
        return (
            f"<STMTTRN><TRNTYPE>{kind}</TRNTYPE><DTPOSTED>{one.booked_on:%Y%m%d}</DTPOSTED>"
            f"<TRNAMT>{decimal_text(one.amount_minor, self._digits[one.currency])}</TRNAMT>"
            f"<FITID>{identity}</FITID>{texts}</STMTTRN>\n"
        )

    def end(self) -> Iterator[bytes]:
        """Write all statements, those of banks before those of cards."""
        cards = [one for one in self._accounts.values() if one.kind == "card"]
        others = [one for one in self._accounts.values() if one.kind != "card"]
        for tag, accounts in (("BANK", others), ("CREDITCARD", cards)):
            if accounts:
                yield f"<{tag}MSGSRSV1>\n".encode()
                for account in accounts:
                    yield from self._statement(account)
                yield f"</{tag}MSGSRSV1>\n".encode()
        yield b"</OFX>\n"

    def _statement(self, account: AccountLine) -> Iterator[bytes]:
        if self._book is None:
            return
        prefix, source = "", _bank_account(account)
        if account.kind == "card":
            prefix = "CC"
            source = f"<CCACCTFROM><ACCTID>{account_number(account.id)}</ACCTID></CCACCTFROM>"
        made = self._book.made_at
        span = self._spans.get(account.id) or _Span(made.date(), made.date())
        first, last = self._book.first or span.first, self._book.last or span.last
        yield (
            f"<{prefix}STMTTRNRS><TRNUID>0</TRNUID>{_STATUS}<{prefix}STMTRS><CURDEF>{account.currency}</CURDEF>"
            f"{source}<BANKTRANLIST><DTSTART>{first:%Y%m%d}</DTSTART><DTEND>{last:%Y%m%d}</DTEND>\n"
        ).encode()
        yield from self._shelves.take(account.id)
        booked = account.balance_minor - account.pending_minor
        yield (
            "</BANKTRANLIST><LEDGERBAL>"
            f"<BALAMT>{decimal_text(booked, self._digits[account.currency])}</BALAMT>"
            f"<DTASOF>{_instant(made)}</DTASOF></LEDGERBAL></{prefix}STMTRS></{prefix}STMTTRNRS>\n"
        ).encode()


def _by_account(line: Line) -> Iterator[Posting]:
    """Give what each account's bank would write: parts on one account are one movement there."""
    if not line.parts or line.transfer is not None:
        yield from postings(line)
        return
    moved: dict[str, int] = {}
    for part in line.parts:
        where = part.account_id or line.account_id
        moved[where] = moved.get(where, 0) + part.amount_minor
    for where, amount in moved.items():
        yield Posting("", where, line.booked_on, amount, line.currency, None, "")


def _bank_account(account: AccountLine) -> str:
    kind = _ACCOUNT_TYPES.get(account.kind, "CHECKING")
    return (
        f"<BANKACCTFROM><BANKID>{BANK}</BANKID><ACCTID>{account_number(account.id)}</ACCTID>"
        f"<ACCTTYPE>{kind}</ACCTTYPE></BANKACCTFROM>"
    )


def account_number(identity: str) -> str:
    """Write an account's id in the 22 characters that OFX has for a number: base 62."""
    left = int(identity.replace("-", ""), 16)
    digits = ""
    while left:
        left, digit = divmod(left, 62)
        digits = _ALPHABET[digit] + digits
    return digits.rjust(22, "0")


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S}.000[0:GMT]"


def _plain(text: str) -> str:
    """Make one line of a text, without what XML has no place for."""
    return " ".join(_NOT_XML.sub(" ", text).split())
