"""People with second factors, for the tests of the security service."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.kernel import clock, tables
from chalicelib.kernel.context import Visit
from chalicelib.kernel.ids import new_id
from chalicelib.security import api as security
from chalicelib.security.model import totp
from chalicelib.users import repository
from chalicelib.users.model.scopes import ALL
from chalicelib.users.service.unit import in_one_write
from tests.factories import users as people
from tests.factories.users import SignedIn
from tests.support.authenticator import Authenticator
from tests.support.client import Reply

TOTP = "/v1/security/totp"
PASSKEYS = "/v1/security/passkeys"
CODES = "/v1/security/recovery-codes"
STEP_UP = "/v1/security/step-up"
FACTORS = "/v1/security/factors"


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is moved: 30-second steps are what most tests are about."""

    at: datetime

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)

    def now(self) -> datetime:
        return self.at


def stopped(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stop the clock early in the next window of the limits, and in the middle of a step."""
    real = clock.now()
    started = datetime.fromtimestamp((int(real.timestamp()) // 900 + 1) * 900 + 315, real.tzinfo)
    one = Clock(started)
    for module in (clock, tables, people):
        monkeypatch.setattr(module, "now", one.now)
    return one


def code_at(secret: str, at: datetime, *, steps: int = 0) -> str:
    return totp.code_of(secret, totp.step_at(at) + steps)


def with_totp(person: SignedIn, at: datetime) -> str:
    """Set up an authenticator app; its first code is that of the step before `at`."""
    secret: str = person.client.post(TOTP, {"account_name": person.email}).json["secret"]
    reply = person.client.post(f"{TOTP}/confirm", {"code": code_at(secret, at, steps=-1)})
    assert reply.status == 200, reply.text
    return secret


def with_codes(person: SignedIn) -> list[str]:
    reply = person.client.post(CODES)
    assert reply.status == 200, reply.text
    codes: list[str] = reply.json["codes"]
    return codes


def register(
    person: SignedIn, device: Authenticator, *, name: str = "My phone", **knobs: Any
) -> Reply:
    """Register a device as a passkey."""
    asked = person.client.post(f"{PASSKEYS}/options", {"account_name": person.email}).json
    body = {
        "challenge_id": asked["challenge_id"],
        "name": name,
        "credential": device.create(asked["options"], **knobs),
    }
    return person.client.post(PASSKEYS, body)


def with_passkey(person: SignedIn, **device: Any) -> Authenticator:
    made = Authenticator(**device)
    reply = register(person, made)
    assert reply.status == 201, reply.text
    return made


def with_session(
    person: SignedIn, at: datetime, *, methods: tuple[str, ...] = ("pwd",)
) -> SignedIn:
    """Sign the same user in once more, by methods of RFC 8176."""
    like = repository.get_session(person.user_id, person.session_id)
    session = replace(
        like, id=new_id(), created_at=at, used_at=at, proved_at=at, methods=methods, version=1,
        expires_at=at + timedelta(days=30),
    )  # fmt: skip
    in_one_write(
        Visit(now=at), person.owner, lambda ctx: repository.save_session(ctx.commit, session)
    )
    token = security.issue_access_token(
        user_id=person.user_id, session_id=session.id, scopes=ALL, now=at
    ).token
    client = person.client.signed_in(token)
    return replace(person, session_id=session.id, access_token=token, client=client)


def refreshed(person: SignedIn, at: datetime) -> SignedIn:
    """Give the same session with a new access token: one lives ten minutes."""
    token = security.issue_access_token(
        user_id=person.user_id, session_id=person.session_id, scopes=ALL, now=at
    ).token
    return replace(person, access_token=token, client=person.client.signed_in(token))
