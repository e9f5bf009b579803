"""The whole walk, killed before and after every AWS call and then gone on with: 0 lost, 0 duplicated.

A phone asks again with the same Idempotency-Key; a queue delivers again. What must hold in the end is the
same as if nothing had happened, down to the gapless, unbroken change log.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

import pytest

from chalicelib.expenses.repository import TABLE
from chalicelib.kernel.changes import ChangeRow, chain_hash
from chalicelib.kernel.tables import Table
from tests.factories.app_files import journal, journals_read, line, piece
from tests.factories.imports import URL, account_of, csv_of, uploaded
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.ledger_state import state_of
from tests.support.taps import calls_of, interleaved, killed_at, orders

pytestmark = [pytest.mark.slice, pytest.mark.attack, pytest.mark.durable]
FULL: Final = bool(os.environ.get("XPENSE_FULL"))
LISTENING: Final = frozenset({"sqs.ReceiveMessage"})
"""The harness's own polling: dying there is dying before the call after it."""
TRANSACTIONS: Final = "/v1/expenses/transactions"
MOST: Final = 30
"""Points of a run that the everyday tests try."""
SHARES: Final = 6 if FULL else 1
"""Tests among which all points of a long run are dealt out, so that two processes can take them."""
shared_out = pytest.mark.parametrize("share", range(SHARES))
ROWS: Final = 90
"""More than one chunk."""
MOVES: Final = 19
"""Transfers of a file: more than one step joins."""
SPLITS: Final = 36
"""Rows with a tag each, which together do not fit one transaction."""


@dataclass(slots=True)
class Scene:
    """A person with an account, and what the ledger and the sums say."""

    cloud: Cloud
    person: SignedIn
    account: str

    def rows(self) -> list[Any]:
        found: list[Any] = []
        cursor = ""
        while True:
            query = {"limit": "200", **({"cursor": cursor} if cursor else {})}
            page = self.person.client.get(TRANSACTIONS, query=query).json
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            cursor = page["next_cursor"]

    def balance(self) -> str:
        url = f"/v1/expenses/accounts/{self.account}"
        amount: str = self.person.client.get(url).json["balance"]["amount"]
        return amount

    def summed(self, month: str) -> tuple[str, int]:
        answer = self.person.client.get("/v1/analytics/spending", query={"month": month}).json
        if not answer["currencies"]:
            return "0.00", 0
        (euro,) = answer["currencies"]
        return euro["net"]["amount"], euro["count"]

    def check_log(self) -> int:
        """Walk the change log: numbers without a gap, hashes without a break; gives the last number."""
        items = Table(TABLE).query(
            str(self.person.owner), "CHG#", "CHG$", limit=200, consistent=True
        )
        previous, number = b"", 0
        for item in items.items:
            row = ChangeRow.from_raw_data(dict(item))
            assert (row.seq, row.prev) == (number + 1, previous)
            assert row.hash == chain_hash(row)
            previous, number = row.hash, row.seq
        return number


def scene(cloud: Cloud) -> Scene:
    person = signed_in(Client(cloud.app))
    return Scene(cloud, person, account_of(person))


def points(calls: int, most: int = MOST, share: int | None = None) -> list[tuple[int, Any]]:
    """Give every point of a run, or in the everyday run a spread of them; of these a share, where it is shared out."""
    every = [(point, side) for point in range(calls) for side in ("before", "after")]
    chosen = every if FULL or len(every) <= most else every[:: len(every) // most + 1]
    return chosen if share is None else chosen[share::SHARES]


def once_and_again(act: Callable[[], object], point: int, side: Any) -> None:
    """Die at a point, then ask again."""
    killed_at(point, side, act, ignore=LISTENING)
    act()


def body(one: Scene, amount: str) -> dict[str, Any]:
    return {
        "account_id": one.account,
        "amount": {"amount": amount, "currency": "EUR"},
        "booked_on": "2026-03-05",
        "payee": "Corner Bakery",
    }


def create(one: Scene, amount: str = "-12.34") -> Reply:
    reply = one.person.client.post(
        TRANSACTIONS, body(one, amount), headers={"Idempotency-Key": "create-1"}
    )
    assert reply.status == 201, reply.text
    return reply


def test_creating_is_exactly_once(cloud: Cloud) -> None:
    calls = calls_of(partial(create, scene(cloud)))
    for point, side in points(len(calls)):
        one = scene(cloud)
        once_and_again(partial(create, one), point, side)
        cloud.drain()

        assert len(one.rows()) == 1, (point, side)
        assert one.balance() == "-12.34", (point, side)
        assert one.summed("2026-03") == ("-12.34", 1), (point, side)
        one.check_log()


def amend(one: Scene, transaction: Any) -> Reply:
    reply = one.person.client.patch(
        f"{TRANSACTIONS}/{transaction['id']}",
        {"amount": {"amount": "-20.00", "currency": "EUR"}},
        headers={"If-Match": '"1"', "Idempotency-Key": "amend-1"},
    )
    assert reply.status == 200, reply.text
    return reply


def test_amending_is_exactly_once(cloud: Cloud) -> None:
    first = scene(cloud)
    calls = calls_of(partial(amend, first, create(first).json))
    for point, side in points(len(calls)):
        one = scene(cloud)
        transaction = create(one).json
        once_and_again(partial(amend, one, transaction), point, side)
        cloud.drain()

        (row,) = one.rows()
        assert (row["amount"]["amount"], row["version"]) == ("-20.00", 2), (point, side)
        assert one.balance() == "-20.00", (point, side)
        assert one.summed("2026-03") == ("-20.00", 1), (point, side)
        one.check_log()


def remove(one: Scene, transaction: Any) -> Reply:
    reply = one.person.client.delete(
        f"{TRANSACTIONS}/{transaction['id']}", headers={"If-Match": '"1"'}
    )
    assert reply.status == 204, reply.text
    return reply


def test_removing_is_exactly_once(cloud: Cloud) -> None:
    first = scene(cloud)
    calls = calls_of(partial(remove, first, create(first).json))
    for point, side in points(len(calls)):
        one = scene(cloud)
        transaction = create(one).json
        once_and_again(partial(remove, one, transaction), point, side)
        cloud.drain()

        assert one.rows() == [], (point, side)
        assert one.balance() == "0.00", (point, side)
        assert one.summed("2026-03") == ("0.00", 0), (point, side)
        one.check_log()


def committed(cloud: Cloud) -> tuple[Scene, Any]:
    """An import of two chunks whose commit was just ordered, with nothing delivered yet."""
    one = scene(cloud)
    job = uploaded(cloud, one.person, one.account, csv_of(ROWS))
    cloud.drain()
    assert one.person.client.post(f"{URL}/{job['id']}/commit", {}).status == 202
    return one, job


def expected(cloud: Cloud) -> tuple[str, dict[str, tuple[str, int]], int]:
    """What an undisturbed import gives: balance, sums by month, change numbers."""
    one, _ = committed(cloud)
    cloud.drain()
    months = {row["booked_on"][:7] for row in one.rows()}
    return one.balance(), {month: one.summed(month) for month in months}, one.check_log()


@shared_out
def test_an_import_is_exactly_once_whatever_dies(cloud: Cloud, share: int) -> None:
    balance, sums, changes = expected(cloud)
    committed(cloud)
    calls = calls_of(cloud.drain, ignore=LISTENING)
    tried = points(len(calls), share=share)
    for point, side in tried:
        one, job = committed(cloud)
        once_and_again(cloud.drain, point, side)

        done = one.person.client.get(f"{URL}/{job['id']}").json
        assert (done["state"], done["result"]["recorded"]) == ("done", ROWS), (point, side)
        assert len(one.rows()) == ROWS, (point, side)
        assert one.balance() == balance, (point, side)
        assert {month: one.summed(month) for month in sums} == sums, (point, side)
        assert one.check_log() == changes, (point, side)
    assert len(tried) * SHARES >= 20


def reverting(cloud: Cloud) -> tuple[Scene, Any, dict[str, Any]]:
    """A recorded import of two chunks whose revert was just ordered, and what the ledger was before it."""
    one = scene(cloud)
    own = {"account_id": one.account, "booked_on": "2026-03-05", "payee": "Shop 2"}
    amount = {"amount": "-1.02", "currency": "EUR"}
    assert one.person.client.post(TRANSACTIONS, {**own, "amount": amount}).status == 201
    cloud.drain()
    before = state_of(one.person)
    job = uploaded(cloud, one.person, one.account, csv_of(ROWS))
    assert one.person.client.post(f"{URL}/{job['id']}/commit", {}).status == 202
    cloud.drain()
    assert one.person.client.post(f"{URL}/{job['id']}/revert", {}).status == 202
    return one, job, before


@shared_out
def test_a_revert_is_exactly_once_whatever_dies(cloud: Cloud, share: int) -> None:
    first, job, before = reverting(cloud)
    calls = calls_of(cloud.drain, ignore=LISTENING)
    assert state_of(first.person) == before
    undisturbed, changes = told_of(first, job), first.check_log()
    tried = points(len(calls), share=share)
    for point, side in tried:
        one, job, before = reverting(cloud)
        once_and_again(cloud.drain, point, side)

        assert told_of(one, job) == undisturbed, (point, side)
        assert state_of(one.person) == before, (point, side)
        assert one.check_log() == changes, (point, side)
    assert len(tried) * SHARES >= 20


def told_of(one: Scene, job: Any) -> tuple[str, Any]:
    done = one.person.client.get(f"{URL}/{job['id']}").json
    return done["state"], done["revert"]


def revert(one: Scene, job: Any) -> None:
    reply = one.person.client.post(
        f"{URL}/{job['id']}/revert", {}, headers={"Idempotency-Key": "revert-1"}
    )
    assert reply.status == 202, reply.text


def test_asking_for_a_revert_is_exactly_once(cloud: Cloud) -> None:
    first, job = committed(cloud)
    cloud.drain()
    calls = calls_of(partial(revert, first, job))
    for point, side in points(len(calls)):
        one, job = committed(cloud)
        cloud.drain()
        once_and_again(partial(revert, one, job), point, side)
        cloud.drain()

        assert told_of(one, job)[0] == "reverted", (point, side)
        assert told_of(one, job)[1]["removed"] == ROWS, (point, side)
        assert (one.rows(), one.balance()) == ([], "0.00"), (point, side)


def edit(one: Scene, row: Any) -> Reply:
    return one.person.client.patch(
        f"{TRANSACTIONS}/{row['id']}",
        {"amount": {"amount": "-77.00", "currency": "EUR"}},
        headers={"If-Match": "*"},
    )


def test_an_edit_while_its_import_is_taken_back_is_kept_or_comes_too_late(cloud: Cloud) -> None:
    """Whoever is first wins, and balance and sums are those of what is left."""
    counted, job = committed(cloud)
    cloud.drain()
    row = counted.rows()[0]
    first = len(calls_of(partial(edit, counted, row)))
    revert(counted, job)
    cloud.sweep({"interchange"})
    second = len(calls_of(partial(cloud.deliver, "expenses-inbox", most=1), ignore=LISTENING))
    outcomes = set()
    for order in orders(first, second, most=12):
        one, job = committed(cloud)
        cloud.drain()
        row = one.rows()[0]
        revert(one, job)
        cloud.sweep({"interchange"})
        found = interleaved(
            order,
            a=partial(edit, one, row),
            b=partial(cloud.deliver, "expenses-inbox", most=1),
        )
        cloud.drain()

        reply: Any = found["a"]
        left = one.rows()
        assert reply.status in {200, 404, 409}, reply.text
        assert (reply.status == 200) == bool(left), order
        assert one.balance() == ("-77.00" if left else "0.00"), order
        months = {row["booked_on"][:7]}
        assert [one.summed(month)[1] for month in months] == [len(left)], order
        assert told_of(one, job)[1]["kept"] == ({"edited": 1} if left else {}), order
        one.check_log()
        outcomes.add(reply.status)
    assert outcomes


def migrated(cloud: Cloud) -> tuple[Scene, dict[str, str], Any]:
    """A file of another app with categories, tags, parts and transfers, read but not committed."""
    one = scene(cloud)
    accounts = {"0": one.account, "1": account_of(one.person)}
    days = [date(2026, 3, 1 + place % 28) for place in range(SPLITS)]
    split = (piece("-3.00", "Fun", "Films"), piece("-1.00", "Fun"))
    out = [line(f"-{9 + n}", f"Save {n}", day=days[n], transfer=f"t{n}") for n in range(MOVES)]
    back = [line(f"{9 + n}", f"From {n}", day=days[n], transfer=f"t{n}") for n in range(MOVES)]
    rest = [
        line("-4.00", f"Store {n}", day=days[n], parts=split, tags=(f"tag {n}",))
        for n in range(SPLITS)
    ]
    with journals_read():
        job = uploaded(cloud, one.person, one.account, journal([*out, *rest], back))
    cloud.drain()
    assert (job["labels"], job["transfers"]) == (2, MOVES)
    return one, accounts, job


def ordered(one: Scene, accounts: dict[str, str], job: Any) -> Reply:
    reply = one.person.client.post(
        f"{URL}/{job['id']}/commit",
        {"accounts": accounts},
        headers={"Idempotency-Key": "commit-1"},
    )
    assert reply.status == 202, reply.text
    return reply


def look(one: Scene) -> dict[str, Any]:
    """What the ledger says, ids aside: they are derived from the owner's key and differ from person to person."""
    client = one.person.client
    rows = one.rows()
    names = {
        kept["id"]: kept["name"]
        for kept in client.get("/v1/expenses/categories", query={"limit": "200"}).json["items"]
    }
    return {
        "rows": sorted(
            (
                row["payee"],
                row["kind"],
                row["amount"]["amount"],
                tuple(row["tags"]),
                tuple(names[part["category_id"]] for part in row["parts"]),
            )
            for row in rows
        ),
        "balance": one.balance(),
        "sums": one.summed("2026-03"),
        "categories": sorted(names.values()),
        "tags": sorted(
            (tag["name"], tag["uses"])
            for tag in client.get("/v1/expenses/tags", query={"limit": "200"}).json["items"]
        ),
        "changes": one.check_log(),
    }


@pytest.fixture(scope="module")
def undisturbed(cloud: Cloud) -> dict[str, Any]:
    """What an import of another app's file gives when nothing happens."""
    one, accounts, job = migrated(cloud)
    ordered(one, accounts, job)
    cloud.drain()
    found = look(one)
    assert len(found["rows"]) == MOVES + SPLITS
    return found


@shared_out
def test_committing_a_file_with_categories_is_exactly_once(
    cloud: Cloud, undisturbed: dict[str, Any], share: int
) -> None:
    """Categories are made in transactions of the ledger's own, before the order: a repeat finds them."""
    first = migrated(cloud)
    calls = calls_of(partial(ordered, *first))
    for point, side in points(len(calls), most=15, share=share):
        one, accounts, job = migrated(cloud)
        once_and_again(partial(ordered, one, accounts, job), point, side)
        cloud.drain()

        assert look(one) == undisturbed, (point, side)


@shared_out
def test_recording_parts_tags_and_transfers_is_exactly_once(
    cloud: Cloud, undisturbed: dict[str, Any], share: int
) -> None:
    first = migrated(cloud)
    ordered(*first)
    calls = calls_of(cloud.drain, ignore=LISTENING)
    tried = points(len(calls), most=15, share=share)
    for point, side in tried:
        one, accounts, job = migrated(cloud)
        ordered(one, accounts, job)
        once_and_again(cloud.drain, point, side)

        done = one.person.client.get(f"{URL}/{job['id']}").json
        assert done["state"] == "done", (point, side)
        assert done["result"] == {"recorded": 2 * MOVES + SPLITS, "duplicates": 0}, (point, side)
        assert look(one) == undisturbed, (point, side)
    assert len(tried) * SHARES >= 10


def test_importing_the_same_file_again_adds_nothing(cloud: Cloud) -> None:
    one, _ = committed(cloud)
    cloud.drain()
    before = one.balance()

    job = uploaded(cloud, one.person, one.account, csv_of(ROWS))
    cloud.drain()
    one.person.client.post(f"{URL}/{job['id']}/commit", {})
    cloud.drain()

    done = one.person.client.get(f"{URL}/{job['id']}").json
    assert done["result"]["recorded"] == 0
    assert done["result"]["duplicates"] == ROWS
    assert one.balance() == before
    assert len(one.rows()) == ROWS
