"""Matches: proposed after an import, accepted or rejected, and never proposed again once rejected."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.expenses.commands import FindMatches
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.service.transfers import unpair_transfer
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    TRANSACTIONS,
    Ears,
    balance,
    envelope,
    everything,
    handed,
    matching,
    opened,
    row,
    unit_of,
)
from tests.factories.households import joined, made, within
from tests.factories.matches import MATCHES, Desk, later
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice


@pytest.fixture
def desk(cloud: Cloud, ears: Ears, person: SignedIn) -> Desk:
    return Desk(cloud, ears, person)


class TestCopies:
    def test_what_is_likely_but_not_certain_is_proposed(self, desk: Desk) -> None:
        one = desk.near()

        assert (one["kind"], one["state"], one["reason"]) == ("duplicate", "open", "near-day")
        assert 94 <= one["confidence"] <= 98
        assert (one["first"]["booked_on"], one["second"]["booked_on"]) == (
            "2026-11-06",
            "2026-11-02",
        )

    def test_what_hardly_is_one_is_not_proposed(self, desk: Desk) -> None:
        assert desk.doubtful() == []

    def test_accepting_makes_one_of_two_with_what_the_user_said(self, desk: Desk) -> None:
        one = desk.near()
        newcomer = one["first"]
        url = f"{TRANSACTIONS}/{newcomer['id']}"
        patch = {"notes": "a lamp", "payee": "Lamp"}
        desk.person.client.patch(url, patch, headers=matching(newcomer))

        reply = desk.say("accept", desk.only())

        assert reply.status == 200, reply.text
        assert (reply.json["state"], reply.json["first"]) == ("accepted", None)
        (kept,) = everything(desk.person)
        assert (kept["id"], kept["notes"]) == (one["second_id"], "a lamp")
        assert balance(desk.person, desk.everyday) == "-42.00"
        assert desk.matches() == []

    def test_its_id_never_returns(self, desk: Desk) -> None:
        desk.say("accept", desk.near())

        desk.bring(desk.everyday, row(1, -4200, payee="HOMEWARE DEPOT", booked_on=later(4)))

        assert len(everything(desk.person)) == 1

    def test_accepting_again_changes_nothing(self, desk: Desk) -> None:
        one = desk.near()
        desk.say("accept", one)

        again = desk.say("accept", one)

        assert (again.status, again.json["state"]) == (200, "accepted")
        assert len(everything(desk.person)) == 1
        assert desk.say("reject", one).problem == "match-decided"


class TestRejecting:
    def test_a_rejected_pair_is_never_proposed_again(self, desk: Desk) -> None:
        one = desk.near()

        reply = desk.say("reject", one)

        assert (reply.status, reply.json["state"]) == (200, "rejected")
        assert desk.matches() == []
        desk.bring(desk.everyday, row(1, -4200, payee="HOMEWARE DEPOT", booked_on=later(4)))
        look = FindMatches(
            import_id=one["first"]["import_id"], first="2026-11-01", last="2026-11-09"
        )
        assert handed(desk.cloud, envelope(desk.person, look)) == []
        assert desk.matches() == []
        assert len(everything(desk.person)) == 2

    def test_again_is_no_error_and_accepting_is_one(self, desk: Desk) -> None:
        one = desk.near()
        desk.say("reject", one)

        assert desk.say("reject", one).status == 200
        assert desk.say("accept", one).problem == "match-decided"


class TestTransfers:
    def test_two_legs_become_one_transfer(self, desk: Desk) -> None:
        one = desk.moved()
        assert (one["kind"], one["reason"]) == ("transfer", "same-amount")

        reply = desk.say("accept", one)

        assert reply.status == 200, reply.text
        (kept,) = everything(desk.person)
        assert (kept["id"], kept["kind"]) == (one["first_id"], "transfer")
        assert kept["transfer"]["to_account_id"] == desk.savings
        assert balance(desk.person, desk.everyday) == "-200.00"
        assert balance(desk.person, desk.savings) == "200.00"

    def test_legs_that_the_bank_gave_ids_become_one_transfer_and_two_again(
        self, desk: Desk
    ) -> None:
        desk.bring(desk.everyday, row(1, -20_000, payee="Transfer to Rainy day", provider_id="E1"))
        desk.bring(desk.savings, row(1, 20_000, payee="From Everyday", provider_id="S1"))

        reply = desk.say("accept", desk.only())

        assert reply.status == 200, reply.text
        (kept,) = everything(desk.person)
        with unit_of(desk.person) as ctx:
            unpair_transfer(ctx, look_up(ctx, transaction=[kept["id"]]).transaction(kept["id"]))
        assert len(everything(desk.person)) == 2
        desk.bring(desk.savings, row(1, 20_000, payee="From Everyday", provider_id="S1"))
        assert len(everything(desk.person)) == 2
        assert balance(desk.person, desk.savings) == "200.00"

    def test_other_currencies_are_compared_at_the_days_rate(self, desk: Desk) -> None:
        dollars = opened(desk.person, name="Travel", currency="USD")["id"]
        desk.bring(
            desk.everyday, row(1, -20_000, payee="Transfer to Travel", booked_on=date(2024, 3, 4))
        )
        desk.bring(
            dollars,
            row(1, 21_500, payee="From Everyday", currency="USD", booked_on=date(2024, 3, 5)),
        )

        one = desk.only()

        assert (one["kind"], one["reason"]) == ("transfer", "day-rate")
        assert desk.say("accept", one).status == 200

    def test_what_was_entered_as_a_transfer_is_met_by_both_statements(self, desk: Desk) -> None:
        body = {
            "from_account_id": desk.everyday,
            "to_account_id": desk.savings,
            "sent": {"amount": "123.45", "currency": "EUR"},
            "booked_on": "2026-11-02",
            "payee": "Transfer",
        }
        assert desk.person.client.post("/v1/expenses/transfers", body).status == 201

        desk.bring(desk.everyday, row(1, -12_345, payee="Transfer to Rainy day", provider_id="E1"))
        desk.bring(desk.savings, row(1, 12_345, payee="Transfer from Everyday", provider_id="S1"))

        assert len(everything(desk.person)) == 1
        assert balance(desk.person, desk.savings) == "123.45"

    def test_a_copy_of_a_transfers_receiving_leg_is_proposed_once(self, desk: Desk) -> None:
        body = {
            "from_account_id": desk.everyday,
            "to_account_id": desk.savings,
            "sent": {"amount": "42.00", "currency": "EUR"},
            "booked_on": "2026-11-02",
            "payee": "Homeware Depot",
        }
        assert desk.person.client.post("/v1/expenses/transfers", body).status == 201
        desk.bring(desk.savings, row(1, 4200, payee="HOMEWARE DEPOT", booked_on=later(3)))
        (fresh,) = [one for one in everything(desk.person) if one["kind"] == "income"]
        one = desk.only()
        look = FindMatches(import_id=fresh["import_id"], first="2026-11-01", last="2026-11-12")

        assert handed(desk.cloud, envelope(desk.person, look)) == []

        assert desk.only() == one

    def test_a_shop_and_a_friend_are_no_transfer(self, desk: Desk) -> None:
        desk.bring(desk.everyday, row(1, -4817, payee="Lotus Garden"))
        desk.bring(desk.savings, row(1, 4817, payee="Tom Okafor"))

        assert desk.matches() == []


class TestRefunds:
    def test_money_that_comes_back_is_linked_to_its_purchase(self, desk: Desk) -> None:
        desk.bring(desk.everyday, row(1, -8_999, payee="Gadget Galaxy"))
        desk.bring(
            desk.everyday, row(1, 8_999, payee="Gadget Galaxy", memo="Refund", booked_on=later(9))
        )
        one = desk.only()
        assert (one["kind"], one["reason"], one["amount"]["amount"]) == ("refund", "whole", "89.99")

        reply = desk.say("accept", one)

        assert reply.status == 200, reply.text
        refund, purchase = reply.json["first"], reply.json["second"]
        assert refund["refunds"][0]["transaction_id"] == purchase["id"]
        assert purchase["refunded_by"][0]["refund_id"] == refund["id"]
        assert refund == desk.person.client.get(f"{TRANSACTIONS}/{refund['id']}").json


class TestRoutes:
    def test_a_list_is_of_one_kind_and_goes_on(self, desk: Desk) -> None:
        desk.moved()
        desk.bring(desk.everyday, row(1, -8_999, payee="Gadget Galaxy"))
        desk.bring(
            desk.everyday, row(1, 8_999, payee="Gadget Galaxy", memo="Refund", booked_on=later(9))
        )

        assert {one["kind"] for one in desk.matches()} == {"transfer", "refund"}
        assert [one["kind"] for one in desk.matches(kind="refund")] == ["refund"]
        first = desk.person.client.get(MATCHES, query={"limit": "1"}).json
        rest = desk.matches(limit="1", cursor=first["next_cursor"])
        assert {one["id"] for one in (*first["items"], *rest)} == {
            one["id"] for one in desk.matches()
        }
        assert desk.person.client.get(MATCHES, query={"kind": "x"}).status == 422

    def test_a_version_is_needed_to_accept(self, desk: Desk) -> None:
        one = desk.near()
        url = f"{MATCHES}/{one['id']}/accept"

        assert desk.person.client.post(url, {}).status == 428
        assert desk.person.client.post(url, {}, headers={"If-Match": '"7"'}).status == 412

    def test_somebody_elses_match_is_none(self, desk: Desk, stranger: SignedIn) -> None:
        one = desk.near()

        assert stranger.client.get(MATCHES).json["items"] == []
        for verb in ("accept", "reject"):
            url = f"{MATCHES}/{one['id']}/{verb}"
            assert stranger.client.post(url, {}, headers=matching(one)).problem == "match-not-found"

    def test_a_match_of_a_deleted_transaction_is_not_shown_and_not_accepted(
        self, desk: Desk
    ) -> None:
        one = desk.near()
        first = one["first"]
        desk.person.client.delete(f"{TRANSACTIONS}/{first['id']}", headers=matching(first))

        assert desk.matches() == []
        assert desk.say("accept", one).problem == "match-outdated"


def test_an_order_that_comes_twice_or_late_proposes_once(
    cloud: Cloud, person: SignedIn, desk: Desk
) -> None:
    one = desk.near()
    look = FindMatches(import_id=one["first"]["import_id"], first="2026-11-01", last="2026-11-09")

    for identity in (new_id(), new_id()):
        assert handed(cloud, envelope(person, look, identity=identity)) == []

    assert [other["id"] for other in desk.matches()] == [one["id"]]
    elsewhere = FindMatches(import_id=new_id(), first="2026-11-01", last="2026-11-09")
    assert handed(cloud, envelope(person, elsewhere)) == []


def test_what_looking_and_accepting_cost(cloud: Cloud, person: SignedIn, desk: Desk) -> None:
    one = desk.near()
    look = FindMatches(import_id=one["first"]["import_id"], first="2026-11-01", last="2026-11-09")
    with budget() as spent:
        handed(cloud, envelope(person, look))
    # META and mark; what lies around; open matches; accounts' names
    assert spent.calls == {"BatchGetItem": 1, "Query": 3, "PutItem": 1}

    with budget() as spent:
        assert desk.say("accept", one).status == 200
    # session; META and key; the match; both rows; whether the one that goes has attachments (twice: here, in the ledger)
    assert spent.calls["TransactWriteItems"] == 1
    assert spent.calls["BatchGetItem"] <= 4
    assert spent.calls["Query"] <= 2
    # both rows, match twice, account, its month, META, CHG, facts
    assert spent.writes <= 10


def test_an_accepted_match_is_undone_like_any_change(desk: Desk) -> None:
    one = desk.near()
    assert desk.say("accept", one).status == 200
    change = desk.person.client.get("/v1/expenses/changes").json["items"][0]

    undone = desk.person.client.post(f"/v1/expenses/changes/{change['id']}/undo", {})

    assert undone.status == 200, undone.text
    assert {tx["id"] for tx in everything(desk.person)} == {one["first_id"], one["second_id"]}
    assert balance(desk.person, desk.everyday) == "-84.00"
    assert desk.matches() == []


@pytest.mark.durable
def test_a_member_decides_on_what_they_may_write(
    cloud: Cloud, ears: Ears, person: SignedIn
) -> None:
    guest = signed_in(Client(cloud.app))
    home = made(person)
    desk = Desk(cloud, ears, within(person, home))
    rights = {desk.everyday: "editor", desk.savings: "viewer"}
    joined(person, home, guest, role="editor", accounts=rights)
    bob = within(guest, home)

    hidden = opened(desk.person, name="Gift")["id"]
    own = desk.near()
    desk.bring(desk.everyday, row(1, -20_000, payee="Transfer to Rainy day"))
    desk.bring(desk.savings, row(1, 20_000, payee="From Everyday", booked_on=later(1)))
    desk.bring(desk.everyday, row(1, -31_000, payee="Transfer to Gift"))
    desk.bring(hidden, row(1, 31_000, payee="From Everyday", booked_on=later(1)))
    by_account = {one["second"]["account_id"]: one for one in desk.matches()}
    moved, secret = by_account[desk.savings], by_account[hidden]

    seen = {one["id"] for one in bob.client.get(MATCHES).json["items"]}
    assert seen == {own["id"], moved["id"]}

    def say(one: Any) -> Any:
        return bob.client.post(f"{MATCHES}/{one['id']}/accept", {}, headers=matching(one))

    assert say(secret).problem == "match-not-found"
    assert say(moved).problem == "account-read-only"
    assert say(own).status == 200
