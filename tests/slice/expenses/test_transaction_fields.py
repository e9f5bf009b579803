"""Status, tags, original amounts, and who set what: over HTTP and in what is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from chalicelib.expenses.model.transactions import is_locked
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.tags import TAG, tag_id
from chalicelib.expenses.service import ledger
from chalicelib.kernel.tables import Raw, Table
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
    stored,
    unit_of,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.client import Reply
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
USD: Final = {"amount": "-12.34", "currency": "USD"}


def patched(person: SignedIn, one: Any, **patch: Any) -> Reply:
    return person.client.patch(f"{TRANSACTIONS}/{one['id']}", patch, headers=matching(one))


def item_of(person: SignedIn, prefix: str, identity: str) -> Raw:
    found = Table(table.TABLE).get(table.key(person.owner, prefix, identity))
    assert found is not None
    return found


def uses(person: SignedIn, tag: str) -> int:
    identity = tag_id(person.vault, tag)
    return table.number(item_of(person, TAG, identity), "uses")


# --- status


def test_a_planned_one_moves_and_tells_nothing_until_it_is_posted(
    person: SignedIn, account: str, ears: Ears
) -> None:
    one = recorded(person, account, "-10.00", status="planned")

    assert (one["status"], balance(person, account)) == ("planned", "0.00")
    assert ears.about(one["id"]) == []
    assert person.client.delete(f"/v1/expenses/accounts/{account}").status != 204

    posted = patched(person, one, status="posted").json
    assert balance(person, account) == "-10.00"
    ((name, told),) = ears.about(one["id"])
    assert (name, told["before"]) == ("transaction_changed", [])
    assert [posting["amount_minor"] for posting in told["after"]] == [-1000]

    person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(posted))
    assert balance(person, account) == "0.00"


def test_a_planned_one_that_is_deleted_was_never_told(
    person: SignedIn, account: str, ears: Ears
) -> None:
    one = recorded(person, account, status="planned")

    gone = person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))

    assert (gone.status, ears.about(one["id"]), balance(person, account)) == (204, [], "0.00")


def reconciled(person: SignedIn, one: Any) -> Any:
    """What a reconciliation makes of a transaction."""
    before = stored(person, one["id"])
    after = replace(before, status="reconciled", version=before.version + 1)
    with unit_of(person) as ctx:
        ledger.correct(ctx, before, after)
    return person.client.get(f"{TRANSACTIONS}/{one['id']}").json


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        ({"amount": {"amount": "-1.00", "currency": "EUR"}}, 409),
        ({"booked_on": "2026-11-03"}, 409),
        ({"account_id": "other"}, 409),
        ({"payee": "Else", "tags": ["a"]}, 200),
        ({"category_id": None}, 200),
        ({"status": "posted", "amount": {"amount": "-1.00", "currency": "EUR"}}, 200),
    ],
)
def test_a_reconciled_one_is_locked_until_it_has_another_status(
    person: SignedIn, account: str, patch: dict[str, Any], status: int
) -> None:
    one = reconciled(person, recorded(person, account))
    assert one["status"] == "reconciled"
    if "account_id" in patch:
        patch = {"account_id": opened(person)["id"]}

    reply = patched(person, one, **patch)

    assert reply.status == status
    if status == 409:
        assert reply.problem == "transaction-reconciled"
        gone = person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))
        assert (gone.status, gone.problem) == (409, "transaction-reconciled")


# --- tags


def test_tags_are_kept_as_written_and_counted_by_what_they_are(
    person: SignedIn, account: str
) -> None:
    one = recorded(person, account, tags=["Holiday", "sea  side", "HOLIDAY"])
    recorded(person, account, tags=["holiday"])

    assert one["tags"] == ["Holiday", "sea side"]
    assert (uses(person, "hoLiday"), uses(person, "Sea Side")) == (2, 1)

    changed = patched(person, one, tags=["new", "holiday"]).json
    assert (changed["tags"], changed["set_by"]) == (["new", "holiday"], {"tags": "user"})
    assert (uses(person, "holiday"), uses(person, "sea side"), uses(person, "new")) == (2, 0, 1)

    person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(changed))
    assert (uses(person, "holiday"), uses(person, "new")) == (1, 0)


def test_a_tag_is_sealed_and_costs_one_item(person: SignedIn, account: str) -> None:
    with budget() as spent:
        one = recorded(person, account, tags=["secret"], category_id=None)

    assert spent.writes == 7, "as one without, and the tag"
    items = [item_of(person, table.TRANSACTION, one["id"])]
    items.append(item_of(person, TAG, tag_id(person.vault, "secret")))
    assert "secret" not in repr(items)


# --- who set it


def test_what_the_user_set_is_locked_and_the_rest_is_not(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    imported(cloud, ears, person, laid(person, [row(1, payee="Kiosk", memo="x")], account))
    (one,) = person.client.get(TRANSACTIONS).json["items"]
    changed = patched(person, one, payee="Corner shop").json

    assert (one["set_by"], changed["set_by"]) == ({}, {"payee": "user"})
    read = stored(person, one["id"])
    assert [is_locked(read, name) for name in ("payee", "notes", "tags", "category")] == [
        True,
        False,
        False,
        False,
    ]


def test_what_was_entered_by_hand_is_locked_but_for_what_was_left_empty(
    person: SignedIn, account: str
) -> None:
    one = recorded(person, account, payee="Me", notes="")

    read = stored(person, one["id"])

    assert is_locked(read, "payee")
    assert not is_locked(read, "notes")
    assert not is_locked(replace(read, source="recurring"), "payee")


# --- original amounts


def test_an_original_amount_is_converted_and_the_rate_is_kept(
    person: SignedIn, account: str
) -> None:
    body = {
        "account_id": account,
        "original_amount": USD,
        "booked_on": "2020-03-21",
    }

    one = person.client.post(TRANSACTIONS, body).json

    assert one["amount"] == {"amount": "-11.53", "currency": "EUR"}
    assert one["original_amount"] == USD
    assert one["rate"] == {"rate": "0.9339684318670029", "day": "2020-03-20", "source": "ecb"}
    assert balance(person, account) == "-11.53"
    assert person.client.get(f"{TRANSACTIONS}/{one['id']}").json == one
    own = patched(person, one, amount={"amount": "-11.60", "currency": "EUR"}).json
    assert (own["rate"], own["original_amount"]) == (None, USD)


def test_what_the_bank_booked_stands_beside_what_was_paid(person: SignedIn, account: str) -> None:
    one = recorded(person, account, "-11.70", original_amount=USD)

    assert (one["amount"]["amount"], one["original_amount"], one["rate"]) == ("-11.70", USD, None)


def test_an_original_amount_in_the_accounts_currency_is_the_amount(
    person: SignedIn, account: str
) -> None:
    body: dict[str, Any] = {"account_id": account, "booked_on": "2026-11-02"}
    body |= {"original_amount": {"amount": "-3.00", "currency": "EUR"}}

    one = person.client.post(TRANSACTIONS, body).json

    assert (one["amount"]["amount"], one["original_amount"]) == ("-3.00", None)


def test_without_a_rate_nothing_is_booked(person: SignedIn, account: str) -> None:
    body = {
        "account_id": account,
        "original_amount": {"amount": "-5.00", "currency": "KPW"},
        "booked_on": "2020-03-21",
    }

    reply = person.client.post(TRANSACTIONS, body)

    assert (reply.status, reply.problem) == (422, "missing-rate")
    assert [error["pointer"] for error in reply.json["errors"]] == ["/original_amount"]
    assert balance(person, account) == "0.00"


def test_an_original_amount_is_added_changed_and_taken_away(person: SignedIn, account: str) -> None:
    one = recorded(person, account, "-10.00", booked_on="2020-03-20")

    added = patched(person, one, original_amount=USD).json
    assert (added["amount"]["amount"], added["original_amount"]) == ("-11.53", USD)
    assert added["rate"]["day"] == "2020-03-20"
    euro = {"amount": "-11.90", "currency": "EUR"}
    both = patched(person, added, original_amount=USD, amount=euro).json
    assert (both["amount"], both["rate"]) == (euro, None)
    without = patched(person, both, original_amount=None).json
    assert (without["amount"], without["original_amount"]) == (euro, None)
    assert balance(person, account) == "-11.90"
    bad = patched(person, without, original_amount=euro, amount=euro)
    assert (bad.status, bad.problem) == (422, "bad-original")


def test_many_at_once_carry_tags_parts_and_status(person: SignedIn, account: str) -> None:
    halves = [{"percent": "50", "notes": "one"}, {"remainder": True}]
    value = {
        "account_id": account,
        "amount": {"amount": "-10.01", "currency": "EUR"},
        "booked_on": "2026-11-02",
    }
    operations = [
        {"op": "create", "value": value | {"parts": halves, "tags": ["a"]}},
        {"op": "create", "value": value | {"status": "planned"}},
    ]

    made = person.client.post(f"{TRANSACTIONS}/bulk", {"operations": operations, "atomic": True})

    split, planned = (result["value"] for result in made.json["results"])
    assert [part["amount"]["amount"] for part in split["parts"]] == ["-5.01", "-5.00"]
    assert (split["tags"], planned["status"]) == (["a"], "planned")
    change = {"status": "posted", "tags": ["b"]}
    update = {"op": "update", "id": planned["id"], "version": 1, "value": change}
    done = person.client.post(f"{TRANSACTIONS}/bulk", {"operations": [update]})
    assert done.json["results"][0]["value"]["tags"] == ["b"]
    assert balance(person, account) == "-20.02"
