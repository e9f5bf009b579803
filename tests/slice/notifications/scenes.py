"""The outside world of notifications, made up: a mail service and a WebSocket gateway that remember."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.kernel import aws
from chalicelib.kernel.clock import now
from chalicelib.kernel.events import Envelope, Fact, encode
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import Owner
from tests.support.cloud import Cloud, LambdaContext, sqs_event


def refused(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


@dataclass(slots=True)
class FakeGateway:
    """API Gateway's management API: keeps what was pushed, by connection."""

    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    failing: str = ""

    def post_to_connection(self, **request: Any) -> dict[str, Any]:
        if self.failing:
            raise refused(self.failing, "PostToConnection")
        if request["ConnectionId"] in self.gone:
            raise refused("GoneException", "PostToConnection")
        self.posts.append((request["ConnectionId"], json.loads(request["Data"])))
        return {}

    def delete_connection(self, **request: Any) -> dict[str, Any]:
        if request["ConnectionId"] in self.gone:
            raise refused("GoneException", "DeleteConnection")
        self.closed.append(request["ConnectionId"])
        return {}

    def heard(self, connection_id: str) -> list[dict[str, Any]]:
        """What a connection was sent."""
        return [message for one, message in self.posts if one == connection_id]


@dataclass(slots=True)
class FakeMail:
    """SES that refuses with the codes given, one after the other, and then takes everything."""

    codes: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)

    def send_email(self, **request: Any) -> dict[str, Any]:
        if self.codes:
            raise refused(self.codes.pop(0), "SendEmail")
        self.sent.append(request)
        return {"MessageId": new_id()}


def install(service: str, fake: object) -> None:
    """Put a fake in a client's place until the clients are reset."""
    aws._CLIENTS[service] = fake


def enveloped(owner: Owner, fact: Fact, *, id: str | None = None) -> str:
    """Write a fact as it lies in the queue."""
    return Envelope(
        id=id or new_id(),
        type=fact.name,
        time=now(),
        owner=str(owner),
        subject=owner.id,
        sequence=0,
        trace=new_id(),
        data=encode(fact),
    ).to_json()


def delivered(here: Cloud, bodies: Sequence[str]) -> int:
    """Hand bodies to the inbox handler as Lambda does; gives how many must come again."""
    messages = [{"MessageId": new_id(), "Body": body} for body in bodies]
    answer: Mapping[str, Any] = here.app.handler_map["notifications_inbox"](
        sqs_event("notifications-inbox", messages), LambdaContext()
    )
    return len(answer["batchItemFailures"])
