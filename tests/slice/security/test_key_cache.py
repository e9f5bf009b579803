"""Open keys are held by their owner, for five minutes; and without the key service nothing is opened or written."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib.kernel.clock import now
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Table
from chalicelib.security import api as security
from chalicelib.security.service import owner_keys
from chalicelib.users.repository import TABLE
from tests.factories.users import signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
ALTERNATIONS = 10_000


@pytest.fixture(autouse=True)
def cold() -> Iterator[None]:
    owner_keys.forget()
    yield
    owner_keys.forget()


@pytest.mark.covers("R-30")
def test_in_ten_thousand_alternations_nobody_gets_anothers_key(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With fewer places than owners, so that keys come and go all the time."""
    from chalicelib.security.model.recent import Recent

    monkeypatch.setattr(owner_keys, "_VAULTS", Recent(most=4, seconds=300))
    owners = [Owner("U", new_id()) for _ in range(6)]
    sealed = {one: security.create_key(one, now=now()).seal(str(one), "x") for one in owners}
    rng, last = random.Random(30), owners[0]

    for _ in range(ALTERNATIONS):
        # mostly who was held just now, so that the run is about the cache
        last = rng.choice(owners[:4]) if rng.random() < 0.98 else rng.choice(owners)
        assert security.vault(last).open(sealed[last], "x") == str(last)


@pytest.mark.covers("R-30")
def test_a_held_key_is_asked_for_again_after_five_minutes(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, started = Owner("U", new_id()), 1_000.0  # adds up exactly, as not every float does
    monkeypatch.setattr(time, "monotonic", lambda: started)
    security.create_key(owner, now=now())

    with budget() as spent:
        monkeypatch.setattr(time, "monotonic", lambda: started + 299)
        security.vault(owner)
        assert spent.calls == {}
        monkeypatch.setattr(time, "monotonic", lambda: started + 300)
        security.vault(owner)

    assert spent.calls == {"GetItem": 1}


CONNECT = EndpointConnectionError(endpoint_url="https://kms.example")
SILENT = ReadTimeoutError(endpoint_url="https://kms.example")
BROKEN = ClientError(
    {"Error": {"Code": "KMSInternalException"}, "ResponseMetadata": {"HTTPStatusCode": 500}},
    "Decrypt",
)


@pytest.mark.covers("R-30")
@pytest.mark.parametrize(
    "error",
    [
        pytest.param(SILENT, id="silent"),
        pytest.param(BROKEN, id="broken"),
        pytest.param(CONNECT, id="unreachable"),
    ],
)
def test_without_the_key_service_a_request_is_503_and_nothing_is_written(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    class Down:
        def unwrap(self, wrapped: bytes, owner: str) -> bytes:
            raise error

    person = signed_in(Client(cloud.app), cloud)
    owner_keys.forget()
    monkeypatch.setattr(owner_keys, "provider", Down)

    read = person.client.get("/v1/users/me")
    written = person.client.patch("/v1/users/me", {"display_name": "In the clear"})

    assert (read.status, written.status) == (503, 503)
    rows = list(Table(TABLE).query_all(str(person.owner), "A", "~", most=100, consistent=True))
    assert rows
    assert "In the clear" not in repr(rows)
