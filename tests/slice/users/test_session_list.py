"""The list of sessions: devices in words, and where they were used last."""

from __future__ import annotations

import pytest

from tests.slice.users.conftest import PASSWORD, Told
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_a_session_is_named_in_words_and_moves_with_its_device(cloud: Cloud, told: Told) -> None:
    body = {"email": "words@example.org", "password": PASSWORD}
    home = Client(cloud.app, user_agent=FIREFOX, address="192.0.2.10")
    assert home.post("/v1/users/register", body).status == 202
    assert home.post("/v1/users/verify-email", {"token": told.token()}).status == 204
    tokens = home.post("/v1/users/login", body).json

    def listed(token: str) -> dict[str, object]:
        (one,) = home.signed_in(token).get("/v1/users/me/sessions").json["items"]
        assert isinstance(one, dict)
        return one

    first = listed(tokens["access_token"])
    assert (first["summary"], first["network"]) == ("Firefox on Linux", "192.0.2.10")
    assert (first["device"], first["client_id"]) == (FIREFOX, None)

    train = Client(cloud.app, user_agent=FIREFOX, address="198.51.100.7")
    refreshed = train.post(
        "/v1/users/token/refresh", {"refresh_token": tokens["refresh_token"]}
    ).json
    assert listed(refreshed["access_token"])["network"] == "198.51.100.7"
