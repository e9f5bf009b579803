"""Erasing a user through every service: nothing is left, nothing opens, and a receipt says so."""

from __future__ import annotations

import pytest

from tests.factories.data_rights import (
    all_items,
    all_messages,
    all_objects,
    erase,
    payload_of,
    with_everything,
)
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]


def test_nothing_of_an_erased_user_is_left_anywhere(cloud: Cloud) -> None:
    one = with_everything(cloud)

    erasure_id = erase(cloud, one)

    receipt = Client(cloud.app).get(f"/v1/users/erasure-receipts/{erasure_id}")
    assert receipt.json["state"] == "final", receipt.text
    marks = (one.person.user_id, *one.canaries)
    for table, rows in all_items(cloud).items():
        for row in rows:
            assert not any(mark in repr(row) for mark in marks), (table, row)
    for key, data in all_objects().items():
        assert not any(mark in key or mark.encode() in data for mark in marks), key
    for body in all_messages(cloud):
        assert not any(mark in body for mark in marks), body
    print(payload_of(receipt.json["receipt"]))
