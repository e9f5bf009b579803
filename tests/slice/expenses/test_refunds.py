"""Money that came back for a purchase: linked over HTTP, netted where the purchase counts, and exact after edits."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
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
from tests.support.cloud import Cloud
from tests.support.taps import every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
CLOTHES: Final = default_id("clothing")
RENT: Final = default_id("rent")


def money(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def get(person: SignedIn, one: Any) -> Any:
    return person.client.get(f"{TRANSACTIONS}/{one['id']}").json


def refund(person: SignedIn, purchase: Any, **body: Any) -> Reply:
    url = f"{TRANSACTIONS}/{purchase['id']}/refunds"
    return person.client.post(url, body, headers=matching(purchase))


def new(account: str, amount: str = "30.00", **more: Any) -> dict[str, Any]:
    return {"account_id": account, "amount": money(amount), "booked_on": "2026-11-20", **more}


def patched(person: SignedIn, one: Any, **patch: Any) -> Reply:
    return person.client.patch(f"{TRANSACTIONS}/{one['id']}", patch, headers=matching(one))


def removed(person: SignedIn, one: Any) -> Reply:
    return person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))


@pytest.fixture
def purchase(person: SignedIn, account: str, ears: Ears) -> Any:
    """A coat, bought in October."""
    return bought(person, account)


def bought(person: SignedIn, account: str, amount: str = "-100.00", **more: Any) -> Any:
    return recorded(person, account, amount, booked_on="2026-10-05", category_id=CLOTHES, **more)


def counted(ears: Ears, *ones: Any) -> dict[tuple[str, str | None], int]:
    """What the facts about transactions add up to, by month and category: income less expense."""
    sums: dict[tuple[str, str | None], int] = {}

    def add(postings: Any, sign: int) -> None:
        for p in postings:
            place = (p["booked_on"][:7], p["category_id"])
            minor = p["amount_minor"] - p["netted_minor"]
            sums[place] = sums.get(place, 0) + sign * minor

    for one in ones:
        for name, told in ears.about(one["id"]):
            if name == "transaction_changed":
                add(told["before"], -1)
                add(told["after"], 1)
            else:
                add(told["postings"], -1 if name == "transaction_removed" else 1)
    return {place: minor for place, minor in sums.items() if minor}


def test_a_new_refund_counts_in_the_purchases_month_and_category(
    person: SignedIn, account: str, purchase: Any, ears: Ears
) -> None:
    reply = refund(person, purchase, new=new(account))

    assert reply.status == 200, reply.text
    (back,) = reply.json["refunded_by"]
    came = person.client.get(f"{TRANSACTIONS}/{back['refund_id']}").json
    assert back == {"refund_id": came["id"], "part_id": None, "amount": money("30.00")}
    assert came["refunds"] == [
        {"transaction_id": purchase["id"], "part_id": None, "amount": money("30.00")}
    ]
    assert (came["kind"], came["payee"], came["category_id"]) == (
        "income",
        "Corner Bakery",
        CLOTHES,
    )
    assert balance(person, account) == "-70.00"
    assert counted(ears, purchase, came) == {("2026-10", CLOTHES): -7000}


def test_sums_show_less_expense_and_no_income(
    cloud: Cloud, person: SignedIn, account: str, purchase: Any
) -> None:
    refund(person, purchase, new=new(account))
    cloud.drain()

    months = [
        person.client.get("/v1/analytics/spending", query={"month": month}).json["currencies"]
        for month in ("2026-10", "2026-11")
    ]

    assert [one["expense"]["amount"] for one in months[0]] == ["70.00"]
    assert [one["income"]["amount"] for one in months[0]] == ["0.00"]
    assert months[1] == []


def test_a_refund_that_is_there_is_linked_in_part_to_several_purchases(
    person: SignedIn, account: str, purchase: Any, ears: Ears
) -> None:
    other = bought(person, account, "-40.00")
    came = recorded(person, account, "90.00", booked_on="2026-11-20", category_id=RENT)

    refund(person, purchase, refund_id=came["id"], amount=money("50.00"))
    refund(person, other, refund_id=came["id"], amount=money("30.00"))

    assert [link["amount"]["amount"] for link in get(person, came)["refunds"]] == ["50.00", "30.00"]
    assert counted(ears, purchase, other, came) == {
        ("2026-10", CLOTHES): -6000,
        ("2026-11", RENT): 1000,
    }
    more = refund(person, get(person, other), new=new(account, "10.01"))
    assert (more.status, more.problem) == (409, "refunded-more")
    again = refund(person, get(person, other), refund_id=came["id"])
    assert (again.status, again.problem) == (409, "already-linked")
    third = bought(person, account)
    much = refund(person, third, refund_id=came["id"], amount=money("10.01"))
    assert (much.status, much.problem) == (409, "refund-used-up")
    rest = refund(person, third, refund_id=came["id"])
    assert [back["amount"]["amount"] for back in rest.json["refunded_by"]] == ["10.00"]


def test_many_refunds_never_sum_above_the_purchase(
    person: SignedIn, account: str, purchase: Any, ears: Ears
) -> None:
    for amount in ("60.00", "39.99"):
        assert refund(person, get(person, purchase), new=new(account, amount)).status == 200

    reply = refund(person, get(person, purchase), new=new(account, "0.02"))

    assert (reply.status, reply.problem) == (409, "refunded-more")
    assert balance(person, account) == "-0.01"


def test_a_part_is_refunded_in_its_category_and_account(
    person: SignedIn, account: str, ears: Ears
) -> None:
    parts = [
        {"amount": money("-60.00"), "category_id": RENT},
        {"remainder": True, "account_id": opened(person)["id"]},
    ]
    one = bought(person, account, parts=parts)
    second = one["parts"][1]["id"]

    refund(person, one, new=new(account, "15.00"), part_id=second)
    whole = refund(person, get(person, one), new=new(account, "10.00"))

    assert [back["part_id"] for back in whole.json["refunded_by"]] == [second, None]
    # 15.00 of the second part; 10.00 shared by what is left of each, 60.00 and 25.00
    assert counted(ears, one) == {("2026-10", RENT): -5294, ("2026-10", None): -2206}
    much = refund(person, get(person, one), new=new(account, "30.00"), part_id=second)
    assert (much.status, much.problem) == (409, "refunded-more")


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({"category_id": RENT}, {("2026-10", RENT): -7000}),
        ({"booked_on": "2026-09-30"}, {("2026-09", CLOTHES): -7000}),
        ({"amount": money("-30.00")}, {}),
        ({"amount": money("-130.00")}, {("2026-10", CLOTHES): -10000}),
    ],
)
def test_sums_stay_exact_when_the_purchase_is_edited(
    person: SignedIn, purchase: Any, ears: Ears, patch: Any, expected: Any
) -> None:
    account = purchase["account_id"]
    one = refund(person, purchase, new=new(account)).json

    assert patched(person, one, **patch).status == 200
    (back,) = one["refunded_by"]
    assert counted(ears, purchase, {"id": back["refund_id"]}) == expected


@pytest.mark.parametrize(
    ("patch", "problem"),
    [
        ({"amount": money("-29.99")}, "refunded-more"),
        ({"amount": money("30.00")}, "refunded-more"),
        ({"status": "planned"}, "has-refunds"),
    ],
)
def test_an_edit_of_the_purchase_that_its_refunds_do_not_allow(
    person: SignedIn, purchase: Any, patch: Any, problem: str
) -> None:
    one = refund(person, purchase, new=new(purchase["account_id"])).json

    reply = patched(person, one, **patch)
    gone = removed(person, one)

    assert (reply.status, reply.problem) == (409, problem)
    assert (gone.status, gone.problem) == (409, "has-refunds")


def test_sums_stay_exact_when_the_refund_is_edited_unlinked_and_deleted(
    person: SignedIn, account: str, purchase: Any, ears: Ears
) -> None:
    came = recorded(person, account, "30.00", booked_on="2026-11-20", category_id=RENT)
    one = refund(person, purchase, refund_id=came["id"]).json

    less = patched(person, get(person, came), amount=money("29.99"))
    assert (less.status, less.problem) == (409, "refund-used-up")
    more = patched(person, get(person, came), amount=money("35.00")).json
    assert counted(ears, one, came) == {("2026-10", CLOTHES): -7000, ("2026-11", RENT): 500}

    url = f"{TRANSACTIONS}/{one['id']}/refunds/{came['id']}"
    assert person.client.delete(url, headers=matching(one)).status == 204
    assert counted(ears, one, came) == {("2026-10", CLOTHES): -10000, ("2026-11", RENT): 3500}
    again = person.client.delete(url, headers=matching(get(person, one)))
    assert (again.status, again.problem) == (404, "refund-not-found")

    refund(person, get(person, one), refund_id=came["id"])
    assert get(person, came)["version"] > more["version"]
    assert removed(person, get(person, came)).status == 204
    assert get(person, one)["refunded_by"] == []
    assert counted(ears, one, came) == {("2026-10", CLOTHES): -10000}
    assert balance(person, account) == "-100.00"
    assert removed(person, get(person, one)).status == 204
    assert counted(ears, one, came) == {}


def test_a_refund_in_another_currency_counts_at_the_rate_of_its_day(
    person: SignedIn, account: str, ears: Ears
) -> None:
    dollars = opened(person, currency="USD")["id"]
    one = bought(person, account)
    came = recorded(person, dollars, "21.41", currency="USD", booked_on="2020-03-20")

    reply = refund(person, one, refund_id=came["id"], amount=money("10.00"))

    assert reply.status == 200, reply.text
    assert counted(ears, one, came)[("2026-10", CLOTHES)] == -9000
    rest = refund(
        person,
        get(person, one),
        new=new(dollars, booked_on="2020-03-20") | {"amount": money("5", "USD")},
    )
    assert rest.status == 200, rest.text
    foreign = recorded(
        person,
        dollars,
        "20.00",
        currency="USD",
        original_amount=money("19.00"),
    )
    paid = refund(person, get(person, one), refund_id=foreign["id"]).json
    assert paid["refunded_by"][-1]["amount"] == money("19.00")


def test_without_a_rate_the_user_says_what_came_back(
    person: SignedIn, account: str, purchase: Any, ears: Ears
) -> None:
    won = opened(person, currency="KPW")["id"]
    came = recorded(person, won, "900.00", currency="KPW", booked_on="2020-03-20")

    missing = refund(person, purchase, refund_id=came["id"])
    said = refund(person, purchase, refund_id=came["id"], amount=money("1.00"))

    assert (missing.status, missing.problem) == (422, "missing-rate")
    assert said.status == 200
    assert counted(ears, purchase, came) == {("2026-10", CLOTHES): -9900}


def test_what_cannot_be_linked(person: SignedIn, account: str, purchase: Any) -> None:
    other = opened(person)["id"]
    body = {
        "from_account_id": account,
        "to_account_id": other,
        "sent": money("5.00"),
        "booked_on": "2026-11-02",
    }
    transfer = person.client.post("/v1/expenses/transfers", body).json
    income = recorded(person, account, "50.00")
    planned = recorded(person, account, "-50.00", status="planned")
    soon = recorded(person, account, "50.00", status="planned")
    halves = [{"percent": "50"}, {"remainder": True}]
    split = recorded(person, account, "50.00", parts=halves)

    for one in (transfer, income, planned):
        reply = refund(person, one, new=new(account, "1.00"))
        assert (reply.status, reply.problem) == (409, "not-refundable")
    for one in (transfer, purchase, soon, split):
        reply = refund(person, purchase, refund_id=one["id"])
        assert (reply.status, reply.problem) == (409, "not-a-refund")
    assert refund(person, purchase, refund_id=income["id"]).status == 200
    chain = refund(person, get(person, income), new=new(account, "1.00"))
    assert (chain.status, chain.problem) == (409, "not-refundable")
    url = f"{TRANSACTIONS}/{income['id']}/splits"
    reply = person.client.put(url, {"parts": halves}, headers=matching(get(person, income)))
    assert (reply.status, reply.problem) == (409, "not-splittable")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/"),
        ({"refund_id": new_id(), "new": new(new_id())}, "/"),
        ({"new": new(new_id()) | {"amount": money("x")}}, "/new/amount"),
        ({"refund_id": "x"}, "/refund_id"),
    ],
)
def test_a_bad_body_is_named(person: SignedIn, purchase: Any, body: Any, pointer: str) -> None:
    reply = refund(person, purchase, **body)

    assert reply.status == 422
    assert pointer in [error["pointer"] for error in reply.json["errors"]]


@pytest.mark.parametrize(
    ("more", "status", "problem"),
    [
        ({"amount": money("1.00", "USD")}, 422, "wrong-currency"),
        ({"amount": money("0.00")}, 422, "bad-refund"),
        ({"amount": money("-1.00")}, 422, "bad-refund"),
        ({"part_id": new_id()}, 404, "part-not-found"),
    ],
)
def test_a_link_that_does_not_fit(
    person: SignedIn, purchase: Any, more: Any, status: int, problem: str
) -> None:
    reply = refund(person, purchase, new=new(purchase["account_id"]), **more)

    assert (reply.status, reply.problem) == (status, problem)
    assert balance(person, purchase["account_id"]) == "-100.00"


def test_ids_of_others_are_not_there(
    person: SignedIn, stranger: SignedIn, account: str, purchase: Any
) -> None:
    theirs = opened(stranger)["id"]
    came = recorded(stranger, theirs, "5.00")
    spent = recorded(stranger, theirs, "-5.00")

    for reply in (
        refund(person, purchase, refund_id=came["id"]),
        refund(person, purchase, new=new(theirs)),
        refund(person, spent, new=new(account)),
        refund(stranger, purchase, refund_id=came["id"]),
        person.client.delete(
            f"{TRANSACTIONS}/{purchase['id']}/refunds/{came['id']}", headers=matching(purchase)
        ),
    ):
        assert reply.status == 404
    taken = refund(person, purchase, new=new(account, id=purchase["id"]))
    assert (taken.status, taken.problem) == (409, "id-taken")


def test_without_if_match_nothing_is_linked(person: SignedIn, purchase: Any) -> None:
    url = f"{TRANSACTIONS}/{purchase['id']}/refunds"

    assert person.client.post(url, {"new": new(purchase["account_id"])}).status == 428


def test_what_linking_costs(person: SignedIn, account: str, purchase: Any) -> None:
    came = recorded(person, account, "30.00")

    with budget() as spent:
        one = refund(person, purchase, refund_id=came["id"]).json
    assert spent.calls == {"BatchGetItem": 3, "TransactWriteItems": 1}, "session, META, both sides"
    assert spent.writes == 5, "both sides, META, change log, facts"
    with budget() as spent:
        assert removed(person, get(person, came)).status == 204
    assert spent.writes == 7, "both sides, account and its day, META, change log, facts"
    assert get(person, one)["refunded_by"] == []


def test_linking_survives_a_death_at_every_call(person: SignedIn, account: str) -> None:
    def scene() -> Any:
        one = bought(person, account, "-10.00")
        return one, partial(refund, person, one, new=new(account, "4.00"))

    points = list(every_point(scene()[1]))
    for point, side in points:
        one, act = scene()
        killed_at(point, side, act)
        assert act().status in {200, 412}
        assert len(get(person, one)["refunded_by"]) == 1

    assert balance(person, account) == f"-{6 * (len(points) + 1)}.00"
    assert len(everything(person)) == 2 * (len(points) + 1)


@pytest.mark.durable
def test_two_refunds_of_one_purchase_side_by_side(person: SignedIn, account: str) -> None:
    for order in orders(4, 4, most=3):
        one = bought(person, account, "-10.00")
        results: Any = interleaved(
            order,
            a=partial(refund, person, one, new=new(account, "6.00")),
            b=partial(refund, person, one, new=new(account, "7.00")),
        )
        assert sorted(reply.status for reply in results.values()) == [200, 412]
        assert len(get(person, one)["refunded_by"]) == 1


def test_unlinking_survives_a_death_at_every_call(person: SignedIn, account: str) -> None:
    def scene() -> Any:
        one = refund(person, bought(person, account, "-10.00"), new=new(account, "4.00")).json
        (back,) = one["refunded_by"]
        url = f"{TRANSACTIONS}/{one['id']}/refunds/{back['refund_id']}"
        return one, partial(person.client.delete, url, headers=matching(one))

    for point, side in every_point(scene()[1]):
        one, act = scene()
        killed_at(point, side, act)
        assert act().status in {204, 412}
        assert get(person, one)["refunded_by"] == []


@pytest.mark.durable
def test_a_link_and_what_would_break_it_side_by_side(person: SignedIn, account: str) -> None:
    for order in orders(4, 5, most=3):
        one, came = bought(person, account, "-10.00"), recorded(person, account, "4.00")
        results: Any = interleaved(
            order,
            a=partial(refund, person, one, refund_id=came["id"]),
            b=partial(removed, person, came),
        )
        statuses = (results["a"].status, results["b"].status)
        assert statuses in {(200, 412), (404, 204)}
        left = [came["id"]] if statuses[0] == 200 else []
        assert [back["refund_id"] for back in get(person, one)["refunded_by"]] == left
