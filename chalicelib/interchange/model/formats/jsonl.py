"""Our JSON Lines export read back: `model/writers/jsonl.py` says what stands in it.

What a file says is checked line by line, whoever wrote it: a line that is no object of ours is noted, one whose
values do not fit is a row with problems.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from chalicelib.interchange.model.formats.own import OwnBooks, Piece, Whole, plain_amount
from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    Hints,
    Notes,
    ParsedFile,
    RefundOf,
    Unreadable,
)
from chalicelib.interchange.model.writers.jsonl import VERSION
from chalicelib.interchange.model.writers.postings import FEE, RECEIVED, SENT

_MAX_LINE: Final = 1_000_000
_MAX_LIST: Final = 200
"""Parts, tags or names of a path that are looked at."""
Fields = Mapping[str, Any]


def parse_jsonl(data: bytes, hints: Hints) -> ParsedFile:
    """Read an export; refuses one of a later version, and one with too many or too long lines."""
    del hints  # nothing is left open
    notes = Notes()
    reader = _Reader(notes)
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if len(lines) > 2 * MAX_ROWS:
        raise Unreadable("too-many-rows", f"The file has more than {2 * MAX_ROWS} lines.")
    for number, line in enumerate(lines, 1):
        lines[number - 1] = b""  # of a large file only the rows are kept
        if line.strip():
            reader.take(number, line)
    return reader.parsed()


class _Reader:
    """Takes the lines of a file one by one."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._books = OwnBooks(notes)
        self._paths: dict[str, tuple[str, ...]] = {}
        self._balances: dict[str, tuple[Decimal | None, Decimal | None]] = {}
        self._complete = False
        self._count = 0
        self._end: int | None = None

    def take(self, number: int, line: bytes) -> None:
        """Take a line."""
        if len(line) > _MAX_LINE:
            raise Unreadable("line-too-long", f"A line has more than {_MAX_LINE} bytes.")
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            self._notes.add("bad-line", "The line is no JSON object.", line=number)
            return
        taken = _TAKEN.get(_text(found, "type"))
        if taken is None:
            self._notes.add("ignored-line", "The line is of a kind unknown here.", line=number)
        else:
            taken(self, number, found)

    def begin(self, _number: int, found: Fields) -> None:
        """Take the line that says what the file is."""
        version = found.get("version")
        if not isinstance(version, int) or version > VERSION:
            detail = "The export is of a later version than is known here."
            raise Unreadable("unsupported-format", detail)
        self._complete = found.get("complete") is True

    def category(self, _number: int, found: Fields) -> None:
        """Take a category."""
        self._paths[_text(found, "id")] = _texts(found, "path")

    def end(self, _number: int, found: Fields) -> None:
        """Take the last line."""
        end = found.get("transactions")
        self._end = end if isinstance(end, int) else None

    def account(self, _number: int, found: Fields) -> None:
        """Take an account."""
        identity = _text(found, "id")
        self._books.account(identity, _text(found, "name"))
        if self._complete:
            opening = plain_amount(_money(found, "opening_balance")[0])
            balance = plain_amount(_money(found, "balance")[0])
            pending = plain_amount(_money(found, "pending")[0]) or Decimal(0)
            closing = None if balance is None else balance - pending
            self._balances[identity] = (opening, closing)

    def transaction(self, number: int, found: Fields) -> None:
        """Take a transaction."""
        self._count += 1
        original, original_currency = _money(found, "original_amount")
        whole = Whole(
            _text(found, "id"),
            _text(found, "payee"),
            _text(found, "notes"),
            _text(found, "status"),
            _texts(found, "tags"),
            original,
            original_currency,
            _text(found, "account_id"),
            tuple(_refunds(found)),
        )
        self._books.add(whole, self._pieces(number, found))

    def _pieces(self, number: int, found: Fields) -> list[Piece]:
        day, account_id = _text(found, "date"), _text(found, "account_id")
        amount, currency = _money(found, "amount")
        plain = Piece(number, "", day, amount, currency, account_id)
        transfer = _fields(found, "transfer")
        if transfer:
            return self._legs(plain, transfer)
        parts = found.get("parts")
        if isinstance(parts, list) and parts:
            return [
                self._part(plain, at, one if isinstance(one, dict) else {})
                for at, one in enumerate(parts[:_MAX_LIST], 1)
            ]
        return [plain._replace(category=self._path(found, "category_id"))]

    def _part(self, plain: Piece, at: int, found: Fields) -> Piece:
        return plain._replace(
            part=str(at),
            amount=_money(found, "amount")[0],
            account_id=_text(found, "account_id") or plain.account_id,
            category=self._path(found, "category_id"),
            memo=_text(found, "notes"),
            id=_text(found, "id"),
        )

    def _legs(self, sent: Piece, found: Fields) -> list[Piece]:
        arrived, currency = _money(found, "received")
        pieces = [sent._replace(part=SENT)]
        fee, _ = _money(found, "fee")
        if fee:
            category = self._path(found, "fee_category_id")
            pieces.append(sent._replace(part=FEE, amount=f"-{fee}", category=category))
        received = sent._replace(
            part=RECEIVED,
            day=_text(found, "received_on") or sent.day,
            amount=arrived,
            currency=currency,
            account_id=_text(found, "account_id"),
        )
        return [*pieces, received]

    def _path(self, found: Fields, name: str) -> tuple[str, ...]:
        return self._paths.get(_text(found, name), ())

    def parsed(self) -> ParsedFile:
        """Give all that was read; a file that was cut off is noted."""
        if self._end != self._count:
            detail = "The file ends before its last line: transactions may be missing."
            self._notes.add("truncated-file", detail)
        statements = self._books.statements(lambda one: self._balances.get(one, (None, None)))
        return ParsedFile("jsonl", "xpense", "utf-8", statements, None, self._notes.all())


_TAKEN: Final[Mapping[str, Callable[[_Reader, int, Fields], None]]] = {
    "export": _Reader.begin,
    "account": _Reader.account,
    "category": _Reader.category,
    "transaction": _Reader.transaction,
    "end": _Reader.end,
}


def _refunds(found: Fields) -> Iterator[RefundOf]:
    listed = found.get("refunds")
    for one in listed[:_MAX_LIST] if isinstance(listed, list) else ():
        if isinstance(one, dict):
            back = plain_amount(_money(one, "amount")[0])
            covered = plain_amount(_money(one, "covered")[0])
            if back is not None and covered is not None:
                yield RefundOf(_text(one, "transaction_id"), back, covered, _text(one, "part_id"))


def _text(found: Fields, name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _texts(found: Fields, name: str) -> tuple[str, ...]:
    value = found.get(name)
    if not isinstance(value, list):
        return ()
    return tuple(one for one in value[:_MAX_LIST] if isinstance(one, str))


def _fields(found: Fields, name: str) -> Fields:
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def _money(found: Fields, name: str) -> tuple[str, str]:
    value = _fields(found, name)
    return _text(value, "amount"), _text(value, "currency")
