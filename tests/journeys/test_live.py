"""The WebSocket: a ticket opens it once, and an import's progress comes over it without being asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.journeys.product import IMPORTS, PATIENCE, Person, Product, sign_up, until

pytestmark = pytest.mark.journey

PROGRESSED: Final = "interchange.import_progressed.v1"
TICKET: Final = "/v1/notifications/ws-ticket"
ROWS: Final = 300


@contextmanager
def _live(person: Person, ticket: str = "") -> Iterator[ClientConnection]:
    """Connect with a ticket, a new one where none is given."""
    used = ticket or person.post(TICKET, None, 200)["ticket"]
    url = f"{person.product.base.replace('http', 'ws', 1)}/ws?ticket={used}"
    with connect(url, open_timeout=PATIENCE, close_timeout=PATIENCE) as socket:
        yield socket


def _heard(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(socket.recv(timeout=PATIENCE))
    assert set(message) == {"id", "type", "data"}
    return message


def _told(person: Person, socket: ClientConnection) -> dict[str, Any]:
    """Give what was said of imports so far, by message id: queues keep no order, so neither do we."""
    person.product.settle()
    socket.send('{"type": "ping"}')
    found = {}
    while (message := _heard(socket))["type"] != "pong":
        assert message["type"] == PROGRESSED
        found[message["id"]] = message["data"]
    return found


def _statement() -> bytes:
    rows = [f"2026-01-{place % 28 + 1:02d},-{place + 1}.00,Shop" for place in range(ROWS)]
    return "\n".join(["Date,Amount,Payee", *rows]).encode()


def _imported(person: Person) -> str:
    job = person.read(person.account(), _statement())
    person.commit(job["id"])
    return str(job["id"])


def test_an_import_is_followed_on_every_open_connection(product: Product) -> None:
    person, stranger = sign_up(product), sign_up(product)
    with _live(person) as phone, _live(person) as laptop, _live(stranger) as other:
        import_id = _imported(person)
        told = _told(person, phone)
        assert _told(person, laptop) == told
        assert _told(stranger, other) == {}

    assert {one["import_id"] for one in told.values()} == {import_id}
    states = [one["state"] for one in told.values()]
    assert set(states) == {"parsing", "ready", "committing", "done"}
    (done,) = [one for one in told.values() if one["state"] == "done"]
    assert (done["done"], done["total"]) == (ROWS, ROWS)


def test_progress_comes_while_the_import_runs(person: Person) -> None:
    with _live(person) as socket:
        job = person.start(person.account())
        assert person.product.upload(job["upload"], _statement())[0] == 204

        states = {_heard(socket)["data"]["state"], _heard(socket)["data"]["state"]}

        assert states == {"parsing", "ready"}
        assert person.get(f"{IMPORTS}/{job['id']}")["state"] == "ready"


def test_what_was_missed_is_replayed_after_the_last_message_heard(person: Person) -> None:
    with _live(person) as socket:
        first = _imported(person)
        heard = _told(person, socket)
    missed = _imported(person)
    person.product.settle()

    with _live(person) as socket:
        socket.send(json.dumps({"type": "resume", "after": max(heard)}))
        replayed = []
        while (message := _heard(socket))["type"] != "resumed":
            replayed.append(message)

    assert message["data"] == {"complete": True}
    new = [one["data"] for one in replayed if one["id"] not in heard]
    assert {one["import_id"] for one in new} == {missed} != {first}
    assert {one["state"] for one in new} == {"parsing", "ready", "committing", "done"}


def test_a_ticket_opens_one_connection(person: Person) -> None:
    ticket = person.post(TICKET, None, 200)["ticket"]
    with _live(person, ticket) as socket:
        socket.send('{"type": "ping"}')
        assert _heard(socket)["type"] == "pong"

        with pytest.raises(InvalidStatus) as refused, _live(person, ticket):
            pass
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize("ticket", ["x", "A" * 64, "%00", "é", "A" * 4_000])
def test_a_made_up_ticket_opens_nothing(person: Person, ticket: str) -> None:
    with pytest.raises(InvalidStatus) as refused, _live(person, ticket):
        pass
    assert refused.value.response.status_code == 401


def test_what_a_client_says_wrongly_is_answered_by_a_problem(person: Person) -> None:
    with _live(person) as socket:
        for said in ("", "{", "null", '{"type": "sudo"}', "[" * 4_000, '{"type": "ping", "x": 1}'):
            socket.send(said)
            message = _heard(socket)
            assert message["type"] == "problem", said
            assert message["data"]["status"] in {400, 422}
        socket.send('{"type": "ping"}')
        assert _heard(socket)["type"] == "pong"


def test_a_session_that_ended_hears_nothing_more(product: Product) -> None:
    person = sign_up(product)
    with _live(person) as socket:
        assert person.call("POST", "/v1/users/logout").status == 204
        socket.send('{"type": "ping"}')
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=PATIENCE)

    assert person.call("GET", IMPORTS).status == 401
    assert until(lambda: product.health()["websockets"] == 0, "the connection is gone")
