"""Two people on the whole cloud, one of them with an account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.kernel import outbox
from tests.factories.expenses import Ears, opened
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud


@pytest.fixture
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture
def stranger(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture
def account(person: SignedIn) -> str:
    identity: str = opened(person)["id"]
    return identity


@pytest.fixture
def ears(cloud: Cloud) -> Iterator[Ears]:
    one = Ears()
    hear = one.hear
    outbox.on_commit(hear)
    yield one
    outbox._LISTENERS.remove(hear)
