"""A full run with marked texts and secrets: none of them is found in clear in tables, buckets, queues or logs.

What S3 holds in clear by design is the finished export, under the bucket's own encryption, for seven days.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from chalicelib.kernel import outbox
from chalicelib.kernel.events import Message
from chalicelib.kernel.outbox import OutboxRow
from chalicelib.kernel.tables import Raw, TableSpec
from chalicelib.users.api import notices as users_notices
from chalicelib.users.events import VerificationRequested
from tests.factories.data_rights import (
    EXPORTS,
    SECRET,
    all_items,
    all_messages,
    objects_of_ours,
    with_everything,
)
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.attack]
PASSWORD = "Vm4Hidden seven tall lamps"
EMAIL = "xq7canary.person@example.org"


@pytest.fixture
def told(cloud: Cloud) -> Iterator[list[Message]]:
    """The messages that were committed."""
    heard: list[Message] = []

    def hear(_spec: TableSpec, rows: Sequence[Raw]) -> None:
        for row in rows:
            envelopes = OutboxRow.from_raw_data(dict(row)).envelopes()
            heard.extend(one.message() for one in envelopes)

    outbox.on_commit(hear)
    yield heard
    outbox.forget_listeners()


def signed_up(cloud: Cloud, told: list[Message]) -> list[str]:
    """Sign up, verify and sign in over the API; gives every secret that came or went."""
    client = Client(cloud.app, user_agent="Xq7Canary-phone/1")
    body = {"email": EMAIL, "password": PASSWORD, "display_name": "Xq7Canary Newcomer"}
    assert client.post("/v1/users/register", body).status == 202
    due = next(one for one in reversed(told) if isinstance(one, VerificationRequested))
    token = users_notices.verification_mail(due.user_id, due.verification_id).link.split("#token=")[
        1
    ]
    assert client.post("/v1/users/verify-email", {"token": token}).status == 204
    tokens = client.post("/v1/users/login", {"email": EMAIL, "password": PASSWORD})
    assert tokens.status == 200, tokens.text
    fresh = client.post(
        "/v1/users/token/refresh", {"refresh_token": tokens.json["refresh_token"]}
    ).json
    me = client.signed_in(fresh["access_token"])
    made = me.post(
        "/v1/users/me/api-tokens", {"name": "Xq7Canary key", "scopes": ["expenses:read"]}
    )
    assert made.status == 201, made.text
    assert client.post("/v1/users/login", {"email": EMAIL, "password": "wrong" * 5}).status == 401
    return [
        token,
        tokens.json["access_token"],
        tokens.json["refresh_token"],
        fresh["access_token"],
        fresh["refresh_token"],
        made.json["token"],
    ]


@pytest.mark.durable
@pytest.mark.covers("V14.2.4")
def test_no_personal_text_and_no_secret_lies_anywhere_in_clear(
    cloud: Cloud,
    told: list[Message],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    for theirs in (
        "botocore",
        "moto",
        "urllib3",
    ):  # a client that tells all it sends is another matter, and slow
        caplog.set_level(logging.WARNING, logger=theirs)
    secrets = signed_up(cloud, told)
    one = with_everything(cloud)
    assert one.person.client.post(EXPORTS).status == 202
    cloud.drain()

    marks = [*one.canaries, "Xq7Canary", EMAIL, PASSWORD, one.person.access_token, *secrets]
    for table, rows in all_items(cloud).items():
        for row in rows:
            assert not found(marks, row), (table, row["pk"], row["sk"])
    for key, data in objects_of_ours().items():
        if not key.split("?")[0].endswith(".zip"):
            assert not found(marks, data), key
    for body in all_messages(cloud):
        assert not found(marks, body), body
    for queue, message in cloud.delivered:
        assert not found(marks, message), (queue, message.get("type"))
    logged = capfd.readouterr()
    ours = [line for line in caplog.messages if "Xq7Canary" in line]
    assert not found(marks, logged.out + logged.err)
    assert not [line for line in ours if "botocore" not in line and "moto" not in line]


def found(marks: Sequence[str], where: Any) -> list[str]:
    """Look for marks in something, also as bytes."""
    text = where.decode("latin-1") if isinstance(where, bytes) else repr(where)
    lower = text.lower()
    return [mark for mark in marks if mark in text or mark.lower() in lower]


def test_the_scan_finds_a_mark_wherever_it_lies() -> None:
    assert found([SECRET], {"a": {"B": SECRET.encode()}}) == [SECRET]
    assert found([SECRET], b"\x00" + SECRET.encode()) == [SECRET]
