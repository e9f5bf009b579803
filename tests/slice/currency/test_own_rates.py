"""A user's own rates: theirs alone, one a pair and day, exact under concurrency, undone by a delete."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from chalicelib.currency import api as currency
from chalicelib.currency import repository
from chalicelib.currency.errors import TooManyOwnRates
from chalicelib.currency.repository import Month
from chalicelib.currency.repository.table import TABLE
from chalicelib.currency.service import own
from chalicelib.kernel.changes import unpack
from chalicelib.kernel.clock import Period
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
PATH = "/v1/currency/rates/{}/{}/{}"
NOVEMBER = {"since": "2026-11-01", "until": "2026-11-30"}


def put(person: SignedIn, base: str, quote: str, day: str, rate: str, **more: Any) -> Reply:
    return person.client.put(PATH.format(base, quote, day), {"rate": rate}, **more)


def remove(person: SignedIn, base: str, quote: str, day: str) -> Reply:
    return person.client.delete(PATH.format(base, quote, day))


def listed(person: SignedIn) -> list[tuple[str, str, str, str]]:
    items = person.client.get("/v1/currency/rates/own", query=NOVEMBER).json["items"]
    return [(one["base"], one["quote"], one["date"], one["rate"]) for one in items]


def dinner(person: SignedIn, day: str = "2026-11-10") -> Reply:
    line = {"amount": {"amount": "3000.00", "currency": "ARS"}, "date": day}
    return person.client.post("/v1/currency/convert", {"to": "EUR", "lines": [line]})


def test_an_own_rate_converts_in_both_directions_and_is_named(person: SignedIn) -> None:
    reply = put(person, "EUR", "ARS", "2026-11-10", "1500")

    assert reply.status == 200, reply.text
    assert reply.json["source"] == "own"
    (line,) = dinner(person, "2026-11-20").json["lines"]
    assert line["converted"] == {"amount": "2.00", "currency": "EUR"}
    assert (line["rate_date"], line["via"][0]["source"]) == ("2026-11-10", "own")


def test_it_is_nobody_elses(here: Cloud, person: SignedIn) -> None:
    put(person, "EUR", "ARS", "2026-11-10", "1500")

    stranger = signed_in(Client(here.app))

    assert dinner(stranger).problem == "missing-rate"
    assert listed(stranger) == []
    assert remove(stranger, "EUR", "ARS", "2026-11-10").status == 404


def test_there_is_one_a_pair_and_day_in_either_direction(person: SignedIn) -> None:
    put(person, "EUR", "ARS", "2026-11-10", "1500")
    put(person, "EUR", "ARS", "2026-11-11", "1510")
    put(person, "ARS", "EUR", "2026-11-10", "0.0005")

    assert listed(person) == [
        ("EUR", "ARS", "2026-11-11", "1510"),
        ("ARS", "EUR", "2026-11-10", "0.0005"),
    ]
    (line,) = dinner(person).json["lines"]
    assert line["converted"]["amount"] == "1.50"


def test_taken_back_it_counts_no_more(person: SignedIn) -> None:
    put(person, "EUR", "ARS", "2026-11-10", "1500")

    assert remove(person, "EUR", "ARS", "2026-11-10").status == 204
    assert remove(person, "EUR", "ARS", "2026-11-10").problem == "rate-not-found"
    assert dinner(person).problem == "missing-rate"
    assert put(person, "EUR", "ARS", "2026-11-10", "1400").status == 200


def test_a_change_of_it_is_in_the_change_log(person: SignedIn) -> None:
    put(person, "EUR", "ARS", "2026-11-10", "1500")
    put(person, "EUR", "ARS", "2026-11-10", "1600")
    remove(person, "EUR", "ARS", "2026-11-10")

    log = Table(TABLE).query(str(person.owner), "CHG#", "CHG$", limit=10)
    changes = [unpack(one["entries"]["B"])[0] for one in log.items]

    assert [(one["k"], one["o"], one["v"]) for one in changes] == [
        ("rate", "put", 1),
        ("rate", "put", 2),
        ("rate", "delete", 3),
    ]
    assert changes[0]["f"] == {"base": "EUR", "quote": "ARS", "date": "2026-11-10"}
    assert len({one["i"] for one in changes}) == 1


def test_a_repeated_request_is_answered_with_the_first_answer(person: SignedIn) -> None:
    key = {"Idempotency-Key": new_id()}

    first = put(person, "EUR", "ARS", "2026-11-10", "1500", headers=key)
    put(person, "EUR", "ARS", "2026-11-10", "1600")
    again = put(person, "EUR", "ARS", "2026-11-10", "1500", headers=key)

    assert again.text == first.text
    assert listed(person) == [("EUR", "ARS", "2026-11-10", "1600")]


def test_it_costs_one_item_and_its_log_entry(person: SignedIn) -> None:
    put(person, "EUR", "ARS", "2026-11-10", "1500")
    with budget() as spent:
        put(person, "EUR", "ARS", "2026-11-11", "1500")

    assert spent.calls == {"BatchGetItem": 2, "GetItem": 1, "TransactWriteItems": 1}
    assert (spent.reads, spent.writes) == (4, 3)


@pytest.mark.parametrize(
    ("place", "rate", "pointer"),
    [
        ("EUR/EUR/2026-11-10", "1", "/quote"),
        ("XYZ/EUR/2026-11-10", "1", "/base"),
        ("EUR/eur/2026-11-10", "1", "/quote"),
        ("EUR/ARS/2026-11-31", "1", "/date"),
        ("EUR/ARS/20261110", "1", "/date"),
        ("EUR/ARS/2126-11-10", "1", "/date"),
        ("EUR/ARS/2026-11-10", "0", "/rate"),
        ("EUR/ARS/2026-11-10", "-2", "/rate"),
        ("EUR/ARS/2026-11-10", "1,5", "/rate"),
    ],
)
def test_a_bad_part_is_named(person: SignedIn, place: str, rate: str, pointer: str) -> None:
    reply = person.client.put(f"/v1/currency/rates/{place}", {"rate": rate})

    assert reply.status == 422
    assert [one["pointer"] for one in reply.json["errors"]] == [pointer]


def test_what_a_law_fixed_is_not_replaced(person: SignedIn) -> None:
    assert put(person, "DEM", "EUR", "2026-11-10", "0.5").problem == "fixed-by-law"
    assert put(person, "EUR", "HRK", "2022-12-31", "7.5").status == 200  # the last day of the kuna


def test_a_month_holds_a_bounded_number(person: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own, "MOST_A_MONTH", 2)
    for day in ("2026-11-10", "2026-11-11"):
        assert put(person, "EUR", "ARS", day, "1500").status == 200

    assert put(person, "EUR", "ARS", "2026-11-12", "1500").problem == TooManyOwnRates.slug
    assert put(person, "EUR", "ARS", "2026-11-11", "1600").status == 200  # a replacement


@pytest.mark.durable
def test_two_rates_set_at_once_both_stand(here: Cloud) -> None:
    count = len(calls_of(lambda: put(signed_in(Client(here.app)), "EUR", "ARS", "2026-11-10", "1")))
    for order in orders(count, count, most=12):
        person = signed_in(Client(here.app))
        put(person, "EUR", "ARS", "2026-11-01", "1")  # so that there is something to lose

        results = interleaved(
            order,
            a=partial(put, person, "EUR", "ARS", "2026-11-10", "2"),
            b=partial(put, person, "EUR", "ARS", "2026-11-11", "3"),
        )

        statuses = [reply.status for reply in results.values() if isinstance(reply, Reply)]
        assert set(statuses) <= {200, 409}
        assert 200 in statuses
        assert len(listed(person)) == 1 + statuses.count(200)


def test_a_crash_leaves_all_or_nothing_and_a_repeat_finishes(here: Cloud) -> None:
    def act(person: SignedIn, key: str) -> Reply:
        return put(person, "EUR", "ARS", "2026-11-10", "1500", headers={"Idempotency-Key": key})

    first = signed_in(Client(here.app))
    for number, side in every_point(lambda: act(first, new_id())):
        person, key = signed_in(Client(here.app)), new_id()
        killed_at(number, side, partial(act, person, key))

        assert act(person, key).status == 200
        assert listed(person) == [("EUR", "ARS", "2026-11-10", "1500")]
        month = repository.get_month(person.owner, Period(2026, 11))
        assert isinstance(month, Month)
        assert month.version == 1


def test_ones_own_rates_are_declared_for_export_and_erasure() -> None:
    kinds = {kind.prefix for kind in currency.DATA_RIGHTS.kinds}

    assert {"OWN#", "CHG#", "META"} <= kinds
