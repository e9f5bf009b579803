"""Forgotten, changed and shown passwords: nobody learns of accounts, no second factor is lost, no session stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from chalicelib.kernel.ids import dated_id, new_id
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Table
from chalicelib.users import api as users
from chalicelib.users import repository
from chalicelib.users.api import notices as users_notices
from chalicelib.users.errors import ResetGone
from chalicelib.users.events import PasswordChanged, PasswordResetRequested
from chalicelib.users.model.passwords import COST, Cost, PasswordHash
from chalicelib.users.repository import TABLE
from chalicelib.users.service import passwords
from chalicelib.users.service.password_mails import reset_token
from tests.factories.users import SignedIn
from tests.slice.security.people import Clock, code_at, stopped, with_totp
from tests.slice.users.conftest import PASSWORD, Told
from tests.slice.users.ways import change, login, person
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.taps import every_point, interleaved, killed_at, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable]
NEW: Final = "nine short lamps buzz"
FORGOT, RESET = "/v1/users/password/forgot", "/v1/users/password/reset"
CHANGE, STEP_UP = "/v1/users/password/change", "/v1/users/step-up"


@pytest.fixture
def clock_(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@pytest.fixture
def owner(clock_: Clock, client: Client) -> SignedIn:
    return person(client)


@pytest.fixture
def mailed(client: Client, told: Told) -> Callable[[str], str]:
    """Ask for a reset and give the token of the mail, as it is made when it is sent."""

    def walk(email: str) -> str:
        assert client.post(FORGOT, {"email": email}).status == 202
        due = told.facts()[-1]
        assert isinstance(due, PasswordResetRequested)
        return users_notices.reset_mail(due.user_id, due.reset_id).link.split("#token=")[1]

    return walk


def reset(client: Client, token: str, password: str = NEW) -> Reply:
    return client.post(RESET, {"token": token, "password": password})


# --- forgotten


@pytest.mark.covers("V6.4.3", "V7.4.3")
def test_a_mailed_link_sets_a_password_once_and_ends_every_session(
    client: Client, told: Told, owner: SignedIn, mailed: Callable[[str], str]
) -> None:
    session = login(client, owner.email).json
    token = mailed(owner.email)

    reply = reset(client, token)

    assert reply.status == 200, reply.text
    assert owner.client.get("/v1/users/me").problem == "session-over"
    refused = client.post("/v1/users/token/refresh", {"refresh_token": session["refresh_token"]})
    assert refused.status == 401
    assert told.facts()[-1] == PasswordChanged(user_id=owner.user_id, how="reset")
    assert told.actions()[-2:] == ["password-reset-requested", "password-reset"]
    assert reset(client, token, "eleven wide lamps sing").problem == "reset-unusable"
    assert login(client, owner.email, PASSWORD).status == 401
    # the device that reset it is known: no notice, no strangers' delays
    told.messages.clear()
    device = reply.json["device_token"]
    assert login(client, owner.email, NEW, device_token=device).status == 200
    assert told.facts() == []


@pytest.mark.covers("V6.4.3", "V6.3.6", "V6.4.4")
def test_a_reset_neither_drops_nor_skips_the_second_factor(
    client: Client, clock_: Clock, owner: SignedIn, mailed: Callable[[str], str]
) -> None:
    secret = with_totp(owner, clock_.at)

    reply = reset(client, mailed(owner.email))

    assert set(reply.json) == {"device_token"}
    asked = login(client, owner.email, NEW, device_token=reply.json["device_token"])
    assert asked.json["mfa"]["methods"] == ["totp"]
    body = {"ticket": asked.json["mfa"]["ticket"], "totp": code_at(secret, clock_.at)}
    assert client.post("/v1/users/login/mfa", body).status == 200


@pytest.mark.covers("V6.3.8")
def test_forgetting_looks_and_costs_the_same_for_everybody(client: Client, owner: SignedIn) -> None:
    disabled = person(client)
    change(repository.get_user(disabled.user_id), state="disabled")
    seen = []
    for email in (owner.email, "nobody-here@example.org", disabled.email):
        for _ in range(7):
            with budget() as spent:
                reply = client.post(
                    FORGOT, {"email": email}, headers={"X-Request-Id": "same-request"}
                )
            seen.append((reply.status, reply.text, dict(spent.calls), spent.reads, spent.writes))
        client = Client(client._app)

    assert seen[:7] == seen[7:14] == seen[14:]
    # five mails a day; the two limits, whose the address is, the user, and what is told
    assert seen[0][2:] == ({"UpdateItem": 2, "GetItem": 2, "TransactWriteItems": 1}, 2, 5)
    assert seen[6][2:] == ({"UpdateItem": 2, "GetItem": 2}, 2, 2)


def test_the_mail_is_due_for_an_hour_and_as_long_as_the_password_is_the_same(
    told: Told, clock_: Clock, owner: SignedIn, mailed: Callable[[str], str]
) -> None:
    token = mailed(owner.email)
    due = told.facts()[-1]
    assert isinstance(due, PasswordResetRequested)
    facts = users_notices.reset_mail(due.user_id, due.reset_id)

    assert facts.address == owner.email
    assert facts.link == f"{settings().public_url}/reset-password#token={token}"
    assert abs(facts.expires_at - clock_.at - timedelta(hours=1)) < timedelta(seconds=1)
    assert users_notices.reset_mail(due.user_id, due.reset_id) == facts
    with pytest.raises(ResetGone):
        users_notices.reset_mail(new_id(), due.reset_id)
    clock_.move(hours=1)
    with pytest.raises(ResetGone):
        users_notices.reset_mail(due.user_id, due.reset_id)


def test_no_queue_and_no_table_holds_the_token(
    told: Told, owner: SignedIn, mailed: Callable[[str], str]
) -> None:
    token = mailed(owner.email)

    rows = list(Table(TABLE).query_all(str(owner.owner), "A", "~", most=100, consistent=True))
    assert token not in repr(rows) + repr(told.messages)
    assert owner.email not in repr(told.messages)


@pytest.mark.covers("V6.4.1")
@pytest.mark.parametrize("how", ["late", "another password", "another address", "disabled", "cut"])
def test_a_link_is_no_good(
    client: Client, clock_: Clock, owner: SignedIn, mailed: Callable[[str], str], how: str
) -> None:
    token = mailed(owner.email)
    user = repository.get_user(owner.user_id)
    if how == "late":
        clock_.move(hours=1)
    elif how == "cut":
        token = token[:-1]
    else:
        changed: dict[str, dict[str, Any]] = {
            "another password": {"password": passwords.hashed("eleven wide lamps sing")},
            "another address": {"address_key": repository.address_key("b@example.org")},
            "disabled": {"state": "disabled"},
        }
        change(user, **changed[how])

    assert reset(client, token).problem == "reset-unusable"


def test_two_links_at_once_are_good_until_one_is_used(
    client: Client, owner: SignedIn, mailed: Callable[[str], str]
) -> None:
    first, second = mailed(owner.email), mailed(owner.email)

    assert reset(client, first).status == 200
    assert reset(client, second, "eleven wide lamps sing").status == 422


@pytest.mark.parametrize("order", orders(5, 5, most=6))
def test_one_link_used_twice_at_once_sets_one_password(
    client: Client, owner: SignedIn, mailed: Callable[[str], str], order: tuple[str, ...]
) -> None:
    token = mailed(owner.email)
    other = "eleven wide lamps sing"

    results = interleaved(
        order,
        a=lambda: reset(client, token).status,
        b=lambda: reset(client, token, other).status,
    )

    assert sorted(map(str, results.values())) == ["200", "422"]
    fits = [
        passwords.compare(repository.get_user(owner.user_id).password, one).fits
        for one in (NEW, other)
    ]
    assert fits == [results["a"] == 200, results["b"] == 200]


@pytest.mark.attack
def test_a_crash_anywhere_in_a_reset_leaves_a_link_that_works_or_a_new_password(
    client: Client, clock_: Clock, owner: SignedIn
) -> None:
    def link() -> str:
        return reset_token(repository.get_user(owner.user_id), dated_id(clock_.at))

    counted = link()
    points = list(every_point(lambda: reset(client, counted)))
    for point, side in points:
        token, password = link(), f"{point} {side} wide lamps sing"
        killed_at(point, side, lambda t=token, p=password: reset(client, t, p))  # type: ignore[misc]

        assert reset(client, token, password).status in {200, 422}
        assert passwords.compare(repository.get_user(owner.user_id).password, password).fits
    assert len(points) == 8


@pytest.mark.covers("V6.2.4", "V6.2.11")
@pytest.mark.parametrize(
    "password", ["short", "password1234567", "a" * 129, "person xpense person"]
)
def test_a_weak_password_is_refused_and_the_link_stays_good(
    client: Client, owner: SignedIn, mailed: Callable[[str], str], password: str
) -> None:
    token = mailed(owner.email)

    reply = reset(client, token, password)

    assert (reply.status, reply.problem) == (422, "weak-password")
    assert reply.json["errors"][0]["pointer"] == "/password"
    assert reset(client, token).status == 200


def test_who_signed_up_without_a_password_may_set_one_by_mail(
    client: Client, owner: SignedIn, mailed: Callable[[str], str]
) -> None:
    change(repository.get_user(owner.user_id), password="")

    assert owner.client.post(STEP_UP, {"password": PASSWORD}).problem == "no-password"
    assert reset(client, mailed(owner.email)).status == 200
    assert login(client, owner.email, NEW).status == 200


# --- changed


def put(owner: SignedIn, current: str = PASSWORD, new: str = NEW) -> Reply:
    return owner.client.post(CHANGE, {"current_password": current, "new_password": new})


@pytest.mark.covers("V6.2.2", "V6.2.3", "V7.4.3")
def test_changing_takes_the_current_password_and_ends_every_other_session(
    cloud: Cloud, client: Client, told: Told, owner: SignedIn
) -> None:
    other = login(Client(cloud.app), owner.email).json
    told.messages.clear()

    assert put(owner, "another fine password").problem == "wrong-password"
    reply = put(owner)

    assert reply.status == 200, reply.text
    assert owner.client.get("/v1/users/me").status == 200
    assert client.get("/v1/users/me", token=other["access_token"]).status == 401
    assert login(client, owner.email, PASSWORD).status == 401
    assert login(client, owner.email, NEW).status == 200
    assert told.facts()[0] == PasswordChanged(user_id=owner.user_id, how="change")
    assert told.actions()[:2] == ["password-change-failed", "password-changed"]


def test_a_session_that_changed_the_password_is_refreshed_as_before(
    client: Client, owner: SignedIn
) -> None:
    mine = login(client, owner.email).json
    changing = client.signed_in(mine["access_token"])
    body = {"current_password": PASSWORD, "new_password": NEW}

    assert changing.post(CHANGE, body).status == 200

    again = client.post("/v1/users/token/refresh", {"refresh_token": mine["refresh_token"]})
    assert again.status == 200


@pytest.mark.covers("V6.2.3")
def test_with_a_second_factor_changing_takes_that_too(
    clock_: Clock, client: Client, owner: SignedIn
) -> None:
    with_totp(owner, clock_.at)
    clock_.move(minutes=11)
    later = owner.client.signed_in(_again(owner, clock_))

    reply = later.post(CHANGE, {"current_password": PASSWORD, "new_password": NEW})

    assert (reply.status, reply.problem) == (401, "step-up-required")
    # a password is no second factor
    assert later.post(STEP_UP, {"password": PASSWORD}).status == 200
    reply = later.post(CHANGE, {"current_password": PASSWORD, "new_password": NEW})
    assert reply.problem == "step-up-required"


def _again(owner: SignedIn, clock_: Clock) -> str:
    from chalicelib.security import api as security

    return security.issue_access_token(
        user_id=owner.user_id,
        session_id=owner.session_id,
        scopes=users.ALL_SCOPES,
        now=clock_.at,
    ).token


@pytest.mark.covers("V6.2.3")
def test_guessing_at_the_current_password_is_slowed_down(owner: SignedIn) -> None:
    statuses = [put(owner, f"wrong {number}").status for number in range(5)]
    statuses += [
        owner.client.post(STEP_UP, {"password": f"wrong {number}"}).status for number in range(6)
    ]

    assert statuses == [422] * 10 + [429]


def test_the_new_hash_has_todays_cost(owner: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", Cost(memory=128, passes=1, lanes=1, pepper=1))

    assert put(owner).status == 200

    kept = PasswordHash.parse(repository.get_user(owner.user_id).password)
    assert kept.cost.memory == 128 != COST.memory


# --- shown once more


@pytest.mark.covers("V7.5.1")
def test_a_password_shown_once_more_is_a_fresh_proof(
    clock_: Clock, told: Told, owner: SignedIn
) -> None:
    clock_.move(minutes=11)
    mine = owner.client.signed_in(_again(owner, clock_))
    before = repository.get_session(owner.user_id, owner.session_id)
    assert clock_.at - before.proved_at > timedelta(minutes=10)

    reply = mine.post(STEP_UP, {"password": PASSWORD})

    after = repository.get_session(owner.user_id, owner.session_id)
    assert reply.status == 200
    assert reply.json["csrf_token"] is None
    assert abs(after.proved_at - clock_.at) < timedelta(seconds=1)
    assert told.actions() == ["step-up"]


def test_a_wrong_one_proves_nothing_and_is_entered(told: Told, owner: SignedIn) -> None:
    reply = owner.client.post(STEP_UP, {"password": "another fine password"})

    assert (reply.status, reply.problem) == (422, "wrong-password")
    assert reply.json["errors"][0]["pointer"] == "/password"
    assert told.actions() == ["step-up-failed"]


def test_a_fresh_proof_by_two_factors_is_not_lowered_by_a_password(
    clock_: Clock, client: Client, owner: SignedIn
) -> None:
    secret = with_totp(owner, clock_.at)
    ticket = login(client, owner.email).json["mfa"]["ticket"]
    body = {"ticket": ticket, "totp": code_at(secret, clock_.at)}
    mine = client.post("/v1/users/login/mfa", body).json
    me = client.signed_in(mine["access_token"])

    me.post(STEP_UP, {"password": PASSWORD})
    assert me.get("/v1/users/session").json["methods"] == ["mfa", "otp", "pwd"]
    clock_.move(minutes=9, seconds=59)
    assert me.post(CHANGE, {"current_password": PASSWORD, "new_password": NEW}).status == 200


def test_costs(client: Client, told: Told, owner: SignedIn, mailed: Callable[[str], str]) -> None:
    token = mailed(owner.email)
    with budget() as shown:
        owner.client.post(STEP_UP, {"password": PASSWORD})
    with budget() as changed:
        put(owner)
    token = mailed(owner.email)
    with budget() as by_mail:
        reset(client, token, "eleven wide lamps sing")

    assert sum(shown.calls.values()) == 6
    assert sum(changed.calls.values()) == 7
    assert sum(by_mail.calls.values()) == 4
