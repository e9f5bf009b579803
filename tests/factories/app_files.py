"""A file of an app that knows more than a bank, without the syntax of any: what parsers of such files give.

The real parsers have tests of their own; here only what comes after them counts.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, Final
from unittest.mock import patch

from chalicelib.interchange.model import formats
from chalicelib.interchange.model.formats import AccountHint, ParsedFile, ParsedStatement, Row
from chalicelib.interchange.model.formats.types import Extras, Part

_MARK: Final = b"# a journal of the tests\n"
DAY: Final = date(2026, 11, 2)


def line(amount: str, payee: str = "Shop", *, day: date = DAY, kind: str = "", **more: Any) -> Row:
    """A row with what its app knows of it."""
    if "original_amount" in more:
        more["original_amount"] = Decimal(more["original_amount"])
    extras = Extras(**more) if more else None
    return Row(1, day, Decimal(amount), None, payee, "", None, kind, None, None, (), extras)


def piece(amount: str, *category: str, memo: str = "") -> Part:
    """A part of a split row."""
    return Part(amount=Decimal(amount), category=category, memo=memo)


def journal(*accounts: list[Row], currencies: tuple[str, ...] = ()) -> bytes:
    """A file with the rows of each account, in euros where no currency is said."""
    statements = [
        ParsedStatement(
            AccountHint(name=f"Account {place}"),
            currencies[place] if currencies else "EUR",
            None,
            None,
            None,
            None,
            tuple(one._replace(line=number) for number, one in enumerate(rows, 1)),
        )
        for place, rows in enumerate(accounts)
    ]
    return _MARK + pickle.dumps(statements)


@contextmanager
def journals_read() -> Iterator[None]:
    """Let the reader of uploads know these files, beside all others."""
    parse = formats.parse

    def read(data: bytes, **more: Any) -> ParsedFile:
        if not data.startswith(_MARK):
            return parse(data, **more)
        statements = pickle.loads(data.removeprefix(_MARK))  # noqa: S301 - our own
        return ParsedFile("journal", "", "utf-8", tuple(statements))

    with patch.object(formats, "parse", read):
        yield
