"""Signing in with a password."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from chalicelib.kernel import clock
from chalicelib.kernel.context import Visit
from chalicelib.kernel.tables import Table
from chalicelib.security import api as security
from chalicelib.users import repository
from chalicelib.users.errors import SignInRefused
from chalicelib.users.model import passwords as model
from chalicelib.users.model.passwords import Cost, PasswordHash
from chalicelib.users.model.users import User
from chalicelib.users.repository import TABLE
from chalicelib.users.schemas.signing_in import SignIn
from chalicelib.users.service import passwords, signing_in
from chalicelib.users.service.unit import in_one_write
from tests.slice.users.conftest import PASSWORD, Told
from tests.support.budget import budget
from tests.support.client import Client

pytestmark = pytest.mark.slice
_NUMBERS: Final = itertools.count()


_FAILURE: Final = {"UpdateItem": 1, "GetItem": 2, "BatchGetItem": 1, "TransactWriteItems": 2}


def an_email() -> str:
    return f"known-{next(_NUMBERS)}@example.org"


@pytest.fixture
def email(verified: Callable[[str], None]) -> str:
    one = an_email()
    verified(one)
    return one


@pytest.fixture
def hashes(real_hashes: None, monkeypatch: pytest.MonkeyPatch) -> list[Cost]:
    """Every Argon2 run, by its cost."""
    seen: list[Cost] = []
    tag = model._tag

    def counting(password: str, salt: bytes, cost: Cost, pepper: bytes) -> bytes:
        seen.append(cost)
        return tag(password, salt, cost, pepper)

    monkeypatch.setattr(model, "_tag", counting)
    return seen


def attempt(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post("/v1/users/login", {"email": email, "password": password})


def user_of(email: str) -> User:
    found = repository.find_address(repository.address_key(email))
    assert found is not None
    return repository.get_user(found.user_id)


def change(email: str, **changed: Any) -> None:
    user = user_of(email)
    later = replace(user, version=user.version + 1, **changed)
    in_one_write(
        Visit(), repository.owner_of(user.id), lambda ctx: repository.save_user(ctx.commit, later)
    )


def test_a_session_gets_an_access_and_a_refresh_token(client: Client, email: str) -> None:
    reply = attempt(client, email.upper())

    tokens = reply.json
    assert reply.status == 200
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    assert tokens["refresh_token"].startswith("xpr_")
    assert reply.headers["Cache-Control"] == "no-store"
    claims = security.verify_access_token(tokens["access_token"], now=clock.now())
    assert (claims.user_id, claims.session_id) == (tokens["user_id"], tokens["session_id"])
    assert {"users:read", "expenses:write"} <= claims.scopes
    me = client.signed_in(tokens["access_token"]).get("/v1/users/me").json
    assert (me["email"], me["display_name"]) == (email, "Ada")


def test_unknown_wrong_pending_and_disabled_look_alike(
    client: Client, told: Told, verified: Callable[[str], None]
) -> None:
    known, pending, disabled = an_email(), an_email(), an_email()
    for one in (known, disabled):
        verified(one)
    client.post("/v1/users/register", {"email": pending, "password": PASSWORD})
    change(disabled, state="disabled")

    replies = [
        client.post(
            "/v1/users/login",
            {"email": one, "password": password},
            headers={"X-Request-Id": "same-request"},
        )
        for one, password in (
            (an_email(), PASSWORD),
            (known, "another fine password"),
            (known, ""),
            (pending, PASSWORD),
            (disabled, PASSWORD),
            ("nobody", PASSWORD),
        )
    ]

    assert {reply.status for reply in replies} == {401}
    assert len({reply.text for reply in replies}) == 1
    assert replies[0].problem == "sign-in-refused"


def test_unknown_and_known_addresses_cost_the_same_calls_and_hashes(
    client: Client, email: str, hashes: list[Cost]
) -> None:
    attempt(client, email)
    hashes.clear()

    with budget() as unknown:
        attempt(client, an_email())
    with budget() as wrong:
        attempt(client, email, "another fine password")

    # the network's limit; whose the address is, the user; the counters; what is noted of a failure
    assert unknown.calls == wrong.calls == _FAILURE
    assert (unknown.reads, unknown.writes) == (wrong.reads, wrong.writes) == (4, 5)
    assert hashes == [model.COST, model.COST]


def test_signing_in_costs_so_much(client: Client, email: str, hashes: list[Cost]) -> None:
    attempt(client, email)
    hashes.clear()

    with budget() as spent:
        reply = attempt(client, email)

    # the network's limit; whose the address is, the user, the factors; the counters;
    # the user unchanged, the session, one counter gone, one taken back, the audit entry
    assert reply.status == 200
    assert spent.calls == _FAILURE | {"Query": 1}
    assert (spent.reads, spent.writes) == (4, 8)
    assert hashes == [model.COST]


@pytest.mark.covers("V11.4.2")
def test_a_hash_of_another_cost_is_renewed_by_signing_in(
    client: Client, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = user_of(email)
    monkeypatch.setattr(passwords, "COST", model.COST)

    assert attempt(client, email, "another fine password").status == 401
    assert user_of(email).password == before.password
    assert attempt(client, email).status == 200

    after = user_of(email)
    assert PasswordHash.parse(before.password).cost.memory == 64
    assert PasswordHash.parse(after.password).cost == model.COST
    assert attempt(client, email).status == 200


def test_a_password_that_changes_meanwhile_opens_nothing(
    email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare, seen = passwords.compare, []

    def changed_just_after(stored: str | None, password: str) -> passwords.Match:
        match = compare(stored, password)
        seen.append(match.fits)
        if len(seen) == 1:
            change(email, password=passwords.hashed("another fine password"))
        return match

    monkeypatch.setattr(passwords, "compare", changed_just_after)

    with pytest.raises(SignInRefused):
        signing_in.sign_in(Visit(), SignIn(email=email, password=PASSWORD))
    assert seen == [True, False]


@pytest.mark.covers("V7.2.3")
def test_a_session_is_kept_without_any_token_or_clear_text(client: Client, email: str) -> None:
    device = Client(client._app, user_agent="Canary-Browser/7", address="198.51.100.23")

    tokens = attempt(device, email).json

    rows = list(
        Table(TABLE).query_all(f"U#{tokens['user_id']}", "A", "~", most=100, consistent=True)
    )
    stored = repr(rows)
    for clear in (
        tokens["refresh_token"],
        tokens["access_token"],
        PASSWORD,
        email,
        "Ada",
        "Canary-Browser",
        "198.51.100.23",
    ):
        assert clear not in stored


@pytest.mark.covers("V14.2.7")
def test_a_session_ends_by_itself(client: Client, email: str) -> None:
    tokens = attempt(client, email).json

    raw = Table(TABLE).get((f"U#{tokens['user_id']}", f"SES#{tokens['session_id']}"))

    assert raw is not None
    life = int(raw["ttl"]["N"]) - clock.now().timestamp()
    assert timedelta(days=29, hours=23) < timedelta(seconds=life) <= timedelta(days=30)
