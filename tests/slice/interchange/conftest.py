"""A signed-in person with an account, on the whole cloud."""

from __future__ import annotations

import pytest

from tests.factories.imports import account_of
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
    return account_of(person)
