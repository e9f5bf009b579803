"""Signing up and verifying an address."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

from chalicelib.kernel import outbox
from chalicelib.kernel.clock import now
from chalicelib.kernel.context import Visit
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.keys import provider
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Table
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.api import notices as users_notices
from chalicelib.users.errors import VerificationGone, VerificationUnusable
from chalicelib.users.model.tokens import verification_token
from chalicelib.users.model.users import VERIFICATION_LIFE
from chalicelib.users.repository import TABLE
from chalicelib.users.schemas.signing_in import Register
from chalicelib.users.service import passwords, registration
from tests.slice.users.conftest import PASSWORD, Told
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import every_point, interleaved, killed_at

pytestmark = pytest.mark.slice
_NUMBERS: Final = itertools.count()


def an_email() -> str:
    return f"new-{next(_NUMBERS)}@example.org"


def body(email: str, **changed: Any) -> dict[str, Any]:
    return {"email": email, "password": PASSWORD, "display_name": "Ada"} | changed


def register(client: Client, email: str, **changed: Any) -> None:
    reply = client.post("/v1/users/register", body(email, **changed))
    assert reply.status == 202, reply.text


def sign_in(client: Client, email: str, password: str = PASSWORD) -> int:
    return client.post("/v1/users/login", {"email": email, "password": password}).status


# --- the walk


def test_sign_up_verify_and_sign_in(client: Client, told: Told) -> None:
    email = an_email()
    register(client, email)
    assert sign_in(client, email) == 401

    verified = client.post("/v1/users/verify-email", {"token": told.token()})

    assert (verified.status, verified.text) == (204, "")
    assert sign_in(client, email) == 200
    assert told.kinds() == ["user_registered", "verification_requested", "email_verified"]


def test_the_answer_is_the_same_for_a_new_a_pending_and_a_known_address(
    client: Client, told: Told, verified: Callable[[str], None]
) -> None:
    known, pending = an_email(), an_email()
    verified(known)
    register(client, pending)

    replies = [
        client.post("/v1/users/register", body(email), headers={"X-Request-Id": "same-request"})
        for email in (an_email(), pending, known, known.upper())
    ]

    for reply in replies:
        assert (reply.status, reply.json) == (202, {"state": "accepted", "next": "verify-email"})
        assert {name: reply.headers[name] for name in reply.headers if name != "ratelimit"} == {
            name: replies[0].headers[name] for name in replies[0].headers if name != "ratelimit"
        }


def test_a_new_a_pending_and_a_known_address_cost_the_same_calls_and_hashes(
    client: Client,
    told: Told,
    verified: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known, pending = an_email(), an_email()
    verified(known)
    register(client, pending)
    hashes: list[str] = []
    hashed = passwords.hashed

    def counting(password: str) -> str:
        hashes.append(password)
        return hashed(password)

    monkeypatch.setattr(passwords, "hashed", counting)

    spent = []
    for email in (an_email(), pending, known):
        with budget() as one:
            register(client, email)
        spent.append(one)

    assert len(hashes) == 3
    # by network, by address; whose the address is; the key; everything else at once
    expected = {"UpdateItem": 2, "GetItem": 1, "PutItem": 1, "TransactWriteItems": 1}
    assert [one.calls for one in spent] == [expected] * 3
    assert [one.writes for one in spent] == [6, 6, 5]


def test_a_known_address_is_told_by_mail_and_keeps_its_password(
    client: Client, told: Told, verified: Callable[[str], None]
) -> None:
    email = an_email()
    verified(email)
    told.messages.clear()

    register(client, email, password="another fine password")

    assert told.kinds() == ["registration_repeated"]
    assert users_notices.notice_address(told.messages[0].user_id) == email  # type: ignore[attr-defined]
    assert sign_in(client, email, "another fine password") == 401
    assert sign_in(client, email) == 200


@pytest.mark.covers("V6.6.2")
def test_the_newest_pending_sign_up_counts_and_voids_the_older_mail(
    client: Client, told: Told
) -> None:
    email = an_email()
    register(client, email)
    first, old = told.token(), told.last()
    register(client, email, password="another fine password")
    second = told.token()

    with pytest.raises(VerificationGone):
        users_notices.verification_mail(old.user_id, old.verification_id)
    assert (
        client.post("/v1/users/verify-email", {"token": first}).problem == "verification-unusable"
    )
    assert client.post("/v1/users/verify-email", {"token": second}).status == 204

    assert sign_in(client, email) == 401
    assert sign_in(client, email, "another fine password") == 200


def test_an_address_gets_at_most_five_mails_a_day(client: Client, told: Told) -> None:
    email = an_email()

    for _ in range(7):
        register(client, email)

    assert told.kinds().count("verification_requested") == 5
    assert client.post("/v1/users/verify-email", {"token": told.token()}).status == 204


# --- what is refused


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"password": "too short"}, "/password"),
        ({"password": "passwordpassword"}, "/password"),
        ({"password": "x" * 2_000}, "/password"),
        ({"password": "ada lovelace was here"}, "/password"),
        ({"email": "nobody"}, "/email"),
        ({"email": "a@b@c.org"}, "/email"),
        ({"email": 7}, "/email"),
        ({"display_name": ""}, "/display_name"),
        ({"display_name": "x\x00"}, "/display_name"),
        ({"display_name": "x" * 101}, "/display_name"),
        ({"is_admin": True}, "/is_admin"),
        ({"id": "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"}, "/id"),
    ],
)
def test_a_bad_field_is_named_and_nothing_is_written(
    client: Client, told: Told, changed: dict[str, Any], pointer: str
) -> None:
    with budget() as spent:
        reply = client.post("/v1/users/register", body("ada.lovelace@example.org") | changed)

    assert reply.status == 422
    assert reply.json["errors"][0]["pointer"] == pointer
    assert "lovelace" not in reply.text
    assert spent.calls == {"UpdateItem": 1}
    assert told.messages == []


def test_a_weak_password_is_refused_alike_for_known_and_new_addresses(
    client: Client, told: Told, verified: Callable[[str], None]
) -> None:
    email = an_email()
    verified(email)

    replies = [
        client.post("/v1/users/register", body(one, password="passwordpassword"))
        for one in (email, an_email())
    ]

    assert [reply.problem for reply in replies] == ["weak-password"] * 2
    assert replies[0].json["errors"] == replies[1].json["errors"]


# --- verifying


def test_the_token_works_once(client: Client, told: Told) -> None:
    register(client, an_email())
    token = told.token()

    first, second = (client.post("/v1/users/verify-email", {"token": token}) for _ in range(2))

    assert first.status == 204
    assert (second.status, second.problem) == (422, "verification-unusable")


def test_the_token_works_once_in_every_order_of_two_clicks(client: Client, told: Told) -> None:
    register(client, an_email())
    token = told.token()

    def click() -> int:
        return client.post("/v1/users/verify-email", {"token": token}).status

    results = interleaved(["a", "b"] * 6, a=click, b=click)

    assert sorted(map(int, map(str, results.values()))) == [204, 422]
    assert told.kinds().count("email_verified") == 1


def test_the_token_ends_after_24_hours(client: Client, told: Told) -> None:
    register(client, an_email())
    token = told.token()

    with pytest.raises(VerificationUnusable):
        registration.verify_email(Visit(now=now() + VERIFICATION_LIFE), token)
    registration.verify_email(Visit(now=now() + VERIFICATION_LIFE - timedelta(minutes=1)), token)


@pytest.mark.parametrize("kind", ["made up", "another key", "another user", "long", "no text"])
def test_a_token_that_we_did_not_mail_verifies_nothing_and_reads_nothing(
    client: Client, told: Told, kind: str
) -> None:
    register(client, an_email())
    due = told.last()
    other = told.token()
    tokens = {
        "made up": "x" * 86,
        "another key": verification_token(
            b"x" * 32, user_id=due.user_id, verification_id=due.verification_id
        ),
        "another user": other[:20] + other[:20][::-1] + other[40:],
        "long": "A" * 300,
        "no text": "é\u0000",
    }

    with budget() as spent:
        reply = client.post("/v1/users/verify-email", {"token": tokens[kind]})

    assert (reply.status, reply.problem) == (422, "verification-unusable")
    assert spent.calls == {"UpdateItem": 1}


def test_a_genuine_token_of_a_verification_that_is_not_due_is_refused(
    client: Client, told: Told
) -> None:
    register(client, an_email())
    due = told.last()
    secret = provider().secret("verification")

    token = verification_token(secret, user_id=due.user_id, verification_id=due.user_id)

    assert client.post("/v1/users/verify-email", {"token": token}).status == 422


def test_verifying_costs_so_much(client: Client, told: Told) -> None:
    register(client, an_email())
    token = told.token()

    with budget() as spent:
        client.post("/v1/users/verify-email", {"token": token})

    # limit and key; change number; user, address; user, address, change number, log entry, day's marker,
    # fact, audit entry
    assert spent.calls == {
        "UpdateItem": 2,
        "BatchGetItem": 1,
        "GetItem": 2,
        "TransactWriteItems": 1,
    }
    assert (spent.reads, spent.writes) == (3, 9)


# --- what the mail says


def test_the_mail_says_where_to_click_and_until_when(client: Client, told: Told) -> None:
    email = an_email()
    register(client, email.upper())
    due = told.last()

    facts = users_notices.verification_mail(due.user_id, due.verification_id)

    assert facts.address == email
    assert "/verify-email#token=" in facts.link
    assert timedelta(hours=23) < facts.expires_at - now() <= VERIFICATION_LIFE
    assert users_notices.verification_mail(due.user_id, due.verification_id) == facts


def test_no_mail_is_due_once_it_is_verified_or_for_others(client: Client, told: Told) -> None:
    register(client, an_email())
    due = told.last()
    client.post("/v1/users/verify-email", {"token": told.token()})

    for ids in ((due.user_id, due.verification_id), (due.verification_id, due.user_id)):
        with pytest.raises(NotFound):
            users_notices.verification_mail(*ids)


def test_a_pending_user_gets_no_notices(client: Client, told: Told) -> None:
    register(client, an_email())

    with pytest.raises(NotFound):
        users_notices.notice_address(told.last().user_id)


# --- what stays


@pytest.mark.covers("V14.2.7")
def test_an_unverified_sign_up_leaves_nothing_behind(client: Client, told: Told) -> None:
    register(client, an_email())
    owner = Owner("U", told.last().user_id)

    rows = list(Table(TABLE).query_all(str(owner), "A", "~", most=100, consistent=True))

    assert [row["sk"]["S"] for row in rows] == ["USER"]
    assert all("ttl" in row for row in rows)
    from chalicelib.security.repository import owner_key

    assert owner_key(owner).ttl > int(rows[0]["ttl"]["N"])


def test_a_verified_user_never_expires(
    client: Client, told: Told, verified: Callable[[str], None]
) -> None:
    email = an_email()
    verified(email)
    owner = Owner("U", told.last().user_id)
    from chalicelib.security.repository import owner_key

    user = Table(TABLE).get((str(owner), "USER"))
    address = Table(TABLE).get((repository.address_key(email), "EML"))

    assert user is not None
    assert address is not None
    assert "ttl" not in user
    assert "ttl" not in address
    assert owner_key(owner).raw().get("ttl") is None


def test_the_change_log_begins_with_the_verification(
    client: Client, told: Told, verified: Callable[[str], None]
) -> None:
    email = an_email()
    verified(email)
    owner = Owner("U", told.last().user_id)

    rows = list(Table(TABLE).query_all(str(owner), "CHG#", "CHG#~", most=100, consistent=True))

    assert len(rows) == 1
    from chalicelib.kernel.changes import unpack

    sealed = security.vault(owner).open_bytes(
        rows[0]["sealed"]["B"], "users", rows[0]["sk"]["S"], "sealed"
    )
    assert unpack(sealed) == [{"a": {"email": email, "display_name": "Ada"}, "b": None}]


# --- crashes and races


def waiting(kind: str, subject: str) -> int:
    """Count the messages of a kind about a user that wait in the outbox."""
    owner = str(repository.owner_of(subject)).encode()
    shard = f"{outbox.PREFIX}{hashlib.sha256(owner).digest()[0] % outbox.SHARDS}"
    told = [
        envelope
        for row in Table(TABLE).query_all(shard, "0", "g", most=5_000)
        for envelope in outbox.OutboxRow.from_raw_data(dict(row)).envelopes()
    ]
    return sum(one.type == kind and one.subject == subject for one in told)


def test_a_crash_at_any_call_of_a_sign_up_is_mended_by_signing_up_again(
    cloud: Cloud, told: Told
) -> None:
    def act() -> None:
        register(Client(cloud.app), an_email())

    for point, side in every_point(act):
        email = an_email()
        again = body(email)
        visit = Visit(address=f"10.9.{point}.1")

        killed_at(
            point,
            side,
            lambda visit=visit, again=again: registration.register(visit, Register(**again)),  # type: ignore[misc]
        )
        registration.register(visit, Register(**again))
        registration.verify_email(visit, told.token())

        assert sign_in(Client(cloud.app), email) == 200, (point, side)


def test_a_crash_at_any_call_of_a_verification_is_mended_by_clicking_again(
    cloud: Cloud, told: Told
) -> None:
    client = Client(cloud.app)

    def fresh() -> tuple[str, str]:
        email = an_email()
        register(client, email)
        return email, told.token()

    _, counted = fresh()
    points = list(every_point(lambda: registration.verify_email(Visit(), counted)))
    assert len(points) >= 10
    for point, side in points:
        email, token = fresh()
        due = told.last()

        killed_at(point, side, lambda token=token: registration.verify_email(Visit(), token))  # type: ignore[misc]
        client.post("/v1/users/verify-email", {"token": token})

        assert sign_in(client, email) == 200, (point, side)
        assert waiting("users.email_verified.v1", due.user_id) == 1, (point, side)


def test_two_sign_ups_at_once_leave_one_that_can_be_verified(cloud: Cloud, told: Told) -> None:
    email = an_email()

    def one(password: str) -> None:
        registration.register(Visit(), Register(email=email, password=password))

    interleaved(
        ["a", "b"] * 5,
        a=lambda: one("seven tall lamps hum"),
        b=lambda: one("another fine password"),
    )

    holder = repository.find_address(repository.address_key(email))
    assert holder is not None
    assert told.last().user_id == holder.user_id
    registration.verify_email(Visit(), told.token())
    client = Client(cloud.app)
    worked = [sign_in(client, email, one) for one in (PASSWORD, "another fine password")]
    assert sorted(worked) == [200, 401]
