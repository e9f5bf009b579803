"""The tests' own cloud: what was written is relayed, what was not is not, and no count depends on the clock."""

from __future__ import annotations

import time
from functools import partial

import pytest
from botocore.exceptions import ClientError

from chalicelib.expenses.repository import TABLE
from chalicelib.kernel import aws
from chalicelib.kernel.outbox import PREFIX
from chalicelib.security.service import signing
from tests.factories.expenses import opened, recorded
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import killed_at

pytestmark = pytest.mark.slice


@pytest.fixture
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture
def account(cloud: Cloud, person: SignedIn) -> str:
    """An account, when all is quiet."""
    one: str = opened(person)["id"]
    cloud.drain()
    return one


def test_what_was_committed_waits_until_it_is_published(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    recorded(person, account)

    assert [key[0] for key in cloud.stream.waiting] == ["xpense-test-expenses"]
    cloud.drain()
    assert cloud.stream.waiting == {}
    assert cloud.sweep() == 0


def test_a_commit_whose_process_died_right_after_it_is_relayed(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    for point in range(10):
        if (
            killed_at(point, "after", partial(recorded, person, account))
            == "dynamodb.TransactWriteItems"
        ):
            break

    assert len(cloud.stream.waiting) == 1
    cloud.drain()
    assert cloud.stream.waiting == {}
    assert cloud.sweep() == 0


def test_a_relay_that_died_before_it_deleted_its_rows_has_them_again(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    recorded(person, account)

    for point in range(10):
        if killed_at(point, "before", cloud.drain) == "dynamodb.BatchWriteItem":
            break

    assert len(cloud.stream.waiting) == 1
    cloud.drain()
    assert cloud.stream.waiting == {}


def test_a_transaction_that_fails_leaves_nothing_to_relay(cloud: Cloud) -> None:
    row = {"pk": {"S": f"{PREFIX}0"}, "sk": {"S": "row"}}
    absent = {"pk": {"S": "nobody"}, "sk": {"S": "nothing"}}
    there = {"ConditionExpression": "attribute_exists(pk)"}

    with pytest.raises(ClientError, match="TransactionCanceled"):
        aws.dynamodb().transact_write_items(
            TransactItems=[
                {"Put": {"TableName": TABLE.name, "Item": row}},
                {"ConditionCheck": {"TableName": TABLE.name, "Key": absent, **there}},
            ]
        )

    assert cloud.stream.waiting == {}


def test_five_minutes_are_not_over_in_the_middle_of_a_count(cloud: Cloud, person: SignedIn) -> None:
    assert signing._KEYS.get("all", time.monotonic() + 400) is not None
