"""A signed-in person on the whole cloud, and stand-ins for the providers of bank connections."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.interchange.gateways.banks import plaid_webhooks
from tests.factories.banks import configured
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.fake_plaid import FakePlaid, plaid
from tests.support.fake_simplefin import FakeBridge, bridge


@pytest.fixture
def person(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture
def bank() -> Iterator[FakePlaid]:
    plaid_webhooks.forget()
    with plaid() as fake, configured(fake.url):
        yield fake


@pytest.fixture
def bridged() -> Iterator[FakeBridge]:
    with bridge() as fake, configured():
        yield fake
