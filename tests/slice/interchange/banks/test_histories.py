"""Whatever happens at a bank, and however often and badly it is synced: in the end the ledger is the bank's account."""

from __future__ import annotations

import contextlib
import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.kernel.clock import now
from tests.factories.banks import balance, linked, mapped, synced, transactions
from tests.factories.imports import account_of
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.fake_plaid import FakePlaid, Item
from tests.support.fake_simplefin import FakeBridge
from tests.support.taps import Killed, Tap, tapped

pytestmark = [
    pytest.mark.slice,
    pytest.mark.durable,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]
NAMES = ("Corner Bakery", "Shell", "City Metro", "Employer Ltd")
"""Few, so that rows look alike and matching is tempted."""
AMOUNTS = (-420, -421, -1_000, -5_000, 210_000)
QUEUES = ("interchange-inbox", "expenses-inbox")
HISTORIES = settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Life:
    """What happens at a bank, drawn at random: rows come, change, are booked under other ids, and go."""

    def __init__(self, item: Item, draw: random.Random) -> None:
        self.item = item
        self.draw = draw
        self.number = 0

    def happen(self) -> None:
        self.draw.choice((self.come, self.come, self.book, self.change, self.go))()

    def _id(self) -> str:
        self.number += 1
        return f"t{self.number}"

    def _facts(self) -> dict[str, object]:
        day = now().date() - timedelta(days=self.draw.randrange(6))
        return {"name": self.draw.choice(NAMES), "date": day.isoformat()}

    def come(self) -> None:
        pending = self.draw.random() < 0.5
        amount = self.draw.choice(AMOUNTS)
        self.item.put(self._id(), "chk", amount, pending=pending, **self._facts())

    def book(self) -> None:
        waiting = [row for row in self.item.rows.values() if row["pending"]]
        if not waiting:
            return
        row = self.draw.choice(waiting)
        minor = -round(row["amount"] * 100)
        minor = minor if self.draw.random() < 0.5 else minor + self.draw.choice((-150, 99))
        linked_to = row["transaction_id"] if self.draw.random() < 0.6 else None
        facts = {**self._facts(), "name": row["name"]}
        self.item.put(self._id(), "chk", minor, pending_transaction_id=linked_to, **facts)
        self.item.take_back(row["transaction_id"])

    def change(self) -> None:
        if self.item.rows:
            row = self.draw.choice(list(self.item.rows.values()))
            amount = self.draw.choice(AMOUNTS)
            pending = row["pending"] and self.draw.random() < 0.5
            more = {**self._facts(), "pending": pending}
            self.item.put(row["transaction_id"], "chk", amount, **more)

    def go(self) -> None:
        if self.item.rows:
            self.item.take_back(self.draw.choice(list(self.item.rows)))


def _killing(draw: random.Random) -> Tap:
    """Die at some call of some message, now and then."""
    left = draw.randrange(1, 60)

    def tap(name: str) -> None:
        nonlocal left
        left -= 1
        if left == 0 and not name.startswith("sqs"):
            raise Killed(name)

    return tap


@HISTORIES
@given(seed=st.integers(0, 2**32 - 1))
def test_after_any_history_the_ledger_is_the_banks_account(
    cloud: Cloud, bank: FakePlaid, seed: int
) -> None:
    draw = random.Random(seed)
    person = signed_in(Client(cloud.app))
    bank.page = draw.choice((1, 3, 500))
    here, item = linked(cloud, person, bank)
    account = account_of(person, currency="USD")
    life = Life(item, draw)
    for _ in range(draw.randrange(12)):
        life.happen()
    mapped(cloud, person, here["id"], {"chk": account})

    for _ in range(draw.randrange(1, 4)):
        for _ in range(draw.randrange(8)):
            life.happen()
        # the bank goes on while its pages are read, at times
        bank.between = life.happen if draw.random() < 0.3 else None
        _disturbed(cloud, person, here["id"], draw)
        bank.between = None
    done = synced(cloud, person, here["id"])

    assert done["problem"] is None, (seed, done)
    assert balance(person, account) == item.total("chk"), seed
    assert len(transactions(person)) == len(item.rows), seed
    assert _books(person) == _rows(item), seed


def _disturbed(cloud: Cloud, person: SignedIn, connection_id: str, draw: random.Random) -> None:
    """Sync, at times twice, and at times let a worker die in the middle of it."""
    for _ in range(draw.choice((1, 1, 2))):
        person.client.post(f"/v1/interchange/connections/{connection_id}/sync")
    if draw.random() < 0.6:
        with contextlib.suppress(Killed), tapped(before=_killing(draw)):
            cloud.drain(queues=QUEUES)
    cloud.drain()


def _books(person: SignedIn) -> list[tuple[str, str, str]]:
    found = transactions(person)
    return sorted(
        (one["booked_on"], one["amount"]["amount"], one["status"].replace("posted", ""))
        for one in found
    )


def _rows(item: Item) -> list[tuple[str, str, str]]:
    return sorted(
        (row["date"], f"{-row['amount']:.2f}", "pending" if row["pending"] else "")
        for row in item.rows.values()
    )


@HISTORIES
@given(seed=st.integers(0, 2**32 - 1))
def test_after_any_history_the_ledger_is_what_a_bridge_shows(
    cloud: Cloud, bridged: FakeBridge, seed: int
) -> None:
    draw = random.Random(seed)
    person = signed_in(Client(cloud.app))
    bridged.rows.clear()
    bridged.unclaimed.add("one")
    account = account_of(person, currency="USD")
    body = {"provider": "simplefin", "setup_token": bridged.setup_token}
    here = person.client.post("/v1/interchange/connections", body).json
    cloud.drain()
    _bridge_lives(bridged, draw, 10)
    mapped(cloud, person, here["id"], {"chk": account})

    for _ in range(draw.randrange(1, 4)):
        _bridge_lives(bridged, draw, draw.randrange(6))
        _disturbed(cloud, person, here["id"], draw)
    # a booked row is believed to be gone when it was not shown twice
    synced(cloud, person, here["id"])
    synced(cloud, person, here["id"])

    rows = bridged.rows.get("chk", {}).values()
    assert balance(person, account) == sum(round(float(one["amount"]) * 100) for one in rows), seed
    assert len(transactions(person)) == len(rows), seed


def _bridge_lives(bridge: FakeBridge, draw: random.Random, steps: int) -> None:
    rows = bridge.rows.setdefault("chk", {})
    for _ in range(steps):
        day = now().date() - timedelta(days=draw.randrange(20))
        name, amount = draw.choice(NAMES), f"{draw.choice(AMOUNTS) / 100:.2f}"
        waiting = [one for one, row in rows.items() if row.get("pending")]
        kind = draw.choice(("come", "come", "book", "change", "go"))
        fresh = f"r{draw.getrandbits(40)}"
        if kind == "come":
            pending = draw.random() < 0.4
            bridge.put(fresh, "chk", amount, day, description=name, pending=pending)
        elif kind == "book" and waiting:
            row = rows.pop(draw.choice(waiting))
            bridge.put(fresh, "chk", row["amount"], day, description=row["description"])
        elif kind == "change" and rows:
            bridge.put(draw.choice(list(rows)), "chk", amount, day, description=name)
        elif kind == "go" and rows:
            # never three booked rows at once: that would be a bank that was not asked
            del rows[draw.choice(list(rows))]
