"""How sessions begin and end: never unasked, each with secrets of its own, however old the password is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.kernel import clock
from chalicelib.kernel.context import Visit
from chalicelib.kernel.ids import new_id
from chalicelib.users.schemas.signing_in import SignIn
from chalicelib.users.service import devices, signing_in
from functions._edge.operations import operations
from tests.factories.users import SignedIn
from tests.slice.users.conftest import PASSWORD, Told
from tests.slice.users.ways import Browser, cookie_of, login, person
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice


@pytest.fixture
def owner(client: Client) -> SignedIn:
    return person(client)


@pytest.mark.covers("V6.2.10")
def test_a_password_opens_after_five_years(owner: SignedIn) -> None:
    later = Visit(now=clock.now() + timedelta(days=5 * 365), address="192.0.2.77")

    outcome = signing_in.sign_in(later, SignIn(email=owner.email, password=PASSWORD))

    assert outcome.out.model_dump()["user_id"] == owner.user_id


@pytest.mark.covers("V7.2.2", "V7.2.3")
def test_no_secret_of_a_session_is_that_of_another(client: Client, owner: SignedIn) -> None:
    first, second = (login(client, owner.email).json for _ in range(2))
    cookies = [cookie_of(login(client, owner.email, cookie=True)) for _ in range(2)]

    for name in ("access_token", "refresh_token", "session_id"):
        assert first[name] != second[name]
    secrets = {
        text.split("_", 1)[1]
        for text in (first["refresh_token"], second["refresh_token"], *cookies)
    }
    assert len(secrets) == 4
    # user, session, 256 random bits, and our tag: base64url of at least 16 + 16 + 32 + 16 bytes
    assert min(map(len, secrets)) >= (16 + 16 + 32 + 16) * 4 // 3
    assert not {text[-60:] for text in secrets} & {text[:60] for text in secrets}


@pytest.mark.covers("V7.6.2")
def test_no_link_and_no_reading_begins_a_session(
    cloud: Cloud, client: Client, told: Told, verified: Callable[[str], None]
) -> None:
    body = {"email": "fresh-begins@example.org", "password": PASSWORD}
    replies = [client.post("/v1/users/register", body)]
    replies.append(client.post("/v1/users/verify-email", {"token": told.token()}))
    replies += [
        client.call("GET", one.path, headers={"Sec-Fetch-Site": "cross-site"})
        for one in operations()
        if one.method == "GET" and one.public and "{" not in one.path
    ]

    assert len(replies) > 5
    for reply in replies:
        assert "Set-Cookie" not in reply.headers
        assert "access_token" not in reply.text
        assert 'refresh_token":' not in reply.text


@pytest.mark.attack
@pytest.mark.covers("V10.6.2", "V3.5.1")
def test_no_other_site_signs_a_browser_out(client: Client, owner: SignedIn) -> None:
    browser = Browser(client, login(client, owner.email, cookie=True))
    out = [("POST", "/v1/users/logout"), ("DELETE", "/v1/users/me/sessions")]

    for method, path in out:
        assert browser.call(method, path, X_CSRF_Token="").status == 403
        assert browser.call(method, path, Sec_Fetch_Site="cross-site").status == 403
        assert browser.call("GET", path).status in {200, 405}

    assert browser.call("GET", "/v1/users/me").status == 200
    assert not [one.path for one in operations() if one.method == "GET" and "logout" in one.path]


@pytest.mark.covers("V6.3.5")
def test_the_device_of_somebody_else_is_news(owner: SignedIn) -> None:
    at = clock.now()
    own, foreign = (devices.new_device(one, at) for one in (owner.user_id, new_id()))

    assert devices.known_device(own, owner.user_id, at) is not None
    assert devices.known_device(foreign, owner.user_id, at) is None
