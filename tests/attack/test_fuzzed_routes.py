"""The ledger's routes under calls that nobody would write, made from `/openapi.json` and spoilt, from a seed.

No answer is a 500, every refusal is a problem document, every answer has the shape and the status that the document
promises, and none takes long. `XPENSE_FULL=1` makes 10,000 calls of it.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import Any, Final

import pytest

from tests.factories.expenses import ACCOUNTS, TRANSACTIONS, opened, recorded, recurring
from tests.factories.households import made
from tests.factories.imports import account_of, committed, uploaded
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.fuzz import Fuzzer
from tools.openapi import document

pytestmark = [pytest.mark.slice, pytest.mark.attack, pytest.mark.durable]

FULL: Final = bool(os.environ.get("XPENSE_FULL"))
CALLS: Final = 10_000 if FULL else 300
LONGEST: Final = 5.0
"""CPU seconds of this process that one call may take; its clock would measure what else the machine does."""
SEED: Final = "ledger"
FUZZED: Final = ("/v1/expenses", "/v1/analytics", "/v1/interchange")
CSV: Final = b"Date,Amount,Payee\n2026-11-02,-42.00,Depot\n2026-11-03,900.00,Employer\n"


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    import app

    assert app.SERVICES
    return document()


def _beginning(cloud: Cloud, openapi: dict[str, Any], number: int) -> tuple[SignedIn, Fuzzer]:
    """Give a person who has one of most things, and a fuzzer that knows their ids."""
    person = signed_in(Client(cloud.app))
    fuzzer = Fuzzer(openapi, FUZZED, f"{SEED} {number}")
    fuzzer.learn({"household": made(person)}, "/")
    for currency in ("EUR", "EUR", "JPY"):
        account = opened(person, currency=currency)
        fuzzer.learn(account, ACCOUNTS)
        bought = recorded(person, account["id"], "-12", currency=currency)
        fuzzer.learn(bought, TRANSACTIONS)
    fuzzer.learn(recurring(person, account_of(person)), "/v1/expenses/recurring")
    committed(cloud, person, uploaded(cloud, person, account_of(person), CSV))
    for route in fuzzer.routes:
        if route.method == "GET" and "{" not in route.path:
            reply = person.client.get(route.path)
            fuzzer.learn(reply.json if reply.status == 200 else {}, route.path)
    return person, fuzzer


def test_no_call_breaks_a_route_and_every_answer_is_as_documented(
    cloud: Cloud, openapi: dict[str, Any], record_property: Any
) -> None:
    people = [_beginning(cloud, openapi, number) for number in range(2)]
    wrong: list[str] = []
    statuses: Counter[int] = Counter()
    slowest = 0.0

    for number in range(CALLS):
        (person, fuzzer), (_, other) = people[number % 2], people[1 - number % 2]
        if number % 200 < 2:
            other.lend(fuzzer)
            cloud.drain()
        call = fuzzer.call()
        begun = time.process_time()
        reply = person.client.call(
            call.method, call.path, body=call.body, query=call.query, headers=call.headers
        )
        slowest = max(slowest, time.process_time() - begun)
        statuses[reply.status] += 1
        fault = fuzzer.judge(call, reply.status, reply.headers.get("Content-Type", ""), reply.text)
        if fault is not None:
            wrong.append(f"{call.method} {call.path} {call.query} {call.body!r:.800}: {fault}")

    record_property(
        "figure",
        f"fuzzed routes: {CALLS} calls to {len(people[0][1].routes)} routes, {len(wrong)} wrong answers, "
        f"slowest {slowest:.2f} s, {dict(sorted(statuses.items()))}",
    )
    assert wrong == []
    assert slowest < LONGEST
    assert statuses[200] + statuses[201] > CALLS / 8
