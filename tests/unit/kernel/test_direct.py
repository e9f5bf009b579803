"""DynamoDB's calls go out the short way: signed as botocore signs, and what may be tried again is botocore's."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import get_session
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import ProtocolError

from chalicelib.kernel import aws
from chalicelib.kernel.direct import Direct

_HOST: Final = "dynamodb.eu-central-1.amazonaws.com"
_NOWHERE: Final = HTTPConnectionPool("127.0.0.1", 9)
"""No test gets as far as that: `before-send` answers."""


class Wire:
    """A client whose answers are scripted; `ours` and `theirs` count who asked for them."""

    def __init__(self) -> None:
        session = get_session()
        session.set_credentials("AKID", "secret")
        config = Config(retries={"mode": "standard", "total_max_attempts": 2})
        self.client: Any = session.create_client(
            "dynamodb", region_name="eu-central-1", config=config
        )
        self.answers: list[Any] = []
        self.ours = self.theirs = 0
        self.credentials = session.get_credentials()
        self.sent: list[Any] = []
        self.client = Direct(self.client, _NOWHERE, self.credentials, agent="test")
        self.client.meta.events.register_first("before-send", self._answer)

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        self.sent.append(request)
        if "amz-sdk-request" in request.headers:  # botocore says which attempt it is
            self.theirs += 1
        else:
            self.ours += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def get(self) -> Any:
        return self.client.get_item(TableName="t", Key={"pk": {"S": "a"}})

    def write(self) -> Any:
        item = {"pk": {"S": "a"}, "raw": {"B": b"\x00\xff"}}
        return self.client.transact_write_items(
            TransactItems=[{"Put": {"TableName": "t", "Item": item}}]
        )


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    return Wire()


def _said(status: int, body: dict[str, Any], **headers: str) -> AWSResponse:
    answer = AWSResponse("", status, HeadersDict(headers), None)
    answer._content = json.dumps(body).encode()
    return answer


_FOUND: Final = {"Item": {"pk": {"S": "a"}, "raw": {"B": "AP8="}}}


def _signature(headers: Mapping[str, Any]) -> dict[str, str]:
    """Take what was signed by which key, as text."""
    text = _text(headers["Authorization"]).removeprefix("AWS4-HMAC-SHA256 ")
    return dict(part.split("=", 1) for part in text.split(", "))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def test_a_call_is_signed_with_the_keys_of_the_moment(wire: Wire) -> None:
    wire.answers = [_said(200, _FOUND)] * 3
    wire.get()
    wire.credentials.secret_key = "another"
    wire.get()
    wire.credentials.token = "a-token"
    wire.get()

    first, renewed, lent = (_signature(one.headers) for one in wire.sent)
    assert re.fullmatch(r"AKID/\d{8}/eu-central-1/dynamodb/aws4_request", first["Credential"])
    assert {"content-type", "host", "x-amz-date", "x-amz-target"} <= set(
        first["SignedHeaders"].split(";")
    )
    assert first["Signature"] != renewed["Signature"]
    assert wire.sent[2].headers["X-Amz-Security-Token"] == "a-token"
    assert "x-amz-security-token" in lent["SignedHeaders"].split(";")


def test_an_answer_is_asked_for_once(wire: Wire) -> None:
    wire.answers = [_said(200, _FOUND)]

    found = wire.get()

    assert found["Item"] == {"pk": {"S": "a"}, "raw": {"B": b"\x00\xff"}}
    assert (wire.ours, wire.theirs) == (1, 0)


def test_a_condition_that_failed_is_final_and_says_which(wire: Wire) -> None:
    reasons = [{"Code": "ConditionalCheckFailed"}, {"Code": "None"}]
    body = {"__type": "a#TransactionCanceledException", "CancellationReasons": reasons}
    wire.answers = [_said(400, {**body, "Message": "cancelled"})]

    with pytest.raises(ClientError) as refused:
        wire.write()

    assert refused.value.response["Error"]["Code"] == "TransactionCanceledException"
    assert refused.value.response["CancellationReasons"] == reasons
    assert (wire.ours, wire.theirs) == (1, 0)


@pytest.mark.parametrize(
    "first",
    [
        _said(500, {}),
        _said(503, {"__type": "x#ServiceUnavailable"}),
        _said(400, {"__type": "x#ProvisionedThroughputExceededException", "message": "slow down"}),
        _said(200, _FOUND, **{"x-amz-crc32": str(zlib.crc32(b"something else"))}),
        ProtocolError("the connection was closed"),
    ],
    ids=["500", "503", "throttled", "garbled", "no connection"],
)
def test_what_may_be_tried_again_is_botocores(wire: Wire, first: Any) -> None:
    wire.answers = [first, _said(500, {}), _said(200, _FOUND)]

    found = wire.get()

    assert found["Item"]["pk"] == {"S": "a"}
    assert (wire.ours, wire.theirs) == (1, 2)


def test_what_botocore_gives_up_on_is_an_error(wire: Wire) -> None:
    wire.answers = [_said(500, {"__type": "x#InternalServerError"}) for _ in range(3)]

    with pytest.raises(ClientError) as refused:
        wire.write()

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert (wire.ours, wire.theirs) == (1, 2)


def test_a_request_is_written_as_botocore_writes_it(wire: Wire) -> None:
    item = {"pk": {"S": "ä"}, "raw": {"B": b"\x00\xff"}, "many": {"BS": [b"1", b"22"]}}
    put = {
        "Put": {"TableName": "t", "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
    }
    bodies: list[Any] = []
    wire.client.meta.events.register_first(
        "before-send", lambda request, **_: bodies.append(json.loads(request.body))
    )
    wire.answers = [_said(500, {}), _said(200, {})]

    wire.client.transact_write_items(TransactItems=[put], ReturnConsumedCapacity="TOTAL")

    ours, theirs = bodies
    assert ours == theirs
    assert ours["ClientRequestToken"]


def test_listeners_hear_of_a_call_as_of_botocores(wire: Wire) -> None:
    heard: list[str] = []
    contexts: list[Any] = []

    def hear(event_name: str, context: Any, **_: Any) -> None:
        heard.append(event_name)
        contexts.append(context)

    for event in ("before-parameter-build", "before-call", "after-call"):
        wire.client.meta.events.register(event, hear)
    wire.answers = [_said(200, _FOUND)]

    wire.get()

    assert heard == [
        "before-parameter-build.dynamodb.GetItem",
        "before-call.dynamodb.GetItem",
        "after-call.dynamodb.GetItem",
    ]
    assert contexts[0] is contexts[1] is contexts[2]  # listeners of one call tell each other by it


def test_everything_else_is_botocores(wire: Wire) -> None:
    wire.answers = [_said(200, {"TableNames": ["t"]})]

    assert wire.client.list_tables()["TableNames"] == ["t"]
    assert (wire.ours, wire.theirs) == (0, 1)


def _client() -> tuple[Any, Any]:
    session = get_session()
    session.set_credentials("AKID", "secret")
    return session.create_client("dynamodb", region_name="eu-central-1"), session


def test_the_cloud_is_trusted_by_its_certificate_alone() -> None:
    pool = cast("Any", aws._directly(*_client()))._pool

    assert (pool.scheme, pool.host, pool.cert_reqs) == ("https", _HOST, "CERT_REQUIRED")
    assert Path(pool.ca_certs).is_file()


def test_behind_a_proxy_every_call_is_botocores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    client, session = _client()

    assert aws._directly(client, session) is client
