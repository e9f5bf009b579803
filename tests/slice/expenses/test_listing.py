"""Lists of transactions: order, filters, cursors, bounds."""

from __future__ import annotations

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.repository import transactions as repository
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    TRANSACTIONS,
    everything,
    matching,
    opened,
    recorded,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget

pytestmark = pytest.mark.slice
GROCERIES = default_id("groceries")


def test_the_newest_day_comes_first(person: SignedIn, account: str) -> None:
    days = ["2026-03-01", "2026-11-02", "2025-12-31", "2026-10-15"]
    for day in days:
        recorded(person, account, booked_on=day)

    assert [one["booked_on"] for one in everything(person)] == sorted(days, reverse=True)


def test_pages_stay_stable_while_rows_are_inserted(person: SignedIn, account: str) -> None:
    old = [recorded(person, account, booked_on=f"2026-01-{day:02d}")["id"] for day in range(1, 8)]
    first = person.client.get(TRANSACTIONS, query={"limit": "3"}).json
    recorded(person, account, booked_on="2026-02-01")
    recorded(person, account, booked_on="2026-01-06")

    rest = person.client.get(
        TRANSACTIONS, query={"limit": "3", "cursor": first["next_cursor"]}
    ).json

    assert [one["id"] for one in first["items"]] == old[:3:-1]
    assert [one["id"] for one in rest["items"]] == [old[3], old[2], old[1]]


def test_a_cursor_survives_the_deletion_of_the_row_that_it_stands_on(
    person: SignedIn, account: str
) -> None:
    made = [recorded(person, account, booked_on=f"2026-01-{day:02d}") for day in range(1, 6)]
    first = person.client.get(TRANSACTIONS, query={"limit": "2"}).json
    last = first["items"][-1]
    person.client.delete(f"{TRANSACTIONS}/{last['id']}", headers=matching(last))

    rest = person.client.get(TRANSACTIONS, query={"cursor": first["next_cursor"]}).json

    assert [one["id"] for one in rest["items"]] == [one["id"] for one in reversed(made[:3])]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"from": "2026-02-02"}, ["2026-02-03", "2026-02-02"]),
        ({"to": "2026-02-02"}, ["2026-02-02", "2026-02-01"]),
        ({"from": "2026-02-02", "to": "2026-02-02"}, ["2026-02-02"]),
        ({"from": "2027-01-01"}, []),
    ],
)
def test_both_ends_of_a_span_of_days_belong_to_it(
    person: SignedIn, account: str, query: dict[str, str], expected: list[str]
) -> None:
    for day in ("2026-02-01", "2026-02-02", "2026-02-03"):
        recorded(person, account, booked_on=day)

    assert [one["booked_on"] for one in everything(person, **query)] == expected


def test_filters_by_account_and_category_go_together(person: SignedIn, account: str) -> None:
    other = opened(person)["id"]
    wanted = recorded(person, account, category_id=GROCERIES)["id"]
    recorded(person, other, category_id=GROCERIES)
    bare = recorded(person, account, payee="zxcv")["id"]

    found = everything(person, account_id=account, category_id=GROCERIES)
    assert [one["id"] for one in found] == [wanted]
    assert [one["id"] for one in everything(person, category_id="none")] == [bare]
    assert len(everything(person, account_id=account)) == 2
    assert everything(person, account_id=new_id()) == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "ten"},
        {"from": "2026-13-01"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"account_id": "x"},
        {"category_id": "nothing"},
        {"cursor": "x"},
        {"colour": "red"},
    ],
)
def test_a_bad_question_is_refused(person: SignedIn, query: dict[str, str]) -> None:
    assert person.client.get(TRANSACTIONS, query=query).status == 422


def test_a_cursor_serves_only_its_own_question(person: SignedIn, account: str) -> None:
    for _ in range(3):
        recorded(person, account)
    cursor = person.client.get(TRANSACTIONS, query={"limit": "1"}).json["next_cursor"]

    for query in ({"account_id": account}, {"from": "2026-01-01"}, {"category_id": "none"}):
        reply = person.client.get(TRANSACTIONS, query={**query, "cursor": cursor})
        assert (reply.status, reply.problem) == (422, "bad-cursor")
    reply = person.client.get("/v1/expenses/accounts", query={"cursor": cursor})
    assert reply.status == 422


def test_one_call_examines_a_bounded_number_of_rows_and_the_cursor_goes_on(
    person: SignedIn, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert repository.MOST_EXAMINED == 500
    # moto copies the whole table for each transaction, so the scene is small and the bound with it
    monkeypatch.setattr(repository, "MOST_EXAMINED", 8)
    monkeypatch.setattr(repository, "_STEP", 3)
    other = opened(person)["id"]
    for _ in range(18):
        recorded(person, account)
    wanted = recorded(person, other, booked_on="2020-01-01")["id"]

    pages: list[list[str]] = []
    query = {"account_id": other, "limit": "1"}
    while True:
        with budget() as spent:
            page = person.client.get(TRANSACTIONS, query=query).json
        # the session and the user are two
        assert spent.reads <= 8 + 2
        assert spent.calls["Query"] <= 3
        pages.append([one["id"] for one in page["items"]])
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    # a real engine cannot tell at the last row that it is the last
    assert pages in ([[], [], [wanted]], [[], [], [wanted], []])
    assert len(everything(person, limit="5")) == 19
