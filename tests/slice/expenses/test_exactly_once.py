"""Handlers that die at any AWS call, or run side by side: nothing lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import pytest

from chalicelib.expenses import api
from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    ACCOUNTS,
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
from tests.support.client import Reply
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, every_point, interleaved, killed_at, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable]
RENT: Final = default_id("rent")


def amended(person: SignedIn, one: Any) -> Reply:
    patch = {"amount": {"amount": "-20.00", "currency": "EUR"}, "category_id": RENT}
    return person.client.patch(f"{TRANSACTIONS}/{one['id']}", patch, headers=matching(one))


def removed(person: SignedIn, one: Any) -> Reply:
    return person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))


def sequences(person: SignedIn) -> list[int]:
    return [entry.sequence for entry in api.changes(person.owner, 0)]


def test_recording_with_an_own_id_survives_a_death_at_every_call(
    person: SignedIn, account: str
) -> None:
    def act(identity: str) -> Callable[[], object]:
        return lambda: recorded(person, account, "-1.00", id=identity)

    points = list(every_point(act(new_id())))
    assert len(points) >= 8
    for point, side in points:
        identity = new_id()
        assert killed_at(point, side, act(identity)) is not None
        act(identity)()

    assert len(everything(person)) == len(points) + 1
    assert balance(person, account) == f"-{len(points) + 1}.00"
    log = sequences(person)
    assert log == list(range(1, len(log) + 1))


def test_amending_survives_a_death_at_every_call(person: SignedIn, account: str) -> None:
    points = list(every_point(lambda: amended(person, recorded(person, account))))
    for point, side in points:
        one = recorded(person, account)
        killed_at(point, side, lambda one=one: amended(person, one))  # type: ignore[misc]

        again = amended(person, one)

        # it was written before the death, or it is now
        assert again.status in {200, 412}
        now = person.client.get(f"{TRANSACTIONS}/{one['id']}").json
        assert (now["version"], now["amount"]["amount"]) == (2, "-20.00")
    count = len(points) + 1
    assert balance(person, account) == f"-{20 * count}.00"


def test_removing_survives_a_death_at_every_call(person: SignedIn, account: str) -> None:
    recorded(person, account, "-7.00")
    for point, side in every_point(lambda: removed(person, recorded(person, account))):
        one = recorded(person, account)
        killed_at(point, side, lambda one=one: removed(person, one))  # type: ignore[misc]

        assert removed(person, one).status == 204

    assert balance(person, account) == "-7.00"
    assert len(everything(person)) == 1


def test_a_chunk_survives_a_death_at_every_call(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    def fresh(line: int) -> Callable[[], object]:
        day = date(2026, 1, 1) + timedelta(days=4 * line)  # far apart, or they would be copies
        rows = [row(line, -100, booked_on=day), row(line + 1, -200, booked_on=day)]
        body = envelope(person, laid(person, rows, account))
        return lambda: handed(cloud, body)

    points = list(every_point(fresh(0)))
    for number, (point, side) in enumerate(points, start=1):
        act = fresh(10 * number)
        assert killed_at(point, side, act) is not None
        assert act() == []

    assert len(everything(person)) == 2 * (len(points) + 1)
    assert balance(person, account) == f"-{3 * (len(points) + 1)}.00"


class TestSideBySide:
    """Two handlers whose calls interleave in every order, or a seeded sample of the orders."""

    def run(
        self,
        scene: Callable[
            [], tuple[Callable[[], object], Callable[[], object], Callable[[Any], None]]
        ],
        *,
        most: int = 12,
    ) -> None:
        lengths = len(calls_of(scene()[0])), len(calls_of(scene()[1]))
        for order in orders(*lengths, most=most):
            one, two, check = scene()
            check(interleaved(order, a=one, b=two))

    def test_two_amendments(self, person: SignedIn) -> None:
        def scene() -> Any:
            account = opened(person)["id"]
            one = recorded(person, account)

            def check(results: Any) -> None:
                assert sorted(reply.status for reply in results.values()) == [200, 412]
                removed(person, {**one, "version": 2})
                assert balance(person, account) == "0.00"

            return (lambda: amended(person, one)), (lambda: amended(person, one)), check

        self.run(scene)

    def test_an_amendment_and_a_removal(self, person: SignedIn) -> None:
        def scene() -> Any:
            account = opened(person)["id"]
            one = recorded(person, account)

            def check(results: Any) -> None:
                statuses = (results["a"].status, results["b"].status)
                assert statuses in {(200, 412), (404, 204)}
                if statuses[0] == 200:
                    removed(person, {**one, "version": 2})
                assert balance(person, account) == "0.00"

            return (lambda: amended(person, one)), (lambda: removed(person, one)), check

        self.run(scene)

    def test_a_recording_and_the_closing_of_its_account(self, person: SignedIn) -> None:
        def scene() -> Any:
            account = opened(person)
            url = f"{ACCOUNTS}/{account['id']}"
            body = {
                "account_id": account["id"],
                "amount": {"amount": "-1", "currency": "EUR"},
                "booked_on": "2026-11-02",
            }

            def check(results: Any) -> None:
                statuses = (results["a"].status, results["b"].status)
                assert statuses in {(201, 412), (404, 204)}
                assert (person.client.get(url).status == 200) == (statuses[0] == 201)

            record = lambda: person.client.post(TRANSACTIONS, body)  # noqa: E731
            return record, (lambda: person.client.delete(url, headers=matching(account))), check

        self.run(scene)

    def test_a_chunk_and_a_recording(self, cloud: Cloud, person: SignedIn) -> None:
        def scene() -> Any:
            account = opened(person)["id"]
            body = envelope(person, laid(person, [row(1), row(2)], account))

            def check(results: Any) -> None:
                assert results["a"] == []
                assert results["b"]["version"] == 1
                assert balance(person, account) == "-9.40"

            return (
                (lambda: handed(cloud, body)),
                (lambda: recorded(person, account, "-1.00")),
                check,
            )

        self.run(scene)

    def test_the_same_order_twice_at_once(self, cloud: Cloud, person: SignedIn) -> None:
        def scene() -> Any:
            account = opened(person)["id"]
            body = envelope(person, laid(person, [row(1), row(2)], account))

            def check(results: Any) -> None:
                assert (results["a"], results["b"]) == ([], [])
                assert balance(person, account) == "-8.40"

            return (lambda: handed(cloud, body)), (lambda: handed(cloud, body)), check

        self.run(scene)
