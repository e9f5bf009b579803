"""Passkeys over HTTP and for the services above: registered, named, used, removed, each challenge once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel import outbox
from chalicelib.kernel.errors import TooMany
from chalicelib.kernel.ids import is_id, new_id
from chalicelib.kernel.outbox import OutboxRow
from chalicelib.kernel.tables import Raw, Table, TableSpec
from chalicelib.security.api import factors as security_factors
from chalicelib.security.errors import FactorRefused, NoPasskey
from chalicelib.security.events import FactorAdded, FactorRemoved
from chalicelib.security.model.passkeys import PasskeyProof, handle_of
from chalicelib.security.repository import TABLE
from chalicelib.security.service import passkeys as service
from tests.factories.users import SignedIn, signed_in
from tests.slice.security.people import (
    PASSKEYS,
    STEP_UP,
    Clock,
    register,
    stopped,
    with_codes,
    with_passkey,
)
from tests.support.authenticator import Authenticator, unb64
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]


@pytest.fixture(name="at")
def clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@pytest.fixture(name="person")
def somebody(cloud: Cloud, at: Clock) -> SignedIn:
    return signed_in(Client(cloud.app))


def listed(person: SignedIn) -> list[Any]:
    items: list[Any] = person.client.get(PASSKEYS).json["items"]
    return items


def test_a_registration_asks_for_what_the_standard_says(person: SignedIn) -> None:
    with_passkey(person)
    reply = person.client.post(f"{PASSKEYS}/options", {"account_name": "ada@example.org"})

    options = reply.json["options"]
    assert reply.status == 200
    assert is_id(reply.json["challenge_id"])
    assert options["rp"] == {"id": "localhost", "name": "xPense"}
    assert options["user"]["name"] == "ada@example.org"
    assert len(unb64(options["challenge"])) == 32
    assert [one["alg"] for one in options["pubKeyCredParams"]] == [-7, -8, -257]
    assert options["attestation"] == "none"
    assert len(options["excludeCredentials"]) == 1


def test_a_passkey_is_listed_with_its_name_and_its_last_use(person: SignedIn, at: Clock) -> None:
    device = Authenticator()
    reply = register(person, device, name="  My phone ")

    assert (reply.status, reply.json["name"], reply.json["last_used_at"]) == (201, "My phone", None)
    assert reply.headers["Location"] == f"{PASSKEYS}/{reply.json['id']}"
    used = security_factors.passkey_options(person.user_id, purpose="second-factor", now=at.at)
    proof = security_factors.verify_passkey(
        used.challenge_id, device.get(used.options),
        purpose="second-factor", user_id=person.user_id, now=at.at,
    )  # fmt: skip
    (item,) = listed(person)
    assert proof == PasskeyProof(person.user_id, item["id"], user_verified=True)
    assert item["last_used_at"] is not None
    assert (item["transports"], item["version"]) == (["internal"], 2)


def test_a_passkey_signs_in_without_a_name(person: SignedIn, at: Clock) -> None:
    device = with_passkey(person)
    asked = security_factors.passkey_options(None, purpose="sign-in", now=at.at)
    assert asked.options["allowCredentials"] == []
    assert asked.options["userVerification"] == "required"

    proof = security_factors.verify_passkey(
        asked.challenge_id, device.get(asked.options), purpose="sign-in", user_id=None, now=at.at
    )

    assert proof.user_id == person.user_id


@pytest.mark.covers("V6.3.8")
def test_asking_without_a_name_says_nothing_of_anybody(person: SignedIn, at: Clock) -> None:
    first = security_factors.passkey_options(None, purpose="sign-in", now=at.at)
    with_passkey(person)
    second = security_factors.passkey_options(None, purpose="sign-in", now=at.at)

    plain = [{**one.options, "challenge": ""} for one in (first, second)]
    assert plain[0] == plain[1]


def signs_in(
    device: Authenticator, at: Clock, *, changes: dict[str, Any] | None = None, **knobs: Any
) -> PasskeyProof:
    asked = security_factors.passkey_options(None, purpose="sign-in", now=at.at)
    facts: dict[str, Any] = {
        "challenge_id": asked.challenge_id,
        "purpose": "sign-in",
        "user_id": None,
        "now": at.at,
        **(changes or {}),
    }
    return security_factors.verify_passkey(
        facts.pop("challenge_id"), device.get(asked.options, **knobs), **facts
    )


@pytest.mark.attack
@pytest.mark.covers("V6.7.2")
@pytest.mark.parametrize(
    ("lie", "changes"),
    [
        ("a challenge that never was", {"challenge_id": new_id()}),
        ("a challenge that is no id", {"challenge_id": "../x#y"}),
        ("for another purpose", {"purpose": "step-up"}),
        ("for a second factor", {"purpose": "second-factor"}),
        ("too late by a moment", {"now": timedelta(minutes=5)}),
    ],
)
def test_a_challenge_counts_for_one_purpose_and_five_minutes(
    person: SignedIn, at: Clock, lie: str, changes: dict[str, Any]
) -> None:
    device = with_passkey(person)
    late = changes.get("now")
    changed = {**changes, "now": at.at + late} if late else changes

    with pytest.raises(FactorRefused):
        signs_in(device, at, changes=changed)

    in_time = signs_in(device, at, changes={"now": at.at + timedelta(seconds=299)})
    assert in_time.user_id == person.user_id


@pytest.mark.attack
@pytest.mark.covers("V6.7.2", "V6.5.1")
def test_an_answer_counts_once(person: SignedIn, at: Clock) -> None:
    device = with_passkey(person, step=0)
    asked = security_factors.passkey_options(None, purpose="sign-in", now=at.at)
    credential = device.get(asked.options)

    def send() -> PasskeyProof:
        return security_factors.verify_passkey(
            asked.challenge_id, credential, purpose="sign-in", user_id=None, now=at.at
        )

    assert send().user_id == person.user_id
    with pytest.raises(FactorRefused):
        send()


@pytest.mark.attack
def test_a_challenge_of_one_user_is_none_of_another(
    person: SignedIn, at: Clock, cloud: Cloud
) -> None:
    other = signed_in(Client(cloud.app))
    mine, theirs = with_passkey(person), with_passkey(other)
    asked = security_factors.passkey_options(person.user_id, purpose="second-factor", now=at.at)

    for device, user_id in ((mine, other.user_id), (theirs, person.user_id), (mine, None)):
        with pytest.raises(FactorRefused):
            security_factors.verify_passkey(
                asked.challenge_id, device.get(asked.options),
                purpose="second-factor", user_id=user_id, now=at.at,
            )  # fmt: skip


@pytest.mark.attack
def test_another_users_handle_on_ones_own_passkey_opens_nothing(
    person: SignedIn, at: Clock, cloud: Cloud
) -> None:
    other = signed_in(Client(cloud.app))
    with_passkey(other)
    thief = with_passkey(person)
    victim = handle_of(other.user_id)

    with pytest.raises(FactorRefused):
        signs_in(thief, at, user_handle=victim)
    with pytest.raises(FactorRefused):
        signs_in(thief, at, user_handle=None)


@pytest.mark.attack
def test_the_same_credential_under_another_account_opens_only_that_account(
    person: SignedIn, at: Clock, cloud: Cloud
) -> None:
    device = with_passkey(person)
    other = signed_in(Client(cloud.app))
    thief = Authenticator(credential_id=device.credential_id)
    assert register(other, thief).status == 201

    assert signs_in(thief, at).user_id == other.user_id
    assert signs_in(device, at).user_id == person.user_id


def test_only_a_sign_in_may_be_of_anybody(cloud: Cloud, person: SignedIn, at: Clock) -> None:
    with pytest.raises(ValueError, match="sign-in"):
        security_factors.passkey_options(None, purpose="step-up", now=at.at)
    with pytest.raises(NoPasskey):
        security_factors.passkey_options(person.user_id, purpose="second-factor", now=at.at)


def test_a_registration_is_answered_once_and_a_device_is_registered_once(
    person: SignedIn,
) -> None:
    device = Authenticator()
    asked = person.client.post(f"{PASSKEYS}/options", {}).json
    body = {
        "challenge_id": asked["challenge_id"],
        "name": "Phone",
        "credential": device.create(asked["options"]),
    }

    replies = [person.client.post(PASSKEYS, body), person.client.post(PASSKEYS, body)]

    assert [one.status for one in replies] == [201, 422]
    assert replies[1].problem == "passkey-refused"
    assert register(person, device).problem == "passkey-exists"
    assert len(listed(person)) == 1


def test_a_lost_answer_is_given_again_under_its_key(person: SignedIn) -> None:
    asked = person.client.post(f"{PASSKEYS}/options", {}).json
    body = {
        "challenge_id": asked["challenge_id"],
        "name": "Phone",
        "credential": Authenticator().create(asked["options"]),
    }
    key = {"Idempotency-Key": "one"}

    replies = [person.client.post(PASSKEYS, body, headers=key) for _ in range(2)]

    assert replies[0].json == replies[1].json
    assert len(listed(person)) == 1


@pytest.mark.attack
def test_a_challenge_of_registering_does_not_sign_in_and_the_other_way_round(
    person: SignedIn, at: Clock
) -> None:
    device = with_passkey(person)
    asked = person.client.post(f"{PASSKEYS}/options", {}).json
    used = device.get({**asked["options"], "rpId": "localhost"})
    with pytest.raises(FactorRefused):
        security_factors.verify_passkey(
            asked["challenge_id"], used, purpose="second-factor", user_id=person.user_id, now=at.at
        )

    stepping = person.client.post(f"{STEP_UP}/options").json
    fresh = Authenticator()
    made = fresh.create({**asked["options"], "challenge": stepping["options"]["challenge"]})
    body = {"challenge_id": stepping["challenge_id"], "name": "x", "credential": made}
    assert person.client.post(PASSKEYS, body).problem == "passkey-refused"


def test_renaming_keeps_everything_else_and_minds_the_version(person: SignedIn, at: Clock) -> None:
    device = with_passkey(person)
    (before,) = listed(person)
    url = f"{PASSKEYS}/{before['id']}"

    reply = person.client.patch(url, {"name": "Work laptop"}, headers={"If-Match": '"1"'})
    stale = person.client.patch(url, {"name": "Other"}, headers={"If-Match": '"1"'})

    assert reply.json == {**before, "name": "Work laptop", "version": 2}
    assert (stale.status, stale.problem) == (412, "stale")
    assert signs_in(device, at).passkey_id == before["id"]


@pytest.mark.covers("V6.5.6")
def test_a_removed_passkey_opens_nothing_and_takes_the_codes_along(
    person: SignedIn, at: Clock
) -> None:
    device = with_passkey(person)
    codes = with_codes(person)
    (item,) = listed(person)

    assert person.client.delete(f"{PASSKEYS}/{item['id']}").status == 204

    with pytest.raises(FactorRefused):
        signs_in(device, at)
    with pytest.raises(FactorRefused):
        security_factors.use_recovery_code(person.user_id, codes[0], now=at.at)
    assert person.client.delete(f"{PASSKEYS}/{item['id']}").problem == "passkey-not-found"


@pytest.mark.attack
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_another_users_passkey_is_not_there(person: SignedIn, cloud: Cloud, method: str) -> None:
    other = signed_in(Client(cloud.app))
    with_passkey(other)
    (item,) = listed(other)

    reply = person.client.call(method, f"{PASSKEYS}/{item['id']}", json={"name": "Mine"})

    assert (reply.status, reply.problem) == (404, "passkey-not-found")
    assert listed(other) == [item]
    assert listed(person) == []


def test_there_are_25_at_most(person: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_PASSKEYS", 2)
    with_passkey(person)
    asked = person.client.post(f"{PASSKEYS}/options", {}).json
    with_passkey(person)

    assert person.client.post(f"{PASSKEYS}/options", {}).problem == "too-many-passkeys"
    body = {
        "challenge_id": asked["challenge_id"],
        "name": "Third",
        "credential": Authenticator().create(asked["options"]),
    }
    assert person.client.post(PASSKEYS, body).problem == "too-many-passkeys"


def test_the_list_goes_on_by_its_cursor(person: SignedIn) -> None:
    for name in ("One", "Two", "Three"):
        assert register(person, Authenticator(), name=name).status == 201

    first = person.client.get(f"{PASSKEYS}?limit=2").json
    rest = person.client.get(PASSKEYS, query={"limit": "2", "cursor": first["next_cursor"]}).json

    names = [one["name"] for one in (*first["items"], *rest["items"])]
    assert names == ["One", "Two", "Three"]
    assert rest["next_cursor"] is None


@pytest.mark.covers("V2.4.1")
def test_challenges_are_limited(person: SignedIn, at: Clock) -> None:
    with_passkey(person)
    for _ in range(29):
        security_factors.passkey_options(person.user_id, purpose="step-up", now=at.at)

    with pytest.raises(TooMany):
        security_factors.passkey_options(person.user_id, purpose="step-up", now=at.at)
    assert person.client.post(f"{STEP_UP}/options").status == 429


def bad(person: SignedIn, **changes: Any) -> Reply:
    asked = person.client.post(f"{PASSKEYS}/options", {}).json
    body = {
        "challenge_id": asked["challenge_id"],
        "name": "Phone",
        "credential": Authenticator().create(asked["options"]),
        **changes,
    }
    return person.client.post(PASSKEYS, body)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"challenge_id": "x"}, "/challenge_id"),
        ({"credential": {}}, "/credential/id"),
        ({"credential": None}, "/credential"),
        ({"more": 1}, "/more"),
    ],
)
def test_a_bad_body_names_its_field(person: SignedIn, changes: Any, pointer: str) -> None:
    reply = bad(person, **changes)

    assert (reply.status, reply.problem) == (422, "invalid")
    assert pointer in {one["pointer"] for one in reply.json["errors"]}


def test_the_table_holds_no_name_and_no_account(person: SignedIn) -> None:
    register(person, Authenticator(), name="Canary phone")

    rows = Table(TABLE).query(str(person.owner), "A", "z", limit=100, consistent=True).items

    assert any(row["sk"]["S"].startswith("FCT#PKY#") for row in rows)
    assert "Canary" not in repr(rows)
    assert person.email not in repr(rows)


def test_facts_are_told_with_ids_only(person: SignedIn, cloud: Cloud) -> None:
    told: list[Any] = []

    def hear(_spec: TableSpec, rows: Any) -> None:
        told.extend(_messages(rows))

    outbox.on_commit(hear)
    try:
        with_passkey(person)
        (item,) = listed(person)
        person.client.delete(f"{PASSKEYS}/{item['id']}")
    finally:
        outbox.forget_listeners()

    facts = {"user_id": person.user_id, "factor": "passkey", "factor_id": item["id"]}
    assert told == [FactorAdded(**facts), FactorRemoved(**facts)]


def _messages(rows: list[Raw]) -> list[Any]:
    return [one.message() for row in rows for one in OutboxRow.from_raw_data(dict(row)).envelopes()]


def test_using_a_passkey_is_two_reads_and_one_transaction(person: SignedIn, at: Clock) -> None:
    device = with_passkey(person)
    asked = security_factors.passkey_options(None, purpose="sign-in", now=at.at)
    credential = device.get(asked.options)

    with budget() as spent:
        security_factors.verify_passkey(
            asked.challenge_id, credential, purpose="sign-in", user_id=None, now=at.at
        )

    assert spent.calls == {"GetItem": 1, "Query": 1, "TransactWriteItems": 1}
    assert spent.writes == 2
