"""One purchase over several categories and accounts, over HTTP."""

from __future__ import annotations

from typing import Any, Final

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    ACCOUNTS,
    CATEGORIES,
    TRANSACTIONS,
    Ears,
    balance,
    everything,
    matching,
    opened,
    recorded,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.client import Reply
from tests.support.taps import calls_of, every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
GROCERIES: Final = default_id("groceries")
RENT: Final = default_id("rent")


def euro(text: str) -> dict[str, str]:
    return {"amount": text, "currency": "EUR"}


def split(person: SignedIn, one: Any, *parts: dict[str, Any]) -> Reply:
    url = f"{TRANSACTIONS}/{one['id']}/splits"
    return person.client.put(url, {"parts": list(parts)}, headers=matching(one))


def amounts(one: Any) -> list[str]:
    return [part["amount"]["amount"] for part in one["parts"]]


HALVES: Final = ({"percent": "50", "category_id": GROCERIES}, {"remainder": True})


def test_a_purchase_is_split_and_counts_part_by_part(
    person: SignedIn, account: str, ears: Ears
) -> None:
    other = opened(person)["id"]
    one = recorded(person, account, "-100.01", category_id=RENT)

    reply = split(
        person,
        one,
        {"amount": euro("-20.00"), "category_id": GROCERIES, "notes": "bread"},
        {"percent": "30", "account_id": other},
        {"remainder": True},
        {"remainder": True},
    )

    assert reply.status == 200, reply.text
    assert amounts(reply.json) == ["-20.00", "-30.00", "-25.01", "-25.00"]
    assert (balance(person, account), balance(person, other)) == ("-70.01", "-30.00")
    assert (reply.json["category_id"], reply.json["set_by"]) == (RENT, {"parts": "user"})
    name, told = ears.about(one["id"])[-1]
    assert name == "transaction_changed"
    assert [(p["category_id"], p["amount_minor"]) for p in told["after"]] == [
        (GROCERIES, -2000),
        (None, -3000),
        (None, -2501),
        (None, -2500),
    ]
    assert [found["id"] for found in everything(person, account_id=other)] == [one["id"]]
    assert [found["id"] for found in everything(person, category_id=GROCERIES)] == [one["id"]]
    assert everything(person, category_id=RENT) == []


def test_parts_are_kept_by_id_made_and_removed(person: SignedIn, account: str) -> None:
    one = recorded(person, account, "-10.00", parts=[*HALVES])
    first, second = one["parts"]

    changed = split(
        person,
        one,
        {"id": second["id"], "amount": euro("-4.00"), "notes": "kept"},
        {"amount": euro("-6.00")},
    ).json

    assert [part["id"] == second["id"] for part in changed["parts"]] == [True, False]
    assert changed["parts"][0]["notes"] == "kept"
    assert first["id"] not in [part["id"] for part in changed["parts"]]
    whole = split(person, changed).json
    assert (whole["parts"], balance(person, account)) == ([], "-10.00")


def test_the_parts_follow_a_new_amount(person: SignedIn, account: str) -> None:
    one = recorded(person, account, "-10.00", parts=[*HALVES])

    patch = {"amount": euro("-12.01")}
    tipped = person.client.patch(f"{TRANSACTIONS}/{one['id']}", patch, headers=matching(one))

    assert amounts(tipped.json) == ["-6.01", "-6.00"]
    assert balance(person, account) == "-12.01"


def test_a_planned_split_moves_nothing(person: SignedIn, account: str) -> None:
    other = opened(person)["id"]
    parts = [{"percent": "50", "account_id": other}, {"remainder": True}]
    one = recorded(person, account, "-10.00", status="planned", parts=parts)

    assert (balance(person, account), balance(person, other)) == ("0.00", "0.00")
    gone = person.client.get(f"{ACCOUNTS}/{other}").json
    closing = person.client.delete(f"{ACCOUNTS}/{other}", headers=matching(gone))
    assert (closing.status, closing.problem) == (409, "account-in-use")
    person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))
    gone = person.client.get(f"{ACCOUNTS}/{other}").json
    assert person.client.delete(f"{ACCOUNTS}/{other}", headers=matching(gone)).status == 204


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ([{"remainder": True}], "/parts"),
        ([{"remainder": True}] * 51, "/parts"),
        ([{"amount": euro("-5.00")}, {"amount": euro("-5.01")}], "/parts"),
        ([{"amount": euro("-11.00")}, {"remainder": True}], "/parts"),
        ([{}, {"remainder": True}], "/parts/0"),
        ([{"percent": "1", "remainder": True}, {"remainder": True}], "/parts/0"),
        ([{"percent": "0"}, {"remainder": True}], "/parts/0/percent"),
        ([{"percent": "100.1"}, {"remainder": True}], "/parts/0/percent"),
        ([{"percent": "NaN"}, {"remainder": True}], "/parts/0/percent"),
        (
            [{"amount": {"amount": "-1", "currency": "USD"}}, {"remainder": True}],
            "/parts/0/amount/currency",
        ),
        ([{"remainder": True, "notes": "a" * 201}, {"remainder": True}], "/parts/0/notes"),
    ],
)
def test_bad_parts_are_named(
    person: SignedIn, account: str, parts: list[dict[str, Any]], pointer: str
) -> None:
    one = recorded(person, account, "-10.00")

    reply = split(person, one, *parts)

    assert reply.status == 422
    assert pointer in [error["pointer"] for error in reply.json["errors"]]
    assert balance(person, account) == "-10.00"


def test_what_belongs_to_somebody_else_is_not_there(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    one = recorded(person, account, "-10.00")
    theirs = opened(stranger)["id"]
    category = stranger.client.post(CATEGORIES, {"name": "x", "kind": "expense"}).json["id"]
    part = recorded(stranger, theirs, parts=[*HALVES])["parts"][0]["id"]

    for field, value, problem in (
        ("account_id", theirs, "account-not-found"),
        ("category_id", category, "category-not-found"),
        ("id", part, "part-not-found"),
        ("id", new_id(), "part-not-found"),
    ):
        reply = split(person, one, {"remainder": True, field: value}, {"remainder": True})
        assert (reply.status, reply.problem) == (404, problem)
    reply = split(stranger, one, *HALVES)
    assert (reply.status, reply.problem) == (404, "transaction-not-found")


def test_an_account_in_another_currency_or_closed_takes_no_part(
    person: SignedIn, account: str
) -> None:
    one = recorded(person, account, "-10.00")
    dollars = opened(person, currency="USD")["id"]
    closed = opened(person)
    person.client.patch(f"{ACCOUNTS}/{closed['id']}", {"archived": True}, headers=matching(closed))

    for where, status, problem in (
        (dollars, 422, "wrong-currency"),
        (closed["id"], 409, "account-archived"),
    ):
        reply = split(person, one, {"remainder": True, "account_id": where}, {"remainder": True})
        assert (reply.status, reply.problem) == (status, problem)


def test_without_if_match_nothing_is_split(person: SignedIn, account: str) -> None:
    one = recorded(person, account)
    url = f"{TRANSACTIONS}/{one['id']}/splits"

    assert person.client.put(url, {"parts": [*HALVES]}).status == 428
    stale = person.client.put(url, {"parts": [*HALVES]}, headers={"If-Match": '"7"'})
    assert stale.status == 412


def test_what_splitting_costs(person: SignedIn, account: str) -> None:
    other = opened(person)["id"]
    one = recorded(person, account, "-10.00")

    with budget() as spent:
        split(person, one, {"percent": "50", "account_id": other}, {"remainder": True})

    assert spent.calls == {"BatchGetItem": 3, "TransactWriteItems": 1}, "session, META, all else"
    assert spent.writes == 8, "transaction, two accounts with a month each, META, change log, fact"


def test_splitting_survives_a_death_at_every_call(person: SignedIn, account: str) -> None:
    other = opened(person)["id"]
    parts = ({"percent": "50", "account_id": other}, {"remainder": True})
    points = list(every_point(lambda: split(person, recorded(person, account, "-2.00"), *parts)))
    for point, side in points:
        one = recorded(person, account, "-2.00")
        killed_at(point, side, lambda one=one: split(person, one, *parts))  # type: ignore[misc]
        assert split(person, one, *parts).status in {200, 412}

    count = len(points) + 1
    assert balance(person, account) == balance(person, other) == f"-{count}.00"


@pytest.mark.durable
def test_a_split_and_an_amendment_side_by_side(person: SignedIn, account: str) -> None:
    def amended(one: Any) -> Reply:
        patch = {"amount": euro("-8.00")}
        return person.client.patch(f"{TRANSACTIONS}/{one['id']}", patch, headers=matching(one))

    def scene() -> tuple[Any, Any, str]:
        here = opened(person)["id"]
        one = recorded(person, here, "-10.00")
        return (lambda: split(person, one, *HALVES)), (lambda: amended(one)), here

    lengths = [len(calls_of(act)) for act in scene()[:2]]
    for order in orders(*lengths, most=5):
        one, two, here = scene()
        results: Any = interleaved(order, a=one, b=two)
        assert sorted(reply.status for reply in results.values()) == [200, 412]
        expected = "-10.00" if results["a"].status == 200 else "-8.00"
        assert balance(person, here) == expected
