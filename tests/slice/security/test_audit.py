"""The security audit: what services above order is entered once, in order, and by nobody else's hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.kernel.changes import ChangeRow, chain_hash, unpack
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import system_context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Table
from chalicelib.security import api as security
from chalicelib.security.commands import RecordAction
from chalicelib.security.repository import TABLE
from chalicelib.security.service import audit
from chalicelib.users.repository import TABLE as USERS
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.durable]
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def an_owner() -> Owner:
    owner = Owner("U", new_id())
    security.create_key(owner, now=AT)
    return owner


def ordered(owner: Owner, **facts: Any) -> None:
    """What a service above does: order in the commit of its effect."""
    ctx = system_context(owner, USERS, vaults=security.vault, at=AT)
    order = RecordAction(
        action=facts.pop("action", "sign-in"), at=rfc3339(AT), actor=f"user:{owner.id}", **facts
    )
    ctx.commit.order(order, subject=owner.id)
    ctx.commit.write()


def log_of(owner: Owner) -> list[ChangeRow]:
    found = Table(TABLE).query(str(owner), "CHG#", "CHG$", limit=200, consistent=True)
    return [ChangeRow.from_raw_data(dict(raw)) for raw in found.items]


def test_an_ordered_action_is_entered_once_with_who_when_what(cloud: Cloud) -> None:
    owner = an_owner()

    ordered(
        owner, session_id="s-1", subject="t-1", before={"role": "viewer"}, after={"role": "editor"}
    )
    cloud.drain(queues=["security-inbox"])
    cloud.drain(queues=["security-inbox"])

    (row,) = log_of(owner)
    (entry,) = unpack(row.entries)
    assert entry["k"] == audit.KIND
    assert entry["f"] == {
        "action": "sign-in",
        "at": "2026-11-22T12:00:00.000Z",
        "actor": f"user:{owner.id}",
        "session_id": "s-1",
        "subject": "t-1",
    }
    assert row.hash == chain_hash(row)
    opened = security.vault(owner).open_bytes(row.sealed, TABLE.service, row.sk, "sealed")
    assert unpack(opened) == [{"b": {"role": "viewer"}, "a": {"role": "editor"}}]


@pytest.mark.parametrize(
    "wrong", [{"action": "made-up"}, {"subject": "x" * 201}, {"after": {"k": "a text" * 100}}]
)
def test_what_is_no_action_goes_to_the_dead_letters(cloud: Cloud, wrong: dict[str, Any]) -> None:
    owner = an_owner()

    ordered(owner, **wrong)
    cloud.drain(queues=["security-inbox"])

    assert log_of(owner) == []
    assert len(cloud.dead_letters("security")) == 1


def test_an_action_of_this_service_stands_in_the_commit_of_its_effect(cloud: Cloud) -> None:
    owner = an_owner()
    ctx = system_context(owner, TABLE, vaults=security.vault, at=AT)

    audit.record(ctx, action="totp-confirmed", subject="f-1")
    assert log_of(owner) == []
    ctx.commit.write()

    (row,) = log_of(owner)
    assert unpack(row.entries)[0]["f"]["actor"] == "system"
    with pytest.raises(ValueError, match="not an action"):
        audit.record(ctx, action="made-up")


# --- reading it


def a_person(cloud: Cloud) -> SignedIn:
    me = signed_in(Client(cloud.app))
    for number in range(6):
        at = AT + timedelta(days=number)
        ctx = system_context(me.owner, TABLE, vaults=security.vault, at=at)
        audit.record(
            ctx,
            action="sign-in" if number % 2 else "api-token-created",
            subject=f"n-{number}",
            after={"n": str(number)},
        )
        ctx.commit.write()
    return me


def listed(me: SignedIn, **query: str) -> list[str]:
    """Walk all pages."""
    found: list[str] = []
    while True:
        page = me.client.get("/v1/security/audit", query=query)
        assert page.status == 200, page.text
        found += [one["subject"] for one in page.json["items"]]
        if page.json["next_cursor"] is None:
            return found
        query["cursor"] = page.json["next_cursor"]


def test_actions_are_listed_newest_first_by_name_and_time_on_any_page_size(cloud: Cloud) -> None:
    me = a_person(cloud)
    everything = [f"n-{number}" for number in reversed(range(6))]

    for limit in ("1", "2", "3", "6", "50"):
        assert listed(me, limit=limit) == everything
    assert listed(me, action="sign-in", limit="2") == ["n-5", "n-3", "n-1"]
    day = "2026-11-24T12:00:00Z"
    assert listed(me, **{"from": day}) == ["n-5", "n-4", "n-3", "n-2"]
    assert listed(me, to=day) == ["n-1", "n-0"]
    assert listed(me, **{"from": day, "to": "2026-11-25T13:00:00+01:00"}) == ["n-2"]
    first = me.client.get("/v1/security/audit", query={"limit": "1"}).json["items"][0]
    assert (first["after"], first["before"], first["seq"]) == ({"n": "5"}, None, 6)


@pytest.mark.covers("V8.2.2")
def test_nobody_else_reads_it_and_a_cursor_is_good_for_one_person_and_question(
    cloud: Cloud,
) -> None:
    me, other = a_person(cloud), signed_in(Client(cloud.app))
    url = "/v1/security/audit"
    cursor = me.client.get(url, query={"limit": "1"}).json["next_cursor"]

    assert other.client.get(url).json["items"] == []
    assert other.client.get(url, query={"cursor": cursor}).status == 422
    assert me.client.get(url, query={"cursor": cursor, "action": "sign-in"}).status == 422
    assert me.client.get(url, query={"action": "made-up"}).status == 422
    assert me.client.get(url, query={"from": "yesterday"}).status == 422
    assert me.client.get(url, query={"from": "2026-11-22T12:00:00"}).status == 422
    assert Client(cloud.app).get(url).status == 401
    with budget() as spent:
        me.client.get(url)
    assert spent.calls["Query"] == 1
