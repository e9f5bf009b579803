"""A message acts for the owner whom it names and for nobody else, whatever it says otherwise."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib.kernel.ids import new_id
from tests.factories.expenses import balance, envelope, everything, handed, laid, opened, row
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.attack]


@pytest.fixture
def victim(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app), cloud)


@pytest.fixture
def thief(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app), cloud)


@pytest.mark.covers("V8.3.3")
def test_an_order_in_ones_own_name_reaches_no_account_of_another(
    cloud: Cloud, victim: SignedIn, thief: SignedIn
) -> None:
    account = opened(victim)["id"]
    order = laid(thief, [row(1, -420)], account)

    handed(cloud, envelope(thief, order))

    assert everything(victim) == []
    assert everything(thief) == []
    assert balance(victim, account) == "0.00"


@pytest.mark.covers("V8.3.3")
def test_pages_of_another_are_not_opened_for_whoever_names_them(
    cloud: Cloud, victim: SignedIn, thief: SignedIn
) -> None:
    order = laid(victim, [row(1, -420, payee="Corner Bakery")], opened(thief)["id"])

    handed(cloud, envelope(thief, order))

    assert everything(thief) == []


@pytest.mark.covers("V8.3.3")
@pytest.mark.parametrize(
    "owner", ["", "U#", "U#1", "X#{}", "u#{}", "U#{}#", "U#{}/../{}", "H#U#{}"]
)
def test_who_is_nobody_is_acted_for_by_nobody(cloud: Cloud, victim: SignedIn, owner: str) -> None:
    account = opened(victim)["id"]
    body = json.loads(envelope(victim, laid(victim, [row(1, -420)], account)))

    again = handed(cloud, json.dumps({**body, "owner": owner.replace("{}", victim.user_id)}))

    assert again == []
    assert everything(victim) == []


@pytest.mark.covers("V8.3.3")
def test_who_has_no_key_is_acted_for_by_nobody(cloud: Cloud, victim: SignedIn) -> None:
    account = opened(victim)["id"]
    ghost = replace(victim, owner=replace(victim.owner, id=new_id()))

    again = handed(cloud, envelope(ghost, laid(victim, [row(1, -420)], account)))

    assert again == []
    assert everything(victim) == []
