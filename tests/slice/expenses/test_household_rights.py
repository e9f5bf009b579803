"""A household's ledger, and what a member may do who is let in to some of its accounts only."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.kernel.ids import new_id
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

pytestmark = [pytest.mark.slice, pytest.mark.durable]


@dataclass(slots=True)
class Scene:
    """Ada's household with three accounts; Bob writes to one, sees one, and knows nothing of the third."""

    home: str
    ada: SignedIn
    bob: SignedIn
    written: str
    seen: str
    hidden: str


@pytest.fixture
def scene(cloud: Cloud) -> Scene:
    owner, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(owner)
    ada = within(owner, home)
    written, seen, hidden = (opened(ada, name=name)["id"] for name in ("Joint", "Savings", "Gift"))
    joined(owner, home, guest, role="editor", accounts={written: "editor", seen: "viewer"})
    return Scene(home, ada, within(guest, home), written, seen, hidden)


def test_a_limited_member_gets_guesses_for_what_they_see_and_no_figures(scene: Scene) -> None:
    def guessed(account_id: str) -> int:
        money = {"amount": "-4.20", "currency": "EUR"}
        line = {"account_id": account_id, "payee": "LIDL", "amount": money}
        body = {"lines": [{**line, "booked_on": "2026-11-02"}]}
        return scene.bob.client.post("/v1/expenses/categorise", body).status

    assert [guessed(one) for one in (scene.written, scene.seen, scene.hidden)] == [200, 200, 404]
    assert scene.bob.client.get("/v1/expenses/categoriser").status == 403
    assert scene.ada.client.get("/v1/expenses/categoriser").status == 200


def test_a_household_has_a_ledger_of_its_own(scene: Scene, cloud: Cloud) -> None:
    one = recorded(scene.ada, scene.written, payee="Corner Bakery")

    mine = SignedIn(
        scene.ada.user_id,
        "",
        scene.ada.owner,
        "",
        "",
        Client(cloud.app, token=scene.ada.access_token),
    )
    assert everything(mine) == []
    assert mine.client.get(f"{ACCOUNTS}/{scene.written}").status == 404
    assert mine.client.get(f"{TRANSACTIONS}/{one['id']}").status == 404
    names = [
        c["name"] for c in scene.ada.client.get(CATEGORIES, query={"limit": "200"}).json["items"]
    ]
    personal = [
        c["name"] for c in mine.client.get(CATEGORIES, query={"limit": "200"}).json["items"]
    ]
    assert names == personal
    cloud.drain()
    sums = scene.ada.client.get("/v1/analytics/spending", query={"month": "2026-11"}).json
    assert sums["currencies"][0]["count"] == 1
    assert mine.client.get("/v1/analytics/spending?month=2026-11").json["currencies"] == []


@pytest.mark.covers("V8.2.2")
def test_what_a_member_may_not_see_is_not_there(scene: Scene) -> None:
    shown = recorded(scene.ada, scene.seen)
    secret = recorded(scene.ada, scene.hidden)
    ask = scene.bob.client

    assert [one["id"] for one in ask.get(ACCOUNTS).json["items"]] == sorted(
        [scene.written, scene.seen]
    )
    assert ask.get(f"{ACCOUNTS}/{scene.seen}").status == 200
    assert ask.get(f"{ACCOUNTS}/{scene.seen}/balances").status == 200
    assert ask.get(f"{ACCOUNTS}/{scene.hidden}/balances").problem == "account-not-found"
    statements = [f"{ACCOUNTS}/{one}/reconciliations" for one in (scene.seen, scene.hidden)]
    assert [ask.get(one).status for one in statements] == [200, 404]
    statement = {"day": "2026-10-31", "closing_balance": {"amount": "0.00", "currency": "EUR"}}
    # what is locked may lie on other accounts as well
    assert ask.post(f"{ACCOUNTS}/{scene.written}/reconciliations", statement).status == 403
    assert scene.ada.client.post(statements[1], statement).status == 201
    assert [one["id"] for one in everything(scene.bob)] == [shown["id"]]
    assert everything(scene.bob, account_id=scene.hidden) == []

    unknown = new_id()
    for path, patch in ((ACCOUNTS, {"name": "x"}), (TRANSACTIONS, {"notes": "x"})):
        hidden = scene.hidden if path == ACCOUNTS else secret["id"]
        for method, body in (("GET", None), ("PATCH", patch), ("DELETE", None)):
            replies = [
                ask.call(method, f"{path}/{identity}", json=body, headers={"If-Match": '"1"'})
                for identity in (hidden, unknown)
            ]
            first, second = replies
            assert first.status == second.status == 404, (method, path, first.text)
            assert first.problem == second.problem


def test_a_body_with_a_hidden_account_is_404_and_with_a_seen_one_403(scene: Scene) -> None:
    def body(account: str) -> dict[str, Any]:
        amount = {"amount": "-1.00", "currency": "EUR"}
        return {"account_id": account, "amount": amount, "booked_on": "2026-11-02"}

    replies = [
        scene.bob.client.post(TRANSACTIONS, body(account))
        for account in (scene.hidden, new_id(), scene.seen, scene.written)
    ]
    assert [reply.status for reply in replies] == [404, 404, 403, 201]
    assert replies[0].problem == replies[1].problem == "account-not-found"
    assert replies[2].problem == "account-read-only"

    mine = replies[3].json
    url = f"{TRANSACTIONS}/{mine['id']}"
    for account, status in ((scene.hidden, 404), (scene.seen, 403)):
        moved = scene.bob.client.patch(url, {"account_id": account}, headers=matching(mine))
        assert moved.status == status
    noted = scene.bob.client.patch(url, {"notes": "ours"}, headers=matching(mine))
    assert noted.status == 200


def test_who_may_only_look_cannot_write(scene: Scene) -> None:
    shown = recorded(scene.ada, scene.seen)
    url = f"{TRANSACTIONS}/{shown['id']}"
    ask = scene.bob.client

    assert ask.get(url).status == 200
    assert ask.patch(url, {"notes": "x"}, headers=matching(shown)).status == 403
    assert ask.delete(url, headers=matching(shown)).status == 403
    account = ask.get(f"{ACCOUNTS}/{scene.seen}").json
    one = f"{ACCOUNTS}/{scene.seen}"
    assert ask.patch(one, {"name": "x"}, headers=matching(account)).status == 403
    assert ask.delete(one, headers=matching(account)).status == 403


def test_what_concerns_all_accounts_is_refused(scene: Scene) -> None:
    ask = scene.bob.client
    replies = [
        ask.post(ACCOUNTS, {"name": "x", "kind": "bank", "currency": "EUR"}),
        ask.get("/v1/expenses/rules"),
        ask.post(CATEGORIES, {"name": "x", "kind": "expense"}),
        ask.get("/v1/interchange/imports"),
    ]
    assert {(reply.status, reply.problem) for reply in replies} == {(403, "missing-role")}


def test_a_page_is_whole_and_its_cursor_says_nothing_of_what_is_hidden(scene: Scene) -> None:
    secret = [recorded(scene.ada, scene.hidden, booked_on=f"2026-10-{n:02d}") for n in range(1, 9)]
    shown = [recorded(scene.ada, scene.seen, booked_on=f"2026-10-{n:02d}") for n in range(1, 9)]

    found: list[str] = []
    cursor = None
    while True:
        query = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        page = scene.bob.client.get(TRANSACTIONS, query=query).json
        found += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        raw = base64.urlsafe_b64decode(cursor + "==")
        assert b"2026-10" not in raw
        assert not any(one["id"].encode() in raw for one in secret)
    assert sorted(found) == sorted(one["id"] for one in shown)

    theirs = scene.ada.client.get(TRANSACTIONS, query={"limit": "3"}).json["next_cursor"]
    refused = scene.bob.client.get(TRANSACTIONS, query={"limit": "3", "cursor": theirs})
    assert (refused.status, refused.problem) == (422, "bad-cursor")

    first = scene.bob.client.get(ACCOUNTS, query={"limit": "1"}).json
    second = scene.bob.client.get(
        ACCOUNTS, query={"limit": "1", "cursor": first["next_cursor"]}
    ).json
    ids = [one["id"] for one in first["items"] + second["items"]]
    assert ids == sorted([scene.written, scene.seen])
    assert second["next_cursor"] is None


def test_a_deleted_transaction_leaves_no_trace_for_who_could_not_see_it(scene: Scene) -> None:
    secret, mine = recorded(scene.ada, scene.hidden), recorded(scene.ada, scene.written)
    for one in (secret, mine):
        url = f"{TRANSACTIONS}/{one['id']}"
        assert scene.ada.client.delete(url, headers=matching(one)).status == 204

    def again(one: Any) -> int:
        return scene.bob.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one)).status

    assert (again(secret), again(mine)) == (404, 204)


def test_an_own_creation_that_went_out_of_sight_is_not_shown_again(scene: Scene) -> None:
    body = {
        "id": new_id(),
        "account_id": scene.written,
        "amount": {"amount": "-1.00", "currency": "EUR"},
        "booked_on": "2026-11-02",
    }
    one = scene.bob.client.post(TRANSACTIONS, body).json
    moved = scene.ada.client.patch(
        f"{TRANSACTIONS}/{one['id']}", {"account_id": scene.hidden}, headers=matching(one)
    )
    assert moved.status == 200

    again = scene.bob.client.post(TRANSACTIONS, body)
    assert (again.status, again.problem) == (409, "id-taken")


def test_sums_are_of_the_accounts_that_a_member_sees(scene: Scene, cloud: Cloud) -> None:
    recorded(scene.ada, scene.seen, "-1.00")
    recorded(scene.ada, scene.hidden, "-70.00")
    cloud.drain()

    def spent(person: SignedIn, **query: str) -> Any:
        url = "/v1/analytics/spending"
        return person.client.get(url, query={"month": "2026-11", **query})

    (euro,) = spent(scene.bob).json["currencies"]
    assert euro["expense"]["amount"] == "1.00"
    (all_of_it,) = spent(scene.ada).json["currencies"]
    assert all_of_it["expense"]["amount"] == "71.00"
    hidden, unknown = (
        spent(scene.bob, account_id=scene.hidden),
        spent(scene.bob, account_id=new_id()),
    )
    assert (
        (hidden.status, hidden.problem)
        == (unknown.status, unknown.problem)
        == (404, "account-not-found")
    )
    trend = scene.bob.client.get("/v1/analytics/trends", query={"months": "1", "until": "2026-11"})
    assert trend.json["currencies"][0]["months"][0]["expense"]["amount"] == "1.00"


@pytest.mark.covers("V8.4.1")
def test_hidden_changes_change_no_answer_of_who_cannot_see_them(scene: Scene, cloud: Cloud) -> None:
    recorded(scene.ada, scene.seen, "-1.00")
    cloud.drain()
    urls = (
        ACCOUNTS,
        TRANSACTIONS,
        "/v1/analytics/spending?month=2026-11",
        f"{ACCOUNTS}/{scene.seen}",
    )
    before = [scene.bob.client.get(url).text for url in urls]

    secret = recorded(scene.ada, scene.hidden, "-9.00")
    opened(scene.ada, name="Another secret")
    scene.ada.client.patch(
        f"{TRANSACTIONS}/{secret['id']}", {"notes": "n"}, headers=matching(secret)
    )
    cloud.drain()

    assert [scene.bob.client.get(url).text for url in urls] == before


@pytest.mark.covers("V8.3.2")
def test_a_limit_that_changes_counts_on_the_very_next_request(scene: Scene, cloud: Cloud) -> None:
    owner = Client(cloud.app, token=scene.ada.access_token)
    url = f"{HOUSEHOLDS}/{scene.home}/members/{scene.bob.user_id}"

    assert owner.patch(url, {"accounts": {scene.hidden: "viewer"}}).status == 200
    assert [one["id"] for one in scene.bob.client.get(ACCOUNTS).json["items"]] == [scene.hidden]
    assert owner.patch(url, {"accounts": {}}).status == 200
    assert scene.bob.client.get(ACCOUNTS).json["items"] == []
    assert everything(scene.bob) == []


def sent(scene: Scene, here: str, there: str) -> dict[str, Any]:
    return {
        "from_account_id": here,
        "to_account_id": there,
        "sent": {"amount": "5.00", "currency": "EUR"},
        "booked_on": "2026-11-02",
    }


def test_money_on_two_accounts_is_seen_from_either_and_changed_by_who_may_write_to_both(
    scene: Scene,
) -> None:
    url = "/v1/expenses/transfers"
    one = scene.ada.client.post(url, sent(scene, scene.hidden, scene.written)).json
    other = scene.ada.client.post(url, sent(scene, scene.hidden, scene.hidden)).status
    gone = scene.ada.client.post(url, sent(scene, scene.written, scene.hidden)).json

    assert other == 422
    assert {row["id"] for row in everything(scene.bob)} == {one["id"], gone["id"]}
    for row in (one, gone):
        path = f"{TRANSACTIONS}/{row['id']}"
        assert scene.bob.client.get(path).status == 200
        reply = scene.bob.client.patch(path, {"notes": "x"}, headers=matching(row))
        assert (reply.status, reply.problem) == (403, "account-read-only")
        reply = scene.bob.client.delete(path, headers=matching(row))
        assert (reply.status, reply.problem) == (403, "account-read-only")


def test_legs_parts_and_refunds_on_accounts_that_a_member_may_not_write_to(scene: Scene) -> None:
    ask = scene.bob.client
    one = recorded(scene.bob, scene.written, "-10.00")
    secret = recorded(scene.ada, scene.hidden, "-10.00")
    shown = recorded(scene.ada, scene.seen, "-10.00")
    income = recorded(scene.ada, scene.hidden, "1.00")
    splits = f"{TRANSACTIONS}/{one['id']}/splits"

    def parts(account: str) -> dict[str, Any]:
        return {"parts": [{"percent": "50", "account_id": account}, {"remainder": True}]}

    def refund(purchase: Any, **body: Any) -> Any:
        url = f"{TRANSACTIONS}/{purchase['id']}/refunds"
        return ask.post(url, body, headers=matching(purchase))

    def new(account: str) -> dict[str, Any]:
        amount = {"amount": "1.00", "currency": "EUR"}
        return {"account_id": account, "amount": amount, "booked_on": "2026-11-02"}

    hidden = (
        ask.post("/v1/expenses/transfers", sent(scene, scene.written, scene.hidden)),
        ask.put(splits, parts(scene.hidden), headers=matching(one)),
        refund(secret, new=new(scene.written)),
        refund(one, new=new(scene.hidden)),
        refund(one, refund_id=income["id"]),
    )
    assert [reply.status for reply in hidden] == [404] * 5
    seen = (
        ask.post("/v1/expenses/transfers", sent(scene, scene.written, scene.seen)),
        ask.put(splits, parts(scene.seen), headers=matching(one)),
        refund(shown, new=new(scene.written)),
        refund(one, new=new(scene.seen)),
    )
    assert [(reply.status, reply.problem) for reply in seen] == [(403, "account-read-only")] * 4
    assert refund(one, new=new(scene.written)).status == 200
