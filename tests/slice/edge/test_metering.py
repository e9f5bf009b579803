"""Every request and every message ends in one line that says what it took and for whom, and nothing else of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.kernel.log import logger
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
ACCOUNTS = "/v1/expenses/accounts"


@pytest.fixture(name="person")
def somebody(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture(name="lines")
def heard() -> Iterator[list[dict[str, Any]]]:
    """What is logged, as the JSON lines that leave the process."""
    found: list[dict[str, Any]] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(self.format(record)))

    log = logger()
    ear = Ear()
    ear.setFormatter(log.registered_formatter)
    before = log.log_level
    log.setLevel("INFO")
    log.addHandler(ear)
    yield found
    logging.getLogger(log.name).removeHandler(ear)
    log.setLevel(before)


def use_cases(lines: list[dict[str, Any]], operation: str) -> list[dict[str, Any]]:
    return [one for one in lines if one["message"] == "use-case" and one["operation"] == operation]


def test_a_request_tells_what_it_took(person: SignedIn, lines: list[dict[str, Any]]) -> None:
    body = {"name": "Purse of secrets", "kind": "cash", "currency": "EUR"}
    assert person.client.post(ACCOUNTS, body).status == 201

    (line,) = use_cases(lines, "expenses.create_account")

    assert line["owner"] == str(person.owner)
    assert line["status"] == 201
    assert line["failed"] == 0
    assert line["calls"]["TransactWriteItems"] == 1
    assert line["bytes_sent"] > 500
    assert 0 < line["cpu_ms"] <= line["duration_ms"]
    assert line["request_id"]
    assert "secrets" not in json.dumps(lines)


def test_a_refusal_is_told_with_its_status_and_is_no_failure(
    person: SignedIn, lines: list[dict[str, Any]]
) -> None:
    assert person.client.get(f"{ACCOUNTS}/01a223da-b00a-70f1-8a46-ec34bdebad51").status == 404

    (line,) = use_cases(lines, "expenses.read_account")

    assert (line["status"], line["failed"], line["owner"]) == (404, 0, str(person.owner))


def test_a_message_is_told_with_the_request_that_it_came_from(
    person: SignedIn, cloud: Cloud, lines: list[dict[str, Any]]
) -> None:
    account = person.client.post(
        ACCOUNTS, {"name": "Purse", "kind": "cash", "currency": "EUR"}
    ).json["id"]
    made = person.client.post(
        "/v1/expenses/transactions",
        {
            "account_id": account,
            "amount": {"amount": "-1.00", "currency": "EUR"},
            "booked_on": "2026-01-01",
            "payee": "Shop",
        },
    )
    assert made.status == 201
    cloud.drain()

    (request,) = use_cases(lines, "expenses.create_transaction")
    told = [one for one in lines if one["message"] == "use-case" and one.get("event_id")]

    assert {one["owner"] for one in told} == {str(person.owner)}
    assert request["request_id"] in {one.get("trace") for one in told}
    assert {one["status"] for one in told} <= {"done", "known"}
