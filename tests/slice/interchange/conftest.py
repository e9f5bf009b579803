"""A signed-in person with an account, on the whole cloud."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories.imports import account_of
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.moto_speed import cheap_transactions


@pytest.fixture(scope="package", autouse=True)
def _bearable_moto() -> Iterator[None]:
    with cheap_transactions():
        yield


@pytest.fixture
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture
def stranger(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture
def account(person: SignedIn) -> str:
    return account_of(person)
