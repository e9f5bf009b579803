"""Undoing changes: put back what nobody touched since, say what was, and do it once."""

from __future__ import annotations

import os
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.repository import TABLE
from chalicelib.kernel.changes import Change
from chalicelib.kernel.context import system_context
from chalicelib.kernel.ids import new_id
from chalicelib.security import api as security
from tests.factories.expenses import (
    ACCOUNTS,
    CATEGORIES,
    RULES,
    TRANSACTIONS,
    balance,
    envelope,
    everything,
    handed,
    laid,
    matching,
    opened,
    recorded,
    row,
)
from tests.factories.users import SignedIn
from tests.slice.expenses.test_history import CHANGES, changed, history, removed
from tests.support.budget import budget
from tests.support.client import Reply
from tests.support.cloud import Cloud
from tests.support.taps import every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
GROCERIES: Final = default_id("groceries")
NOT_STATE: Final = frozenset({"version", "updated_at"})


def latest(person: SignedIn) -> str:
    identity: str = person.client.get(CHANGES, query={"limit": "1"}).json["items"][0]["id"]
    return identity


def undo(person: SignedIn, change: str) -> Reply:
    return person.client.post(f"{CHANGES}/{change}/undo")


def undone(person: SignedIn, change: str) -> Any:
    reply = undo(person, change)
    assert reply.status == 200, reply.text
    return reply.json


def state(person: SignedIn, *accounts: str) -> Any:
    """Everything that undoing must bring back: all but versions and times."""
    rows = [
        {name: value for name, value in one.items() if name not in NOT_STATE}
        for one in everything(person)
    ]
    return sorted(rows, key=lambda one: one["id"]), [balance(person, one) for one in accounts]


def test_undoing_a_creation_deletes_and_undoing_that_restores_under_the_same_id(
    person: SignedIn, account: str
) -> None:
    one = recorded(person, account, "-5.00", notes="cake", tags=["Party"], category_id=GROCERIES)
    before = state(person, account)

    first = undone(person, latest(person))
    assert first["undone"] == [{"kind": "transaction", "id": one["id"]}]
    assert (everything(person), balance(person, account)) == ([], "0.00")

    undone(person, first["change_id"])
    assert state(person, account) == before
    ops = [version["op"] for version in history(person, one["id"])["items"]]
    assert ops == ["restore", "delete", "create"]


def test_undoing_a_deletion_brings_all_of_an_imported_row_back(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    handed(cloud, envelope(person, laid(person, [row(1)], account)))
    (one,) = everything(person)
    renamed = changed(person, one, payee="Kiosk")
    before = state(person, account)
    removed(person, renamed)

    undone(person, latest(person))

    assert state(person, account) == before
    # and the same statement still finds its row
    handed(cloud, envelope(person, laid(person, [row(1)], account)))
    assert state(person, account) == before


def test_an_edit_is_undone_with_its_money(person: SignedIn, account: str) -> None:
    other = opened(person)["id"]
    one = recorded(person, account, "-5.00")
    before = state(person, account, other)
    amount = {"amount": "-7.00", "currency": "EUR"}
    changed(person, one, account_id=other, amount=amount, payee="Kiosk", booked_on="2026-01-01")

    undone(person, latest(person))

    assert state(person, account, other) == before == (before[0], ["-5.00", "0.00"])


def test_what_was_touched_since_is_left_and_said(person: SignedIn, account: str) -> None:
    one = recorded(person, account, "-5.00")
    creation = latest(person)
    changed(person, one, notes="mine")
    before = state(person, account)

    answer = undone(person, creation)

    left = {"kind": "transaction", "id": one["id"], "reason": "changed-since"}
    assert answer == {"change_id": None, "undone": [], "left": [left]}
    assert state(person, account) == before


def test_of_a_change_of_many_the_others_are_undone(person: SignedIn, account: str) -> None:
    def create(amount: str) -> dict[str, object]:
        value = {
            "account_id": account,
            "amount": {"amount": amount, "currency": "EUR"},
            "booked_on": "2026-11-02",
        }
        return {"op": "create", "value": value}

    body = {"operations": [create("-1.00"), create("-2.00")], "atomic": True}
    made = person.client.post(f"{TRANSACTIONS}/bulk", body).json["results"]
    together = latest(person)
    changed(person, made[0]["value"], notes="mine")

    answer = undone(person, together)

    assert [one["id"] for one in answer["left"]] == [made[0]["value"]["id"]]
    assert [one["id"] for one in answer["undone"]] == [made[1]["value"]["id"]]
    assert balance(person, account) == "-1.00"


@pytest.mark.durable
def test_a_whole_chunk_of_an_import_is_undone_at_once(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    handed(cloud, envelope(person, laid(person, [row(n) for n in range(85)], account)))
    assert balance(person, account) == "-357.00"

    with budget() as spent:
        answer = undone(person, latest(person))

    assert (len(answer["undone"]), answer["left"]) == (85, [])
    assert (everything(person), balance(person, account)) == ([], "0.00")
    # latest: session, log; undo: session, head, entry, rows in one batch, and for each whether it has attachments;
    # tombstones, account, its movements, META, CHG, outbox
    assert spent.calls == {"BatchGetItem": 4, "Query": 86, "GetItem": 1, "TransactWriteItems": 1}
    assert spent.writes == 85 + 5


def test_undoing_a_creation_costs_four_reads_and_one_write(person: SignedIn, account: str) -> None:
    recorded(person, account)
    change = latest(person)

    with budget() as spent:
        undone(person, change)

    # session; head; entry; objects; attachments / tombstone, account, movements, META, CHG, outbox
    assert spent.calls == {"BatchGetItem": 3, "GetItem": 1, "Query": 1, "TransactWriteItems": 1}
    assert spent.writes == 6


def test_where_there_is_no_account_any_more_nothing_comes_back(
    person: SignedIn, account: str
) -> None:
    other = opened(person)
    one = recorded(person, other["id"])
    removed(person, one)
    deletion = latest(person)
    now = person.client.get(f"{ACCOUNTS}/{other['id']}").json
    archived = person.client.patch(
        f"{ACCOUNTS}/{other['id']}", {"archived": True}, headers=matching(now)
    ).json
    assert undone(person, deletion)["left"][0]["reason"] == "account-archived"

    person.client.delete(f"{ACCOUNTS}/{other['id']}", headers=matching(archived))
    assert undone(person, deletion)["left"][0]["reason"] == "account-gone"


def test_changes_of_an_account_are_undone_by_field(person: SignedIn, account: str) -> None:
    now = person.client.get(f"{ACCOUNTS}/{account}").json
    patch = {"name": "Gift", "opening_balance": {"amount": "10.00", "currency": "EUR"}}
    person.client.patch(f"{ACCOUNTS}/{account}", patch, headers=matching(now))
    renaming = latest(person)
    recorded(person, account, "-5.00")  # a posting is no edit

    undone(person, renaming)

    after = person.client.get(f"{ACCOUNTS}/{account}").json
    assert (after["name"], after["balance"]["amount"]) == ("Everyday", "-5.00")
    assert undone(person, renaming)["left"][0]["reason"] == "changed-since"


def test_opening_an_account_is_undone_while_it_is_empty(person: SignedIn) -> None:
    first, second = opened(person)["id"], None
    opening = latest(person)
    one = recorded(person, first)
    assert undone(person, opening)["left"][0]["reason"] == "in-use"
    removed(person, one)
    assert second is None

    undone(person, opening)

    assert person.client.get(f"{ACCOUNTS}/{first}").status == 404


def test_categories_and_rules_come_back_whole(person: SignedIn) -> None:
    category = person.client.post(CATEGORIES, {"name": "Cakes", "kind": "expense"}).json
    when = {"field": "payee", "operator": "contains", "value": "bakery"}
    rule = person.client.post(
        RULES, {"name": "Bakeries", "when": when, "then": {"category_id": category["id"]}}
    ).json
    for url, patch in ((CATEGORIES, {"name": "Pies"}), (RULES, {"name": "Pies"})):
        one = category if url == CATEGORIES else rule
        kept = {name: value for name, value in one.items() if name not in NOT_STATE}
        person.client.patch(f"{url}/{one['id']}", patch)
        undone(person, latest(person))
        assert seen(person, url, one["id"], kept) == kept
        person.client.delete(f"{url}/{one['id']}")
        undone(person, latest(person))
        restored = seen(person, url, one["id"], kept)
        assert {**restored, "created_at": ""} == {**kept, "created_at": ""} or restored == kept


def seen(person: SignedIn, url: str, identity: str, like: Any) -> Any:
    """An object as its list shows it, but for version and times."""
    items = person.client.get(url, query={"limit": "200"}).json["items"]
    (one,) = [one for one in items if one["id"] == identity]
    return {name: value for name, value in one.items() if name in like}


def test_a_category_that_others_stand_under_or_whose_parent_is_gone_is_left(
    person: SignedIn,
) -> None:
    food = person.client.post(CATEGORIES, {"name": "Feasts", "kind": "expense"}).json["id"]
    made_food = latest(person)
    body = {"name": "Cakes", "kind": "expense", "parent_id": food}
    cakes = person.client.post(CATEGORIES, body).json["id"]
    assert undone(person, made_food)["left"][0]["reason"] == "in-use"
    person.client.delete(f"{CATEGORIES}/{cakes}")
    deletion = latest(person)
    person.client.delete(f"{CATEGORIES}/{food}")

    assert undone(person, deletion)["left"][0]["reason"] == "parent-gone"


def test_a_shipped_category_gets_its_first_name_back(person: SignedIn) -> None:
    def name() -> str:
        items = person.client.get(CATEGORIES, query={"limit": "200"}).json["items"]
        found: str = next(one["name"] for one in items if one["id"] == GROCERIES)
        return found

    first = name()
    person.client.patch(f"{CATEGORIES}/{GROCERIES}", {"name": "Victuals"})
    undone(person, latest(person))
    assert name() == first
    undone(person, latest(person))
    assert name() == "Victuals"


def test_a_foreign_or_made_up_change_is_not_there(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    recorded(person, account)
    recorded(stranger, opened(stranger)["id"])
    mine = latest(person)

    for change in (mine, new_id(), f"{mine[:-1]}{'0' if mine[-1] != '0' else '1'}"):
        reply = undo(stranger, change)
        assert (reply.status, reply.problem) == (404, "change-not-found")
    assert undo(person, "2").status == 404


def test_under_an_idempotency_key_a_change_is_undone_once(person: SignedIn, account: str) -> None:
    recorded(person, account)
    headers = {"Idempotency-Key": new_id()}
    url = f"{CHANGES}/{latest(person)}/undo"

    answers = [person.client.post(url, headers=headers) for _ in range(2)]

    assert answers[0].json == answers[1].json
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert everything(person) == []


@pytest.mark.durable
def test_undoing_survives_a_death_at_every_call(person: SignedIn, account: str) -> None:
    recorded(person, account, "-7.00")

    def fresh() -> str:
        recorded(person, account)
        return latest(person)

    first = fresh()
    for point, side in every_point(lambda: undone(person, first)):
        change = fresh()
        killed_at(point, side, lambda change=change: undo(person, change))  # type: ignore[misc]

        again = undone(person, change)

        # it was undone before the death, or it is now
        assert len(again["undone"]) + len(again["left"]) == 1
        assert balance(person, account) == "-7.00"
    assert len(everything(person)) == 1


@pytest.mark.durable
def test_undoing_beside_an_edit_or_itself(person: SignedIn) -> None:
    for beside in ("edit", "undo"):
        for order in orders(5, 5, most=8):
            account = opened(person)["id"]
            one = recorded(person, account, "-5.00")
            change = latest(person)
            patch = {"amount": {"amount": "-6.00", "currency": "EUR"}}
            url = f"{TRANSACTIONS}/{one['id']}"

            def second() -> Reply:
                if beside == "undo":  # noqa: B023
                    return undo(person, change)  # noqa: B023
                return person.client.patch(url, patch, headers=matching(one))  # noqa: B023

            results: Any = interleaved(
                order,
                a=lambda: undo(person, change),  # noqa: B023
                b=second,
            )

            kept = results["a"].json["undone"] == [] and beside == "edit"
            assert balance(person, account) == ("-6.00" if kept else "0.00")
            assert (person.client.get(url).status == 200) == kept


EDITS: Final = st.fixed_dictionaries(
    {},
    optional={
        "payee": st.sampled_from(["Kiosk", "Corner Bakery", ""]),
        "notes": st.sampled_from(["", "cake"]),
        "amount": st.sampled_from(["-1.00", "250.00", "0.00"]).map(
            lambda amount: {"amount": amount, "currency": "EUR"}
        ),
        "booked_on": st.sampled_from(["2026-01-01", "2026-11-02"]),
        "category_id": st.sampled_from([GROCERIES, None]),
        "tags": st.lists(st.sampled_from(["Party", "Home"]), unique=True),
        "status": st.sampled_from(["planned", "pending", "posted"]),
    },
)


@pytest.mark.durable
@settings(
    max_examples=60 if os.environ.get("XPENSE_FULL") else 10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=st.lists(EDITS, max_size=3), delete=st.booleans())
def test_undoing_in_reverse_leaves_everything_as_it_was_and_undoing_that_does_it_again(
    person: SignedIn, account: str, edits: list[dict[str, Any]], delete: bool
) -> None:
    one = recorded(person, account, "-5.00", category_id=GROCERIES)
    states = [state(person, account)]
    done: list[str] = []
    for patch in edits:
        after = changed(person, one, **patch)
        if after["version"] != one["version"]:
            done.append(latest(person))
            states.append(state(person, account))
        one = after
    if delete:
        removed(person, one)
        done.append(latest(person))
        states.append(state(person, account))

    back: list[str] = []
    for change, before in zip(reversed(done), reversed(states[:-1]), strict=True):
        answer = undone(person, change)
        assert answer["left"] == []
        assert state(person, account) == before
        back.append(answer["change_id"])
    for change, after in zip(reversed(back), states[1:], strict=True):
        assert undone(person, change)["left"] == []
        assert state(person, account) == after


@pytest.mark.durable
class TestOfWhatIsLinked:
    """Refunds and purchases, legs and parts: both sides of a link come back, or neither."""

    @pytest.fixture
    def purchase(self, person: SignedIn, account: str) -> Any:
        return recorded(person, account, "-50.00", category_id=GROCERIES)

    def refunded(self, person: SignedIn, account: str, purchase: Any) -> str:
        new = {
            "account_id": account,
            "amount": {"amount": "20.00", "currency": "EUR"},
            "booked_on": "2026-11-09",
        }
        url = f"{TRANSACTIONS}/{purchase['id']}/refunds"
        reply = person.client.post(url, {"new": new}, headers=matching(purchase))
        assert reply.status == 200, reply.text
        return latest(person)

    def one(self, person: SignedIn, identity: str) -> Any:
        return person.client.get(f"{TRANSACTIONS}/{identity}").json

    def test_a_refund_goes_with_its_link_and_comes_back_with_it(
        self, person: SignedIn, account: str, purchase: Any
    ) -> None:
        before = state(person, account)
        change = self.refunded(person, account, purchase)
        linked = state(person, account)

        answer = undone(person, change)
        assert state(person, account) == before
        undone(person, answer["change_id"])
        assert state(person, account) == linked

    def test_a_deleted_refund_comes_back_to_its_purchase(
        self, person: SignedIn, account: str, purchase: Any
    ) -> None:
        self.refunded(person, account, purchase)
        before = state(person, account)
        (link,) = self.one(person, purchase["id"])["refunded_by"]
        removed(person, self.one(person, link["refund_id"]))
        assert state(person, account) != before

        undone(person, latest(person))

        assert state(person, account) == before

    def test_where_one_side_was_touched_since_both_are_left(
        self, person: SignedIn, account: str, purchase: Any
    ) -> None:
        change = self.refunded(person, account, purchase)
        changed(person, self.one(person, purchase["id"]), notes="mine")
        before = state(person, account)

        answer = undone(person, change)

        assert answer["undone"] == []
        assert sorted(one["reason"] for one in answer["left"]) == ["changed-since", "linked"]
        assert state(person, account) == before

    def test_transfers_and_splits_are_undone_with_all_their_legs_and_parts(
        self, person: SignedIn, account: str, purchase: Any
    ) -> None:
        other = opened(person)["id"]
        states = [state(person, account, other)]
        body = {
            "from_account_id": account,
            "to_account_id": other,
            "sent": {"amount": "25.00", "currency": "EUR"},
            "fee": {"amount": "1.00", "currency": "EUR"},
            "booked_on": "2026-11-02",
        }
        done = []
        assert person.client.post("/v1/expenses/transfers", body).status == 201
        done.append(latest(person))
        states.append(state(person, account, other))
        euros = [{"amount": amount, "currency": "EUR"} for amount in ("-20.00", "-30.00")]
        parts = [
            {"amount": euros[0], "account_id": other, "notes": "theirs"},
            {"amount": euros[1], "category_id": GROCERIES},
        ]
        url = f"{TRANSACTIONS}/{purchase['id']}/splits"
        reply = person.client.put(url, {"parts": parts}, headers=matching(purchase))
        assert reply.status == 200, reply.text
        done.append(latest(person))

        assert balance(person, other) == "5.00"
        for change, before in zip(reversed(done), reversed(states), strict=True):
            assert undone(person, change)["left"] == []
            assert state(person, account, other) == before

    def test_sums_follow(self, cloud: Cloud, person: SignedIn, account: str, purchase: Any) -> None:
        def spent() -> str:
            query = {"month": "2026-11"}
            (euros,) = person.client.get("/v1/analytics/spending", query=query).json["currencies"]
            amount: str = euros["expense"]["amount"]
            return amount

        change = self.refunded(person, account, purchase)
        cloud.drain()
        assert spent() == "30.00"

        undone(person, change)
        cloud.drain()

        assert spent() == "50.00"


def test_what_undoing_does_not_know_is_refused_with_its_kind(person: SignedIn) -> None:
    ctx = system_context(person.owner, TABLE, vaults=security.vault)
    ctx.commit.open()
    ctx.commit.record(Change(kind="surprise", id=new_id(), version=1))
    ctx.commit.write()

    refused = undo(person, latest(person))

    assert (refused.status, refused.problem) == (409, "not-undoable")
    assert refused.json["detail"] == "it changes a surprise"
