"""Bank connections for tests: the steps of a client, a user at their bank, and the workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest

from chalicelib.kernel.settings import settings
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud
from tests.support.fake_plaid import CLIENT, SECRET, FakePlaid, Item, Row, account_of

URL: Final = "/v1/interchange/connections"


@contextmanager
def configured(url: str = "", *, simplefin: str = "loopback") -> Iterator[None]:
    """Set this installation up for a stand-in of Plaid, and for bridges on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        if url:
            patch.setenv("XPENSE_PLAID_CLIENT_ID", CLIENT)
            patch.setenv("XPENSE_PLAID_SECRET", SECRET)
            patch.setenv("XPENSE_PLAID_ENV", url)
        patch.setenv("XPENSE_SIMPLEFIN", simplefin)
        settings.cache_clear()
        yield
    settings.cache_clear()


def linked(
    cloud: Cloud, person: SignedIn, bank: FakePlaid, *accounts: Row
) -> tuple[dict[str, Any], Item]:
    """Connect a bank through Plaid; its accounts go nowhere yet."""
    begun = person.client.post(URL, {"provider": "plaid"})
    assert begun.status == 201, begun.text
    token, item = bank.chosen(*(accounts or (account_of("chk"),)))
    path = f"{URL}/{begun.json['id']}"
    reply = person.client.patch(path, {"public_token": token})
    assert reply.status == 200, reply.text
    cloud.drain()
    return shown(person, begun.json["id"]), item


def shown(person: SignedIn, connection_id: str) -> dict[str, Any]:
    """Give a connection as its owner sees it."""
    reply = person.client.get(f"{URL}/{connection_id}")
    assert reply.status == 200, reply.text
    found: dict[str, Any] = reply.json
    return found


def mapped(
    cloud: Cloud, person: SignedIn, connection_id: str, accounts: dict[str, str | None]
) -> dict[str, Any]:
    """Say where accounts go, and let the sync do its work."""
    reply = person.client.patch(f"{URL}/{connection_id}", {"accounts": accounts})
    assert reply.status == 200, reply.text
    cloud.drain()
    return shown(person, connection_id)


def synced(cloud: Cloud, person: SignedIn, connection_id: str) -> dict[str, Any]:
    """Sync, and let everything be done."""
    reply = person.client.post(f"{URL}/{connection_id}/sync")
    assert reply.status == 202, reply.text
    cloud.drain()
    return shown(person, connection_id)


def balance(person: SignedIn, account_id: str) -> int:
    """Give an account's balance in cents."""
    reply = person.client.get(f"/v1/expenses/accounts/{account_id}")
    return round(float(reply.json["balance"]["amount"]) * 100)


def transactions(person: SignedIn, **query: str) -> list[dict[str, Any]]:
    """Give all transactions, newest day first."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = person.client.get(
            "/v1/expenses/transactions",
            query={"limit": "200", **query, **({"cursor": cursor} if cursor else {})},
        ).json
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
