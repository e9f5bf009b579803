"""A person and an administrator on the running product: tokens, a new address, support, and the mails about it all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.product import (
    PASSWORD,
    Person,
    Product,
    log_in,
    mails_to,
    serve,
    sign_up,
    token_in,
    until,
)

pytestmark = pytest.mark.journey
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product whose data is kept, because the operator's command finds its keys there."""
    folder = tmp_path_factory.mktemp("care")
    made = serve(folder, data_dir=folder / "data")
    try:
        yield made
        made.settle()
        made.check()
    finally:
        assert made.stop() == 0


def subject(mail: dict[str, Any]) -> str:
    return str(mail["subject"])


def mail_about(product: Product, address: str, words: str) -> dict[str, Any]:
    def there() -> Any:
        product.check()
        return [one for one in mails_to(product, address) if words in subject(one)]

    found: list[dict[str, Any]] = until(there, f"the mail about {words!r} comes")
    return found[0]


def appointed(product: Product, person: Person) -> subprocess.CompletedProcess[str]:
    assert product.data_dir is not None
    place = ["--local", product.base, "--data-dir", str(product.data_dir)]
    return subprocess.run(
        [sys.executable, "-m", "tools.make_admin", "--email", person.email, *place],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_an_address_moves_by_the_links_of_two_mails(kept: Product) -> None:
    person = sign_up(kept)
    new = person.email.replace("@", "-new@")

    person.post("/v1/users/me/email", {"email": new}, 202)
    stop = token_in(mail_about(kept, person.email, "is to be changed"))
    proof = token_in(mail_about(kept, new, "Confirm your new"))
    assert kept.call("POST", "/v1/users/email/confirm", {"token": proof}).status == 204
    assert person.get("/v1/users/me")["email"] == new
    assert log_in(kept, new).get("/v1/users/me")["email"] == new

    assert kept.call("POST", "/v1/users/email/stop", {"token": stop}).status == 204

    assert person.call("GET", "/v1/users/me").status == 401
    assert log_in(kept, person.email).get("/v1/users/me")["email"] == person.email
    mail_about(kept, person.email, "was stopped")


def test_the_operator_makes_an_administrator_who_reads_on_a_grant_alone(kept: Product) -> None:
    boss, person = sign_up(kept), sign_up(kept)
    person.account(name="Secret savings")
    assert boss.call("GET", "/v1/users/admin/users").status == 404

    done = appointed(kept, boss)

    assert done.returncode == 0, done.stderr
    assert boss.email not in done.stdout
    found = boss.post("/v1/users/admin/users/search", {"email": person.email}, 200)["items"]
    assert [one["state"] for one in found] == ["active"]
    listed = {one["id"] for one in boss.every("/v1/users/admin/users", limit=2, state="active")}
    assert found[0]["id"] in listed

    grant = person.post("/v1/users/me/support-grants", {"scopes": ["expenses:read"], "hours": 1})
    headers = {"X-Support-Grant": grant["handle"]}
    seen = boss.call("GET", "/v1/expenses/accounts", headers=headers)
    assert [one["name"] for one in seen.json["items"]] == ["Secret savings"]
    assert boss.call("POST", "/v1/expenses/accounts", {}, headers=headers).status == 403
    mail_about(kept, person.email, "Support may read")
    mail_about(kept, person.email, "Support read your data")

    path = f"/v1/users/admin/users/{found[0]['id']}"
    change = {"state": "disabled", "reason": "compromised"}
    assert boss.call("PATCH", path, change).status == 200
    assert person.call("GET", "/v1/users/me").status == 401
    mail_about(kept, person.email, "was disabled")
    assert (
        kept.call("POST", "/v1/users/login", {"email": person.email, "password": PASSWORD}).status
        == 401
    )


def test_a_program_works_by_its_token_until_it_is_revoked(kept: Product) -> None:
    person = sign_up(kept)
    wish = {"name": "script", "scopes": ["expenses:read"]}
    token = person.post("/v1/users/me/api-tokens", wish)
    headers = {"Authorization": f"Bearer {token['token']}"}

    reply = kept.call("GET", "/v1/expenses/accounts", headers=headers)

    assert (reply.status, reply.headers["ratelimit-policy"]) == (200, '"api-token";q=300;w=60')
    assert kept.call("POST", "/v1/expenses/accounts", {}, headers=headers).status == 403
    assert person.call("DELETE", f"/v1/users/me/api-tokens/{token['id']}").status == 204
    assert kept.call("GET", "/v1/expenses/accounts", headers=headers).status == 401
    mail_about(kept, person.email, "API token")


def test_nobody_is_appointed_who_has_no_verified_address(kept: Product) -> None:
    done = appointed(kept, Person(kept, "nobody@example.org", "", {}))

    assert (done.returncode, done.stdout) == (1, "")
    assert "user-not-found" in done.stderr
