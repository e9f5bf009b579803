"""A session that began at a provider is a session like any other: our own length, and no more than one factor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.kernel import clock
from chalicelib.users import api as users
from chalicelib.users import repository
from chalicelib.users.errors import SessionOver
from tests.slice.users.oidc.test_providers import Browser, configure
from tests.support.cloud import Cloud
from tests.support.identity_provider import IdentityProvider, identity_provider

pytestmark = [pytest.mark.slice, pytest.mark.durable, pytest.mark.allow_hosts(["127.0.0.1"])]


@pytest.fixture
def provider(cloud: Cloud) -> Iterator[IdentityProvider]:
    with identity_provider() as made:
        configure(OIDC_GOOGLE=made.setting())
        yield made
        configure(OIDC_GOOGLE="")


@pytest.mark.covers("V7.6.1")
def test_it_ends_by_our_rules_whatever_the_providers_session_does(
    cloud: Cloud, provider: IdentityProvider
) -> None:
    provider.claims = {"exp": int(clock.now().timestamp()) + 60}

    began = Browser(cloud).walk(provider).json

    ids = {"user_id": began["user_id"], "session_id": began["session_id"]}
    idle = clock.now() + timedelta(days=30)
    users.require_session(**ids, now=idle - timedelta(minutes=1))
    with pytest.raises(SessionOver):
        users.require_session(**ids, now=idle)


@pytest.mark.parametrize("amr", [None, ["pwd"], ["mfa", "hwk"]])
def test_what_the_provider_says_of_its_sign_in_never_counts_as_a_second_factor(
    cloud: Cloud, provider: IdentityProvider, amr: list[str] | None
) -> None:
    provider.claims = {"amr": amr, "acr": "urn:mace:incommon:iap:silver"}

    began = Browser(cloud).walk(provider).json

    session = repository.get_session(began["user_id"], began["session_id"])
    assert session.methods == ("fed",)
