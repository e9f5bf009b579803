"""What an operator switched off is refused at the door, and everything else goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from chalicelib.kernel.settings import settings
from tests.factories.users import signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice


@pytest.fixture(name="say")
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def say(text: str) -> None:
        monkeypatch.setenv("XPENSE_FLAGS", text)
        settings.cache_clear()

    yield say
    monkeypatch.undo()
    settings.cache_clear()


def test_nobody_new_is_let_in_and_those_who_are_there_go_on(
    cloud: Cloud, say: Callable[[str], None]
) -> None:
    person = signed_in(Client(cloud.app))
    say("registration=off")

    body = {"email": "new@example.org", "password": "seven quiet horses by the river"}
    refused = Client(cloud.app).post("/v1/users/register", body)

    assert refused.status == 403
    assert refused.json["type"] == "urn:xpense:problem:feature-off"
    assert person.client.get("/v1/users/me").status == 200


def test_a_feature_that_is_off_is_refused_before_anything_is_written(
    cloud: Cloud, say: Callable[[str], None]
) -> None:
    person = signed_in(Client(cloud.app))
    say("receipts=off")

    refused = person.client.post("/v1/expenses/receipts", {"text": "SHOP 1.00"})

    assert refused.status == 403
    assert person.client.get("/v1/expenses/receipts").json["items"] == []
    say("receipts=100")
    assert person.client.post("/v1/expenses/receipts", {"text": "SHOP 1.00"}).status != 403
