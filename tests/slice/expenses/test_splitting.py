"""Leaving a household with accounts of one's own: exactly once, to the minor unit, whatever dies on the way."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Final

import pytest

from chalicelib.expenses import commands
from chalicelib.expenses.repository import TABLE
from chalicelib.kernel.changes import ChangeRow, chain_hash
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Table
from tests.factories import papers
from tests.factories.attachments import announced, content, papers_of, uploaded, url_of
from tests.factories.expenses import (
    ACCOUNTS,
    CATEGORIES,
    TRANSACTIONS,
    everything,
    matching,
    opened,
    recorded,
)
from tests.factories.households import HOUSEHOLDS, joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, killed_at

pytestmark = [pytest.mark.slice, pytest.mark.durable]
FULL: Final = bool(os.environ.get("XPENSE_FULL"))
LISTENING: Final = frozenset({"sqs.ReceiveMessage"})
SPLITS: Final = "/v1/users/household-splits"


@dataclass(slots=True)
class Scene:
    """Ada owns the household; Bob, an editor, opened one account of it, Ada the other."""

    cloud: Cloud
    home: str
    ada: SignedIn
    bob: SignedIn
    bob_at_home: SignedIn
    his: str
    hers: str


def scene(cloud: Cloud, *, opening: str = "250.00") -> Scene:
    ada, bob = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(ada)
    joined(ada, home, bob)
    bob_at_home = within(bob, home)
    balance = {"amount": opening, "currency": "EUR"}
    his = opened(bob_at_home, name="Bob's", opening_balance=balance)["id"]
    hers = opened(within(ada, home), name="Ada's")["id"]
    return Scene(cloud, home, ada, bob, bob_at_home, his, hers)


def leave(one: Scene, *accounts: str, mode: str = "move") -> Any:
    reply = one.bob.client.post(
        f"{HOUSEHOLDS}/{one.home}/leave",
        {"take": {"accounts": list(accounts), "mode": mode}},
        headers={"Idempotency-Key": "leave-1"},
    )
    assert reply.status == 200, reply.text
    return reply.json["split"]


def begun(one: Scene) -> None:
    """Let the ledger do the first step alone: what it orders lies in its outbox, not yet swept."""
    one.cloud.sweep({"users"})
    for _ in range(20):
        one.cloud.deliver("expenses-inbox")
        if one.bob.client.get(ACCOUNTS).json["items"]:
            return
    raise AssertionError("the split never began")


def job(one: Scene, split: Any) -> Any:
    reply = one.bob.client.get(f"{SPLITS}/{split['id']}")
    assert reply.status == 200, reply.text
    return reply.json


def told(rows: list[Any]) -> list[tuple[Any, ...]]:
    """What a transaction says, but for its ids."""
    return sorted(
        (one["booked_on"], one["amount"]["amount"], one["payee"], one["notes"]) for one in rows
    )


def balances(person: SignedIn) -> dict[str, tuple[str, int]]:
    items = person.client.get(ACCOUNTS).json["items"]
    return {one["name"]: (one["balance"]["amount"], one["entries"]) for one in items}


def check_log(owner: Owner) -> None:
    piece = Table(TABLE).query(str(owner), "CHG#", "CHG$", limit=500, consistent=True)
    previous, number = b"", 0
    for item in piece.items:
        row = ChangeRow.from_raw_data(dict(item))
        assert (row.seq, row.prev) == (number + 1, previous)
        assert row.hash == chain_hash(row)
        previous, number = row.hash, row.seq


def spent(person: SignedIn) -> tuple[str, int]:
    found = person.client.get("/v1/analytics/spending", query={"month": "2026-11"}).json
    if not found["currencies"]:
        return "0.00", 0
    return found["currencies"][0]["net"]["amount"], found["currencies"][0]["count"]


def linked(person: SignedIn, purchase: Any, came: Any) -> None:
    url = f"{TRANSACTIONS}/{purchase['id']}/refunds"
    reply = person.client.post(url, {"refund_id": came["id"]}, headers=matching(purchase))
    assert reply.status == 200, reply.text


@pytest.mark.parametrize("mode", ["move", "copy"])
def test_what_lies_on_two_accounts_is_cut_and_links_go_along(cloud: Cloud, mode: str) -> None:
    one = scene(cloud, opening="0.00")
    euro = "EUR"
    home = one.bob_at_home
    body = {
        "from_account_id": one.hers,
        "to_account_id": one.his,
        "sent": {"amount": "100.00", "currency": euro},
        "booked_on": "2026-11-02",
    }
    assert home.client.post("/v1/expenses/transfers", body).status == 201
    parts = [{"percent": "40", "account_id": one.hers}, {"remainder": True, "notes": "mine"}]
    recorded(home, one.his, "-50.00", tags=["trip"], parts=parts)
    purchase, came = recorded(home, one.his, "-20.00"), recorded(home, one.his, "5.00")
    linked(home, purchase, came)
    hers, kept = recorded(home, one.hers, "-9.00"), recorded(home, one.his, "4.00")
    linked(home, hers, kept)
    cloud.drain()

    leave(one, one.his, mode=mode)
    cloud.drain()

    (mine,) = balances(one.bob).values()
    assert mine == ("59.00", 5)
    rows = {row["amount"]["amount"]: row for row in everything(one.bob)}
    assert sorted(rows) == ["-20.00", "-30.00", "100.00", "4.00", "5.00"]
    assert rows["-30.00"]["tags"] == ["trip"]
    assert [link["transaction_id"] for link in rows["5.00"]["refunds"]] == [rows["-20.00"]["id"]]
    assert [back["refund_id"] for back in rows["-20.00"]["refunded_by"]] == [rows["5.00"]["id"]]
    assert rows["4.00"]["refunds"] == []
    at_home = balances(within(one.ada, one.home))
    if mode == "move":
        assert at_home == {"Ada's": ("-129.00", 3)}
        left = everything(within(one.ada, one.home))
        assert [row["refunded_by"] for row in left] == [[], [], []]
    else:
        assert at_home["Ada's"] == ("-129.00", 3)
        assert at_home["Bob's"] == ("59.00", 5)
    assert spent(one.bob)[0] == "-41.00"


def test_a_leaver_takes_an_account_along(cloud: Cloud) -> None:
    one = scene(cloud)
    food = one.bob_at_home.client.post(CATEGORIES, {"name": "Ours to eat", "kind": "expense"}).json[
        "id"
    ]
    inner = one.bob_at_home.client.post(
        CATEGORIES, {"name": "Snacks", "kind": "expense", "parent_id": food}
    ).json["id"]
    for place in range(5):
        category = (inner, food, None)[place % 3]
        recorded(
            one.bob_at_home,
            one.his,
            f"-{place + 1}.05",
            payee=f"Shop {place}",
            notes=f"note {place}",
            **({"category_id": category} if category else {}),
        )
    recorded(within(one.ada, one.home), one.hers, "-70.00")
    before = [row for row in everything(one.bob_at_home) if row["account_id"] == one.his]
    cloud.drain()

    split = leave(one, one.his)
    assert (split["state"], split["result"]) == ("waiting", None)
    cloud.drain()

    done = job(one, split)
    assert done["state"] == "done"
    assert done["progress"] == {"done": 5, "total": 5}
    (result,) = done["result"]
    assert (result["account_id"], result["transactions"], result["problem"]) == (one.his, 5, None)

    assert balances(one.bob) == {"Bob's": ("234.75", 5)}
    after = everything(one.bob)
    assert told(after) == told(before)
    assert {row["account_id"] for row in after} == {result["new_account_id"]}
    names = {
        c["id"]: (c["name"], c["parent_id"])
        for c in one.bob.client.get(CATEGORIES, query={"limit": "200"}).json["items"]
    }
    seen = {names[row["category_id"]][0] for row in after if row["notes"] in {"note 0", "note 1"}}
    assert seen == {"Snacks", "Ours to eat"}
    (snacks,) = [parent for name, parent in names.values() if name == "Snacks"]
    assert names[snacks][0] == "Ours to eat"

    home = within(one.ada, one.home)
    assert balances(home) == {"Ada's": ("-70.00", 1)}
    assert [row["amount"]["amount"] for row in everything(home)] == ["-70.00"]
    assert spent(home) == ("-70.00", 1)
    assert spent(one.bob) == ("-15.25", 5)
    check_log(home.owner)
    check_log(one.bob.owner)
    assert one.bob_at_home.client.get(ACCOUNTS).status == 404


def test_a_copy_leaves_everything_where_it_was(cloud: Cloud) -> None:
    one = scene(cloud)
    for place in range(3):
        recorded(one.bob_at_home, one.his, f"-{place + 1}.00")
    recorded(within(one.ada, one.home), one.hers, "-70.00")

    split = leave(one, one.his, one.hers, mode="copy")
    cloud.drain()

    assert {r["problem"] for r in job(one, split)["result"]} == {None}
    mine = {"Bob's": ("244.00", 3), "Ada's": ("-70.00", 1)}
    assert balances(one.bob) == mine
    assert balances(within(one.ada, one.home)) == mine

    again = one.bob.client.post(
        f"{HOUSEHOLDS}/{one.home}/split", {"accounts": [one.his], "mode": "copy"}
    )
    assert again.status == 202
    cloud.drain()
    assert [r["problem"] for r in job(one, again.json)["result"]] == ["already-taken"]
    assert balances(one.bob) == mine


def test_only_who_opened_an_account_moves_it(cloud: Cloud) -> None:
    one = scene(cloud)
    unknown = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"
    split = leave(one, one.hers, unknown)
    cloud.drain()

    problems = {r["account_id"]: r["problem"] for r in job(one, split)["result"]}
    assert problems == {one.hers: "account-not-yours", unknown: "account-not-found"}
    assert balances(one.bob) == {}
    assert set(balances(within(one.ada, one.home))) == {"Ada's", "Bob's"}


def test_a_removed_member_asks_within_thirty_days_for_what_they_could_see(cloud: Cloud) -> None:
    one = scene(cloud)
    recorded(one.bob_at_home, one.his, "-1.00")
    member = f"{HOUSEHOLDS}/{one.home}/members/{one.bob.user_id}"
    one.ada.client.patch(member, {"accounts": {one.his: "viewer"}})
    assert one.ada.client.delete(member).status == 204
    url = f"{HOUSEHOLDS}/{one.home}/split"

    unseen = one.bob.client.post(url, {"accounts": [one.hers], "mode": "copy"})
    assert (unseen.status, unseen.problem) == (403, "account-not-yours")
    split = one.bob.client.post(url, {"accounts": [one.his], "mode": "move"})
    assert split.status == 202
    cloud.drain()
    assert job(one, split.json)["state"] == "done"
    assert balances(one.bob) == {"Bob's": ("249.00", 1)}
    other = signed_in(Client(cloud.app))
    assert other.client.get(f"{SPLITS}/{split.json['id']}").status == 404
    nobody = other.client.post(url, {"accounts": [one.his], "mode": "copy"})
    assert (nobody.status, nobody.problem) == (404, "household-not-found")


def test_many_transactions_go_in_steps(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.expenses.service.splitting.SPLIT_CHUNK", 4)
    one = scene(cloud, opening="0.00")
    for place in range(11):
        recorded(one.bob_at_home, one.his, f"-{place + 1}.01")
    before = everything(one.bob_at_home)

    split = leave(one, one.his)
    cloud.drain()

    done = job(one, split)
    assert done["progress"] == {"done": 11, "total": 11}
    assert told(everything(one.bob)) == told(before)
    assert balances(one.bob) == {"Bob's": ("-66.11", 11)}
    assert everything(within(one.ada, one.home)) == []


def test_an_account_on_its_way_takes_nothing_new(cloud: Cloud) -> None:
    one = scene(cloud)
    recorded(one.bob_at_home, one.his, "-1.00")
    leave(one, one.his)
    begun(one)

    late = within(one.ada, one.home).client.post(
        TRANSACTIONS,
        {
            "account_id": one.his,
            "amount": {"amount": "-5.00", "currency": "EUR"},
            "booked_on": "2026-11-02",
        },
    )
    assert (late.status, late.problem) == (409, "account-archived")
    cloud.drain()
    assert balances(one.bob) == {"Bob's": ("249.00", 1)}


def test_an_account_deleted_on_the_way_stays_with_the_household(cloud: Cloud) -> None:
    one = scene(cloud)
    recorded(one.bob_at_home, one.his, "-1.00")
    split = leave(one, one.his)
    begun(one)
    (mine,) = one.bob.client.get(ACCOUNTS).json["items"]
    url = f"{ACCOUNTS}/{mine['id']}"
    assert one.bob.client.delete(url, headers=matching(mine)).status == 204
    cloud.drain()

    assert [r["problem"] for r in job(one, split)["result"]] == ["account-deleted"]
    assert balances(within(one.ada, one.home))["Bob's"] == ("249.00", 1)
    (account,) = [
        a
        for a in within(one.ada, one.home).client.get(ACCOUNTS).json["items"]
        if a["id"] == one.his
    ]
    assert account["archived"] is False


def test_what_the_household_does_meanwhile_is_not_lost(cloud: Cloud) -> None:
    one = scene(cloud, opening="0.00")
    edited, deleted, moved, kept = (
        recorded(one.bob_at_home, one.his, f"-{place + 1}.00") for place in range(4)
    )
    split = leave(one, one.his)
    begun(one)

    home = within(one.ada, one.home).client
    for row, body in (
        (edited, {"notes": "late", "amount": {"amount": "-9.00", "currency": "EUR"}}),
        (moved, {"account_id": one.hers}),
    ):
        url = f"{TRANSACTIONS}/{row['id']}"
        assert home.patch(url, body, headers=matching(row)).status == 200
    url = f"{TRANSACTIONS}/{deleted['id']}"
    assert home.delete(url, headers=matching(deleted)).status == 204
    cloud.drain()

    assert job(one, split)["state"] == "done"
    after = everything(one.bob)
    assert sorted((r["amount"]["amount"], r["notes"]) for r in after) == [
        ("-4.00", ""),
        ("-9.00", "late"),
    ]
    assert kept["amount"]["amount"] == "-4.00"
    assert balances(one.bob) == {"Bob's": ("-13.00", 2)}
    assert balances(within(one.ada, one.home)) == {"Ada's": ("-3.00", 1)}
    assert spent(one.bob) == ("-13.00", 2)
    assert spent(within(one.ada, one.home)) == ("-3.00", 1)


def test_a_split_is_exactly_once_whatever_dies(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.expenses.service.splitting.SPLIT_CHUNK", 2)

    def ready() -> Scene:
        one = scene(cloud)
        for place in range(3):
            recorded(one.bob_at_home, one.his, f"-{place + 1}.05")
        cloud.drain()
        return one

    one = ready()
    leave(one, one.his)
    length = len(calls_of(cloud.drain, ignore=LISTENING))
    points = [(point, side) for point in range(length) for side in ("before", "after")]
    tried = points if FULL else points[:: len(points) // 4 + 1]
    for point, side in tried:
        one = ready()
        split = leave(one, one.his)
        killed_at(point, side, cloud.drain, ignore=LISTENING)  # type: ignore[arg-type]
        cloud.drain()

        done = job(one, split)
        assert (done["state"], done["progress"]["done"]) == ("done", 3), (point, side)
        assert balances(one.bob) == {"Bob's": ("243.85", 3)}, (point, side)
        assert set(balances(within(one.ada, one.home))) == {"Ada's"}, (point, side)
        assert everything(within(one.ada, one.home)) == [], (point, side)
        assert spent(one.bob) == ("-6.15", 3), (point, side)
        assert spent(within(one.ada, one.home)) == ("0.00", 0), (point, side)
        check_log(one.bob.owner)
        check_log(within(one.ada, one.home).owner)


def test_leaving_is_exactly_once_whatever_dies(cloud: Cloud) -> None:
    one = scene(cloud)
    length = len(calls_of(lambda: leave(one, one.his)))
    points = [(point, side) for point in range(length) for side in ("before", "after")]
    for point, side in points if FULL else points[:: len(points) // 4 + 1]:
        one = scene(cloud)
        killed_at(point, side, lambda: leave(one, one.his), ignore=LISTENING)  # type: ignore[arg-type] # noqa: B023 - called at once
        split = leave(one, one.his)
        cloud.drain()

        assert job(one, split)["state"] == "done", (point, side)
        assert balances(one.bob) == {"Bob's": ("250.00", 0)}, (point, side)


def test_a_step_fits_one_transaction() -> None:
    assert 2 * commands.SPLIT_CHUNK + 12 <= 97


@pytest.mark.parametrize("mode", ["move", "copy"])
def test_attachments_go_along(cloud: Cloud, mode: str) -> None:
    one = scene(cloud, opening="0.00")
    home = one.bob_at_home
    whole = recorded(home, one.his, "-20.00")
    parts = [{"percent": "40", "account_id": one.hers}, {"remainder": True}]
    cut = recorded(home, one.his, "-50.00", parts=parts)
    for entry in (whole, cut):
        assert uploaded(cloud, home, entry["id"], papers.jpeg())["state"] == "ready"
    announced(home, whole["id"])

    leave(one, one.his, mode=mode)
    cloud.drain()

    rows = everything(one.bob)
    assert len(rows) == 2
    for row in rows:
        (file,) = one.bob.client.get(url_of(row["id"])).json["items"]
        assert (file["state"], file["name"], file["type"]) == ("ready", "bakery.jpg", "image/jpeg")
    assert len(papers_of(one.bob)) == 2
    kept = [content(one.bob, key) for key in papers_of(one.bob)]
    assert all(papers.PLACE not in data for data in kept)
    # what stays of the one that was cut keeps its file; the other's went with it
    assert len(papers_of(home)) == (1 if mode == "move" else 2)
