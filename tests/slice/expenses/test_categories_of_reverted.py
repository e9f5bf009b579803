"""Categories that an import made go with it when it is taken back, but for those that somebody made something of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.expenses.commands import DropCategories
from chalicelib.expenses.service import category_dropping
from tests.factories.app_files import journal, journals_read, line
from tests.factories.expenses import (
    RULES,
    TRANSACTIONS,
    Ears,
    envelope,
    everything,
    handed,
    matching,
    recorded,
)
from tests.factories.imports import URL, committed, uploaded
from tests.factories.users import SignedIn
from tests.slice.interchange.test_labelling import CATEGORIES, by_payee, category, tree
from tests.support.cloud import Cloud
from tests.support.ledger_state import state_of
from tests.support.taps import killed_at

pytestmark = [pytest.mark.slice, pytest.mark.durable]
FILE = journal(
    [
        line("-1.00", "Cinema", category=("Fun", "Films")),
        line("-2.00", "Zoo", category=("Fun", "Animals")),
        line("900.00", "Employer", category=("Work", "Pay")),
    ]
)
ALL = {"Fun", "Films", "Animals", "Work", "Pay"}


@pytest.fixture(autouse=True)
def _journals() -> Iterator[None]:
    with journals_read():
        yield


def brought(cloud: Cloud, person: SignedIn, account: str) -> Any:
    done = committed(cloud, person, uploaded(cloud, person, account, FILE))
    assert set(tree(person)) >= ALL
    return done


def reverted(cloud: Cloud, person: SignedIn, job: Any, **body: str) -> Any:
    reply = person.client.post(f"{URL}/{job['id']}/revert", body)
    assert reply.status == 202, reply.text
    cloud.drain()
    return person.client.get(f"{URL}/{job['id']}").json


def test_they_go_with_it_and_come_again_with_the_file(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    own = category(person, "My own")
    before = state_of(person)
    job = brought(cloud, person, account)

    reverted(cloud, person, job)

    assert set(tree(person)) == {own["name"]}
    assert state_of(person) == before
    brought(cloud, person, account)


def used_by_a_transaction(person: SignedIn, account: str, films: str) -> None:
    recorded(person, account, category_id=films)


def used_by_a_part(person: SignedIn, account: str, films: str) -> None:
    half = {"amount": "-6.17", "currency": "EUR"}
    parts = [{"amount": half, "category_id": films}, {"amount": half, "category_id": None}]
    recorded(person, account, parts=parts)


def used_by_a_rule(person: SignedIn, account: str, films: str) -> None:
    rule = {
        "name": "Films",
        "when": {"field": "payee", "operator": "contains", "value": "kino"},
        "then": [{"action": "set_category", "value": films}],
    }
    assert person.client.post(RULES, rule).status == 201


def used_by_a_category(person: SignedIn, account: str, films: str) -> None:
    category(person, "Westerns", parent_id=films)


def renamed(person: SignedIn, account: str, films: str) -> None:
    one = tree(person)["Films"]
    reply = person.client.patch(f"{CATEGORIES}/{films}", {"name": "Movies"}, headers=matching(one))
    assert reply.status == 200, reply.text


def renamed_and_back(person: SignedIn, account: str, films: str) -> None:
    renamed(person, account, films)
    one = tree(person)["Movies"]
    reply = person.client.patch(f"{CATEGORIES}/{films}", {"name": "Films"}, headers=matching(one))
    assert reply.status == 200, reply.text


USES: list[Callable[[SignedIn, str, str], None]] = [
    used_by_a_transaction,
    used_by_a_part,
    used_by_a_rule,
    used_by_a_category,
    renamed,
    renamed_and_back,
]


@pytest.mark.parametrize("use", USES)
def test_what_somebody_made_something_of_stays_with_what_it_stands_under(
    cloud: Cloud, person: SignedIn, account: str, use: Callable[[SignedIn, str, str], None]
) -> None:
    job = brought(cloud, person, account)
    films = tree(person)["Films"]["id"]
    use(person, account, films)
    cloud.drain()

    reverted(cloud, person, job)

    left = {name: one["id"] for name, one in tree(person).items()}
    assert films in left.values()
    assert "Fun" in left
    assert {"Animals", "Work", "Pay"}.isdisjoint(left)


def test_a_row_that_stays_keeps_its_category(cloud: Cloud, person: SignedIn, account: str) -> None:
    job = brought(cloud, person, account)
    (zoo,) = [one for one in everything(person) if one["payee"] == "Zoo"]
    path = f"{TRANSACTIONS}/{zoo['id']}"
    person.client.patch(path, {"notes": "with Ines"}, headers=matching(zoo))

    reverted(cloud, person, job)

    assert set(tree(person)) == {"Fun", "Animals"}
    assert by_payee(person) == {"Zoo": tree(person)["Animals"]["id"]}
    reverted(cloud, person, job, edited="revert")
    assert tree(person) == {}


def emptied(cloud: Cloud, person: SignedIn, account: str) -> DropCategories:
    """An import of which nothing is left but its categories; gives the order that is to delete them."""
    job = brought(cloud, person, account)
    for one in everything(person):
        reply = person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))
        assert reply.status == 204
    cloud.drain()
    return DropCategories(import_id=job["id"], asked_by=person.user_id)


def orders(ears: Ears) -> list[str]:
    """Take the orders that were committed since the last time."""
    found = [one.to_json() for one in ears.envelopes if one.type == DropCategories.name]
    ears.envelopes.clear()
    return found


def test_a_long_ledger_takes_several_steps(
    cloud: Cloud,
    ears: Ears,
    person: SignedIn,
    account: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(category_dropping, "_WALKED", 2)
    order = emptied(cloud, person, account)
    waiting, steps = [envelope(person, order)], 0
    while waiting:
        assert set(tree(person)) == ALL
        assert handed(cloud, *waiting) == []
        waiting, steps = orders(ears), steps + 1

    assert (steps, tree(person)) == (2, {})


def test_what_is_filed_between_two_steps_keeps_its_category(
    cloud: Cloud,
    ears: Ears,
    person: SignedIn,
    account: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(category_dropping, "_WALKED", 2)
    early = recorded(person, account, id="00000000-0000-4000-8000-000000000000")
    order = emptied(cloud, person, account)
    early = recorded(person, account, id="00000000-0000-4000-8000-000000000001")
    films = tree(person)["Films"]["id"]
    assert handed(cloud, envelope(person, order)) == []
    path = f"{TRANSACTIONS}/{early['id']}"
    patch = {"category_id": films}
    assert person.client.patch(path, patch, headers=matching(early)).status == 200

    waiting = orders(ears)
    while waiting:
        assert handed(cloud, *waiting) == []
        waiting = orders(ears)

    assert set(tree(person)) == {"Fun", "Films"}


def test_a_death_at_any_call_leaves_them_to_the_next_delivery(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    order = emptied(cloud, person, account)
    body = envelope(person, order)

    def act() -> object:
        return handed(cloud, body)

    for point in range(20):
        if killed_at(point, "before", act) is None:
            break
        assert set(tree(person)) == ALL

    assert tree(person) == {}
    assert act() == []
