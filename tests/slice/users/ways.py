"""Ways in, for the tests of signing in: the calls, and a user who is older than an hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.kernel.context import Visit
from chalicelib.users import repository
from chalicelib.users.model.users import User
from chalicelib.users.service import passwords
from chalicelib.users.service.unit import in_one_write
from tests.factories.users import SignedIn, signed_in
from tests.slice.users.conftest import PASSWORD
from tests.support.client import Client, Reply

LOGIN = "/v1/users/login"


def person(client: Client) -> SignedIn:
    """A user with the password of these tests, and long here."""
    made = signed_in(client)
    user = repository.get_user(made.user_id)
    change(
        user, password=passwords.hashed(PASSWORD), created_at=user.created_at - timedelta(days=9)
    )
    return made


def change(user: User, **changed: Any) -> None:
    later = replace(user, version=user.version + 1, **changed)
    in_one_write(
        Visit(), repository.owner_of(user.id), lambda ctx: repository.save_user(ctx.commit, later)
    )


def login(client: Client, email: str, password: str = PASSWORD, **more: Any) -> Reply:
    return client.post(LOGIN, {"email": email, "password": password, **more})


def cookie_of(reply: Reply) -> str:
    """The cookie's value, as a browser would keep it."""
    name, _, rest = reply.headers["Set-Cookie"].partition("=")
    assert name == "__Host-xpense"
    return rest.split(";", 1)[0]


class Browser:
    """A client that has a cookie in place of a token."""

    def __init__(self, client: Client, reply: Reply) -> None:
        self.client = Client(client._app, address=client.address, user_agent=client.user_agent)
        self.cookie = cookie_of(reply)
        self.csrf = reply.json["csrf_token"]

    def call(self, method: str, path: str, json: Any = None, **headers: str) -> Reply:
        sent = {"Cookie": f"a=b; __Host-xpense={self.cookie}", "X-CSRF-Token": self.csrf}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in {**sent, **given}.items() if value is not None}
        return self.client.call(method, path, json=json, headers=kept)
