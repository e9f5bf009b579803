"""A user's part in bank connections: nothing that opens a bank is exported, and an erasure gives it back first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.banks import linked, mapped
from tests.factories.data_rights import all_items, erase, with_little
from tests.slice.data_rights.test_export import exported
from tests.support.cloud import Cloud
from tests.support.fake_plaid import FakePlaid
from tests.support.loopback import Sent

pytestmark = [
    pytest.mark.slice,
    pytest.mark.durable,
    pytest.mark.allow_hosts(["127.0.0.1"]),
]


def _left(cloud: Cloud, user_id: str) -> list[Any]:
    rows = all_items(cloud)["xpense-test-interchange"]
    return [row for row in rows if user_id in repr(row)]


def test_an_erasure_gives_accesses_back_and_leaves_no_lead(cloud: Cloud, bank: FakePlaid) -> None:
    one = with_little(cloud)
    here, item = linked(cloud, one.person, bank)
    item.put("t1", "chk", -100)
    mapped(cloud, one.person, here["id"], {"chk": "new"})
    other, second = linked(cloud, one.person, bank)
    bank.faults.extend(Sent(status=503) for _ in range(2))
    one.person.client.delete(f"/v1/interchange/connections/{other['id']}")
    cloud.drain()  # the provider was down: that access still waits
    assert bank.removed == []

    erase(cloud, one)

    assert sorted(bank.removed) == sorted([item.item_id, second.item_id])
    assert _left(cloud, one.person.user_id) == []


def test_an_erasure_does_not_wait_for_a_provider(cloud: Cloud, bank: FakePlaid) -> None:
    one = with_little(cloud)
    linked(cloud, one.person, bank)
    linked(cloud, one.person, bank)
    before = len(bank.calls)
    bank.faults.extend(Sent(status=503) for _ in range(20))

    erase(cloud, one)

    assert len(bank.calls) - before == 2  # asked, asked once more, and not for the second one
    assert _left(cloud, one.person.user_id) == []


def test_an_export_has_what_the_bank_said_and_nothing_that_opens_it(
    cloud: Cloud, bank: FakePlaid
) -> None:
    one = with_little(cloud)
    _, item = linked(cloud, one.person, bank)

    archive, manifest = exported(cloud, one)

    texts = {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}
    assert any("First Platypus Bank" in text for text in texts.values())
    assert not any(item.access_token in text for text in texts.values())
    assert not any(item.item_id in text for text in texts.values())
    assert "could open it to anybody" in str(manifest)
