"""Every kind of token at every place that takes one: only the intended pair works, mutated ones never."""

from __future__ import annotations

import os
import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest

from chalicelib.kernel.clock import now
from chalicelib.kernel.context import Visit
from chalicelib.kernel.errors import Invalid, Refusal, Unauthenticated
from chalicelib.kernel.ids import dated_id, new_id
from chalicelib.kernel.keys import provider
from chalicelib.users import api as users
from chalicelib.users import repository
from chalicelib.users.model.tokens import opaque_token, verification_token
from chalicelib.users.schemas.passwords import ResetPassword
from chalicelib.users.schemas.second_step import AskPasskey
from chalicelib.users.service import (
    passkey_sign_in,
    password_reset,
    registration,
    signing_in,
)
from chalicelib.users.service.credentials import bound_token, new_token, read_token
from chalicelib.users.service.devices import read_device
from chalicelib.users.service.password_mails import reset_token
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.attack]
MUTATIONS: Final = 20_000 if os.environ.get("XPENSE_FULL") else 2_000
KINDS: Final = (
    "access", "refresh", "cookie", "API token", "device", "ticket", "reset", "verification", "csrf",
)  # fmt: skip
_ALPHABET: Final = string.ascii_letters + string.digits + '-_.=+/ {}"é\x00'


@dataclass(frozen=True, slots=True)
class Tokens:
    """A genuine token of each kind, all of one user's."""

    person: SignedIn
    by_kind: dict[str, str]


@pytest.fixture(scope="module")
def tokens(cloud: Cloud) -> Tokens:
    person = signed_in(Client(cloud.app))
    ids = {"user_id": person.user_id, "identity": person.session_id}
    user = repository.get_user(person.user_id)
    cookie = new_token("cookie", **ids)
    made = {
        "access": person.access_token,
        "refresh": new_token("refresh", **ids),
        "cookie": cookie,
        "API token": new_token("token", **ids),
        "device": new_token("device", user_id=person.user_id, identity=dated_id(now())),
        "ticket": bound_token(
            "ticket", user_id=person.user_id, identity=dated_id(now()), to=(b"pwd",)
        ),
        "reset": reset_token(user, dated_id(now())),
        "verification": verification_token(
            provider().secret("verification"), user_id=person.user_id, verification_id=new_id()
        ),
        "csrf": users.csrf_token(cookie),
    }
    assert tuple(made) == KINDS
    return Tokens(person, made)


def _bearer(client: Client, text: str) -> Reply:
    return client.get("/v1/users/me", token=text)


def _cookie(client: Client, text: str) -> Reply:
    return client.get("/v1/users/me", headers={"Cookie": f"__Host-xpense={text}"})


def _body(path: str, **body: Any) -> Callable[[Client, str], Reply]:
    def call(client: Client, text: str) -> Reply:
        filled = {name: text if value == "?" else value for name, value in body.items()}
        return client.post(path, filled)

    return call


PLACES: Final[dict[str, tuple[Callable[[Client, str], Reply], set[str]]]] = {
    "Authorization": (_bearer, {"access"}),
    "cookie": (_cookie, set()),
    "refresh": (_body("/v1/users/token/refresh", refresh_token="?"), set()),
    "second step": (_body("/v1/users/login/mfa", ticket="?", totp="123456"), set()),
    "passkey options": (_body("/v1/users/login/passkey/options", ticket="?"), set()),
    "reset": (
        _body("/v1/users/password/reset", token="?", password="short"),
        set(),
    ),
    "verify": (_body("/v1/users/verify-email", token="?"), set()),
}
"""Where a token is taken, and which kinds get in there as they are: these sessions have other hashes."""


@pytest.mark.covers("V9.2.2")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_token_opens_only_what_it_is_for(
    cloud: Cloud, tokens: Tokens, kind: str, place: str
) -> None:
    call, welcome = PLACES[place]

    reply = call(
        Client(cloud.app),
        tokens.by_kind[kind][:300] if place != "Authorization" else tokens.by_kind[kind],
    )

    if kind in welcome:
        assert reply.status == 200
    elif (kind, place) == ("reset", "reset"):
        assert reply.problem == "weak-password"  # the token is good, the password is not
    else:
        assert reply.status in {401, 422}, reply.text
        assert reply.problem not in {"weak-password", "internal"}


@pytest.mark.covers("V9.2.2")
@pytest.mark.parametrize("kind", ["refresh", "cookie", "token", "device", "ticket", "reset"])
def test_the_prefix_alone_makes_no_kind(tokens: Tokens, kind: Any) -> None:
    """Each kind has a key of its own: another kind's body under this prefix is nothing."""
    prefix = read_prefix(kind)
    for other, text in tokens.by_kind.items():
        body = text[4:] if text.startswith("xp") else text
        if not text.startswith(prefix):
            assert read_token(kind, prefix + body) is None, other
    stranger = opaque_token(
        prefix, b"k" * 32, user_id=new_id(), identity=new_id(), secret=bytes(32)
    )
    assert read_token(kind, stranger) is None


def read_prefix(kind: Any) -> str:
    return new_token(kind, user_id=new_id(), identity=new_id())[:4]


def test_a_device_token_is_none_that_lets_in(tokens: Tokens) -> None:
    given = read_device(tokens.by_kind["device"], now())

    assert given is not None
    assert given.user_id == tokens.person.user_id
    assert read_device(tokens.by_kind["refresh"], now()) is None


def mutated(good: str, rng: random.Random) -> str:
    text = list(good)
    for _ in range(rng.choice((1, 1, 1, 2, 5, 50))):
        place = rng.randrange(len(text))
        match rng.randrange(4):
            case 0:
                text[place] = rng.choice(_ALPHABET)
            case 1:
                del text[place]
            case 2:
                text.insert(place, rng.choice(_ALPHABET))
            case _:
                other = rng.randrange(len(text))
                text[place], text[other] = text[other], text[place]
    return "".join(text)


def _refused(act: Callable[[], object]) -> bool:
    try:
        act()
    except (Unauthenticated, Invalid):
        return True
    except Refusal as error:
        raise AssertionError(type(error)) from error
    return False


CONSUMERS: Final[dict[str, Callable[[str, Visit], object]]] = {
    "refresh": lambda text, visit: signing_in.refresh(visit, text),
    "ticket": lambda text, visit: passkey_sign_in.passkey_options(visit, AskPasskey(ticket=text)),
    "reset": lambda text, visit: password_reset.reset_password(
        visit, ResetPassword(token=text, password="seven tall lamps hum")
    ),
    "verification": lambda text, visit: registration.verify_email(visit, text),
}


def _credential(text: str) -> bool:
    read = (users.read_credential(text, kind="cookie"), users.read_credential(text, kind="token"))
    return any(one is not None for one in read)


@pytest.mark.covers("V9.2.2")
def test_mutated_tokens_are_refused_without_a_read(
    cloud: Cloud, tokens: Tokens, record_property: Callable[[str, object], None]
) -> None:
    rng = random.Random(20_261_123)
    visit = Visit()
    done = 0
    with budget() as spent:
        while done < MUTATIONS:
            kind = rng.choice(tuple(CONSUMERS))
            good = tokens.by_kind[kind]
            text = mutated(good, rng)
            if text in {good, ""} or len(text) > 300:
                continue
            assert _refused(lambda k=kind, t=text: CONSUMERS[k](t, visit)), (kind, text)  # type: ignore[misc]
            cookie = mutated(tokens.by_kind["cookie"], rng)
            assert cookie == tokens.by_kind["cookie"] or not _credential(cookie)
            done += 1
    assert spent.calls == {}
    record_property("figure", f"mutated tokens of four kinds refused: {done}")
