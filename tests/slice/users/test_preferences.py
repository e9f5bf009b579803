"""Preferences: defaults, one replacement at a time, and nothing that is not on a list."""

from __future__ import annotations

from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.kernel.wire import _zones
from chalicelib.users import api as users
from chalicelib.users.model.preferences import Preferences
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, interleaved, orders

pytestmark = pytest.mark.slice
PATH = "/v1/users/me/preferences"
NAMED = {"a": "dark", "b": "light"}
VIENNA: dict[str, Any] = {
    "locale": "de-at",
    "base_currency": "CHF",
    "time_zone": "Europe/Vienna",
    "week_start": "sunday",
    "month_start_day": 25,
    "number_format": "1.234,56",
    "date_format": "DD.MM.YYYY",
    "theme": "dark",
    "privacy_mode": True,
}


@pytest.fixture
def me(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


def test_before_anything_is_chosen_the_defaults_are_version_one(me: SignedIn) -> None:
    reply = me.client.get(PATH)

    assert reply.etag == '"1"'
    assert reply.json["time_zone"] == "UTC"
    assert users.preferences(me.user_id) == Preferences()


def test_what_was_chosen_is_what_services_and_the_person_read(me: SignedIn) -> None:
    with budget() as spent:
        reply = me.client.put(PATH, VIENNA, headers={"If-Match": '"1"'})

    assert reply.json == VIENNA | {"locale": "de-AT", "version": 2}
    assert spent.calls == {"BatchGetItem": 2, "GetItem": 1, "TransactWriteItems": 1}
    assert me.client.get(PATH).json == reply.json
    with budget() as read:
        found = users.preferences(me.user_id)
    assert (found.base_currency, found.month_start_day, found.version) == ("CHF", 25, 2)
    assert dict(read.calls) == {"GetItem": 1}


def test_the_same_again_changes_nothing_and_less_goes_back_to_defaults(me: SignedIn) -> None:
    versions = [me.client.put(PATH, body).json["version"] for body in (VIENNA, VIENNA, {})]

    assert versions == [2, 2, 3]
    assert me.client.get(PATH).json["theme"] == "system"


def test_a_stale_version_is_412_also_against_the_defaults(me: SignedIn) -> None:
    assert me.client.put(PATH, VIENNA).status == 200

    reply = me.client.put(PATH, {}, headers={"If-Match": '"1"'})

    assert (reply.status, reply.problem) == (412, "stale")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("locale", "german"),
        ("locale", "de_AT"),
        ("base_currency", "EURO"),
        ("base_currency", "eur"),
        ("time_zone", "CEST+2"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "posixrules"),
        ("time_zone", "europe/vienna"),
        ("week_start", "tuesday"),
        ("month_start_day", 0),
        ("month_start_day", 29),
        ("month_start_day", 1.5),
        ("number_format", "1_234"),
        ("date_format", "YY"),
        ("theme", "<script>"),
        ("privacy_mode", "maybe"),
        ("version", 7),
    ],
)
def test_what_is_on_no_list_is_refused_by_name(me: SignedIn, field: str, value: object) -> None:
    reply = me.client.put(PATH, VIENNA | {field: value})

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, f"/{field}")
    assert me.client.get(PATH).json["version"] == 1


def test_every_zone_that_may_be_chosen_can_be_loaded() -> None:
    names = sorted(_zones())

    assert len(names) > 500
    assert all(ZoneInfo(name).key == name for name in names)


def test_two_first_choices_at_once_both_count_one_after_the_other(me: SignedIn) -> None:
    def choose(person: SignedIn, theme: str) -> Reply:
        return person.client.put(PATH, VIENNA | {"theme": theme})

    length = len(calls_of(partial(choose, me, "light")))
    for number, order in enumerate(orders(length, length, most=3)):
        person = signed_in(me.client)
        acts = {name: partial(choose, person, theme) for name, theme in NAMED.items()}
        replies = interleaved(order, **acts)
        assert {reply.status for reply in replies.values() if isinstance(reply, Reply)} == {200}
        assert person.client.get(PATH).json["version"] == 3, number
