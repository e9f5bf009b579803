"""Random lives of transactions and chunks of imports, as the facts that the ledger would tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st

from chalicelib.expenses.events import (
    Posting,
    Total,
    TransactionChanged,
    TransactionRecorded,
    TransactionRemoved,
    TransactionsImported,
)
from chalicelib.kernel.clock import Period, now
from chalicelib.kernel.events import Envelope, Fact, Message, encode
from chalicelib.kernel.ids import derived_id, new_id
from chalicelib.kernel.owners import Owner
from chalicelib.security import api as security
from tests.support.cloud import LambdaContext, sqs_event

ACCOUNTS = tuple(derived_id("account", name) for name in ("a", "b"))
CATEGORIES = (None, *(derived_id("category", name) for name in ("food", "rent", "pay")))
_AMOUNTS = st.integers(-(10**6), 10**6) | st.integers(-(10**18) + 1, 10**18 - 1)

POSTINGS = st.builds(
    Posting,
    account_id=st.sampled_from(ACCOUNTS),
    category_id=st.sampled_from(CATEGORIES),
    amount_minor=_AMOUNTS,
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    booked_on=st.dates(date(2026, 10, 1), date(2026, 12, 31)),
)

Sum = tuple[int, int, int]
"""Income, expense, count."""
Place = tuple[str, str, str | None, str]
"""Month, currency, category, account."""


@dataclass(frozen=True, slots=True)
class Life:
    """One transaction: its postings one after the other, and whether it was removed in the end."""

    postings: Sequence[Posting]
    removed: bool

    def facts(self) -> list[Fact]:
        transaction = new_id()
        found: list[Fact] = [
            TransactionRecorded(
                transaction_id=transaction, postings=(self.postings[0],), source="manual"
            )
        ]
        found += [
            TransactionChanged(transaction_id=transaction, before=(before,), after=(after,))
            for before, after in zip(self.postings, self.postings[1:], strict=False)
        ]
        if self.removed:
            found.append(
                TransactionRemoved(transaction_id=transaction, postings=(self.postings[-1],))
            )
        return found

    def left(self) -> list[Posting]:
        return [] if self.removed else [self.postings[-1]]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk of an import."""

    postings: Sequence[Posting]

    def facts(self) -> list[Fact]:
        totals = tuple(
            Total(
                account_id=account,
                category_id=category,
                month=month,
                currency=currency,
                income_minor=income,
                expense_minor=expense,
                count=count,
            )
            for (month, currency, category, account), (income, expense, count) in summed(
                self.postings
            ).items()
        )
        return [
            TransactionsImported(
                import_id=new_id(),
                chunk=0,
                chunks=1,
                recorded=len(self.postings),
                duplicates=0,
                totals=totals,
                change=7,
            )
        ]

    def left(self) -> list[Posting]:
        return list(self.postings)


LIVES = st.builds(Life, st.lists(POSTINGS, min_size=1, max_size=4), st.booleans())
CHUNKS = st.builds(Chunk, st.lists(POSTINGS, max_size=12))
STORIES = st.lists(LIVES | CHUNKS, max_size=6)


def summed(postings: Sequence[Posting]) -> dict[Place, Sum]:
    """Sum the plain way: what the roll-ups must equal."""
    found: dict[Place, Sum] = {}
    for one in postings:
        month = str(Period.of(one.booked_on))
        place = (month, one.currency, one.category_id, one.account_id)
        income, expense, count = found.get(place, (0, 0, 0))
        found[place] = (
            income + max(one.amount_minor, 0),
            expense + max(-one.amount_minor, 0),
            count + 1,
        )
    return found


def somebody() -> Owner:
    """An owner with a data key: a message about one without is about an erased one, and is dropped."""
    owner = Owner("U", new_id())
    security.create_key(owner, now=now())
    return owner


def enveloped(owner: Owner, fact: Message) -> str:
    """Write a fact as it lies in the queue."""
    return Envelope(
        id=new_id(),
        type=fact.name,
        time=now(),
        owner=str(owner),
        subject=new_id(),
        sequence=1,
        trace=new_id(),
        data=encode(fact),
    ).to_json()


def delivered(app: Any, bodies: Sequence[str]) -> Mapping[str, Any]:
    """Hand bodies to the inbox handler as Lambda does, ten a batch; gives all that must come again."""
    again: list[Any] = []
    for start in range(0, len(bodies), 10):
        messages = [{"MessageId": new_id(), "Body": body} for body in bodies[start : start + 10]]
        answer = app.handler_map["analytics_inbox"](
            sqs_event("analytics-inbox", messages), LambdaContext()
        )
        again += answer["batchItemFailures"]
    return {"batchItemFailures": again}
