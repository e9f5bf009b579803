"""Codes, challenges and proofs under two at once and under sudden death: each counts once, in every order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel.errors import StepUpRequired
from chalicelib.security import api as security
from chalicelib.security.api import factors as security_factors
from chalicelib.security.errors import FactorRefused
from tests.factories.users import SignedIn, signed_in
from tests.slice.security.people import (
    PASSKEYS,
    STEP_UP,
    Clock,
    code_at,
    stopped,
    with_codes,
    with_passkey,
    with_session,
    with_totp,
)
from tests.support.authenticator import Authenticator
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import interleaved, killed_at, orders

pytestmark = [pytest.mark.slice, pytest.mark.attack, pytest.mark.durable]


@pytest.fixture(name="at")
def clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@pytest.fixture(name="person")
def somebody(cloud: Cloud, at: Clock) -> SignedIn:
    return signed_in(Client(cloud.app))


def told(results: dict[str, object]) -> list[str]:
    """Give what became of each, in order: `in`, or the refusal's name."""
    return sorted(
        type(one).__name__ if isinstance(one, Exception) else "in" for one in results.values()
    )


def proved(person: SignedIn, session_id: str, at: Clock) -> bool:
    try:
        security.require_proof(
            user_id=person.user_id,
            session_id=session_id,
            proved_at=at.at - timedelta(hours=1),
            methods=(),
            now=at.at,
        )
    except StepUpRequired:
        return False
    return True


# --- codes


@pytest.mark.covers("V6.5.1")
@pytest.mark.parametrize("order", orders(3, 3))
def test_of_two_uses_of_one_step_at_once_exactly_one_counts(
    person: SignedIn, at: Clock, order: tuple[str, ...]
) -> None:
    secret = with_totp(person, at.at)

    def use() -> None:
        security_factors.verify_totp(person.user_id, code_at(secret, at.at), now=at.at)

    assert told(interleaved(order, a=use, b=use)) == ["FactorRefused", "in"]


@pytest.mark.parametrize("order", orders(3, 3))
def test_two_steps_at_once_never_move_the_mark_back(
    person: SignedIn, at: Clock, order: tuple[str, ...]
) -> None:
    secret = with_totp(person, at.at)
    here, following = code_at(secret, at.at), code_at(secret, at.at, steps=1)

    def use(code: str) -> None:
        security_factors.verify_totp(person.user_id, code, now=at.at)

    results = interleaved(order, a=lambda: use(here), b=lambda: use(following))

    assert results["b"] is None
    at.move(minutes=-15)  # the limit of another quarter of an hour; the steps stay the same
    for code in (here, following):
        with pytest.raises(FactorRefused):
            security_factors.verify_totp(person.user_id, code, now=at.at + timedelta(minutes=15))


@pytest.mark.covers("V6.5.1")
@pytest.mark.parametrize("order", orders(4, 4)[::2])
def test_of_two_uses_of_one_recovery_code_at_once_exactly_one_counts(
    person: SignedIn, at: Clock, order: tuple[str, ...]
) -> None:
    with_totp(person, at.at)
    code = with_codes(person)[0]

    def use() -> int:
        return security_factors.use_recovery_code(person.user_id, code, now=at.at)

    assert told(interleaved(order, a=use, b=use)) == ["FactorRefused", "in"]
    assert security_factors.second_factors(person.user_id).recovery_codes_left == 9


@pytest.mark.parametrize("order", orders(4, 4)[::5])
def test_two_recovery_codes_at_once_both_count_and_both_are_gone(
    person: SignedIn, at: Clock, order: tuple[str, ...]
) -> None:
    with_totp(person, at.at)
    one, two, *_ = with_codes(person)

    def use(code: str) -> int:
        return security_factors.use_recovery_code(person.user_id, code, now=at.at)

    results = interleaved(order, a=lambda: use(one), b=lambda: use(two))

    assert sorted(map(str, results.values())) == ["8", "9"]
    for code in (one, two):
        with pytest.raises(FactorRefused):
            use(code)


# --- passkeys


def answer_of(person: SignedIn, device: Authenticator, at: Clock) -> Callable[[], object]:
    """Give one use of one answer to one challenge, as often as it is called."""
    asked = security_factors.passkey_options(person.user_id, purpose="second-factor", now=at.at)
    credential = device.get(asked.options)
    return lambda: security_factors.verify_passkey(
        asked.challenge_id,
        credential,
        purpose="second-factor",
        user_id=person.user_id,
        now=at.at,
    )


@pytest.mark.covers("V6.5.1")
@pytest.mark.parametrize("step", [0, 1], ids=["a passkey that does not count", "one that counts"])
@pytest.mark.parametrize("order", orders(3, 3))
def test_of_two_answers_to_one_challenge_at_once_exactly_one_counts(
    person: SignedIn, at: Clock, order: tuple[str, ...], step: int
) -> None:
    use = answer_of(person, with_passkey(person, step=step), at)

    assert told(interleaved(order, a=use, b=use)) == ["FactorRefused", "in"]


@pytest.mark.parametrize("order", orders(3, 3)[::3])
def test_two_challenges_at_once_never_let_the_counter_go_back(
    person: SignedIn, at: Clock, order: tuple[str, ...]
) -> None:
    device = with_passkey(person)
    older, newer = answer_of(person, device, at), answer_of(person, device, at)

    results = interleaved(order, a=older, b=newer)

    assert not isinstance(results["b"], Exception)
    with pytest.raises(FactorRefused):
        answer_of(person, copy_of(device, count=2), at)()


def copy_of(device: Authenticator, *, count: int) -> Authenticator:
    """A clone of the device, whose counter stands where it stood when it was copied."""
    clone = Authenticator(counter=count - 1, credential_id=device.credential_id)
    clone.private, clone.user_handle = device.private, device.user_handle
    return clone


@pytest.mark.parametrize("order", orders(5, 5, most=12))
def test_one_registration_sent_twice_at_once_makes_one_passkey(
    person: SignedIn, at: Clock, order: tuple[str, ...]
) -> None:
    asked = person.client.post(f"{PASSKEYS}/options", {}).json
    body = {
        "challenge_id": asked["challenge_id"],
        "name": "Phone",
        "credential": Authenticator().create(asked["options"]),
    }

    def send() -> int:
        return person.client.post(PASSKEYS, body).status

    results = interleaved(order, a=send, b=send)

    assert sorted(map(str, results.values())) == ["201", "422"]
    assert security_factors.second_factors(person.user_id).passkeys == 1


# --- step-up


@pytest.mark.covers("V6.5.1")
@pytest.mark.parametrize("order", orders(6, 6, most=14))
def test_one_code_is_the_proof_of_one_of_two_sessions(
    person: SignedIn, at: Clock, order: tuple[str, ...]
) -> None:
    secret = with_totp(person, at.at)
    one, two = with_session(person, at.at), with_session(person, at.at)
    body = {"totp": code_at(secret, at.at)}

    results = interleaved(
        order,
        a=lambda: one.client.post(STEP_UP, body).status,
        b=lambda: two.client.post(STEP_UP, body).status,
    )

    assert sorted(map(str, results.values())) == ["200", "401"]
    assert sorted(proved(person, each.session_id, at) for each in (one, two)) == [False, True]


# --- sudden death


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("point", range(4))
def test_a_crash_may_burn_a_recovery_code_but_never_lets_it_count_twice(
    person: SignedIn, at: Clock, point: int, side: Any
) -> None:
    with_totp(person, at.at)
    code = with_codes(person)[0]

    counted = killed_then_again(
        lambda: security_factors.use_recovery_code(person.user_id, code, now=at.at), point, side
    )

    left = security_factors.second_factors(person.user_id).recovery_codes_left
    assert (counted, left) == ((0, 9) if (point, side) == (3, "after") else (1, 9))


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("point", range(3))
def test_a_crash_may_burn_a_step_but_never_lets_it_count_twice(
    person: SignedIn, at: Clock, point: int, side: Any
) -> None:
    secret = with_totp(person, at.at)

    counted = killed_then_again(
        lambda: security_factors.verify_totp(person.user_id, code_at(secret, at.at), now=at.at),
        point,
        side,
    )

    assert counted == (0 if (point, side) == (2, "after") else 1)


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("point", range(3))
def test_a_crash_may_burn_a_challenge_but_never_lets_it_count_twice(
    person: SignedIn, at: Clock, point: int, side: Any
) -> None:
    use = answer_of(person, with_passkey(person, step=0), at)

    assert killed_then_again(use, point, side) == (0 if (point, side) == (2, "after") else 1)


def killed_then_again(use: Callable[[], object], point: int, side: Any) -> int:
    """Die at a point, then try twice more; gives how often somebody was let in who was told so."""
    assert killed_at(point, side, use) is not None
    counted = 0
    for _ in range(2):
        try:
            use()
        except FactorRefused:
            continue
        counted += 1
    return counted


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("point", range(6))
def test_a_crash_leaves_either_nothing_or_a_proof_and_never_a_second_one(
    person: SignedIn, at: Clock, point: int, side: Any
) -> None:
    secret = with_totp(person, at.at)
    other = with_session(person, at.at)
    body = {"totp": code_at(secret, at.at)}

    assert killed_at(point, side, lambda: other.client.post(STEP_UP, body)) is not None
    done = proved(person, other.session_id, at)

    assert other.client.post(STEP_UP, body).status == (401 if done else 200)
    assert proved(person, other.session_id, at)
