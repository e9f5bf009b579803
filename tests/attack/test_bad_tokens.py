"""Every route x every bad token: nothing but a live session of an active user is let in, on any route."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest

from chalicelib.kernel.clock import now
from chalicelib.kernel.ids import new_id
from chalicelib.users.service.credentials import new_token
from functions._edge.operations import Operation, operations
from tests.factories.users import SignedIn, signed_in
from tests.slice.security.test_hostile_tokens import HOSTILE, Forge
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.attack]


def _load() -> list[Operation]:
    import app

    assert app.SERVICES
    return operations()


OWNED: Final = [one for one in _load() if not one.public]


def _path(operation: Operation) -> str:
    path = operation.path
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + new_id() + path[end + 1 :]
    return path


def _forged(name: str) -> Callable[[SignedIn], str]:
    def make(user: SignedIn) -> str:
        from chalicelib.security.service.signing import current_key

        at = now()
        return HOSTILE[name](Forge(current_key(now=at), user.user_id, user.session_id, at))

    return make


def _signed_out(user: SignedIn) -> str:
    assert user.client.get("/v1/users/me").status == 200
    assert user.client.post("/v1/users/logout").status == 204
    return user.access_token


def _everywhere_out(user: SignedIn) -> str:
    assert user.client.delete("/v1/users/me/sessions").status == 204
    return user.access_token


BAD: Final[dict[str, Callable[[SignedIn], str]]] = {
    "expired": _forged("expired a second ago"),
    "another audience": _forged("another audience"),
    "another issuer": _forged("another issuer"),
    "a stranger's signature": _forged("a stranger's key under our kid"),
    "alg none": _forged("alg none"),
    "a refresh token": lambda user: new_token(
        "refresh", user_id=user.user_id, identity=user.session_id
    ),
    "an API token that is none": lambda user: new_token(
        "token", user_id=user.user_id, identity=new_id()
    ),
    "signed out": _signed_out,
    "signed out everywhere": _everywhere_out,
}


@pytest.mark.covers("V7.2.1", "V7.4.1", "V8.3.1", "V9.2.3")
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_opens_no_route(cloud: Cloud, kind: str) -> None:
    user = signed_in(Client(cloud.app), cloud)
    token = BAD[kind](user)
    stranger = Client(cloud.app)

    let_in = {
        f"{one.method} {one.path}": reply.status
        for one in OWNED
        if (reply := stranger.call(one.method, _path(one), body=b"{}", token=token)).status != 401
    }

    assert let_in == {}
    assert len(OWNED) > 100
