"""The public routes of the security service."""

from __future__ import annotations

import pytest

from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice


@pytest.fixture
def client(cloud: Cloud) -> Client:
    return Client(cloud.app)


def test_the_policy_is_public_and_costs_nothing(client: Client) -> None:
    with budget() as spent:
        reply = client.get("/v1/security/password-policy")

    assert spent.calls == {}
    assert reply.json == {
        "min_length": 15,
        "max_length": 128,
        "normalisation": "NFC",
        "composition_rules": [],
        "common_passwords": 30_000,
    }


def test_a_check_gives_every_reason_by_code(client: Client) -> None:
    reply = client.post(
        "/v1/security/password-check",
        {"password": "lovelace", "email": "ada.lovelace@example.org", "display_name": "Ada L."},
    )

    assert not reply.json["acceptable"]
    assert {one["code"] for one in reply.json["reasons"]} == {"too-short", "context", "common"}


def test_a_good_password_is_acceptable(client: Client) -> None:
    with budget() as spent:
        reply = client.post("/v1/security/password-check", {"password": "seven tall lamps hum"})

    assert reply.json == {"acceptable": True, "reasons": []}
    assert reply.headers["Cache-Control"] == "no-store"
    assert spent.calls == {"UpdateItem": 1}


def test_a_password_as_long_as_a_book_is_a_clear_problem(client: Client) -> None:
    reply = client.post("/v1/security/password-check", {"password": "x" * 100_000})

    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/password")
    assert "xxx" not in reply.text
