"""Accounts, transactions and import orders for tests, made the way clients and services make them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from chalicelib.expenses.commands import (
    CHUNKS_PER_PAGE,
    ROWS_PER_CHUNK,
    ImportRow,
    ImportRows,
    page_key,
)
from chalicelib.kernel import blobs
from chalicelib.kernel.clock import now
from chalicelib.kernel.events import Envelope, Message, encode
from chalicelib.kernel.ids import new_id
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud, LambdaContext, sqs_event

ACCOUNTS: Final = "/v1/expenses/accounts"
TRANSACTIONS: Final = "/v1/expenses/transactions"
CATEGORIES: Final = "/v1/expenses/categories"
RULES: Final = "/v1/expenses/rules"
ROWS_PER_PAGE: Final = ROWS_PER_CHUNK * CHUNKS_PER_PAGE


def opened(person: SignedIn, **more: Any) -> Any:
    """Open an account and give it."""
    body = {"name": "Everyday", "kind": "bank", "currency": "EUR", **more}
    reply = person.client.post(ACCOUNTS, body)
    assert reply.status == 201, reply.text
    return reply.json


def recorded(person: SignedIn, account_id: str, amount: str = "-12.34", **more: Any) -> Any:
    """Record a transaction and give it."""
    currency = more.pop("currency", "EUR")
    body = {
        "account_id": account_id,
        "amount": {"amount": amount, "currency": currency},
        "booked_on": "2026-11-02",
        "payee": "Corner Bakery",
        **more,
    }
    reply = person.client.post(TRANSACTIONS, body)
    assert reply.status == 201, reply.text
    return reply.json


def matching(one: Any) -> dict[str, str]:
    """The header that says which version is meant."""
    return {"If-Match": f'"{one["version"]}"'}


def balance(person: SignedIn, account_id: str) -> str:
    """The balance as the account shows it."""
    amount: str = person.client.get(f"{ACCOUNTS}/{account_id}").json["balance"]["amount"]
    return amount


def everything(person: SignedIn, **query: str) -> list[Any]:
    """All transactions of a list, page by page."""
    found: list[Any] = []
    cursor: str | None = None
    while True:
        asked = {**query, **({"cursor": cursor} if cursor else {})}
        reply = person.client.get(TRANSACTIONS, query=asked)
        assert reply.status == 200, reply.text
        found += reply.json["items"]
        cursor = reply.json["next_cursor"]
        if cursor is None:
            return found


def row(line: int = 1, amount_minor: int | None = -420, **more: Any) -> ImportRow:
    """A row of a statement."""
    given: dict[str, Any] = {
        "statement": 0,
        "line": line,
        "booked_on": date(2026, 11, 2),
        "amount_minor": amount_minor,
        "currency": "EUR",
        "payee": f"Shop {line}",
        "memo": "",
        "provider_id": "",
        "kind": "",
        "mcc": "",
        "ordinal": 0,
        "importable": True,
        **more,
    }
    return ImportRow(**given)


def laid(person: SignedIn, rows: Sequence[ImportRow], account_id: str, **more: Any) -> ImportRows:
    """Lay rows into sealed pages, and give the order for their first chunk."""
    import_id = more.pop("import_id", new_id())
    prefix = f"{person.owner}/imports/{import_id}/rows/"
    for page, start in enumerate(range(0, len(rows), ROWS_PER_PAGE)):
        value = [[*one.to_json(), []] for one in rows[start : start + ROWS_PER_PAGE]]
        blobs.put(person.vault, page_key(prefix, page), value)
    given: dict[str, Any] = {
        "import_id": import_id,
        "prefix": prefix,
        "chunk": 0,
        "chunks": -(-len(rows) // ROWS_PER_CHUNK),
        "accounts": {"0": account_id},
        **more,
    }
    return ImportRows(**given)


def envelope(person: SignedIn, message: Message, *, identity: str | None = None) -> str:
    """Write a message as a queue carries it."""
    return Envelope(
        id=identity or new_id(),
        type=message.name,
        time=now(),
        owner=str(person.owner),
        subject="s",
        sequence=0,
        trace="trace-12345678",
        data=encode(message),
    ).to_json()


def handed(cloud: Cloud, *bodies: str) -> list[str]:
    """Hand messages to the ledger's worker; give the places of those that must come again."""
    messages: Iterable[Any] = [
        {"MessageId": str(place), "Body": body} for place, body in enumerate(bodies)
    ]
    event = sqs_event("expenses-inbox", list(messages))
    answer = cloud.app.handler_map["expenses_inbox"](event, LambdaContext())
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def imported(cloud: Cloud, person: SignedIn, order: ImportRows) -> list[dict[str, Any]]:
    """Let an order run to its end, chunk after chunk, and give what was told about it."""
    assert handed(cloud, envelope(person, order)) == []
    cloud.drain(queues=["expenses-inbox"])
    return told(cloud, order.import_id)


def told(cloud: Cloud, import_id: str) -> list[dict[str, Any]]:
    """What analytics and interchange heard of an import, once each, in its order."""
    cloud.drain()
    found = {
        body["id"]: body
        for queue, body in cloud.delivered
        if queue == "interchange-inbox" and body["data"].get("import_id") == import_id
    }
    return [body["data"] for body in found.values()]
