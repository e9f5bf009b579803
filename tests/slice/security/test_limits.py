"""Limits are exact, count by subject, end with their window, and let nobody through when they cannot count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from chalicelib.kernel import aws
from chalicelib.kernel.errors import TooMany, Unavailable
from chalicelib.kernel.ids import new_id
from chalicelib.security import api as security
from chalicelib.security.api import Limit
from chalicelib.security.repository import TABLE
from tests.factories.users import signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import interleaved, orders

pytestmark = pytest.mark.slice
AT = datetime(2026, 11, 22, 12, 0, 7, tzinfo=UTC)


def test_a_quota_is_exact_and_says_what_is_left(cloud: Cloud) -> None:
    limit, subject = Limit("t", 3, 60), new_id()

    left = [security.take(limit, subject, now=AT) for _ in range(3)]

    assert [(one.remaining, one.reset) for one in left] == [(2, 53), (1, 53), (0, 53)]
    with pytest.raises(TooMany) as refused:
        security.take(limit, subject, now=AT)
    assert refused.value.retry_after == 53


def test_the_next_window_starts_afresh(cloud: Cloud) -> None:
    limit, subject = Limit("t", 1, 60), new_id()
    security.take(limit, subject, now=AT)

    assert security.take(limit, subject, now=AT + timedelta(seconds=53)).remaining == 0


def test_subjects_and_limits_do_not_share(cloud: Cloud) -> None:
    one, subject = Limit("t", 1, 60), new_id()
    security.take(one, subject, now=AT)

    security.take(one, new_id(), now=AT)
    security.take(Limit("u", 1, 60), subject, now=AT)


@pytest.mark.parametrize("order", orders(2, 2))
def test_two_at_once_never_share_the_last_one(cloud: Cloud, order: tuple[str, ...]) -> None:
    limit, subject = Limit("t", 3, 60), new_id()

    def twice() -> int:
        taken = 0
        for _ in range(2):
            try:
                security.take(limit, subject, now=AT)
            except TooMany:
                continue
            taken += 1
        return taken

    results = interleaved(order, a=twice, b=twice)

    assert sum(int(str(value)) for value in results.values()) == 3


def test_taking_is_one_write(cloud: Cloud) -> None:
    with budget() as spent:
        security.take(Limit("t", 3, 60), new_id(), now=AT)

    assert spent.calls == {"UpdateItem": 1}


def test_the_table_does_not_hold_the_subject(cloud: Cloud) -> None:
    security.take(Limit("canary-limit", 3, 60), "203.0.113.77", now=AT)

    items = _scan()

    found = [item for item in items if item["pk"]["S"].startswith("LIM#canary-limit#")]
    assert len(found) == 1
    assert "203.0.113.77" not in repr(items)
    assert int(found[0]["ttl"]["N"]) == int((AT + timedelta(seconds=53)).timestamp())


def _scan() -> list[Any]:
    client: Any = aws.dynamodb()
    items: list[Any] = client.scan(TableName=TABLE.name)["Items"]
    return items


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "UpdateItem"),
        ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "UpdateItem"),
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
    ],
)
def test_a_limit_that_cannot_be_counted_lets_nobody_through(cloud: Cloud, error: Exception) -> None:
    client: Any = aws.dynamodb()

    def fail(**_: Any) -> None:
        raise error

    client.meta.events.register("before-call.dynamodb.UpdateItem", fail)
    try:
        with pytest.raises(Unavailable):
            security.take(Limit("t", 3, 60), new_id(), now=AT)
        reply = Client(cloud.app).post("/v1/security/password-check", {"password": "x"})
        assert (reply.status, reply.problem) == (503, "unavailable")
    finally:
        client.meta.events.unregister("before-call.dynamodb.UpdateItem", fail)


def test_a_route_with_a_limit_says_so_and_answers_429_with_retry_after(cloud: Cloud) -> None:
    client = Client(cloud.app)

    replies = [client.post("/v1/security/password-check", {"password": "x"}) for _ in range(61)]

    if replies[-1].status == 200:  # the minute was just over
        replies += [
            client.post("/v1/security/password-check", {"password": "x"}) for _ in range(60)
        ]
    assert replies[0].headers["RateLimit-Policy"] == '"password-check";q=60;w=60'
    assert replies[0].headers["RateLimit"].startswith('"password-check";r=59;t=')
    assert replies[-1].problem == "too-many-requests"
    assert 1 <= int(replies[-1].headers["Retry-After"]) <= 60
    assert Client(cloud.app).post("/v1/security/password-check", {"password": "x"}).status == 200


def test_signed_in_people_behind_one_address_are_counted_apart(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [signed_in(Client(cloud.app, address="203.0.113.9")) for _ in range(2)]
    taken: list[str] = []
    take = security.take

    def noted(limit: Limit, subject: str, **more: Any) -> Any:
        if limit.name == "receipts":
            taken.append(subject)
        return take(limit, subject, **more)

    monkeypatch.setattr(security, "take", noted)
    for one in people:
        reply = one.client.post("/v1/expenses/receipts", {"text": "Shop\nTOTAL 1.00"})
        assert reply.status == 201, reply.text

    assert taken == [one.user_id for one in people]
