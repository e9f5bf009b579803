"""A browser's cookie in place of tokens: how it is set, what must come with it, and when it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from chalicelib.kernel.keys import provider
from chalicelib.kernel.tables import Table
from chalicelib.users import api as users
from chalicelib.users import repository
from chalicelib.users.model.tokens import opaque_token
from chalicelib.users.repository import TABLE
from functions._edge.operations import operations
from tests.factories.users import SignedIn
from tests.slice.security.people import Clock, stopped
from tests.slice.users.conftest import PASSWORD, Told
from tests.slice.users.ways import Browser, cookie_of, login, person
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]
ME, LOGOUT, SESSION = "/v1/users/me", "/v1/users/logout", "/v1/users/session"
STEP_UP: Final = "/v1/users/step-up"


@pytest.fixture
def clock_(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@pytest.fixture
def owner(clock_: Clock, client: Client) -> SignedIn:
    return person(client)


@pytest.fixture
def browser(client: Client, owner: SignedIn) -> Browser:
    return Browser(client, login(client, owner.email, cookie=True))


@pytest.mark.covers("V3.3.1", "V3.3.3", "V3.3.4", "V10.1.1")
def test_signing_in_sets_a_cookie_that_only_this_host_and_no_script_can_use(
    client: Client, owner: SignedIn
) -> None:
    reply = login(client, owner.email, cookie=True)

    name, *attributes = reply.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-xpense=xps_")
    assert attributes == ["Path=/", "Max-Age=7776000", "Secure", "HttpOnly", "SameSite=Strict"]
    assert reply.headers["Cache-Control"] == "no-store"
    assert set(reply.json) == {
        "csrf_token", "expires_in", "user_id", "session_id", "device_token",
    }  # fmt: skip
    assert cookie_of(reply) not in reply.text
    assert reply.json["expires_in"] == 30 * 86_400


def test_the_cookie_lets_in_and_nothing_of_it_is_kept(browser: Browser, owner: SignedIn) -> None:
    assert browser.call("GET", ME).json["email"] == owner.email
    assert browser.call("PATCH", ME, {"display_name": "Ada L."}).status == 200

    rows = list(Table(TABLE).query_all(str(owner.owner), "A", "~", most=100, consistent=True))
    assert browser.cookie not in repr(rows)
    assert browser.csrf not in repr(rows)


@pytest.mark.attack
@pytest.mark.covers("V3.5.1")
def test_a_change_needs_the_csrf_token_of_this_very_cookie(
    client: Client, cloud: Cloud, owner: SignedIn, browser: Browser
) -> None:
    again = Browser(client, login(client, owner.email, cookie=True))
    stranger = person(client)
    foreign = Browser(client, login(Client(cloud.app), stranger.email, cookie=True))
    body = {"display_name": "Mallory"}
    tries: list[dict[str, Any]] = [
        {"X_CSRF_Token": None},
        {"X_CSRF_Token": ""},
        {"X_CSRF_Token": browser.csrf[:-1]},
        {"X_CSRF_Token": browser.csrf.upper()},
        {"X_CSRF_Token": again.csrf},
        {"X_CSRF_Token": foreign.csrf},
        {"X_CSRF_Token": browser.cookie},
        {"X_CSRF_Token": "é"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "whatever"},
    ]

    for headers in tries:
        reply = browser.call("PATCH", ME, body, **headers)
        assert (reply.status, reply.problem) == (403, "csrf-refused"), headers
    assert browser.call("GET", ME).json["display_name"] != "Mallory"
    for site in ("same-origin", "none"):
        assert browser.call("PATCH", ME, body, Sec_Fetch_Site=site).status == 200


@pytest.mark.covers("V3.5.1")
def test_a_form_of_another_site_is_not_even_read(browser: Browser) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        reply = browser.call("PATCH", ME, {"display_name": "M"}, Content_Type=kind)
        assert reply.status == 415


def test_no_route_that_reads_changes_anything() -> None:
    """What a cookie alone may cause is GET; so no GET has a body, is spent once, or asks for a proof."""
    reading = [one for one in operations() if one.method == "GET"]

    assert reading
    assert not [one for one in reading if one.body is not None or one.idempotent or one.step_up]


@pytest.mark.covers("V7.4.1")
def test_signing_out_ends_the_session_and_removes_the_cookie(browser: Browser) -> None:
    reply = browser.call("POST", LOGOUT)

    assert reply.status == 204
    assert reply.headers["Set-Cookie"] == (
        "__Host-xpense=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict"
    )
    assert browser.call("GET", ME).problem == "session-over"


@pytest.mark.covers("V7.2.4")
def test_showing_the_password_once_more_gives_a_new_cookie_and_voids_the_old(
    client: Client, browser: Browser
) -> None:
    reply = browser.call("POST", STEP_UP, {"password": PASSWORD})
    later = Browser(client, reply)

    assert reply.status == 200
    assert later.cookie != browser.cookie
    assert later.csrf != browser.csrf
    assert browser.call("GET", ME).status == 401
    assert later.call("GET", ME).status == 200
    assert later.call("PATCH", ME, {"display_name": "Ada"}).status == 200


@pytest.mark.covers("V7.2.4")
def test_changing_the_password_keeps_the_browser_in_with_a_new_cookie(
    client: Client, browser: Browser
) -> None:
    body = {"current_password": PASSWORD, "new_password": "nine short lamps buzz"}
    later = Browser(client, browser.call("POST", "/v1/users/password/change", body))

    assert browser.call("GET", ME).status == 401
    assert later.call("GET", ME).status == 200


@pytest.mark.covers("V7.2.4")
def test_signing_in_again_replaces_the_session_of_the_same_browser(
    client: Client, told: Told, owner: SignedIn, browser: Browser
) -> None:
    other = Browser(client, login(client, owner.email, cookie=True))
    body = {"email": owner.email, "password": PASSWORD, "cookie": True}

    later = Browser(client, browser.call("POST", "/v1/users/login", body))

    assert browser.call("GET", ME).problem == "session-over"
    assert later.call("GET", ME).status == 200
    assert other.call("GET", ME).status == 200
    assert told.actions()[-2:] == ["session-revoked", "sign-in"]


def test_somebody_elses_cookie_is_not_ended_by_signing_in_over_it(
    client: Client, cloud: Cloud, browser: Browser
) -> None:
    other = person(Client(cloud.app))
    body = {"email": other.email, "password": PASSWORD, "cookie": True}

    assert browser.call("POST", "/v1/users/login", body).status == 200

    assert browser.call("GET", ME).status == 200


def test_a_page_that_was_loaded_anew_asks_for_its_csrf_token(browser: Browser) -> None:
    found = browser.call("GET", SESSION, X_CSRF_Token=None)  # type: ignore[arg-type]

    assert found.json["csrf_token"] == browser.csrf
    assert found.json["methods"] == ["pwd"]


@pytest.mark.covers("V7.3.1")
def test_an_idle_cookie_ends_after_30_days_unless_it_is_renewed(
    clock_: Clock, browser: Browser
) -> None:
    clock_.move(days=29)
    assert browser.call("POST", f"{SESSION}/renew").json["expires_in"] == 30 * 86_400
    clock_.move(days=29)
    assert browser.call("GET", ME).status == 200
    clock_.move(days=1)
    assert browser.call("GET", ME).status == 401


@pytest.mark.covers("V7.3.2")
def test_no_renewal_takes_a_cookie_past_90_days(clock_: Clock, browser: Browser) -> None:
    for _ in range(4):
        clock_.move(days=22)
        left = browser.call("POST", f"{SESSION}/renew").json["expires_in"]

    assert left == 2 * 86_400
    clock_.move(days=2)
    assert browser.call("GET", ME).status == 401


def test_a_session_with_tokens_is_not_renewed_as_a_cookies(owner: SignedIn) -> None:
    assert owner.client.post(f"{SESSION}/renew").problem == "cookie-only"
    assert owner.client.get(SESSION).json["csrf_token"] is None


@pytest.mark.attack
@pytest.mark.covers("V9.2.2")
def test_a_cookies_session_is_entered_by_no_token_and_a_tokens_by_no_cookie(
    client: Client, clock_: Clock, owner: SignedIn, browser: Browser
) -> None:
    from chalicelib.security import api as security

    session = browser.call("GET", SESSION).json
    ids = {"user_id": owner.user_id, "session_id": session["session_id"]}
    access = security.issue_access_token(**ids, scopes=users.ALL_SCOPES, now=clock_.at)
    assert security.verify_access_token(access.token, now=clock_.at).session_id == ids["session_id"]
    assert client.get(ME, token=access.token).status == 401
    assert client.get(ME, token=browser.cookie).status == 401

    made_up = opaque_token(
        "xps_",
        provider().secret("cookie"),
        user_id=owner.user_id,
        identity=owner.session_id,
        secret=bytes(32),
    )
    for cookie in (made_up, owner.access_token, "", "xps_", browser.cookie[:-1]):
        reply = client.get(ME, headers={"Cookie": f"__Host-xpense={cookie}"})
        assert reply.status == 401
    assert client.get(ME, headers={"Cookie": f"xpense={browser.cookie}"}).status == 401


def test_every_way_in_gives_a_cookie_when_asked(client: Client, owner: SignedIn) -> None:
    reply = login(client, owner.email, cookie=True)
    session = repository.get_session(owner.user_id, reply.json["session_id"])

    assert session.cookie is not None
    assert session.expires_at - session.created_at == timedelta(days=30)
