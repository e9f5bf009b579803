"""OFX 1.x (SGML) and 2.x (XML), QFX and QBO: statements of banks, cards and the cash of brokers.

Why our own reader: of 67 real files the strict library reads 16 and the lenient one 60
(docs/adr/0003-own-ofx-parser.md). The text is cut at `<STMTTRN>`; what lies between transactions
is walked tag by tag, a transaction itself is one regular expression and one dictionary.
"""

from __future__ import annotations

import re
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Final

from chalicelib.interchange.model.formats.amounts import Flaw, read_plain
from chalicelib.interchange.model.formats.dates import make_date
from chalicelib.interchange.model.formats.ofx_rows import TransactionReader
from chalicelib.interchange.model.formats.ofx_text import (
    declared_encoding,
    prepare,
    unescape,
)
from chalicelib.interchange.model.formats.own import with_own_ids
from chalicelib.interchange.model.formats.text import decode
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_STATEMENTS,
    AccountHint,
    Hints,
    Notes,
    ParsedFile,
    ParsedStatement,
    Unreadable,
    quoted,
)
from chalicelib.kernel.values import dataclass

_TOKEN: Final = re.compile(r"<(/?)([A-Z][A-Z0-9._]*+)/?>([^<]*+)")
_MAX_TOKENS: Final = 600_000
_MAX_VALUE: Final = 400
_END_TAG: Final = len("</STMTTRN>")
_TAIL: Final = 4_096
_STATEMENTS: Final = {"STMTRS": "bank", "CCSTMTRS": "card", "INVSTMTRS": "investment"}
_PARTS: Final = {
    "BANKACCTFROM": "account",
    "CCACCTFROM": "account",
    "INVACCTFROM": "account",
    "LEDGERBAL": "ledger",
    "AVAILBAL": "available",
    "STATUS": "status",
    "BANKTRANLIST": "list",
    "INVTRANLIST": "list",
}
_SECURITY_TAGS: Final = (
    "BUYDEBT BUYMF BUYOPT BUYOTHER BUYSTOCK CLOSUREOPT INCOME INVEXPENSE JRNLFUND JRNLSEC "
    "MARGININTEREST REINVEST RETOFCAP SELLDEBT SELLMF SELLOPT SELLOTHER SELLSTOCK SPLIT TRANSFER"
)
_SECURITIES: Final = frozenset(_SECURITY_TAGS.split())
"""What a broker books beside cash (OFX 2.2, 13.9.2.4); these are no expenses."""
_OTHER_ANSWERS: Final = (
    ("PROFMSGSRSV1", "It describes what the bank's server can do."),
    ("SIGNUPMSGSRSV1", "It lists accounts."),
    ("SIGNONMSGSRSV1", "It only answers a sign-on."),
)


@dataclass(slots=True)
class _Building:
    """One statement while its tags go by."""

    kind: str
    fields: dict[str, str] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    cut_off: bool = False
    securities: int = 0
    pending: int = 0


@dataclass(slots=True)
class _Walk:
    """Where the walk is, and what it has found."""

    notes: Notes
    hints: Hints
    statements: list[ParsedStatement] = field(default_factory=list)
    current: _Building | None = None
    part: str = ""
    status: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    tokens: int = 0
    rows: int = 0


def parse_ofx(data: bytes, hints: Hints) -> ParsedFile:
    """Read every statement of an OFX file; refuse one that holds none, with the reason."""
    decoded = decode(data, hint=hints.encoding, declared=declared_encoding(data))
    prepared = prepare(decoded.text)
    encoding, version = decoded.encoding, prepared.version
    notes = Notes()
    if decoded.damaged:
        notes.add("damaged-text", f"{decoded.damaged} characters could not be decoded.")
    if "</OFX>" not in prepared.body[-_TAIL:]:
        notes.add("truncated-file", "The end tag </OFX> is missing: the file may be cut off.")
    walk = _Walk(notes=notes, hints=hints)
    pieces = prepared.body.split("<STMTTRN>")
    del decoded, prepared  # of a large file only the pieces are kept
    _walk_pieces(walk, pieces)
    _finish(walk)
    if not walk.statements:
        _refuse(walk)
    for message in walk.errors:
        notes.add("provider-error", message)
    parsed = ParsedFile(
        format="ofx",
        dialect=f"OFX {version[0]}.{version[1:]}" if version else "OFX",
        encoding=encoding,
        statements=tuple(walk.statements),
        notes=notes.all(),
    )
    return with_own_ids(parsed, data)


def _walk_pieces(walk: _Walk, pieces: list[str]) -> None:
    """Go through the pieces between transactions, and give each transaction to its statement."""
    if len(pieces) > MAX_ROWS + 1:
        raise Unreadable("too-many-rows", f"The file has more than {MAX_ROWS} transactions.")
    _walk_tags(walk, pieces[0])
    line = 1 + pieces[0].count("\n")
    end, rest = 0, ""
    for at in range(1, len(pieces)):
        body = piece = pieces[at]
        pieces[at] = ""
        end = piece.find("</STMTTRN>")
        if end < 0:
            body, rest = _cut_unclosed(piece)
        else:
            rest = piece[end + _END_TAG :]
            if rest and not rest.isspace():
                body = piece[:end]
        if walk.current is None:
            walk.current = _Building("")
        walk.current.bodies.append(body)
        walk.current.lines.append(line)
        line += piece.count("\n")
        if rest and not rest.isspace():
            _walk_tags(walk, rest)
    if walk.current is not None and walk.current.bodies and end < 0 and not rest:
        walk.current.cut_off = True


_BOUNDARY: Final = re.compile(
    r"</?(?:BANKTRANLIST|INVBANKTRAN|INVTRANLIST|LEDGERBAL|AVAILBAL|STMTRS|CCSTMTRS|INVSTMTRS"
    r"|STMTTRNRS|CCSTMTTRNRS|INVSTMTTRNRS|BANKMSGSRSV1|CREDITCARDMSGSRSV1|OFX)>"
)


def _cut_unclosed(piece: str) -> tuple[str, str]:
    """Split a transaction without end tag from what follows it."""
    boundary = _BOUNDARY.search(piece)
    return (piece[: boundary.start()], piece[boundary.start() :]) if boundary else (piece, "")


def _walk_tags(walk: _Walk, text: str) -> None:
    walk.tokens += text.count("<")
    if walk.tokens > _MAX_TOKENS:
        raise Unreadable("too-complex", f"More than {_MAX_TOKENS} tags beside transactions.")
    for slash, name, value in _TOKEN.findall(text):
        if slash:
            _close(walk, name)
        elif value and not value.isspace():
            _leaf(walk, name, value)
        else:
            _open(walk, name)


def _open(walk: _Walk, name: str) -> None:
    if name in _STATEMENTS:
        _finish(walk)
        walk.current = _Building(_STATEMENTS[name])
    elif name in _PARTS:
        walk.part = _PARTS[name]
    elif walk.current and name in _SECURITIES:
        walk.current.securities += 1
    elif walk.current and name == "STMTTRNP":
        walk.current.pending += 1
    elif name.endswith("MSGSRSV1"):
        walk.seen.add(name)


def _close(walk: _Walk, name: str) -> None:
    if name in _STATEMENTS:
        _finish(walk)
    elif name in _PARTS:
        if walk.part == "status":
            _keep_status(walk)
        walk.part = ""


def _leaf(walk: _Walk, name: str, value: str) -> None:
    value = unescape(value[:_MAX_VALUE]).strip()
    if walk.part == "status":
        walk.status[name] = value
    elif walk.current and (walk.part or name in {"CURDEF", "DTASOF"}):
        walk.current.fields.setdefault(f"{walk.part}.{name}" if name != "CURDEF" else name, value)


def _keep_status(walk: _Walk) -> None:
    """Remember an error that the bank reported instead of data."""
    if walk.status.get("SEVERITY", "").upper() == "ERROR" and len(walk.errors) < 20:
        code = walk.status.get("CODE", "")
        message = quoted(walk.status.get("MESSAGE", ""))
        walk.errors.append(f"The bank answered with error {code[:10]} {message}.")
    walk.status = {}


def _refuse(walk: _Walk) -> None:
    if walk.errors:
        raise Unreadable("provider-error", walk.errors[0])
    for name, meaning in _OTHER_ANSWERS:
        if name in walk.seen:
            raise Unreadable("no-statement", f"The OFX file holds no statement. {meaning}")
    raise Unreadable("no-statement", "The OFX file holds no statement.")


def _finish(walk: _Walk) -> None:
    """Turn what was collected of the current statement into values."""
    building = walk.current
    if building is None:
        return
    walk.current, walk.part = None, ""
    if len(walk.statements) >= MAX_STATEMENTS:
        raise Unreadable("too-many-statements", f"More than {MAX_STATEMENTS} statements in a file.")
    fields = building.fields
    currency = fields.get("CURDEF", "").upper() or walk.hints.currency
    rows = TransactionReader(currency, walk.hints).read(
        building.bodies, building.lines, walk.notes, cut_off=building.cut_off
    )
    if currency is None and any(row.currency is None for row in rows):
        walk.notes.add("no-currency", "The statement does not say its currency.")
    _note_left_out(building, walk.notes)
    walk.statements.append(
        ParsedStatement(
            account=_account(building),
            currency=currency,
            opening_balance=None,  # OFX has no opening balance
            closing_balance=_balance(fields, walk.notes),
            period_start=_date(fields.get("list.DTSTART")),
            period_end=_date(fields.get("list.DTEND")),
            rows=rows,
        )
    )


def _note_left_out(building: _Building, notes: Notes) -> None:
    if building.securities:
        notes.add(
            "securities-left-out",
            f"{building.securities} trades of securities are no expenses and were left out.",
        )
    if building.pending:
        notes.add("pending-left-out", f"{building.pending} transactions are still pending.")


def _account(building: _Building) -> AccountHint:
    fields = building.fields
    return AccountHint(
        kind=building.kind,
        number=fields.get("account.ACCTID", "")[:64],
        bank_id=(fields.get("account.BANKID") or fields.get("account.BROKERID") or "")[:64],
        account_type=fields.get("account.ACCTTYPE", "")[:20].upper(),
    )


def _balance(fields: dict[str, str], notes: Notes) -> Decimal | None:
    text = fields.get("ledger.BALAMT")
    if text is None:
        return None
    value = read_plain(text)
    if isinstance(value, Flaw):
        notes.add("bad-balance", value.detail, column="balance")
        return None
    return value


def _date(text: str | None) -> date | None:
    if text is None or not (text[:8].isascii() and text[:8].isdecimal() and len(text) >= 8):
        return None
    return make_date(int(text[:4]), int(text[4:6]), int(text[6:8]))
