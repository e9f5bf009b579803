"""The security audit: what services above order is entered once, in order, and by nobody else's hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.kernel.changes import ChangeRow, chain_hash, unpack
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Owner, system_context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from chalicelib.security import api as security
from chalicelib.security.commands import RecordAction
from chalicelib.security.repository import TABLE
from chalicelib.security.service import audit
from chalicelib.users.repository import TABLE as USERS
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
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
