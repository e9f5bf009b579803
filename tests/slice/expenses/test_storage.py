"""What an owner keeps is counted exactly, by number and by bytes, and has an end."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.expenses.model import storage
from chalicelib.expenses.repository.storage import STORAGE
from chalicelib.expenses.repository.table import TABLE
from chalicelib.kernel.tables import Table
from tests.factories import papers
from tests.factories.attachments import announced, content, papers_of, put_file, uploaded, url_of
from tests.factories.expenses import TRANSACTIONS, matching, recorded
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
RECEIPTS = "/v1/expenses/receipts"
TEXT = "Corner Bakery\n2026-11-02\nBread 3.00\nTOTAL EUR 12.34\n"


@pytest.fixture
def bakery(person: SignedIn, account: str) -> str:
    identity: str = recorded(person, account)["id"]
    return identity


def kept(person: SignedIn) -> tuple[int, int]:
    """What the ledger counts."""
    item = Table(TABLE).get((str(person.owner), STORAGE)) or {}
    return tuple(int(item[name]["N"]) if name in item else 0 for name in ("files", "bytes"))  # type: ignore[return-value]


def really(person: SignedIn) -> tuple[int, int]:
    """What there is."""
    keys = papers_of(person)
    return len(keys), sum(len(content(person, key)) for key in keys)


def refused(person: SignedIn, transaction_id: str, size: int = 2_000) -> str:
    body = {"name": "bakery.jpg", "type": "image/jpeg", "size": size}
    reply = person.client.post(url_of(transaction_id), body)
    assert reply.status == 409, reply.text
    return reply.problem


def test_what_is_counted_is_what_is_kept_whichever_way_it_comes_and_goes(
    cloud: Cloud, person: SignedIn, bakery: str, account: str
) -> None:
    picture = uploaded(cloud, person, bakery, papers.jpeg())
    assert kept(person) == really(person) == (1, picture["size"])
    uploaded(cloud, person, bakery, papers.jpeg(), name="again.jpg")  # refused: it is there
    assert kept(person) == really(person)

    unsure = person.client.post(RECEIPTS, {"text": TEXT.replace("12.34", "99.01")}).json
    assert unsure["state"] == "ready"
    assert kept(person) == really(person)
    certain = person.client.post(RECEIPTS, {"text": TEXT}).json
    assert kept(person) == really(person)
    body = {"account_id": account}
    done = person.client.post(f"{RECEIPTS}/{unsure['id']}/confirm", body, headers=matching(unsure))
    assert done.status == 200, done.text
    cloud.drain()
    assert kept(person) == really(person)

    assert person.client.delete(url_of(bakery, picture["id"])).status == 204
    cloud.drain()
    assert kept(person) == really(person)
    for receipt in (certain, done.json):
        assert person.client.delete(f"{RECEIPTS}/{receipt['id']}").status == 204
    cloud.drain()
    assert kept(person) == really(person)
    for one in person.client.get(TRANSACTIONS).json["items"]:
        path = f"{TRANSACTIONS}/{one['id']}"
        assert person.client.delete(path, headers=matching(one)).status == 204
    cloud.drain()
    assert kept(person) == really(person) == (0, 0)


@pytest.mark.covers("V5.2.4")
def test_the_last_file_that_fits_is_taken_and_the_next_is_refused(
    cloud: Cloud, person: SignedIn, bakery: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "MOST_FILES", 2)
    uploaded(cloud, person, bakery, papers.jpeg())
    waiting = announced(person, bakery)
    assert person.client.post(RECEIPTS, {"text": TEXT.replace("12.34", "1.00")}).status == 201

    put_file(waiting, papers.jpeg(papers.pixels(seed=2)))  # was announced while there was room
    cloud.deliver("expenses-uploads")

    late = person.client.get(url_of(bakery, waiting["id"])).json
    assert (late["state"], late["problem"]["slug"]) == ("refused", "storage-full")
    assert refused(person, bakery) == "storage-full"
    assert person.client.post(RECEIPTS, {"text": TEXT}).problem == "storage-full"
    assert kept(person) == really(person)
    assert kept(person)[0] == 2


@pytest.mark.covers("V5.2.4")
def test_bytes_are_bounded_to_the_last_one(
    cloud: Cloud, person: SignedIn, bakery: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    size: int = uploaded(cloud, person, bakery, papers.jpeg())["size"]
    monkeypatch.setattr(storage, "MOST_BYTES", size + 5_000)

    assert refused(person, bakery, 5_001) == "storage-full"
    one: Any = announced(person, bakery, size=5_000)
    assert one["state"] == "waiting"
