"""The same conditions on the real engine: what moto lets through there is not proof enough.

Keys, limits, sign-up, rotation and revocation, through the service rooms and the durable engine.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.kernel import aws, clock, settings, tables
from chalicelib.kernel.context import Owner, Visit
from chalicelib.kernel.errors import TooMany
from chalicelib.kernel.ids import new_id
from chalicelib.security import api as security
from chalicelib.security import repository as security_repository
from chalicelib.security.api import Limit
from chalicelib.security.errors import OwnerKeyAbsent
from chalicelib.security.service import owner_keys, published, signing
from chalicelib.users import api as users
from chalicelib.users import repository
from chalicelib.users.errors import RefreshRefused, SessionOver, VerificationUnusable
from chalicelib.users.schemas import Register, SignIn, TokensOut
from chalicelib.users.service import registration, signing_in
from tests.slice.users.conftest import PASSWORD, Told

pytestmark = [pytest.mark.slice, pytest.mark.engine]


@pytest.fixture(scope="module")
def engine() -> Iterator[str]:
    """The durable engine, in memory, with the tables of both services."""
    from local.engine import start_engine

    made = start_engine(None)
    os.environ["XPENSE_DYNAMODB_ENDPOINT"] = made.endpoint
    _start_afresh()
    try:
        for spec in (*security_repository.TABLES, *repository.TABLES):
            tables.create(spec)
        yield made.name
    finally:
        made.close()
        del os.environ["XPENSE_DYNAMODB_ENDPOINT"]
        _start_afresh()


def _start_afresh() -> None:
    settings.settings.cache_clear()
    aws.reset()
    owner_keys.forget()
    signing.forget()


@pytest.fixture
def told(engine: str) -> Iterator[Told]:
    from chalicelib.kernel import outbox

    one = Told()
    outbox.on_commit(one.hear)
    yield one
    outbox.forget_listeners()


def in_threads(work: Any, count: int) -> list[Any]:
    """Run the same work at once; gives results and exceptions."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def test_a_limit_is_exact_under_threads(engine: str) -> None:
    limit, subject, at = Limit("engine", 50, 3_600), new_id(), clock.now()

    results = in_threads(lambda: [_taken(limit, subject, at) for _ in range(20)], 8)

    assert sum(sum(one) for one in results) == 50


def _taken(limit: Limit, subject: str, at: Any) -> bool:
    try:
        security.take(limit, subject, now=at)
    except TooMany:
        return False
    return True


def test_processes_that_start_at_once_agree_on_their_keys(engine: str) -> None:
    owner, at = Owner("U", new_id()), clock.now()

    def start() -> tuple[Any, str]:
        vault = security.create_key(owner, now=at)
        issued = security.issue_access_token(
            user_id=owner.id, session_id=new_id(), scopes=frozenset({"users:read"}), now=at
        )
        return vault, issued.token

    made = in_threads(start, 6)
    owner_keys.forget()
    signing.forget()

    held = security.vault(owner)
    for vault, token in made:
        assert held.open(vault.seal("a", "x"), "x") == "a"
        assert security.verify_access_token(token, now=at).user_id == owner.id
    assert len(published.jwks().keys) == 1


def test_a_provisional_key_is_kept_or_gone(engine: str) -> None:
    long_ago = clock.now() - timedelta(days=30)
    owner = Owner("U", new_id())
    security.create_key(owner, now=long_ago, provisional=True)
    owner_keys.forget()

    with pytest.raises(OwnerKeyAbsent):
        security.vault(owner)
    with pytest.raises(OwnerKeyAbsent):
        security.keep_key(owner, now=clock.now())
    security.keep_key(owner, now=long_ago)
    security.vault(owner)


def test_the_whole_walk_on_the_real_engine(engine: str, told: Told) -> None:
    email = f"{new_id()}@example.org"
    registration.register(Visit(), Register(email=email, password=PASSWORD))
    token = told.token()
    first, second = in_threads(lambda: registration.verify_email(Visit(), token), 2)
    assert sorted([first is None, second is None]) == [False, True]
    assert isinstance(first or second, VerificationUnusable)

    tokens = signing_in.sign_in(Visit(), SignIn(email=email, password=PASSWORD))
    ids = {"user_id": tokens.user_id, "session_id": tokens.session_id}
    users.authenticate(**ids, now=clock.now())
    newer = in_threads(lambda: signing_in.refresh(Visit(), tokens.refresh_token), 3)
    assert sum(isinstance(one, TokensOut) for one in newer) == 3
    latest = repository.get_session(**ids)

    with pytest.raises(RefreshRefused):
        signing_in.refresh(Visit(now=clock.now() + timedelta(seconds=40)), tokens.refresh_token)
    assert latest.live
    with pytest.raises(SessionOver):
        users.authenticate(**ids, now=clock.now())
    assert told.kinds()[-1] == "refresh_token_reused"
