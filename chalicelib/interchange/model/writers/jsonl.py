"""JSON Lines: one object a line, everything kept. The only format of which nothing is lost.

The first line says what it is (`type` `export`), then come accounts, categories, transactions and an `end` with
their number. Money has the API's shape, a decimal string and a currency; days and instants are as everywhere.
What a transaction does not have is left out. New fields may come; `version` counts up when a meaning changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from chalicelib.interchange.model.writers.texts import Digits, decimal_text
from chalicelib.interchange.model.writers.types import (
    AccountLine,
    Book,
    Line,
    PartLine,
    RefundLine,
    TransferLine,
)
from chalicelib.kernel.clock import rfc3339

NAME: Final = "xpense"
VERSION: Final = 1
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class JsonlWriter:
    """Writes a JSON Lines file."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._digits = Digits()
        self._count = 0

    @property
    def left_out(self) -> Mapping[str, int]:
        """Nothing is left out."""
        return {}

    def begin(self, book: Book) -> Iterator[bytes]:
        """Write what the file is, the accounts and the categories."""
        first: dict[str, Any] = {
            "type": "export",
            "format": NAME,
            "version": VERSION,
            "made_at": rfc3339(book.made_at),
            "from": book.first.isoformat() if book.first else None,
            "to": book.last.isoformat() if book.last else None,
            "complete": book.complete,
        }
        accounts = (self._account(one) for one in book.accounts)
        categories = (
            {"type": "category", "id": one.id, "path": one.path, "kind": one.kind}
            for one in book.categories
        )
        yield _written((first, *accounts, *categories))

    def lines(self, chunk: Iterable[Line]) -> Iterator[bytes]:
        """Write transactions."""
        found = [self._transaction(line) for line in chunk]
        self._count += len(found)
        yield _written(found)

    def end(self) -> Iterator[bytes]:
        """Write how many transactions there were: a file without this line is cut off."""
        yield _written(({"type": "end", "transactions": self._count},))

    def _money(self, minor: int, currency: str) -> dict[str, str]:
        return {"amount": decimal_text(minor, self._digits[currency]), "currency": currency}

    def _account(self, one: AccountLine) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": "account",
            "id": one.id,
            "name": one.name,
            "kind": one.kind,
            "currency": one.currency,
            "opening_balance": self._money(one.opening_minor, one.currency),
            "balance": self._money(one.balance_minor, one.currency),
            "pending": self._money(one.pending_minor, one.currency),
            "archived": one.closed,
        }
        if one.opened_on:
            found["opened_on"] = one.opened_on.isoformat()
        if one.number:
            found["number"] = one.number
        return found

    def _transaction(self, line: Line) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": "transaction",
            "id": line.id,
            "account_id": line.account_id,
            "date": line.booked_on.isoformat(),
            "amount": self._money(line.amount_minor, line.currency),
            "kind": line.kind,
            "status": line.status,
            "payee": line.payee,
            "source": line.source,
            "category_source": line.filed_by,
        }
        seldom = {
            "notes": line.notes,
            "bank_payee": line.bank_payee,
            "category_id": line.category_id,
            "tags": line.tags,
            "import_id": line.import_id,
            "created_at": line.created_at and rfc3339(line.created_at),
            "updated_at": line.updated_at and rfc3339(line.updated_at),
            "parts": [self._part(one, line.currency) for one in line.parts],
            "transfer": line.transfer and self._transfer(line.transfer, line.currency),
            "refunds": [self._refund(one, line.currency) for one in line.refunds],
        }
        found.update((name, value) for name, value in seldom.items() if value)
        if line.original_minor is not None:
            found["original_amount"] = self._money(
                line.original_minor, line.original_currency or line.currency
            )
        return found

    def _part(self, one: PartLine, currency: str) -> dict[str, Any]:
        found = {
            "id": one.id,
            "amount": self._money(one.amount_minor, currency),
            "category_id": one.category_id,
            "notes": one.notes,
            "account_id": one.account_id,
        }
        return {name: value for name, value in found.items() if value}

    def _transfer(self, one: TransferLine, currency: str) -> dict[str, Any]:
        found = {
            "account_id": one.account_id,
            "received": self._money(one.amount_minor, one.currency),
            "received_on": one.received_on and one.received_on.isoformat(),
            "fee": one.fee_minor and self._money(one.fee_minor, currency),
            "fee_category_id": one.fee_category_id,
        }
        return {name: value for name, value in found.items() if value}

    def _refund(self, one: RefundLine, currency: str) -> dict[str, Any]:
        found = {
            "transaction_id": one.transaction_id,
            "amount": self._money(one.amount_minor, one.currency),
            "covered": self._money(one.covered_minor, currency),
            "part_id": one.part_id,
        }
        return {name: value for name, value in found.items() if value}


def _written(objects: Iterable[dict[str, Any]]) -> bytes:
    return "".join(f"{_encode(one)}\n" for one in objects).encode()
