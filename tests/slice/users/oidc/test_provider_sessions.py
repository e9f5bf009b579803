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


@pytest.mark.covers("V6.8.4")
@pytest.mark.parametrize(
    ("ago", "status"),
    [(30, 202), (540, 202), (660, 401), (30 * 86_400, 401), (None, 401)],
    ids=["just now", "nine minutes", "eleven minutes", "a month", "nobody says"],
)
def test_a_sign_in_counts_as_a_proof_from_when_the_provider_saw_it_and_never_when_it_is_silent(
    cloud: Cloud, provider: IdentityProvider, ago: int | None, status: int
) -> None:
    at = None if ago is None else int(clock.now().timestamp()) - ago
    provider.claims = {"auth_time": at}
    browser = Browser(cloud)

    began = browser.walk(provider).json

    client = browser.client.signed_in(began["access_token"])
    reply = client.post("/v1/users/me/data-export")
    assert reply.status == status, reply.text
    if status == 401:
        assert "insufficient_user_authentication" in reply.headers["WWW-Authenticate"]


@pytest.mark.covers("V6.8.4")
@pytest.mark.parametrize("amr", [None, ["pwd"], ["mfa", "hwk"]])
def test_what_the_provider_says_of_its_sign_in_never_counts_as_a_second_factor(
    cloud: Cloud, provider: IdentityProvider, amr: list[str] | None
) -> None:
    provider.claims = {"amr": amr, "acr": "urn:mace:incommon:iap:silver"}

    began = Browser(cloud).walk(provider).json

    session = repository.get_session(began["user_id"], began["session_id"])
    assert session.methods == ("fed",)
