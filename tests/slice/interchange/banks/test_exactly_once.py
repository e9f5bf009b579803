"""A worker that dies at any AWS call of a sync, and is called again: nothing lost, nothing twice, no cursor forgotten."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, cast

import pytest

from chalicelib.kernel import aws
from chalicelib.kernel.settings import settings
from tests.factories.banks import URL, balance, linked, mapped, shown, transactions
from tests.factories.imports import account_of
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud, LambdaContext, sqs_event
from tests.support.fake_plaid import FakePlaid, Item
from tests.support.fake_plaid import account_of as bank_account
from tests.support.loopback import Sent
from tests.support.taps import Side, calls_of, killed_at

pytestmark = [
    pytest.mark.slice,
    pytest.mark.durable,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]
INBOXES = ("interchange-inbox", "expenses-inbox")


def sides(point: int) -> tuple[Side, ...]:
    """Before and after each call in the full run; each day one of the two, turn by turn."""
    both: tuple[Side, ...] = ("before", "after")
    return both if os.environ.get("XPENSE_FULL") else (both[point % 2],)


def waiting(cloud: Cloud, kind: str) -> list[tuple[str, str]]:
    """Relay until a message of a kind waits, deliver what comes before it, and take that message from its queue."""
    for _ in range(60):
        cloud.sweep()
        for queue in INBOXES:
            url = settings().queue_url(queue)
            sqs = cast("Any", aws.sqs())
            got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            for message in got:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                if json.loads(message["Body"])["type"] == kind:
                    return [(queue, message["Body"])]
                _handled(cloud, queue, message["Body"])
    raise AssertionError(f"no {kind} came")


def _handled(cloud: Cloud, queue: str, body: str) -> None:
    message = {"MessageId": "m", "Body": body}
    handler = cloud.app.handler_map[queue.replace("-", "_")]
    answer = handler(sqs_event(queue, [message]), LambdaContext())
    assert answer["batchItemFailures"] == []


def ready(cloud: Cloud, person: SignedIn, bank: FakePlaid) -> tuple[str, str, Item]:
    """A connection with some history, which a sync will change in every way."""
    here, item = linked(cloud, person, bank)
    account = account_of(person, currency="USD")
    item.put("keep", "chk", -100, date="2026-11-01")
    item.put("change", "chk", -200, date="2026-11-02")
    item.put("go", "chk", -300, date="2026-11-03")
    item.put("wait", "chk", -400, date="2026-11-04", pending=True)
    mapped(cloud, person, here["id"], {"chk": account})
    item.put("come", "chk", -500, date="2026-11-05")
    item.put("change", "chk", -222, date="2026-11-06")
    item.take_back("go")
    item.put("booked", "chk", -444, date="2026-11-07", pending_transaction_id="wait")
    item.take_back("wait")
    return here["id"], account, item


@pytest.mark.parametrize(
    "kind",
    ["interchange.fetch_feed.v1", "expenses.apply_feed.v1", "expenses.feed_applied.v1"],
)
def test_a_death_at_every_call_of_a_sync_changes_nothing_of_its_end(
    cloud: Cloud, person: SignedIn, bank: FakePlaid, kind: str
) -> None:
    def fresh() -> tuple[str, str, Item, Callable[[], object]]:
        connection, account, item = ready(cloud, person, bank)
        person.client.post(f"{URL}/{connection}/sync")
        ((queue, body),) = waiting(cloud, kind)
        return connection, account, item, lambda: _handled(cloud, queue, body)

    points = len(calls_of(fresh()[3]))
    cloud.drain()
    assert points >= 2
    for point in range(points):
        for side in sides(point):
            connection, account, item, act = fresh()
            assert killed_at(point, side, act) is not None

            act()  # delivered again
            act()  # and once more
            cloud.drain()

            one = shown(person, connection)
            assert (one["state"], one["problem"], one["sync"]) == ("active", None, None)
            assert balance(person, account) == item.total("chk") == -1_266, (point, side)
            mine = transactions(person, account_id=account)
            assert len(mine) == len(item.rows) == 4, (point, side)
            counts = one["last_sync"]
            assert (counts["added"], counts["removed"], counts["kept"]) == (1, 1, [])
            person.client.delete(f"{URL}/{connection}")
            cloud.drain()


def test_a_death_between_a_claim_and_its_row_is_said(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    def fresh() -> tuple[str, Callable[[], object]]:
        begun = person.client.post(URL, {"provider": "plaid"}).json
        token, _ = bank.chosen(bank_account("chk"))
        person.client.patch(f"{URL}/{begun['id']}", {"public_token": token})
        ((queue, body),) = waiting(cloud, "interchange.claim_connection.v1")
        return begun["id"], lambda: _handled(cloud, queue, body)

    points = len(calls_of(fresh()[1]))
    cloud.drain()
    seen = set()
    for point in range(points):
        for side in sides(point):
            connection, act = fresh()
            assert killed_at(point, side, act) is not None
            act()
            cloud.drain()

            one = shown(person, connection)
            slug = (one["problem"] or {}).get("slug")
            assert (one["state"], slug) in {("active", None), ("failed", "claim-lost")}
            seen.add(one["state"])
            person.client.delete(f"{URL}/{connection}")
            cloud.drain()
    assert seen == {"active", "failed"}
    # whatever came of it, no claim that was answered stays open without a word or an access
    assert len(bank.removed) + len(bank.items) >= points


def test_a_page_that_was_lost_on_the_way_is_asked_for_again(
    cloud: Cloud, person: SignedIn, bank: FakePlaid
) -> None:
    connection, account, item = ready(cloud, person, bank)
    bank.page = 1
    bank.faults.extend([Sent(is_lost=True), Sent(is_cut=True)])
    person.client.post(f"{URL}/{connection}/sync")
    cloud.drain()
    person.client.post(f"{URL}/{connection}/sync")
    cloud.drain()

    assert balance(person, account) == item.total("chk")
    assert shown(person, connection)["problem"] is None
