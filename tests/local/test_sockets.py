from __future__ import annotations

import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.local.conftest import Here, until

pytestmark = pytest.mark.local


def _open(here: Here, ticket: str = "good") -> ClientConnection:
    return connect(f"{here.base.replace('http', 'ws')}/ws?ticket={ticket}&ticket=good")


def _id(here: Here) -> str:
    return str(here.heard.sockets[0]["requestContext"]["connectionId"])


def _kinds(here: Here) -> list[str]:
    return [event["requestContext"]["eventType"] for event in here.heard.sockets]


def test_a_connection_is_told_heard_and_ended(here: Here) -> None:
    with _open(here) as socket:
        socket.send(json.dumps({"type": "resume", "after": "é"}))
        until(lambda: len(here.heard.sockets) == 2)
    until(lambda: len(here.heard.sockets) == 3)

    connected, said, gone = here.heard.sockets
    assert _kinds(here) == ["CONNECT", "MESSAGE", "DISCONNECT"]
    assert connected["multiValueQueryStringParameters"] == {"ticket": ["good", "good"]}
    assert connected["headers"]["host"].startswith("127.0.0.1")
    assert json.loads(said["body"]) == {"type": "resume", "after": "é"}
    assert connected["requestContext"]["connectionId"] == gone["requestContext"]["connectionId"]
    assert said["requestContext"]["routeKey"] == "$default"


def test_the_product_pushes_by_connection_id(here: Here) -> None:
    api = here.sdk("apigatewaymanagementapi")
    with _open(here) as socket:
        until(lambda: here.heard.sockets)
        for number in range(20):
            api.post_to_connection(ConnectionId=_id(here), Data=f"push {number} é".encode())

        assert [socket.recv(5) for _ in range(20)] == [f"push {number} é" for number in range(20)]
        info = api.get_connection(ConnectionId=_id(here))
        assert info["Identity"]["SourceIp"] == "127.0.0.1"
        assert here.call("/health").json["websockets"] == 1


def test_a_refused_connection_never_opens(here: Here, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{here.base.replace('http', 'ws')}/ws?ticket=bad")

    assert refused.value.response.status_code == 401
    assert _kinds(here) == ["CONNECT"]
    assert here.call("/health").status == 200
    assert caplog.messages == []
    with pytest.raises(InvalidStatus):
        connect(f"{here.base.replace('http', 'ws')}/elsewhere?ticket=good")


def test_an_unknown_connection_is_gone(here: Here) -> None:
    api = here.sdk("apigatewaymanagementapi")
    calls: list[Any] = [
        lambda: api.post_to_connection(ConnectionId="abc=", Data=b"x"),
        lambda: api.get_connection(ConnectionId="abc="),
        lambda: api.delete_connection(ConnectionId="abc="),
    ]
    for one in calls:
        with pytest.raises(api.exceptions.GoneException):
            one()


def test_a_closed_connection_is_gone(here: Here) -> None:
    api = here.sdk("apigatewaymanagementapi")
    with _open(here):
        until(lambda: here.heard.sockets)
    until(lambda: len(here.heard.sockets) == 2)

    with pytest.raises(api.exceptions.GoneException):
        api.post_to_connection(ConnectionId=_id(here), Data=b"x")


def test_the_product_can_close_a_connection(here: Here) -> None:
    with _open(here) as socket:
        until(lambda: here.heard.sockets)
        here.sdk("apigatewaymanagementapi").delete_connection(ConnectionId=_id(here))

        with pytest.raises(ConnectionClosed):
            socket.recv(5)
    until(lambda: _kinds(here) == ["CONNECT", "DISCONNECT"])


def test_a_message_too_large_is_refused_both_ways(here: Here) -> None:
    api = here.sdk("apigatewaymanagementapi")
    with _open(here) as socket:
        until(lambda: here.heard.sockets)
        with pytest.raises(api.exceptions.PayloadTooLargeException):
            api.post_to_connection(ConnectionId=_id(here), Data=b"x" * (128 * 1024 + 1))
        socket.send("x" * (128 * 1024 + 1))
        with pytest.raises(ConnectionClosed):
            socket.recv(5)
    until(lambda: "DISCONNECT" in _kinds(here))
