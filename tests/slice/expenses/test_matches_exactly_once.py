"""Looking for matches and accepting them, killed at any call or side by side: nothing lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.expenses.commands import FindMatches
from tests.factories.expenses import (
    TRANSACTIONS,
    Ears,
    balance,
    envelope,
    everything,
    handed,
    imported,
    laid,
    matching,
    row,
)
from tests.factories.matches import Desk, later
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, every_point, interleaved, killed_at, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable]


@pytest.fixture
def desk(cloud: Cloud, ears: Ears, person: SignedIn) -> Desk:
    return Desk(cloud, ears, person)


def test_accepting_survives_a_death_at_every_call(desk: Desk) -> None:
    def scene(number: int) -> Callable[[], object]:
        day = later(40 * number)
        amount = -4_200 - 100 * abs(number)
        desk.bring(
            desk.everyday, row(1, amount, payee="Homeware Depot", provider_id="A", booked_on=day)
        )
        desk.bring(
            desk.everyday,
            row(1, amount, payee="HOMEWARE DEPOT Y", booked_on=day + timedelta(days=4)),
        )
        (one,) = desk.matches()
        return lambda: desk.say("accept", one)

    points = list(every_point(scene(0)))
    for number, (point, side) in enumerate(points, start=-len(points)):
        act = scene(number)
        killed_at(point, side, act)
        assert act().status == 200  # type: ignore[attr-defined]

    assert desk.matches() == []
    assert len(everything(desk.person, limit="200")) == len(points) + 1


def test_looking_survives_a_death_at_every_call(cloud: Cloud, person: SignedIn, desk: Desk) -> None:
    one = desk.near()
    look = FindMatches(import_id=one["first"]["import_id"], first="2026-11-01", last="2026-11-09")
    fresh = [0]

    def act() -> Callable[[], object]:
        fresh[0] += 1
        amount = -5_000 - 100 * fresh[0]
        for name, days in (("Homeware Depot", 0), ("HOMEWARE DEPOT", 4)):
            order = laid(person, [row(1, amount, payee=name, booked_on=later(days))], desk.everyday)
            imported(cloud, desk.ears, person, order)
        seen = replace(look, import_id=order.import_id)
        body = envelope(person, seen)
        return lambda: handed(cloud, body)

    points = list(every_point(act()))
    for point, side in points:
        again = act()
        assert killed_at(point, side, again) is not None
        again()

    assert len(desk.matches()) == len(points) + 2


class TestSideBySide:
    """Two handlers whose calls interleave: one movement is made one once."""

    def test_two_acceptances(self, desk: Desk) -> None:
        number = 0

        def scene() -> tuple[Any, Any]:
            nonlocal number
            number += 1
            desk.bring(desk.everyday, row(1, -5_000 - 100 * number, payee="Homeware Depot"))
            late = row(1, -5_000 - 100 * number, payee="HOMEWARE DEPOT", booked_on=later(4))
            desk.bring(desk.everyday, late)
            one = desk.only()
            return (lambda: desk.say("accept", one)), (lambda: desk.say("accept", one))

        lengths = [len(calls_of(act)) for act in scene()]
        for order in orders(*lengths, most=10):
            first, second = scene()
            results = interleaved(order, a=first, b=second)
            assert {reply.status for reply in results.values()} <= {200, 409}  # type: ignore[attr-defined]
            assert 200 in {reply.status for reply in results.values()}  # type: ignore[attr-defined]

        assert len(everything(desk.person, limit="200")) == number
        assert (
            balance(desk.person, desk.everyday)
            == f"-{sum(50 + at for at in range(1, number + 1))}.00"
        )

    def test_an_acceptance_and_an_edit(self, desk: Desk) -> None:
        number = 0

        def scene() -> tuple[Any, Any]:
            nonlocal number
            number += 1
            desk.bring(desk.everyday, row(1, -5_000 - 100 * number, payee="Homeware Depot"))
            late = row(1, -5_000 - 100 * number, payee="HOMEWARE DEPOT", booked_on=later(4))
            desk.bring(desk.everyday, late)
            one = desk.only()
            url = f"{TRANSACTIONS}/{one['second_id']}"
            patch = {"notes": f"lamp {number}"}
            head = matching(one["second"])
            return (
                (lambda: desk.say("accept", one)),
                (lambda: desk.person.client.patch(url, patch, headers=head)),
            )

        lengths = [len(calls_of(act)) for act in scene()]
        for order in orders(*lengths, most=10):
            accept, edit = scene()
            results = interleaved(order, a=accept, b=edit)
            assert results["a"].status == 200  # type: ignore[attr-defined]
            assert results["b"].status in {200, 412}  # type: ignore[attr-defined]

        assert len(everything(desk.person, limit="200")) == number
