"""Strangers' tries slow strangers down, never the device that signed in before; and the user hears of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.kernel import clock
from chalicelib.kernel.context import Visit
from chalicelib.kernel.errors import TooMany
from chalicelib.kernel.ids import new_id
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.errors import SignInRefused
from chalicelib.users.events import SignedInOnNewDevice, SignInFailedOften
from chalicelib.users.model.devices import ACCOUNT, DEVICE_LIFE, HERE
from chalicelib.users.schemas.signing_in import SignIn
from chalicelib.users.service import devices, signing_in
from chalicelib.users.service.unit import in_one_write
from tests.factories.users import SignedIn
from tests.slice.users.conftest import PASSWORD, Told
from tests.slice.users.ways import change, login, person
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import interleaved, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable, pytest.mark.attack]
WRONG = "another fine password"


@pytest.fixture
def owner(client: Client) -> SignedIn:
    return person(client)


def everywhere() -> Iterator[str]:
    return (
        f"10.{200 + number // 60_000}.{number // 250}.{number % 250}" for number in range(10**6)
    )


def exhaust(email: str, at: datetime) -> None:
    """Strangers from everywhere used up what all of them together have."""
    key = repository.tries_key("account", repository.address_key(email))
    (one,) = repository.find_tries([(key, ACCOUNT)], at)
    used = replace(
        one, count=60, last_at=at, free_at=at + timedelta(minutes=15), version=one.version + 1
    )
    nobody = repository.owner_of(new_id())
    in_one_write(Visit(now=at), nobody, lambda ctx: repository.save_tries(ctx.commit, used))


def take_network(address: str, at: datetime, times: int) -> None:
    for _ in range(times):
        security.take(signing_in.NETWORK, address, now=at)


def attempt(
    email: str, address: str, at: datetime, *, device: str = "", password: str = WRONG
) -> str:
    body = SignIn(email=email, password=password, device_token=device)
    try:
        signing_in.sign_in(Visit(address=address, now=at), body)
    except SignInRefused:
        return "refused"
    except TooMany:
        return "slowed"
    return "in"


def left(headers: Mapping[str, str], name: str) -> tuple[int, int]:
    """Read what an answer says is left of a limit, and for how many seconds."""
    (one,) = [part for part in headers["RateLimit"].split(", ") if part.startswith(f'"{name}";')]
    remaining, reset = one.split(";")[1:]
    return int(remaining.removeprefix("r=")), int(reset.removeprefix("t="))


@pytest.mark.covers("R-33")
def test_every_answer_of_signing_in_says_what_is_left_alike_for_nobody_and_somebody(
    client: Client, owner: SignedIn
) -> None:
    nobody = Client(client._app)
    told = [
        [login(one, email, f"{WRONG} {number}").headers for number in range(11)]
        for one, email in ((client, owner.email), (nobody, f"{new_id()}@example.org"))
    ]

    for headers in told:
        assert [left(one, "password-here")[0] for one in headers] == [*range(9, -1, -1), 0]
        assert left(headers[10], "password-here")[1] == int(headers[10]["Retry-After"])
        assert '"password-here";q=10;w=86400' in headers[0]["RateLimit-Policy"]
        assert '"sign-in";q=100;w=900' in headers[0]["RateLimit-Policy"]
    assert not any("strangers" in one["RateLimit"] for headers in told for one in headers)


@pytest.mark.covers("R-33")
def test_a_known_device_hears_of_its_own_counter_alone(client: Client, owner: SignedIn) -> None:
    device = login(client, owner.email, PASSWORD).json["device_token"]

    headers = login(client, owner.email, WRONG, device_token=device).headers

    assert headers["RateLimit-Policy"] == '"password-device";q=10;w=86400'
    assert left(headers, "password-device")[0] == 9


@pytest.mark.covers("V6.3.1", "V2.4.1")
def test_one_place_gets_ten_tries_and_then_ever_longer_waits(
    client: Client, owner: SignedIn
) -> None:
    replies = [login(client, owner.email, f"{WRONG} {number}") for number in range(11)]

    assert [reply.status for reply in replies] == [401] * 10 + [429]
    assert replies[-1].problem == "too-many-requests"
    assert 1 <= int(replies[-1].headers["Retry-After"]) <= 30
    # also with the right password: who waits learns nothing
    assert login(client, owner.email).status == 429

    at, waits = clock.now() + timedelta(seconds=31), []
    for _ in range(5):
        assert attempt(owner.email, client.address, at) == "refused"
        counter = repository.find_tries([(_here(owner.email, client.address), HERE)], at)[0]
        waits.append(round((counter.free_at - at).total_seconds()))
        at = counter.free_at
    assert waits == [60, 120, 240, 480, 960]


def _here(email: str, address: str) -> str:
    return repository.tries_key("here", repository.address_key(email), address)


@pytest.mark.covers("V6.3.1")
def test_an_attacker_from_everywhere_never_keeps_the_owner_out(
    cloud: Cloud, owner: SignedIn
) -> None:
    """A day of tries from ever new networks, also the owner's own; the known device signs in all along."""
    phone = Client(cloud.app)
    token = login(phone, owner.email).json["device_token"]
    at, networks, seen = clock.now(), everywhere(), []
    exhaust(owner.email, at)

    for round_ in range(18):
        at += timedelta(minutes=5)
        seen += [attempt(owner.email, place, at) for place in (next(networks), phone.address)]
        if round_ % 6 == 0:
            assert attempt(owner.email, phone.address, at, device=token, password=PASSWORD) == "in"
    assert seen.count("refused") == 6  # one each quarter of an hour
    # with all of the network's quota used up by others as well
    take_network(phone.address, at, 95)
    for _ in range(5):
        attempt("nobody@example.org", phone.address, at)
    assert attempt("nobody@example.org", phone.address, at) == "slowed"
    assert attempt(owner.email, phone.address, at, device=token, password=PASSWORD) == "in"


@pytest.mark.covers("V6.3.1")
def test_a_burst_from_a_hundred_places_is_held_to_fifty_guesses(owner: SignedIn) -> None:
    at, networks = clock.now(), everywhere()

    outcomes = [attempt(owner.email, next(networks), at) for _ in range(60)]

    assert outcomes.count("refused") == 50
    assert outcomes[50:] == ["slowed"] * 10


@pytest.mark.covers("V6.3.1")
def test_one_place_on_many_accounts_is_held_by_the_networks_limit() -> None:
    at = clock.now().replace(minute=1)
    take_network("10.9.9.9", at, 95)
    outcomes = [attempt(f"spray-{number}@example.org", "10.9.9.9", at) for number in range(8)]

    assert signing_in.NETWORK.quota == 100
    assert outcomes == ["refused"] * 5 + ["slowed"] * 3


def test_a_device_has_a_counter_of_its_own_which_success_clears(
    cloud: Cloud, owner: SignedIn
) -> None:
    device = Client(cloud.app)
    token = login(device, owner.email).json["device_token"]
    at = clock.now()

    for _ in range(3):
        for _ in range(9):
            assert attempt(owner.email, "10.8.8.8", at, device=token) == "refused"
        assert attempt(owner.email, "10.8.8.8", at, device=token, password=PASSWORD) == "in"
    for _ in range(10):
        attempt(owner.email, "10.8.8.8", at, device=token)

    assert attempt(owner.email, "10.8.8.8", at, device=token, password=PASSWORD) == "slowed"
    later = at + timedelta(seconds=30)
    assert attempt(owner.email, "10.8.8.8", later, device=token, password=PASSWORD) == "in"
    # nothing of it was counted as a stranger's
    assert attempt(owner.email, "10.8.8.9", at, password=PASSWORD) == "in"


def test_somebody_elses_a_made_up_and_an_old_device_token_are_a_strangers(
    cloud: Cloud, client: Client, owner: SignedIn
) -> None:
    other = person(client)
    foreign = login(Client(cloud.app), other.email).json["device_token"]
    own = login(Client(cloud.app), owner.email).json["device_token"]
    at, networks = clock.now(), everywhere()
    exhaust(owner.email, at)

    for token in (foreign, own[:-1] + "A", own.replace("xpd_", "xpr_"), "xpd_", own + "="):
        assert attempt(owner.email, next(networks), at, device=token, password=PASSWORD) == "slowed"
    assert attempt(owner.email, next(networks), at, device=own, password=PASSWORD) == "in"
    late = at + DEVICE_LIFE + timedelta(days=1)
    assert devices.read_device(own, late) is None


def test_right_passwords_use_nothing_up(client: Client, owner: SignedIn) -> None:
    statuses = {login(client, owner.email).status for _ in range(14)}

    assert statuses == {200}


@pytest.mark.covers("V6.3.8")
def test_nobody_is_slowed_down_and_costs_like_somebody(client: Client, owner: SignedIn) -> None:
    def walk(email: str) -> list[tuple[int, dict[str, int], int, int]]:
        seen = []
        for number in range(12):
            with budget() as spent:
                reply = login(client, email, f"{WRONG} {number}")
            seen.append((reply.status, dict(spent.calls), spent.reads, spent.writes))
        return seen

    known, unknown = walk(owner.email), walk("nobody-at-all@example.org")

    assert known == unknown
    assert [status for status, *_ in known] == [401] * 10 + [429] * 2


@pytest.mark.parametrize("order", orders(4, 4)[::7])
def test_two_tries_at_once_are_both_counted(owner: SignedIn, order: tuple[str, ...]) -> None:
    at = clock.now()

    def one() -> str:
        return attempt(owner.email, "10.7.7.7", at)

    results = interleaved(order, a=one, b=one)

    assert set(results.values()) == {"refused"}
    key = _here(owner.email, "10.7.7.7")
    (counter,) = repository.find_tries([(key, HERE)], at)
    assert counter.count == 2


# --- what the user hears


@pytest.mark.covers("V6.3.5")
def test_the_user_hears_of_a_device_that_never_signed_in(
    cloud: Cloud, told: Told, owner: SignedIn
) -> None:
    phone, laptop = Client(cloud.app), Client(cloud.app)
    first = login(phone, owner.email).json
    again = login(phone, owner.email, device_token=first["device_token"]).json
    third = login(laptop, owner.email).json

    assert told.facts() == [
        SignedInOnNewDevice(user_id=owner.user_id, session_id=first["session_id"]),
        SignedInOnNewDevice(user_id=owner.user_id, session_id=third["session_id"]),
    ]
    assert again["device_token"] != first["device_token"]
    assert told.actions() == ["sign-in"] * 3


def test_after_signing_out_everywhere_every_device_is_news_but_none_is_slowed_down(
    cloud: Cloud, told: Told, owner: SignedIn
) -> None:
    phone = Client(cloud.app)
    first = login(phone, owner.email).json
    change(repository.get_user(owner.user_id), signed_out_at=clock.now() + timedelta(seconds=1))
    at = clock.now() + timedelta(seconds=2)
    exhaust(owner.email, at)
    told.messages.clear()

    token = first["device_token"]
    assert attempt(owner.email, phone.address, at, device=token, password=PASSWORD) == "in"
    assert [type(one) for one in told.facts()] == [SignedInOnNewDevice]


def test_in_the_hour_after_a_sign_up_no_device_is_news(client: Client, told: Told) -> None:
    made = person(client)
    change(repository.get_user(made.user_id), created_at=clock.now())

    login(client, made.email)

    assert told.facts() == []


@pytest.mark.covers("V6.3.5")
def test_the_user_hears_of_many_failures_once_and_the_audit_of_each(
    told: Told, owner: SignedIn
) -> None:
    at, networks = clock.now(), everywhere()
    for _ in range(19):
        attempt(owner.email, next(networks), at)

    assert told.facts() == [SignInFailedOften(user_id=owner.user_id)]
    assert told.actions() == ["sign-in-failed"] * 19
