"""Signing in where there is a second factor: the ticket of the first step, and every way to finish or to cheat."""

from __future__ import annotations

from typing import Any, Final

import pytest

from chalicelib.kernel.context import Visit
from chalicelib.users import repository
from chalicelib.users.model.users import User
from chalicelib.users.service import passwords, signing_in
from tests.factories.users import SignedIn
from tests.slice.security.people import Clock, code_at, stopped, with_codes, with_passkey, with_totp
from tests.slice.users.conftest import PASSWORD, Told
from tests.slice.users.ways import Browser, change, login, person
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.taps import interleaved, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable, pytest.mark.attack]
MFA: Final = "/v1/users/login/mfa"
PASSKEY: Final = "/v1/users/login/passkey"


@pytest.fixture
def clock_(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@pytest.fixture
def owner(clock_: Clock, client: Client) -> SignedIn:
    return person(client)


def first_step(client: Client, owner: SignedIn) -> Any:
    reply = login(client, owner.email)
    assert reply.status == 200, reply.text
    return reply.json["mfa"]


def finish(client: Client, ticket: str, **shown: Any) -> Reply:
    return client.post(MFA, {"ticket": ticket, **shown})


def methods_of(reply: Reply) -> tuple[str, ...]:
    found = reply.json
    return repository.get_session(found["user_id"], found["session_id"]).methods


@pytest.mark.covers("V6.3.3")
def test_a_password_alone_opens_nothing_where_there_is_a_second_factor(
    client: Client, clock_: Clock, owner: SignedIn
) -> None:
    secret = with_totp(owner, clock_.at)
    reply = login(client, owner.email)

    assert set(reply.json) == {"mfa"}
    mfa = reply.json["mfa"]
    assert (mfa["methods"], mfa["expires_in"]) == (["totp"], 300)
    assert client.get("/v1/users/me", token=mfa["ticket"]).status == 401

    done = finish(client, mfa["ticket"], totp=code_at(secret, clock_.at))
    assert done.status == 200, done.text
    assert done.json["refresh_token"].startswith("xpr_")
    assert client.get("/v1/users/me", token=done.json["access_token"]).json["email"] == owner.email
    assert methods_of(done) == ("mfa", "otp", "pwd")


def test_each_kind_of_second_factor_finishes_and_is_kept_with_the_session(
    client: Client, clock_: Clock, owner: SignedIn
) -> None:
    device = with_passkey(owner)
    (code, *_) = with_codes(owner)

    mfa = first_step(client, owner)
    assert mfa["methods"] == ["recovery_code", "passkey"]
    by_code = finish(client, mfa["ticket"], recovery_code=code)
    assert methods_of(by_code) == ("mfa", "otp", "pwd")

    mfa = first_step(client, owner)
    asked = client.post(f"{PASSKEY}/options", {"ticket": mfa["ticket"]}).json
    shown = {"challenge_id": asked["challenge_id"], "credential": device.get(asked["options"])}
    by_passkey = finish(client, mfa["ticket"], passkey=shown)
    assert by_passkey.status == 200, by_passkey.text
    assert methods_of(by_passkey) == ("hwk", "mfa", "pwd")


def test_a_passkey_alone_signs_in_and_tells_nobody_whose_it_is_before(
    client: Client, owner: SignedIn
) -> None:
    device = with_passkey(owner)
    asked = client.post(f"{PASSKEY}/options", {}).json
    assert asked["options"].get("allowCredentials", []) == []

    body = {"challenge_id": asked["challenge_id"], "credential": device.get(asked["options"])}
    reply = client.post(PASSKEY, body)

    assert reply.status == 200, reply.text
    assert methods_of(reply) == ("hwk", "mfa", "user")
    assert client.post(PASSKEY, body).status == 401


def test_a_disabled_users_passkey_opens_nothing(client: Client, owner: SignedIn) -> None:
    device = with_passkey(owner)
    change(repository.get_user(owner.user_id), state="disabled")
    asked = client.post(f"{PASSKEY}/options", {}).json

    body = {"challenge_id": asked["challenge_id"], "credential": device.get(asked["options"])}
    assert client.post(PASSKEY, body).problem == "sign-in-refused"


# --- the ticket


def _spoil(how: str, user: User, clock_: Clock) -> None:
    match how:
        case "late":
            clock_.move(seconds=300)
        case "a new password":
            change(user, password=passwords.hashed("another fine password"))
        case "signed out":
            change(user, signed_out_at=clock_.at)
        case _:
            change(user, state="disabled")


@pytest.mark.covers("V9.2.2", "V6.7.2")
@pytest.mark.parametrize("how", ["late", "a new password", "signed out", "disabled"])
def test_a_ticket_is_void_once_what_it_is_bound_to_is_another(
    client: Client, clock_: Clock, owner: SignedIn, how: str
) -> None:
    secret = with_totp(owner, clock_.at)
    ticket = first_step(client, owner)["ticket"]

    _spoil(how, repository.get_user(owner.user_id), clock_)

    code = code_at(secret, clock_.at)
    assert finish(client, ticket, totp=code).problem == "ticket-refused"
    if how in {"late", "signed out"}:
        # and the code was not spent by it
        again = first_step(client, owner)["ticket"]
        assert finish(client, again, totp=code).status == 200


def test_a_ticket_is_good_until_its_last_second(
    client: Client, clock_: Clock, owner: SignedIn
) -> None:
    secret = with_totp(owner, clock_.at)
    ticket = first_step(client, owner)["ticket"]
    clock_.move(seconds=299)

    assert finish(client, ticket, totp=code_at(secret, clock_.at)).status == 200


@pytest.mark.covers("V9.2.2", "V6.6.2")
def test_a_ticket_works_once_and_only_where_it_was_given(
    cloud: Cloud, client: Client, clock_: Clock, owner: SignedIn
) -> None:
    secret = with_totp(owner, clock_.at)
    ticket = first_step(client, owner)["ticket"]
    code = code_at(secret, clock_.at)

    assert finish(Client(cloud.app, user_agent="thief/1"), ticket, totp=code).status == 401
    assert finish(client, ticket, totp=code).status == 200
    clock_.move(seconds=60)
    assert finish(client, ticket, totp=code_at(secret, clock_.at)).problem == "ticket-refused"


def test_a_made_up_ticket_costs_nothing(client: Client, clock_: Clock, owner: SignedIn) -> None:
    with_totp(owner, clock_.at)
    ticket = first_step(client, owner)["ticket"]

    for text in (ticket[:-1], "xpm_" + "A" * 128, ticket.replace("xpm_", "xpr_")):
        with budget() as spent:
            assert finish(client, text, totp="123456").problem == "ticket-refused"
        assert spent.calls == {}


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"totp": "123456", "recovery_code": "x"},
        {"totp": None},
        {"totp": "1" * 21},
        {"passkey": {"challenge_id": "x", "credential": {}}},
    ],
)
def test_exactly_one_factor_is_shown(client: Client, shown: dict[str, Any]) -> None:
    assert finish(client, "xpm_x", **shown).status == 422


def test_a_wrong_code_leaves_the_ticket_and_is_entered_in_the_audit(
    client: Client, clock_: Clock, told: Told, owner: SignedIn
) -> None:
    secret = with_totp(owner, clock_.at)
    ticket = first_step(client, owner)["ticket"]
    told.messages.clear()

    assert finish(client, ticket, totp="000000").problem == "factor-refused"
    assert told.actions() == ["second-factor-failed"]
    assert finish(client, ticket, totp=code_at(secret, clock_.at)).status == 200


def test_another_users_factor_does_not_count(
    client: Client, clock_: Clock, owner: SignedIn
) -> None:
    thief = person(client)
    secret = with_totp(thief, clock_.at)
    (code, *_) = with_codes(thief)
    with_totp(owner, clock_.at)
    ticket = first_step(client, owner)["ticket"]

    assert finish(client, ticket, totp=code_at(secret, clock_.at)).status == 401
    assert finish(client, ticket, recovery_code=code).status == 401


@pytest.mark.parametrize("order", orders(6, 6, most=6))
def test_one_ticket_and_two_codes_at_once_begin_one_session(
    client: Client, owner: SignedIn, order: tuple[str, ...]
) -> None:
    with_passkey(owner)
    codes = with_codes(owner)
    ticket = first_step(client, owner)["ticket"]

    def use(code: str) -> int:
        return finish(client, ticket, recovery_code=code).status

    results = interleaved(order, a=lambda: use(codes[0]), b=lambda: use(codes[1]))

    assert sorted(map(str, results.values())) == ["200", "401"]


def test_the_cookie_and_the_device_go_with_the_second_step(
    client: Client, clock_: Clock, told: Told, owner: SignedIn
) -> None:
    secret = with_totp(owner, clock_.at)
    ticket = first_step(client, owner)["ticket"]
    told.messages.clear()

    reply = finish(client, ticket, totp=code_at(secret, clock_.at), cookie=True)

    assert reply.status == 200
    assert "refresh_token" not in reply.json
    assert Browser(client, reply).call("GET", "/v1/users/me").status == 200
    assert told.kinds() == ["signed_in_on_new_device"]
    assert told.actions() == ["sign-in"]


@pytest.mark.covers("V6.3.8")
def test_the_second_question_is_only_asked_of_who_knows_the_password(
    client: Client, clock_: Clock, owner: SignedIn
) -> None:
    with_totp(owner, clock_.at)

    reply = login(client, owner.email, "another fine password")

    assert (reply.status, reply.problem) == (401, "sign-in-refused")


def test_another_service_as_first_factor_goes_the_same_way(
    client: Client, clock_: Clock, owner: SignedIn
) -> None:
    visit = Visit(user_agent=client.user_agent, now=clock_.at)
    user = repository.get_user(owner.user_id)
    alone = signing_in.after_first_factor(visit, user, first="fed")
    session = repository.get_session(owner.user_id, alone.out.session_id)  # type: ignore[union-attr]
    assert session.methods == ("fed",)

    secret = with_totp(owner, clock_.at)
    asked = signing_in.after_first_factor(visit, user, first="fed")
    ticket = asked.out.mfa.ticket  # type: ignore[union-attr]
    assert methods_of(finish(client, ticket, totp=code_at(secret, clock_.at))) == (
        "fed",
        "mfa",
        "otp",
    )


def test_who_has_no_password_signs_in_by_none(client: Client, owner: SignedIn) -> None:
    change(repository.get_user(owner.user_id), password="")

    for password in (PASSWORD, ""):
        assert login(client, owner.email, password).problem == "sign-in-refused"


def test_costs(client: Client, clock_: Clock, owner: SignedIn) -> None:
    secret = with_totp(owner, clock_.at)
    with budget() as first:
        ticket = first_step(client, owner)["ticket"]
    with budget() as second:
        assert finish(client, ticket, totp=code_at(secret, clock_.at)).status == 200

    assert sum(first.calls.values()) <= 7
    assert sum(second.calls.values()) <= 7
