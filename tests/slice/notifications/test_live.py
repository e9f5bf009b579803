"""The live channel: one connection a ticket, pushes to the owner alone, nothing after the session's end."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import settings

from chalicelib.interchange.events import ImportProgressed
from chalicelib.kernel import clock, context, tables
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from chalicelib.notifications import repository
from chalicelib.notifications.model.tickets import write_ticket
from chalicelib.notifications.repository import TABLE
from chalicelib.notifications.service import live
from tests.factories.users import SignedIn, signed_in
from tests.slice.notifications.scenes import FakeGateway, delivered, enveloped, install
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud, LambdaContext
from tests.support.taps import calls_of, every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
TICKET = "/v1/notifications/ws-ticket"


@pytest.fixture(scope="module")
def here(cloud: Cloud) -> Cloud:
    return cloud


@pytest.fixture
def gateway(here: Cloud) -> FakeGateway:
    fake = FakeGateway()
    install("apigatewaymanagementapi", fake)
    return fake


@pytest.fixture
def person(here: Cloud, gateway: FakeGateway) -> SignedIn:
    return signed_in(Client(here.app))


def event(route: str, connection_id: str, **more: Any) -> dict[str, Any]:
    """The WebSocket API's event, as recorded from API Gateway, with ids changed."""
    kind = {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}.get(route, "MESSAGE")
    return {
        "requestContext": {
            "routeKey": route,
            "eventType": kind,
            "extendedRequestId": "PkF7_Hj5FiAFvPg=",
            "requestTime": "22/Nov/2026:12:00:00 +0000",
            "messageDirection": "IN",
            "stage": "test",
            "connectedAt": 1795348800000,
            "requestTimeEpoch": 1795348800000,
            "identity": {"sourceIp": "203.0.113.7"},
            "requestId": "PkF7_Hj5FiAFvPg=",
            "domainName": "abc123.execute-api.eu-central-1.amazonaws.com",
            "connectionId": connection_id,
            "apiId": "abc123",
        },
        "isBase64Encoded": False,
        **more,
    }


def call(here: Cloud, name: str, sent: dict[str, Any]) -> int:
    answer = here.app.handler_map[f"notifications_ws_{name}"](sent, LambdaContext())
    status: int = answer["statusCode"]
    return status


def knock(here: Cloud, ticket: str | None, connection_id: str | None = None) -> int:
    query = None if ticket is None else {"ticket": ticket}
    sent = event("$connect", connection_id or new_id(), queryStringParameters=query)
    return call(here, "connect", sent)


def ticket_of(person: SignedIn) -> str:
    reply = person.client.post(TICKET)
    assert reply.status == 200, reply.text
    ticket: str = reply.json["ticket"]
    return ticket


def connected(here: Cloud, person: SignedIn) -> str:
    """Open a connection and give its id, written as the gateway writes them."""
    connection_id = f"Pk{new_id()[-8:]}Hj="
    assert knock(here, ticket_of(person), connection_id) == 200
    return connection_id


def say(here: Cloud, connection_id: str, body: Any) -> int:
    text = body if isinstance(body, str) else json.dumps(body)
    return call(here, "message", event("$default", connection_id, body=text))


def sign_out(person: SignedIn) -> None:
    reply = person.client.post("/v1/users/logout")
    assert reply.status < 300, reply.text


def progressed(done: int = 1, *, state: Any = "committing") -> ImportProgressed:
    return ImportProgressed(import_id=new_id(), state=state, done=done, total=10)


def later(monkeypatch: pytest.MonkeyPatch, **more: float) -> None:
    moment: datetime = clock.now() + timedelta(**more)
    monkeypatch.setattr(clock, "now", lambda: moment)


def rows_of(person: SignedIn, low: str) -> list[Any]:
    found = Table(TABLE).query(str(person.owner), low, low[:-1] + "$", limit=500, consistent=True)
    return list(found.items)


# --- tickets


def test_a_ticket_opens_one_connection(here: Cloud, person: SignedIn) -> None:
    ticket = ticket_of(person)

    assert knock(here, ticket) == 200
    assert knock(here, ticket) == 401


def test_two_at_once_with_one_ticket_let_one_in(here: Cloud, person: SignedIn) -> None:
    example = ticket_of(person)
    length = len(calls_of(lambda: knock(here, example)))
    assert length == 4
    # all 70 where the full figures are asked for
    for order in orders(length, length)[:: 1 if settings().max_examples > 100 else 5]:
        ticket = ticket_of(person)

        results = interleaved(order, a=partial(knock, here, ticket), b=partial(knock, here, ticket))

        statuses = set(results.values())
        assert statuses in ({200, 401}, {200, 409}), (order, results)


def test_a_ticket_is_good_for_thirty_seconds(
    here: Cloud, person: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = person.client.post(TICKET)
    assert reply.json["expires_in"] == 30
    (row,) = rows_of(person, "TKT#")
    assert 28 <= int(row["ttl"]["N"]) - clock.now().timestamp() <= 30

    monkeypatch.setattr(tables, "now", lambda: clock.now() + timedelta(seconds=31))
    assert knock(here, reply.json["ticket"]) == 401


def test_the_ticket_is_not_kept(here: Cloud, person: SignedIn) -> None:
    ticket = ticket_of(person)

    assert ticket not in json.dumps(rows_of(person, "TKT#"))
    assert ticket[24:] not in json.dumps(rows_of(person, "TKT#"))


@pytest.mark.parametrize("ticket", [None, "", "x", "A" * 64, "é" * 64, "A" * 5_000])
def test_what_is_no_ticket_opens_nothing(here: Cloud, ticket: str | None) -> None:
    assert knock(here, ticket) == 401


def test_a_ticket_is_bound_to_its_owner(here: Cloud, person: SignedIn) -> None:
    ticket = ticket_of(person)
    other = signed_in(Client(here.app))
    stolen = write_ticket(other.user_id, base64.urlsafe_b64decode(ticket)[16:])

    assert knock(here, stolen) == 401
    assert knock(here, ticket) == 200


def test_a_ticket_does_not_outlive_its_session(here: Cloud, person: SignedIn) -> None:
    ticket = ticket_of(person)
    sign_out(person)

    assert knock(here, ticket) == 401


def test_a_ticket_needs_a_token(here: Cloud) -> None:
    assert Client(here.app).post(TICKET).status == 401


def test_each_ticket_is_another_one_whatever_the_key(here: Cloud, person: SignedIn) -> None:
    headers = {"Idempotency-Key": "the-same"}

    one = person.client.post(TICKET, headers=headers).json["ticket"]
    two = person.client.post(TICKET, headers=headers).json["ticket"]

    assert one != two


# --- talking


def test_a_ping_is_answered(here: Cloud, person: SignedIn, gateway: FakeGateway) -> None:
    connection = connected(here, person)

    assert say(here, connection, {"type": "ping"}) == 200

    (pong,) = gateway.heard(connection)
    assert (pong["type"], pong["data"]) == ("pong", {})


@pytest.mark.parametrize(
    ("body", "slug"),
    [("hello", "malformed"), ({"type": "shout"}, "invalid"), ("x" * 5_000, "malformed")],
)
def test_what_is_not_understood_is_said_so(
    here: Cloud, person: SignedIn, gateway: FakeGateway, body: Any, slug: str
) -> None:
    connection = connected(here, person)

    assert say(here, connection, body) == 200

    (answer,) = gateway.heard(connection)
    assert answer["type"] == "problem"
    assert answer["data"]["type"] == f"urn:xpense:problem:{slug}"
    assert gateway.closed == []


def test_a_connection_that_nobody_knows_is_told_and_ended(
    here: Cloud, gateway: FakeGateway
) -> None:
    say(here, "unknown", {"type": "ping"})

    assert gateway.heard("unknown")[0]["data"]["type"] == "urn:xpense:problem:unknown-connection"
    assert gateway.closed == ["unknown"]


def test_a_session_that_ended_is_not_answered(
    here: Cloud, person: SignedIn, gateway: FakeGateway
) -> None:
    connection = connected(here, person)
    sign_out(person)

    say(here, connection, {"type": "resume"})

    assert gateway.heard(connection) == []
    assert gateway.closed == [connection]
    assert rows_of(person, "CON#") == []


def test_a_connection_that_ended_is_forgotten(
    here: Cloud, person: SignedIn, gateway: FakeGateway
) -> None:
    connection = connected(here, person)

    for _ in range(2):
        assert call(here, "disconnect", event("$disconnect", connection)) == 200

    assert rows_of(person, "CON#") == []
    assert Table(TABLE).get((f"CON#{connection}", "CON")) is None


def test_the_oldest_connection_gives_way(
    here: Cloud, person: SignedIn, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "MOST_CONNECTIONS", 3)
    opened = []
    start = clock.now()
    for number in range(5):
        moment = start + timedelta(seconds=number)
        with monkeypatch.context() as patch:
            patch.setattr(context, "now", lambda moment=moment: moment)
            opened.append(connected(here, person))

    assert gateway.closed == opened[:2]
    left = {row["connection_id"]["S"] for row in rows_of(person, "CON#")}
    assert left == set(opened[2:])


# --- pushes


def test_progress_reaches_the_owners_connections_and_nobody_else(
    here: Cloud, person: SignedIn, gateway: FakeGateway
) -> None:
    phone, laptop = connected(here, person), connected(here, person)
    stranger = connected(here, signed_in(Client(here.app)))
    fact, message_id = progressed(7), new_id()

    assert delivered(here, [enveloped(person.owner, fact, id=message_id)]) == 0

    expected = {
        "id": message_id,
        "type": "interchange.import_progressed.v1",
        "data": {"import_id": fact.import_id, "state": "committing", "done": 7, "total": 10},
    }
    assert gateway.heard(phone) == gateway.heard(laptop) == [expected]
    assert gateway.heard(stranger) == []


def test_a_copy_of_a_message_is_not_pushed_again(
    here: Cloud, person: SignedIn, gateway: FakeGateway
) -> None:
    connection = connected(here, person)
    body = enveloped(person.owner, progressed())

    delivered(here, [body, body])

    assert len(gateway.heard(connection)) == 1


def test_a_repeat_after_a_death_carries_the_same_id(
    here: Cloud, person: SignedIn, gateway: FakeGateway
) -> None:
    connection = connected(here, person)
    example = enveloped(person.owner, progressed())
    points = list(every_point(lambda: delivered(here, [example])))
    for point, side in points:
        message_id = new_id()
        body = enveloped(person.owner, progressed(), id=message_id)
        killed_at(point, side, partial(delivered, here, [body]))
        delivered(here, [body])
        delivered(here, [body])

        heard = [one for one in gateway.heard(connection) if one["id"] == message_id]
        assert 1 <= len(heard) <= 2, (point, side)
        assert all(one == heard[0] for one in heard)


def test_an_ended_session_hears_nothing_more(
    here: Cloud, person: SignedIn, gateway: FakeGateway
) -> None:
    connection = connected(here, person)
    sign_out(person)

    delivered(here, [enveloped(person.owner, progressed())])

    assert gateway.heard(connection) == []
    assert gateway.closed == [connection]
    assert rows_of(person, "CON#") == []


def test_a_connection_that_is_gone_is_removed_but_not_one_that_is_just_opening(
    here: Cloud, person: SignedIn, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connected(here, person)
    gateway.gone.add(connection)

    delivered(here, [enveloped(person.owner, progressed())])
    assert len(rows_of(person, "CON#")) == 1

    later(monkeypatch, seconds=15)
    delivered(here, [enveloped(person.owner, progressed())])
    assert rows_of(person, "CON#") == []
    assert Table(TABLE).get((f"CON#{connection}", "CON")) is None


def test_a_push_that_fails_otherwise_is_left_to_the_replay(
    here: Cloud, person: SignedIn, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connected(here, person)
    gateway.failing = "LimitExceededException"
    later(monkeypatch, seconds=15)

    assert delivered(here, [enveloped(person.owner, progressed(3))]) == 0

    gateway.failing = ""
    say(here, connection, {"type": "resume"})
    assert [one["type"] for one in gateway.heard(connection)] == [
        "interchange.import_progressed.v1",
        "resumed",
    ]


# --- what was missed


def test_a_client_that_comes_back_hears_what_it_missed(
    here: Cloud, person: SignedIn, gateway: FakeGateway
) -> None:
    ids = [new_id() for _ in range(4)]
    for number, message_id in enumerate(ids):
        delivered(here, [enveloped(person.owner, progressed(number), id=message_id)])
    connection = connected(here, person)

    say(here, connection, {"type": "resume", "after": ids[1]})

    # what is up to two minutes older comes again: it may have been on its way for longer
    *replayed, end = gateway.heard(connection)
    assert [one["id"] for one in replayed] == [ids[0], ids[2], ids[3]]
    assert [one["data"]["done"] for one in replayed] == [0, 2, 3]
    assert (end["type"], end["data"]) == ("resumed", {"complete": True})


def test_older_messages_are_not_replayed(
    here: Cloud, person: SignedIn, gateway: FakeGateway
) -> None:
    delivered(
        here, [enveloped(person.owner, progressed(), id="01900000-0000-7000-8000-000000000000")]
    )
    connection = connected(here, person)

    say(here, connection, {"type": "resume", "after": new_id()})

    assert [one["type"] for one in gateway.heard(connection)] == ["resumed"]


def test_too_much_that_was_missed_is_said_so(
    here: Cloud, person: SignedIn, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "REPLAYED", 2)
    for _ in range(3):
        delivered(here, [enveloped(person.owner, progressed())])
    connection = connected(here, person)

    say(here, connection, {"type": "resume"})

    heard = gateway.heard(connection)
    assert len(heard) == 3
    assert heard[-1]["data"] == {"complete": False}


@pytest.mark.covers("V14.2.7")
def test_a_message_is_kept_for_a_day(here: Cloud, person: SignedIn, gateway: FakeGateway) -> None:
    delivered(here, [enveloped(person.owner, progressed())])

    (row,) = rows_of(person, "MSG#")
    assert 86_390 <= int(row["ttl"]["N"]) - clock.now().timestamp() <= 86_400


def test_nobody_hears_what_others_missed(
    here: Cloud, person: SignedIn, gateway: FakeGateway
) -> None:
    delivered(here, [enveloped(signed_in(Client(here.app)).owner, progressed())])
    connection = connected(here, person)

    say(here, connection, {"type": "resume"})

    assert [one["type"] for one in gateway.heard(connection)] == ["resumed"]


# --- what it costs


def test_the_costs_are_exact(here: Cloud, person: SignedIn, gateway: FakeGateway) -> None:
    with budget() as ticket:
        text = ticket_of(person)
    with budget() as knocked:
        knock(here, text, "Pk1")
    with budget() as ping:
        say(here, "Pk1", {"type": "ping"})
    with budget() as push:
        delivered(here, [enveloped(person.owner, progressed())])
    nobody = signed_in(Client(here.app))
    with budget() as unheard:
        delivered(here, [enveloped(nobody.owner, progressed())])

    assert (dict(ticket.calls), ticket.writes) == ({"BatchGetItem": 1, "PutItem": 1}, 1)
    assert (dict(knocked.calls), knocked.writes) == (
        {"GetItem": 1, "BatchGetItem": 1, "Query": 1, "TransactWriteItems": 1},
        3,
    )
    assert (dict(ping.calls), ping.writes) == ({"GetItem": 1, "BatchGetItem": 1}, 0)
    assert (dict(push.calls), push.writes) == (
        {"BatchGetItem": 2, "Query": 1, "TransactWriteItems": 1},
        2,
    )
    # nobody listens: no session is asked for
    assert dict(unheard.calls) == {"BatchGetItem": 1, "Query": 1, "TransactWriteItems": 1}
