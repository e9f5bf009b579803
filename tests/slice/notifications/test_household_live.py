"""The live channel in households: every member who sees all of it hears of it, and nobody else."""

from __future__ import annotations

import pytest

from chalicelib.interchange.events import ImportProgressed
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import opened
from tests.factories.households import HOUSEHOLDS, joined, made, owner_of, within
from tests.factories.imports import uploaded
from tests.factories.users import SignedIn, signed_in
from tests.slice.notifications.scenes import FakeGateway, delivered, enveloped, install
from tests.slice.notifications.test_live import connected, progressed, say
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]


@pytest.fixture
def gateway(cloud: Cloud) -> FakeGateway:
    fake = FakeGateway()
    install("apigatewaymanagementapi", fake)
    return fake


@pytest.fixture
def ada(cloud: Cloud, gateway: FakeGateway) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture
def bob(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.mark.covers("V8.2.2")
def test_members_who_see_all_of_a_household_hear_of_its_import_and_others_do_not(
    cloud: Cloud, ada: SignedIn, bob: SignedIn, gateway: FakeGateway
) -> None:
    home = made(ada)
    joined(ada, home, bob, role="viewer")
    account = opened(within(ada, home))["id"]
    limited, former, stranger = (signed_in(Client(cloud.app)) for _ in range(3))
    joined(ada, home, limited, role="viewer", accounts={account: "viewer"})
    joined(ada, home, former, role="viewer")
    assert former.client.post(f"{HOUSEHOLDS}/{home}/leave", {}).status in {200, 204}
    hers, his = connected(cloud, ada), connected(cloud, bob)
    deaf = [connected(cloud, one) for one in (limited, former, stranger)]
    fact, message_id = progressed(7), new_id()

    assert delivered(cloud, [enveloped(owner_of(home), fact, id=message_id)]) == 0
    cloud.drain()

    expected = {
        "id": message_id,
        "type": ImportProgressed.name,
        "household": home,
        "data": {"import_id": fact.import_id, "state": "committing", "done": 7, "total": 10},
    }
    assert gateway.heard(hers) == gateway.heard(his) == [expected]
    assert [gateway.heard(one) for one in deaf] == [[], [], []]


def test_a_member_who_was_away_hears_it_on_coming_back(
    cloud: Cloud, ada: SignedIn, bob: SignedIn, gateway: FakeGateway
) -> None:
    home = made(ada)
    joined(ada, home, bob, role="viewer")
    message_id = new_id()
    delivered(cloud, [enveloped(owner_of(home), progressed(), id=message_id)])
    cloud.drain()

    connection = connected(cloud, bob)
    assert say(cloud, connection, {"type": "resume"}) == 200

    missed, end = gateway.heard(connection)
    assert (missed["id"], missed["household"]) == (message_id, home)
    assert end["data"] == {"complete": True}


def test_an_import_into_a_household_is_followed_live(
    cloud: Cloud, ada: SignedIn, bob: SignedIn, gateway: FakeGateway
) -> None:
    home = made(ada)
    joined(ada, home, bob, role="editor")
    account = opened(within(ada, home))["id"]
    listening = connected(cloud, bob)

    job = uploaded(cloud, within(ada, home), account, b"Date,Amount,Payee\n2026-01-02,-1.00,Shop\n")
    cloud.drain()

    heard = gateway.heard(listening)
    assert {(one["household"], one["data"]["import_id"]) for one in heard} == {(home, job["id"])}
    assert {one["data"]["state"] for one in heard} >= {"ready"}


def test_a_copy_of_a_message_orders_nothing_again_and_the_cost_does_not_grow_with_members(
    cloud: Cloud, ada: SignedIn, bob: SignedIn, gateway: FakeGateway
) -> None:
    home = made(ada)
    joined(ada, home, bob, role="viewer")
    listening = connected(cloud, bob)
    body = enveloped(owner_of(home), progressed())

    with budget() as spent:
        delivered(cloud, [body])
    delivered(cloud, [body])
    cloud.drain()

    assert spent.calls == {"BatchGetItem": 1, "Query": 1, "TransactWriteItems": 1}
    assert len(gateway.heard(listening)) == 1
