"""JSON Lines: nothing of a transaction is lost, and whoever edits a file is told what does not fit."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.interchange.model.formats import Unreadable, parse
from chalicelib.interchange.model.writers.jsonl import VERSION, JsonlWriter
from chalicelib.interchange.model.writers.types import Line
from tests.factories.books import example, identity, written

HEAD = b'{"type":"export","format":"xpense","version":1,"complete":false}\n'


def objects(data: bytes, kind: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in data.splitlines()]
    return [one for one in found if one["type"] == kind]


def test_every_field_of_every_transaction_is_there() -> None:
    book, lines = example()

    data = written(JsonlWriter(), book, lines)

    assert objects(data, "export")[0]["version"] == VERSION
    assert objects(data, "end") == [{"type": "end", "transactions": len(lines)}]
    assert [one["path"] for one in objects(data, "category")] == [
        list(one.path) for one in book.categories
    ]
    told = {one["id"]: one for one in objects(data, "transaction")}
    assert set(told) == {line.id for line in lines}
    bakery, market, away, back = (told[identity(number)] for number in (2, 4, 5, 7))
    assert bakery == {
        "type": "transaction",
        "id": identity(2),
        "account_id": identity(101),
        "date": "2026-01-04",
        "amount": {"amount": "-12.30", "currency": "EUR"},
        "kind": "expense",
        "status": "posted",
        "payee": "Corner Bakery",
        "source": "import",
        "category_source": "rule",
        "notes": "-2 rolls\nand a cake",
        "bank_payee": "CRNR BKRY 0123",
        "category_id": identity(502),
        "tags": ["Bread", "a, b"],
        "created_at": "2026-11-28T12:30:00.000Z",
        "updated_at": "2026-11-28T12:30:00.000Z",
    }
    assert [part["amount"]["amount"] for part in market["parts"]] == ["-20.00", "-5.00", "-25.00"]
    assert market["parts"][2]["account_id"] == identity(102)
    assert away["transfer"] == {
        "account_id": identity(103),
        "received": {"amount": "16000", "currency": "JPY"},
        "received_on": "2026-03-03",
        "fee": {"amount": "3.53", "currency": "EUR"},
        "fee_category_id": identity(501),
    }
    assert back["refunds"][0]["transaction_id"] == identity(3)


@pytest.mark.parametrize("name", [name for name in Line._fields if name != "original_currency"])
def test_no_field_can_change_unseen(name: str) -> None:
    _, lines = example()
    line = lines[1]._replace(original_minor=1, original_currency="USD")
    book, _ = example()
    others: dict[str, Any] = {
        "booked_on": lines[0].booked_on,
        "amount_minor": -7,
        "tags": ("other",),
        "parts": next(one.parts for one in lines if one.parts),
        "transfer": next(one.transfer for one in lines if one.transfer),
        "original_minor": 5,
        "refunds": next(one.refunds for one in lines if one.refunds),
        "created_at": None,
        "updated_at": None,
        "currency": "USD",
    }
    other = line._replace(**{name: others.get(name, "other")})

    assert written(JsonlWriter(), book, [line]) != written(JsonlWriter(), book, [other])


def test_balances_are_told_where_nothing_was_left_out() -> None:
    book, lines = example()

    giro = parse(written(JsonlWriter(), book, lines)).statements[0]

    assert (giro.opening_balance, giro.closing_balance) == (Decimal("100.00"), Decimal("734.17"))


def test_a_file_that_was_cut_off_says_so() -> None:
    book, lines = example()
    data = written(JsonlWriter(), book, lines)

    parsed = parse(data[: len(data) - 60])

    assert "truncated-file" in {note.code for note in parsed.notes}


def test_a_later_version_is_refused() -> None:
    with pytest.raises(Unreadable, match="later version"):
        parse(HEAD.replace(b'"version":1', b'"version":2'))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"nothing", "bad-line"),
        (b"[" * 5_000, "bad-line"),
        (b'["transaction"]', "bad-line"),
        (b"\xff\xfe", "bad-line"),
        (b'{"type":"wish"}', "ignored-line"),
        (b'{"type":"account","id":7,"name":{}}', ""),
        (b'{"type":"category","id":"c","path":"x"}', ""),
        (b'{"type":"transaction"}', "no-amount"),
        (b'{"type":"transaction","date":"2026-02-30","amount":{"amount":"1.00","currency":"EUR"}}', "bad-date"),
        (b'{"type":"transaction","date":"2026-02-03","amount":{"amount":"1e9","currency":"EUR"}}', "bad-amount"),
        (b'{"type":"transaction","date":"2026-02-03","amount":{"amount":"1.001","currency":"EUR"}}', "too-many-decimals"),
        (b'{"type":"transaction","date":"2026-02-03","amount":{"amount":"1","currency":"XQX"}}', "unknown-currency"),
        (b'{"type":"transaction","transfer":{"received":[]},"parts":{}}', "no-amount"),
        (b'{"type":"transaction","parts":[1,{"amount":7}]}', "no-amount"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_and_loses_nothing_else(line: bytes, code: str) -> None:
    good = b'{"type":"transaction","id":"x","account_id":"a","date":"2026-02-03","amount":{"amount":"1.00","currency":"EUR"}}'

    parsed = parse(HEAD + line + b"\n" + good + b"\n")

    found = {note.code for note in parsed.notes}
    found |= {problem.code for row in parsed.rows for problem in row.problems}
    assert not code or code in found
    assert [row.amount for row in parsed.rows if not row.problems] == [Decimal("1.00")]
