"""A household that is deleted is erased like a person, and a person who is erased leaves theirs in order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest

from chalicelib.kernel import aws, outbox
from chalicelib.kernel.events import Message
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.outbox import OutboxRow
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Raw, Table, TableSpec
from chalicelib.security.repository import KEYS
from chalicelib.users.events import MemberLeft
from chalicelib.users.model.erasure import GRACE, SETTLING, subject_of
from chalicelib.users.repository import TABLE, memberships
from chalicelib.users.service import erasing
from tests.factories.data_rights import (
    SECRET,
    all_items,
    all_objects,
    asked_to_go,
    carried_out,
    payload_of,
    places_of,
    remnants,
    run_due,
    with_little,
)
from tests.factories.expenses import opened, recorded
from tests.factories.households import HOUSEHOLDS, invited, joined, made, owner_of, within
from tests.factories.imports import committed, csv_of, uploaded
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud

pytestmark = [pytest.mark.slice, pytest.mark.attack]


@pytest.fixture
def ada(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture
def bob(cloud: Cloud) -> SignedIn:
    return signed_in(Client(cloud.app))


@pytest.fixture
def heard(cloud: Cloud) -> Iterator[list[Message]]:
    """The messages that were committed."""
    found: list[Message] = []

    def hear(_spec: TableSpec, rows: Sequence[Raw]) -> None:
        for row in rows:
            found.extend(one.message() for one in OutboxRow.from_raw_data(dict(row)).envelopes())

    outbox.on_commit(hear)
    yield found
    outbox.forget_listeners()


def furnished(cloud: Cloud, ada: SignedIn, bob: SignedIn) -> str:
    """A household with an account, an import, an invitation, and a member who came and left."""
    home = made(ada, name=f"{SECRET} home")
    joined(ada, home, bob, role="editor")
    inside = within(bob, home)
    account = opened(inside, name=f"{SECRET} jar")["id"]
    recorded(inside, account, payee=f"{SECRET} grocer")
    statement = csv_of(3).replace(b"Shop", f"{SECRET} Shop".encode())
    job = uploaded(cloud, inside, account, statement, filename=f"{SECRET}.csv")
    cloud.drain()
    assert committed(cloud, inside, job)["state"] == "done"
    invited(ada, home, email=f"{SECRET}@example.org".lower(), role="viewer")
    assert bob.client.post(f"{HOUSEHOLDS}/{home}/leave", {}).status in {200, 204}
    cloud.drain()
    return home


def settled(cloud: Cloud) -> None:
    """Run both rounds of an erasure that has begun."""
    cloud.drain()
    run_due(SETTLING)
    cloud.drain()


def rows_of(cloud: Cloud, owner: Owner) -> list[str]:
    return [
        f"{table}: {row['sk']}"
        for table, rows in all_items(cloud).items()
        for row in rows
        if row["pk"]["S"] == str(owner)
    ]


def receipt_ids(cloud: Cloud) -> list[str]:
    return [
        row["pk"]["S"].removeprefix("U#")
        for row in all_items(cloud)[TABLE.name]
        if row["sk"]["S"] == "ERASURE"
    ]


@pytest.mark.durable
@pytest.mark.covers("V14.2.7")
def test_nothing_of_a_deleted_household_is_left_and_its_key_is_destroyed(
    cloud: Cloud, ada: SignedIn, bob: SignedIn
) -> None:
    home = furnished(cloud, ada, bob)
    owner = owner_of(home)
    assert {
        where.split(":")[0].removeprefix("xpense-test-") for where in rows_of(cloud, owner)
    } >= {
        "users",
        "expenses",
        "interchange",
        "analytics",
        "security-keys",
    }
    assert any(str(owner) in key for key in all_objects())

    assert ada.client.delete(f"{HOUSEHOLDS}/{home}").status == 204
    assert ada.client.delete(f"{HOUSEHOLDS}/{home}").status == 204
    settled(cloud)

    assert rows_of(cloud, owner) == []
    assert not any(str(owner) in key for key in all_objects())
    assert places_of(cloud, SECRET) == []
    assert ada.client.get("/v1/users/me").status == 200, "its members remain"
    said = [
        payload_of(reply.json["receipt"])
        for one in receipt_ids(cloud)
        if (reply := Client(cloud.app).get(f"/v1/users/erasure-receipts/{one}")).status == 200
    ]
    (mine,) = [one for one in said if one["subject_sha256"] == subject_of(owner)]
    assert mine["of"] == "household"
    assert home not in json.dumps(mine)
    assert all(part["rows"] for part in mine["parts"] if part["service"] in {"users", "expenses"})


@pytest.mark.durable
def test_the_last_owner_finds_the_receipt_of_a_deleted_household_in_their_audit_log(
    cloud: Cloud, ada: SignedIn
) -> None:
    home = made(ada)
    assert ada.client.delete(f"{HOUSEHOLDS}/{home}").status == 204
    settled(cloud)

    audit = ada.client.get("/v1/security/audit").json["items"]
    (entry,) = [one for one in audit if one["action"] == "household-deleted"]
    receipt = Client(cloud.app).get(f"/v1/users/erasure-receipts/{entry['after']['receipt']}")
    assert receipt.json["state"] == "final", receipt.text


@pytest.mark.durable
def test_a_late_message_about_a_deleted_household_writes_nothing(
    cloud: Cloud, ada: SignedIn, bob: SignedIn
) -> None:
    since = len(cloud.delivered)
    home = made(ada)
    joined(ada, home, bob, role="editor")
    recorded(within(bob, home), opened(within(bob, home))["id"])
    assert bob.client.post(f"{HOUSEHOLDS}/{home}/leave", {}).status in {200, 204}
    cloud.drain()
    assert rows_of(cloud, owner_of(home))
    assert ada.client.delete(f"{HOUSEHOLDS}/{home}").status == 204
    settled(cloud)
    before = rows_of(cloud, owner_of(home))

    for queue, body in cloud.delivered[since:]:
        if body.get("owner") == str(owner_of(home)):
            resend(queue, body)
    cloud.drain()

    assert (before, rows_of(cloud, owner_of(home))) == ([], [])


def resend(queue: str, body: dict[str, Any]) -> None:
    cast("Any", aws.sqs()).send_message(
        QueueUrl=settings().queue_url(queue), MessageBody=json.dumps({**body, "id": new_id()})
    )


# --- people in households


@pytest.mark.durable
def test_who_is_erased_leaves_their_households_which_live_on(cloud: Cloud, ada: SignedIn) -> None:
    one = with_little(cloud)
    first, second = made(ada, name="First"), made(ada, name="Second")
    joined(ada, first, one.person, role="editor")
    joined(ada, second, one.person, role="owner")
    cloud.drain()
    since = len(cloud.delivered)
    asked_to_go(one)
    cloud.drain()

    carried_out(cloud)

    for home in (first, second):
        detail = ada.client.get(f"{HOUSEHOLDS}/{home}").json
        assert [member["user_id"] for member in detail["members"]] == [ada.user_id]
        assert detail["member_count"] == 1
        assert ada.client.get(f"{HOUSEHOLDS}/{home}").status == 200
    kept = [where for where in remnants(cloud, one) if "H#" not in where]
    assert kept == [], "only the households' own invitations and logs name the id"
    assert places_of(cloud, *one.canaries) == []
    assert len(cloud.delivered) > since
    # the last owner now: counted down properly, so she may delete it and nobody else could leave it ownerless
    assert ada.client.delete(f"{HOUSEHOLDS}/{second}").status == 204


def test_leaving_at_the_end_is_told_to_the_households(
    cloud: Cloud, ada: SignedIn, bob: SignedIn, heard: list[Message]
) -> None:
    home = made(ada)
    joined(ada, home, bob, role="viewer")
    assert bob.client.delete("/v1/users/me").status == 202

    run_due(GRACE)

    (left,) = [one for one in heard if isinstance(one, MemberLeft)]
    assert (left.household_id, left.user_id, left.how) == (home, bob.user_id, "left")


def test_an_erasure_waits_while_its_user_is_the_last_owner_again(
    cloud: Cloud, ada: SignedIn, bob: SignedIn
) -> None:
    home = made(ada)
    joined(ada, home, bob, role="owner")
    assert bob.client.delete("/v1/users/me").status == 202
    assert ada.client.post(f"{HOUSEHOLDS}/{home}/leave", {}).status in {200, 204}

    run_due(GRACE)

    assert bob.client.get("/v1/users/me").status == 200
    assert bob.client.get(f"{HOUSEHOLDS}/{home}").status == 200
    assert bob.client.delete(f"{HOUSEHOLDS}/{home}").status == 204
    run_due(GRACE + timedelta(days=1))
    assert bob.client.get("/v1/users/me").status == 401


def test_a_household_joined_in_the_last_moment_is_left_too(
    cloud: Cloud, ada: SignedIn, bob: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = made(ada)
    assert bob.client.delete("/v1/users/me").status == 202
    leave, late = erasing._leave_households, [home]

    def left_and_joined_again(visit: Any, owner: Owner) -> None:
        leave(visit, owner)
        if late:
            joined(ada, late.pop(), bob, role="viewer")

    monkeypatch.setattr(erasing, "_leave_households", left_and_joined_again)
    run_due(GRACE)

    assert bob.client.get("/v1/users/me").status == 401
    assert memberships.find_memberships(bob.user_id) == ()
    assert [one.user_id for one in memberships.find_members(home)] == [ada.user_id]
    assert Table(KEYS).query(str(bob.owner), "KEY#", "KEY#~", limit=2, consistent=True).items
