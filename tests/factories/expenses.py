"""Accounts, transactions and import orders for tests, made the way clients and services make them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from chalicelib.expenses.commands import (
    CHUNKS_PER_PAGE,
    PAIRS_PER_PAGE,
    ROWS_PER_CHUNK,
    ImportRow,
    ImportRows,
    JoinRows,
    Label,
    labels_key,
    leg_of,
    page_key,
    pairs_key,
)
from chalicelib.expenses.model.transactions import Transaction
from chalicelib.expenses.repository import TABLE
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.kernel import blobs
from chalicelib.kernel.clock import now
from chalicelib.kernel.context import Context, system_context
from chalicelib.kernel.events import Envelope, Message, encode
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.outbox import OutboxRow
from chalicelib.kernel.tables import Raw, TableSpec
from chalicelib.security import api as security
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud, LambdaContext, sqs_event

ACCOUNTS: Final = "/v1/expenses/accounts"
TRANSACTIONS: Final = "/v1/expenses/transactions"
CATEGORIES: Final = "/v1/expenses/categories"
RULES: Final = "/v1/expenses/rules"
RECURRING: Final = "/v1/expenses/recurring"
ROWS_PER_PAGE: Final = ROWS_PER_CHUNK * CHUNKS_PER_PAGE
_STEPS: Final = frozenset({ImportRows.name, JoinRows.name})


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


def recurring(person: SignedIn, account_id: str, amount: str = "-10.00", **more: Any) -> Any:
    """Make a monthly template from today on and give it."""
    body = {
        "account_id": account_id,
        "amount": {"amount": amount, "currency": more.pop("currency", "EUR")},
        "rule": {"frequency": "monthly"},
        "start": now().date().isoformat(),
        **more,
    }
    reply = person.client.post(RECURRING, body)
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


@contextmanager
def unit_of(person: SignedIn) -> Iterator[Context]:
    """Give a context for what a job does in a person's ledger; it is written at the end."""
    ctx = system_context(person.owner, TABLE, vaults=security.vault)
    ctx.commit.open()
    yield ctx
    ctx.commit.write()


def stored(person: SignedIn, transaction_id: str) -> Transaction:
    """Read a transaction as the ledger has it."""
    with unit_of(person) as ctx:
        return look_up(ctx, transaction=[transaction_id]).transaction(transaction_id)


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
    """Lay rows into sealed pages, and give the order for their first chunk.

    `means` says which category each label is.
    """
    import_id = more.pop("import_id", new_id())
    prefix = f"{person.owner}/imports/{import_id}/rows/"
    for page, start in enumerate(range(0, len(rows), ROWS_PER_PAGE)):
        value = [[*one.to_json(), []] for one in rows[start : start + ROWS_PER_PAGE]]
        blobs.put(person.vault, page_key(prefix, page), value)
    given: dict[str, Any] = {
        **_beside(person, prefix, rows, more.pop("means", {})),
        "import_id": import_id,
        "prefix": prefix,
        "chunk": 0,
        "chunks": -(-len(rows) // ROWS_PER_CHUNK),
        "accounts": {"0": account_id},
        **more,
    }
    return ImportRows(**given)


def _beside(
    person: SignedIn, prefix: str, rows: Sequence[ImportRow], means: Mapping[Label, str]
) -> dict[str, Any]:
    """Lay down what labels mean and which rows are the legs of transfers."""
    if means:
        value = [[list(path), category_id] for path, category_id in means.items()]
        blobs.put(person.vault, labels_key(prefix, "test"), value)
    sending = [
        one for one in rows if one.extras and one.extras.other_side is not None and _sends(one)
    ]
    pairs = [[leg_of(side) for side in (one, rows[_other_side(one)])] for one in sending]
    for page, start in enumerate(range(0, len(pairs), PAIRS_PER_PAGE)):
        blobs.put(person.vault, pairs_key(prefix, page), pairs[start : start + PAIRS_PER_PAGE])
    return {"labels": "test" if means else "", "pairs": len(pairs)}


def _sends(one: ImportRow) -> bool:
    return (one.amount_minor or 0) < 0


def _other_side(one: ImportRow) -> int:
    assert one.extras is not None
    assert one.extras.other_side is not None
    return one.extras.other_side


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


@dataclass(slots=True)
class Ears:
    """Everything that the ledger commits to tell or to order, oldest first."""

    envelopes: list[Envelope] = field(default_factory=list)

    def hear(self, spec: TableSpec, rows: Sequence[Raw]) -> None:
        if spec.service != "expenses":
            return
        for item in rows:
            for line in OutboxRow.from_raw_data(dict(item)).lines():
                self.envelopes.append(Envelope.from_json(line))

    def about(self, subject: str) -> list[tuple[str, dict[str, Any]]]:
        """What was told of an object: the fact's short name and its data."""
        return [
            (one.type.split(".")[1], json.loads(one.data))
            for one in self.envelopes
            if one.subject == subject and one.type not in _STEPS
        ]


def imported(cloud: Cloud, ears: Ears, person: SignedIn, order: ImportRows) -> list[dict[str, Any]]:
    """Let an order run to its end, chunk after chunk, and give what was told about it."""
    before = len(ears.about(order.import_id))
    body: str | None = envelope(person, order)
    while body is not None:
        seen = len(ears.envelopes)
        assert handed(cloud, body) == []
        ordered = [one for one in ears.envelopes[seen:] if one.type in _STEPS]
        body = ordered[0].to_json() if ordered else None
    return [data for _, data in ears.about(order.import_id)[before:]]
