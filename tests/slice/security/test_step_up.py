"""Step-up: what would hurt most in other hands asks again, and for a second factor where there is one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel.changes import ChangeRow, unpack
from chalicelib.kernel.errors import StepUpRequired
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from chalicelib.security import api as security
from chalicelib.security.api import factors as security_factors
from chalicelib.security.repository import TABLE
from functions._edge.operations import Operation, operations
from tests.factories.users import SignedIn, signed_in
from tests.slice.security.people import (
    CODES,
    PASSKEYS,
    STEP_UP,
    TOTP,
    Clock,
    code_at,
    refreshed,
    stopped,
    with_codes,
    with_passkey,
    with_session,
    with_totp,
)
from tests.support.authenticator import Authenticator
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]
SECURITY = "/v1/security/"


@pytest.fixture(name="at")
def clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@pytest.fixture(name="person")
def somebody(cloud: Cloud, at: Clock) -> SignedIn:
    return signed_in(Client(cloud.app))


def guarded() -> list[Operation]:
    import app

    assert app.SERVICES
    return [one for one in operations() if one.step_up and one.path.startswith(SECURITY)]


def passkey_step_up(person: SignedIn, device: Authenticator, **knobs: Any) -> Reply:
    asked = person.client.post(f"{STEP_UP}/options").json
    answer = {
        "challenge_id": asked["challenge_id"],
        "credential": device.get(asked["options"], **knobs),
    }
    return person.client.post(STEP_UP, {"passkey": answer})


@pytest.mark.covers("V7.5.1", "V7.5.3")
@pytest.mark.parametrize("operation", guarded(), ids=lambda one: f"{one.method} {one.path}")
def test_every_change_of_a_factor_asks_for_a_fresh_proof(
    person: SignedIn, at: Clock, operation: Operation
) -> None:
    at.move(minutes=9)
    fresh = with_session(person, at.at)
    at.move(minutes=1, seconds=1)
    path = operation.path.replace("{passkey_id}", new_id())
    stale = refreshed(person, at.at).client.call(operation.method, path, json={})
    recent = fresh.client.call(operation.method, path, json={})

    assert (stale.status, stale.problem) == (401, "step-up-required")
    assert stale.headers["WWW-Authenticate"] == (
        'Bearer realm="xpense", error="insufficient_user_authentication", max_age="600"'
    )
    assert recent.status != 401


@pytest.mark.covers("V7.5.1")
def test_the_list_of_guarded_routes_is_whole() -> None:
    assert {f"{one.method} {one.path}" for one in guarded() if "factor" not in one.path} >= {
        "POST /v1/security/totp",
        "POST /v1/security/totp/confirm",
        "DELETE /v1/security/totp",
        "POST /v1/security/recovery-codes",
        "POST /v1/security/passkeys/options",
        "POST /v1/security/passkeys",
        "PATCH /v1/security/passkeys/{passkey_id}",
        "DELETE /v1/security/passkeys/{passkey_id}",
    }
    assert all(one.people_only for one in guarded())


@pytest.mark.covers("V10.3.4")
def test_who_has_a_second_factor_needs_it_even_right_after_a_password(
    person: SignedIn, at: Clock
) -> None:
    secret = with_totp(person, at.at)
    other = with_session(person, at.at)

    assert other.client.delete(TOTP).problem == "step-up-required"
    reply = other.client.post(STEP_UP, {"totp": code_at(secret, at.at)})

    assert reply.status == 200, reply.text
    assert reply.json["method"] == "totp"
    assert other.client.post(CODES).status == 200


def test_a_sign_in_with_two_factors_is_proof_enough_and_costs_no_read(
    person: SignedIn, at: Clock
) -> None:
    with_totp(person, at.at)
    other = with_session(person, at.at, methods=("mfa", "otp", "pwd"))
    assert other.client.post(CODES).status == 200

    with budget() as spent:
        security.require_proof(
            user_id=person.user_id,
            session_id=other.session_id,
            proved_at=at.at,
            methods=("mfa", "pwd"),
            now=at.at,
        )

    assert spent.calls == {}


def test_two_factors_of_an_hour_ago_are_none_now(person: SignedIn, at: Clock) -> None:
    with_totp(person, at.at)
    other = with_session(person, at.at, methods=("mfa", "otp", "pwd"))
    at.move(minutes=10, seconds=1)

    assert refreshed(other, at.at).client.post(CODES).problem == "step-up-required"


def test_setting_a_factor_up_is_a_proof_of_it(person: SignedIn, at: Clock) -> None:
    with_totp(person, at.at)
    at.move(minutes=10)
    later = refreshed(person, at.at)

    assert later.client.post(CODES).status == 200
    at.move(seconds=1)
    assert later.client.post(CODES).problem == "step-up-required"


@pytest.mark.parametrize("seconds", [0, 600])
def test_a_proof_counts_for_ten_minutes_and_one_session(
    person: SignedIn, at: Clock, seconds: int
) -> None:
    secret = with_totp(person, at.at)
    one, two = with_session(person, at.at), with_session(person, at.at)
    reply = one.client.post(STEP_UP, {"totp": code_at(secret, at.at)})
    assert reply.json["expires_at"] > reply.json["proved_at"]
    at.move(seconds=seconds)

    assert refreshed(one, at.at).client.post(CODES).status == 200
    assert refreshed(two, at.at).client.post(CODES).problem == "step-up-required"
    at.move(seconds=601 - seconds)
    assert refreshed(one, at.at).client.post(CODES).problem == "step-up-required"


def test_a_recovery_code_is_a_proof_and_is_gone(person: SignedIn, at: Clock) -> None:
    with_totp(person, at.at)
    code = with_codes(person)[0]
    other = with_session(person, at.at)

    assert other.client.post(STEP_UP, {"recovery_code": code}).json["method"] == "recovery-code"
    assert other.client.post(STEP_UP, {"recovery_code": code}).problem == "factor-refused"
    assert other.client.delete(TOTP).status == 204


def test_a_passkey_is_a_proof_if_it_checked_the_person(person: SignedIn, at: Clock) -> None:
    device = with_passkey(person)
    other = with_session(person, at.at)

    assert passkey_step_up(other, device, flags=0x01).problem == "factor-refused"
    assert passkey_step_up(other, device).json["method"] == "passkey"
    assert other.client.post(CODES).status == 200


def test_a_challenge_of_step_up_is_not_one_of_signing_in(person: SignedIn, at: Clock) -> None:
    device = with_passkey(person)
    asked = security_factors.passkey_options(person.user_id, purpose="second-factor", now=at.at)
    answer = {"challenge_id": asked.challenge_id, "credential": device.get(asked.options)}

    assert person.client.post(STEP_UP, {"passkey": answer}).problem == "factor-refused"


def test_without_a_passkey_there_is_nothing_to_ask(person: SignedIn) -> None:
    reply = person.client.post(f"{STEP_UP}/options")

    assert (reply.status, reply.problem) == (409, "no-passkey")


@pytest.mark.parametrize(
    "body",
    [{}, {"totp": "123456", "recovery_code": "x"}, {"totp": None}, {"totp": ""}, {"totp": 123456},
     {"passkey": {}}, {"passkey": {"challenge_id": "x", "credential": {}}}],
)  # fmt: skip
def test_a_bad_step_up_is_a_clear_problem(person: SignedIn, body: dict[str, Any]) -> None:
    reply = person.client.post(STEP_UP, body)

    assert (reply.status, reply.problem) == (422, "invalid")
    assert reply.json["errors"]


@pytest.mark.covers("V2.4.1", "V16.3.1", "V6.6.3")
def test_tries_are_counted_and_entered_in_the_audit(person: SignedIn, at: Clock) -> None:
    secret = with_totp(person, at.at)  # one try
    replies = [person.client.post(STEP_UP, {"totp": "000000"}) for _ in range(3)]
    replies += [person.client.post(STEP_UP, {"totp": code_at(secret, at.at)})]
    replies += [person.client.post(STEP_UP, {"totp": code_at(secret, at.at, steps=1)})]

    assert [one.status for one in replies] == [401, 401, 401, 200, 429]
    assert int(replies[-1].headers["Retry-After"]) == 585
    assert actions(person)[-4:] == ["step-up-failed"] * 3 + ["step-up"]


def actions(person: SignedIn) -> list[str]:
    raw = Table(TABLE).query(str(person.owner), "CHG#", "CHG$", limit=200, consistent=True)
    rows = [ChangeRow.from_raw_data(dict(one)) for one in raw.items]
    return [entry["f"]["action"] for row in rows for entry in unpack(row.entries)]


@pytest.mark.covers("V16.3.1")
def test_the_audit_has_every_change_of_a_factor(person: SignedIn, at: Clock) -> None:
    with_totp(person, at.at)
    with_codes(person)
    with_passkey(person)
    (key,) = person.client.get(PASSKEYS).json["items"]
    person.client.patch(f"{PASSKEYS}/{key['id']}", {"name": "Other"})
    person.client.delete(f"{PASSKEYS}/{key['id']}")
    person.client.delete(TOTP)

    assert actions(person) == [
        "totp-enrolled", "totp-confirmed", "recovery-codes-created", "passkey-added",
        "passkey-renamed", "passkey-removed", "totp-removed",
    ]  # fmt: skip


def test_a_step_up_is_counted_read_and_written_once(person: SignedIn, at: Clock) -> None:
    secret = with_totp(person, at.at)

    with budget() as spent:
        assert person.client.post(STEP_UP, {"totp": code_at(secret, at.at)}).status == 200

    assert spent.calls == {
        "BatchGetItem": 3,  # the session; the edge's unit, which stays empty; our own
        "UpdateItem": 1,
        "GetItem": 1,
        "TransactWriteItems": 1,
    }
    assert spent.writes == 5, "the count; app, proof, change number and change"


def _proved(person: SignedIn, session_id: str, at: Clock) -> bool:
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


def test_every_binary_value_of_a_factor_is_a_sealed_one(person: SignedIn, at: Clock) -> None:
    """Random bytes may look like a sealed value of an older key, and would keep that key for ever."""
    with_totp(person, at.at)
    with_codes(person)
    with_passkey(person)

    rows = Table(TABLE).query(str(person.owner), "FCT#", "FCT~", limit=9, consistent=True).items

    assert len(rows) == 3
    for row in rows:
        for name, value in row.items():
            if "B" in value:
                assert person.vault.open(value["B"], "security", row["sk"]["S"], name)
