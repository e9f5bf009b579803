"""The front door for services above: changes, and a walk through everything."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chalicelib.expenses import api
from chalicelib.kernel.money import Money
from tests.factories.expenses import (
    TRANSACTIONS,
    Ears,
    balance,
    imported,
    laid,
    matching,
    opened,
    recorded,
    row,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice


def test_changes_come_without_gaps_and_say_what_was_touched(
    cloud: Cloud, ears: Ears, person: SignedIn
) -> None:
    account = opened(person)["id"]
    one = recorded(person, account)
    patch = {"amount": {"amount": "-20.00", "currency": "EUR"}}
    person.client.patch(f"{TRANSACTIONS}/{one['id']}", patch, headers=matching(one))
    imported(cloud, ears, person, laid(person, [row(1), row(2)], account))
    person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers={"If-Match": '"2"'})

    log = api.changes(person.owner, 0)

    assert [entry.sequence for entry in log] == [1, 2, 3, 4, 5]
    assert [len(entry.touched) for entry in log] == [1, 1, 1, 2, 1]
    assert [entry.touched[0].kind for entry in log] == ["account", *["transaction"] * 4]
    assert log[2].touched[0].fields["amount_minor"] == -2000
    assert log[2].touched[0].fields["was"] == {"account_id": account, "amount_minor": -1234}
    assert (log[4].touched[0].deleted, log[4].touched[0].version) == (True, 3)
    assert [entry.sequence for entry in api.changes(person.owner, 3)] == [4, 5]
    assert [entry.sequence for entry in api.changes(person.owner, 0, 2)] == [1, 2]
    assert api.changes(person.owner, 5) == ()


def test_balances_follow_from_the_changes_alone(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    other = opened(person)["id"]
    one = recorded(person, account)
    recorded(person, account, "50.00")
    person.client.patch(f"{TRANSACTIONS}/{one['id']}", {"account_id": other}, headers=matching(one))

    sums: dict[str, int] = {}
    for entry in api.changes(person.owner, 0):
        for touched in entry.touched:
            fields = touched.fields
            was = fields.get("was")
            if isinstance(was, dict):
                sums[was["account_id"]] -= was["amount_minor"]
            if touched.kind == "transaction" and not touched.deleted:
                name = str(fields["account_id"])
                sums[name] = sums.get(name, 0) + int(str(fields["amount_minor"]))

    assert sums == {account: 5000, other: -1234}


def test_all_transactions_are_walked_oldest_day_first(
    person: SignedIn, stranger: SignedIn, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_PAGE", 2)
    for day in ("2026-01-03", "2026-01-01", "2026-01-05", "2026-01-02", "2026-01-04"):
        recorded(person, account, booked_on=day, payee=f"Shop {day}")
    recorded(stranger, opened(stranger)["id"])

    found = list(api.iter_transactions(person.owner, person.vault))
    some = api.iter_transactions(
        person.owner, person.vault, first=date(2026, 1, 2), last=date(2026, 1, 3)
    )

    assert [one.booked_on.day for one in found] == [1, 2, 3, 4, 5]
    assert found[0].payee == "Shop 2026-01-01"
    assert [one.booked_on.day for one in some] == [2, 3]


def test_a_service_above_sees_what_a_transaction_is_made_of(person: SignedIn, account: str) -> None:
    parts = [{"percent": "50"}, {"remainder": True}]
    recorded(person, account, "-10.00", tags=["trip"], parts=parts)
    recorded(person, account, "-7.00", status="planned", booked_on="2026-11-03")

    split, planned = api.iter_transactions(person.owner, person.vault)

    assert (split.kind, split.status, split.tags) == ("expense", "posted", ("trip",))
    assert [posting.amount_minor for posting in split.postings] == [-500, -500]
    assert (planned.status, planned.postings) == ("planned", ())


def moved(fields: Any) -> dict[str, int]:
    """By how much accounts stand higher for a transaction, as the change log says it."""
    plain = {fields["account_id"]: fields["amount_minor"]} if "account_id" in fields else {}
    given: dict[str, int] = fields.get("moved", plain)
    return given


def test_balances_follow_from_the_change_log_alone(person: SignedIn, account: str) -> None:
    other = opened(person)["id"]
    put, patch, post = person.client.put, person.client.patch, person.client.post
    one = recorded(person, account, "-10.00")
    parts = {"parts": [{"percent": "30", "account_id": other}, {"remainder": True}]}
    one = put(f"{TRANSACTIONS}/{one['id']}/splits", parts, headers=matching(one)).json
    one = patch(f"{TRANSACTIONS}/{one['id']}", {"status": "planned"}, headers=matching(one)).json
    patch(f"{TRANSACTIONS}/{one['id']}", {"status": "pending"}, headers=matching(one))
    body = {
        "from_account_id": account,
        "to_account_id": other,
        "sent": {"amount": "5.00", "currency": "EUR"},
        "fee": {"amount": "0.25", "currency": "EUR"},
        "booked_on": "2026-11-02",
    }
    kept, gone = (post("/v1/expenses/transfers", body).json for _ in range(2))
    person.client.delete(f"{TRANSACTIONS}/{gone['id']}", headers=matching(gone))
    change = {"account_id": other, "transfer": {"to_account_id": account}}
    patch(f"{TRANSACTIONS}/{kept['id']}", change, headers=matching(kept))
    refund = {"account_id": account, "amount": {"amount": "1.00", "currency": "EUR"}}
    bought = recorded(person, other, "-3.00")
    body = {"new": refund | {"booked_on": "2026-11-02"}}
    post(f"{TRANSACTIONS}/{bought['id']}/refunds", body, headers=matching(bought))

    sums = {account: 0, other: 0}
    for entry in api.changes(person.owner, 0):
        for touched in entry.touched:
            if touched.kind != "transaction":
                continue
            now = {} if touched.deleted else moved(touched.fields)
            was = moved(touched.fields.get("was", now if touched.version > 1 else {}))
            for where, minor in was.items():
                sums[where] -= minor
            for where, minor in now.items():
                sums[where] += minor

    for where, minor in sums.items():
        assert balance(person, where) == Money(minor, "EUR").amount


def test_asking_costs_one_read(person: SignedIn, account: str) -> None:
    with budget() as spent:
        assert api.account(person.owner, account).currency == "EUR"
    assert spent.calls == {"GetItem": 1}
    with budget() as spent:
        assert len(api.category_names(person.owner, person.vault)) > 40
    assert spent.calls == {"Query": 1}
