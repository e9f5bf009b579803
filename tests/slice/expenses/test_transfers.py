"""Money between one's own accounts: one object with two legs, over HTTP and made of two imported rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pytest

from chalicelib.expenses.errors import NotAPair, NotATransfer
from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.service.transfers import pair_transfer, unpair_transfer
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    ACCOUNTS,
    CATEGORIES,
    TRANSACTIONS,
    Ears,
    balance,
    everything,
    imported,
    laid,
    matching,
    opened,
    recorded,
    row,
    unit_of,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.client import Reply
from tests.support.cloud import Cloud
from tests.support.taps import every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
TRANSFERS: Final = "/v1/expenses/transfers"
Bring = Callable[[], None]
FEES: Final = default_id("fees")


def money(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


@pytest.fixture
def other(person: SignedIn) -> str:
    identity: str = opened(person, name="Savings", kind="savings")["id"]
    return identity


def body_of(here: str, there: str, **more: Any) -> dict[str, Any]:
    given = {
        "from_account_id": here,
        "to_account_id": there,
        "sent": money("100.00"),
        "booked_on": "2026-11-02",
        **more,
    }
    return {name: value for name, value in given.items() if value is not None}


def transferred(person: SignedIn, here: str, there: str, **more: Any) -> Any:
    reply = person.client.post(TRANSFERS, body_of(here, there, **more))
    assert reply.status == 201, reply.text
    return reply.json


def patched(person: SignedIn, one: Any, **patch: Any) -> Reply:
    return person.client.patch(f"{TRANSACTIONS}/{one['id']}", patch, headers=matching(one))


def removed(person: SignedIn, one: Any) -> Reply:
    return person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))


def test_a_transfer_is_one_object_on_two_accounts(
    person: SignedIn, account: str, other: str, ears: Ears
) -> None:
    reply = person.client.post(
        TRANSFERS,
        body_of(
            account,
            other,
            received_on="2026-11-04",
            fee=money("1.50"),
            fee_category_id=FEES,
            notes="for the sofa",
        ),
    )

    one = reply.json
    assert (reply.status, one["kind"], one["category_id"]) == (201, "transfer", None)
    assert reply.headers["Location"] == f"{TRANSACTIONS}/{one['id']}"
    assert person.client.get(reply.headers["Location"]).json == one
    assert one["transfer"] == {
        "to_account_id": other,
        "received": money("100.00"),
        "received_on": "2026-11-04",
        "fee": money("1.50"),
        "fee_category_id": FEES,
    }
    assert (balance(person, account), balance(person, other)) == ("-101.50", "100.00")
    ((name, told),) = ears.about(one["id"])
    assert name == "transaction_recorded"
    assert [(p["amount_minor"], p["transfer"], p["category_id"]) for p in told["postings"]] == [
        (-10000, True, None),
        (10000, True, None),
        (-150, False, FEES),
    ]
    for where in (account, other):
        assert [found["id"] for found in everything(person, account_id=where)] == [one["id"]]
    assert everything(person, category_id="none") == []
    assert [found["id"] for found in everything(person, category_id=FEES)] == [one["id"]]

    assert removed(person, one).status == 204
    assert (balance(person, account), balance(person, other)) == ("0.00", "0.00")
    assert everything(person, account_id=other) == []


def test_the_missing_leg_of_another_currency_is_converted_and_the_rate_kept(
    person: SignedIn, account: str
) -> None:
    dollars = opened(person, currency="USD")["id"]
    day = {"booked_on": "2020-03-20"}

    one = transferred(person, account, dollars, **day)
    two = transferred(person, account, dollars, sent=None, received=money("107.07", "USD"), **day)
    three = transferred(person, account, dollars, received=money("105.00", "USD"), **day)

    assert one["transfer"]["received"] == money("107.07", "USD")
    assert one["rate"] == {"rate": "1.0707", "day": "2020-03-20", "source": "ecb"}
    assert two["amount"] == money("-100.00")
    assert two["rate"]["rate"].startswith("0.9339")
    assert three["rate"] is None
    assert (balance(person, account), balance(person, dollars)) == ("-300.00", "319.14")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"sent": None}, "/sent"),
        ({"sent": money("0.00")}, "/sent"),
        ({"sent": money("-1.00")}, "/sent"),
        ({"received": money("99.00")}, "/received"),
        ({"received": money("100.00", "USD")}, "/received/currency"),
        ({"sent": money("100.00", "USD")}, "/sent/currency"),
        ({"fee": money("-1.00")}, "/fee"),
        ({"fee": money("1.00", "USD")}, "/fee/currency"),
        ({"received_on": "2099-01-01"}, "/received_on"),
        ({"status": "reconciled"}, "/status"),
        ({"amount": money("1.00")}, "/amount"),
    ],
)
def test_a_bad_leg_is_named(
    person: SignedIn, account: str, other: str, change: Any, pointer: str
) -> None:
    reply = person.client.post(TRANSFERS, body_of(account, other, **change))

    assert reply.status == 422
    assert pointer in [error["pointer"] for error in reply.json["errors"]]
    assert balance(person, account) == "0.00"


def test_without_a_rate_there_is_no_transfer(person: SignedIn, account: str) -> None:
    won = opened(person, currency="KPW")["id"]

    reply = person.client.post(TRANSFERS, body_of(account, won, booked_on="2020-03-20"))

    assert (reply.status, reply.problem) == (422, "missing-rate")
    assert [error["pointer"] for error in reply.json["errors"]] == ["/sent"]


def test_ids_of_others_are_not_there(
    person: SignedIn, stranger: SignedIn, account: str, other: str
) -> None:
    theirs = opened(stranger)["id"]
    category = stranger.client.post(CATEGORIES, {"name": "x", "kind": "expense"}).json["id"]

    for change, problem in (
        ({"from_account_id": theirs}, "account-not-found"),
        ({"to_account_id": theirs}, "account-not-found"),
        ({"to_account_id": account}, "bad-legs"),
        ({"fee": money("1.00"), "fee_category_id": category}, "category-not-found"),
    ):
        reply = person.client.post(TRANSFERS, body_of(account, other) | change)
        assert reply.problem == problem
    one = transferred(person, account, other)
    assert patched(stranger, one, notes="x").status == 404
    assert patched(person, one, transfer={"to_account_id": theirs}).status == 404
    assert patched(person, one, transfer={"fee_category_id": category}).status == 404


def test_the_same_id_and_body_again_is_the_same_transfer(
    person: SignedIn, account: str, other: str
) -> None:
    identity = new_id()

    first = transferred(person, account, other, id=identity)

    assert transferred(person, account, other, id=identity) == first
    reply = person.client.post(TRANSFERS, body_of(account, other, id=identity, notes="x"))
    assert (reply.status, reply.problem) == (409, "id-taken")
    assert balance(person, other) == "100.00"


@pytest.mark.parametrize(
    ("patch", "balances"),
    [
        ({"amount": money("-80.00")}, ("-80.00", "80.00")),
        ({"transfer": {"received": money("70.00")}}, ("-70.00", "70.00")),
        ({"transfer": {"fee": money("2.00")}}, ("-102.00", "100.00")),
        ({"status": "planned"}, ("0.00", "0.00")),
        ({"notes": "x", "tags": ["a"], "booked_on": "2026-11-03"}, ("-100.00", "100.00")),
    ],
)
def test_a_transfer_is_changed_as_a_transaction(
    person: SignedIn, account: str, other: str, patch: Any, balances: tuple[str, str]
) -> None:
    one = transferred(person, account, other)

    reply = patched(person, one, **patch)

    assert reply.status == 200, reply.text
    assert (balance(person, account), balance(person, other)) == balances
    assert removed(person, reply.json).status == 204
    assert (balance(person, account), balance(person, other)) == ("0.00", "0.00")


def test_a_leg_goes_to_another_account(person: SignedIn, account: str, other: str) -> None:
    third = opened(person)["id"]
    one = transferred(person, account, other)

    two = patched(person, one, transfer={"to_account_id": third}).json
    patched(person, two, account_id=other)

    assert [balance(person, where) for where in (account, other, third)] == [
        "0.00",
        "-100.00",
        "100.00",
    ]


@pytest.mark.parametrize(
    ("patch", "problem"),
    [
        ({"category_id": FEES}, "transfer-uncategorised"),
        ({"amount": money("80.00")}, "bad-legs"),
        ({"amount": money("-80.00"), "transfer": {"received": money("70.00")}}, "bad-legs"),
        ({"transfer": {"received": money("70.00", "USD")}}, "wrong-currency"),
        ({"transfer": {"fee": money("1.00", "USD")}}, "wrong-currency"),
        ({"transfer": {"fee": money("0.00")}}, "bad-legs"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(
    person: SignedIn, account: str, other: str, patch: Any, problem: str
) -> None:
    one = transferred(person, account, other)

    assert patched(person, one, **patch).problem == problem
    assert balance(person, other) == "100.00"


def test_a_transfer_does_not_move_onto_the_account_where_it_arrives(
    person: SignedIn, account: str, other: str
) -> None:
    one = transferred(person, account, other)

    assert patched(person, one, account_id=other).problem == "bad-legs"
    assert (balance(person, account), balance(person, other)) == ("-100.00", "100.00")


def test_only_a_transfer_has_legs_and_no_transfer_has_parts(
    person: SignedIn, account: str, other: str
) -> None:
    plain = recorded(person, account)
    one = transferred(person, account, other)

    assert patched(person, plain, transfer={"fee": None}).problem == "not-a-transfer"
    url = f"{TRANSACTIONS}/{one['id']}/splits"
    parts = [{"remainder": True}, {"remainder": True}]
    reply = person.client.put(url, {"parts": parts}, headers=matching(one))
    assert (reply.status, reply.problem) == (409, "not-splittable")


def test_an_account_with_a_transfer_is_in_use(person: SignedIn, account: str, other: str) -> None:
    transferred(person, account, other)
    found = person.client.get(f"{ACCOUNTS}/{other}").json

    reply = person.client.delete(f"{ACCOUNTS}/{other}", headers=matching(found))

    assert (reply.status, reply.problem) == (409, "account-in-use")


def test_what_a_transfer_costs(person: SignedIn, account: str, other: str) -> None:
    with budget() as spent:
        one = transferred(person, account, other)

    assert spent.calls == {"BatchGetItem": 3, "TransactWriteItems": 1}, "session, META, accounts"
    assert spent.writes == 8, "transaction, two accounts and their days, META, change log, fact"
    with budget() as spent:
        removed(person, one)
    assert spent.writes == 8


def test_a_transfer_survives_a_death_at_every_call(
    person: SignedIn, account: str, other: str
) -> None:
    points = list(every_point(lambda: transferred(person, account, other, id=new_id())))
    for point, side in points:
        identity = new_id()
        act = partial(transferred, person, account, other, id=identity)
        assert killed_at(point, side, act) is not None
        one = act()
        killed_at(point, side, lambda one=one: patched(person, one, amount=money("-1.00")))  # type: ignore[misc]
        assert patched(person, one, amount=money("-1.00")).status in {200, 412}

    total = 100 + len(points)
    assert balance(person, account) == f"-{total}.00"
    assert balance(person, other) == f"{total}.00"


@pytest.mark.durable
def test_two_changes_of_a_transfer_side_by_side(person: SignedIn) -> None:
    for order in orders(4, 5, most=3):
        here, there = opened(person)["id"], opened(person)["id"]
        one = transferred(person, here, there)
        results: Any = interleaved(
            order,
            a=lambda one=one: patched(person, one, amount=money("-30.00")),  # type: ignore[misc]
            b=lambda one=one: removed(person, one),  # type: ignore[misc]
        )
        statuses = (results["a"].status, results["b"].status)
        assert statuses in {(200, 412), (404, 204)}
        left = "30.00" if statuses[0] == 200 else "0.00"
        assert balance(person, there) == left


# --- two imported rows that are one transfer


@pytest.fixture
def bring_in(cloud: Cloud, ears: Ears, person: SignedIn, account: str, other: str) -> Bring:
    """Import the statements of both accounts."""

    def bring() -> None:
        sent = row(1, -10150, payee="To savings")
        came = row(2, 10000, payee="From giro", memo="sofa")
        imported(cloud, ears, person, laid(person, [sent], account))
        imported(cloud, ears, person, laid(person, [came], other))

    return bring


@pytest.fixture
def rows(bring_in: Bring, person: SignedIn, account: str, other: str) -> tuple[Any, Any]:
    """The sending and the receiving row of one transfer."""
    bring_in()
    (sent,) = everything(person, account_id=account)
    (came,) = everything(person, account_id=other)
    return sent, came


def paired(person: SignedIn, sent: Any, came: Any) -> str:
    with unit_of(person) as ctx:
        found = look_up(ctx, transaction=[sent["id"], came["id"]])
        pair_transfer(ctx, found.transaction(sent["id"]), found.transaction(came["id"]))
    identity: str = sent["id"]
    return identity


def test_two_rows_become_one_transfer_and_balances_stay(
    person: SignedIn, account: str, other: str, rows: tuple[Any, Any], ears: Ears
) -> None:
    sent, came = rows
    before = (balance(person, account), balance(person, other))

    identity = paired(person, sent, came)

    one = person.client.get(f"{TRANSACTIONS}/{identity}").json
    assert (one["kind"], one["amount"], one["notes"]) == ("transfer", money("-100.00"), "sofa")
    assert one["transfer"]["fee"] == money("1.50")
    assert (balance(person, account), balance(person, other)) == before == ("-101.50", "100.00")
    assert len(everything(person)) == 1
    assert person.client.get(f"{TRANSACTIONS}/{came['id']}").status == 404
    told = ears.about(identity)[-1][1]
    assert [posting["transfer"] for posting in told["after"]] == [True, True, False]
    assert ears.about(came["id"])[-1][0] == "transaction_removed"


def test_a_pair_stays_one_when_its_statements_come_again(
    bring_in: Bring, person: SignedIn, account: str, other: str, rows: tuple[Any, Any]
) -> None:
    paired(person, *rows)

    bring_in()

    assert len(everything(person)) == 1
    assert (balance(person, account), balance(person, other)) == ("-101.50", "100.00")


def test_a_pair_is_two_rows_again(
    person: SignedIn, account: str, other: str, rows: tuple[Any, Any]
) -> None:
    identity = paired(person, *rows)
    with unit_of(person) as ctx:
        unpair_transfer(ctx, look_up(ctx, transaction=[identity]).transaction(identity))

    sent, came = (person.client.get(f"{TRANSACTIONS}/{one['id']}").json for one in rows)
    same = ("account_id", "amount", "payee", "category_id", "kind", "booked_on", "import_id")
    assert [sent[name] for name in same] == [rows[0][name] for name in same]
    assert [came[name] for name in same] == [rows[1][name] for name in same]
    assert (balance(person, account), balance(person, other)) == ("-101.50", "100.00")
    assert removed(person, came).status == 204
    with pytest.raises(NotATransfer), unit_of(person) as ctx:
        unpair_transfer(ctx, look_up(ctx, transaction=[identity]).transaction(identity))


def test_what_is_no_pair_is_not_made_one(person: SignedIn, account: str, other: str) -> None:
    sent, came = recorded(person, account, "-10.00"), recorded(person, other, "10.00")
    more = recorded(person, other, "10.01")
    same = recorded(person, account, "10.00")
    done = transferred(person, account, other)

    for one, two in ((sent, more), (sent, same), (came, sent), (done, came), (sent, sent)):
        with pytest.raises(NotAPair):
            paired(person, one, two)
    paired(person, sent, came)
    assert balance(person, other) == "120.01"
