"""What the tests of the currency service share: a person, and days stored as a refresh would.

Public rates have no owner, so tests are kept apart by month: each uses days of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from chalicelib.currency import repository
from chalicelib.currency.model.quotes import Sheet
from chalicelib.kernel import clock
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud

Store = Callable[[Mapping[date, Mapping[str, str]]], None]


@pytest.fixture(name="here", scope="module")
def the_cloud(cloud: Cloud) -> Cloud:
    return cloud


@pytest.fixture(name="person")
def a_person(here: Cloud) -> SignedIn:
    return signed_in(Client(here.app))


@pytest.fixture(name="store")
def storing(here: Cloud) -> Store:
    """Store days of the ECB's rates."""

    def save(days: Mapping[date, Mapping[str, str]]) -> None:
        rows = {day: ([Sheet(day, "ecb", "EUR", rates)], 0) for day, rates in days.items()}
        for start in range(0, len(rows), 50):
            some = dict(list(rows.items())[start : start + 50])
            repository.save_days(some, now=clock.now())

    return save
