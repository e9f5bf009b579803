"""The authenticator app over HTTP: set up, confirmed, each step once, removed."""

from __future__ import annotations

import pytest

from chalicelib.security import api as security
from chalicelib.security.errors import FactorRefused
from tests.factories.users import SignedIn, signed_in
from tests.slice.security.people import (
    FACTORS,
    TOTP,
    Clock,
    code_at,
    stopped,
)
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice


@pytest.fixture(name="at")
def clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return stopped(monkeypatch)


@pytest.fixture(name="person")
def somebody(cloud: Cloud, at: Clock) -> SignedIn:
    return signed_in(Client(cloud.app))


def test_a_secret_comes_as_text_uri_and_picture_and_counts_from_its_first_code_on(
    person: SignedIn, at: Clock
) -> None:
    reply = person.client.post(TOTP, {"account_name": "ada@example.org"})

    made = reply.json
    assert reply.status == 200
    assert len(made["secret"]) == 32
    assert made["otpauth_uri"].startswith("otpauth://totp/xPense:ada%40example.org?secret=")
    assert made["qr_svg"].startswith("<svg ")
    assert "<script" not in made["qr_svg"]
    assert not security.second_factors(person.user_id).any
    with pytest.raises(FactorRefused):
        security.verify_totp(person.user_id, code_at(made["secret"], at.at), now=at.at)

    confirmed = person.client.post(f"{TOTP}/confirm", {"code": code_at(made["secret"], at.at)})

    assert confirmed.json == {"totp": True, "passkeys": 0, "recovery_codes_left": 0}
    assert person.client.get(FACTORS).json == confirmed.json
    assert security.second_factors(person.user_id).any
