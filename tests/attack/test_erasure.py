"""What could bring an erased user back, or keep a part of them: backups, late messages, crashes, open keys."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, cast

import pytest

from chalicelib.kernel import aws, clock
from chalicelib.kernel.context import Visit
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.keys import KeyUnusable, provider
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Raw, Table
from chalicelib.kernel.vault import SealBroken, Vault
from chalicelib.security.api import erasure as security_erasure
from chalicelib.security.repository import KEYS
from chalicelib.security.service import owner_keys
from chalicelib.users.model.erasure import AGAIN, GRACE, SETTLING, subject_of
from chalicelib.users.repository import TABLE
from chalicelib.users.repository.due import find_due
from chalicelib.users.service import erasing
from tests.factories.data_rights import (
    ME,
    Everything,
    all_items,
    asked_to_go,
    carried_out,
    erase,
    objects_of_ours,
    payload_of,
    remnants,
    run_due,
    with_everything,
    with_little,
)
from tests.factories.expenses import recorded
from tests.factories.imports import URL, csv_of, uploaded
from tests.factories.users import signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, killed_at
from tools.verify_receipt import NotGenuine, verify

pytestmark = [pytest.mark.slice, pytest.mark.attack]
FULL: Final = bool(os.environ.get("XPENSE_FULL"))
LISTENING: Final = frozenset({"sqs.ReceiveMessage"})


def receipt_of(cloud: Cloud, erasure_id: str) -> Any:
    reply = Client(cloud.app).get(f"/v1/users/erasure-receipts/{erasure_id}")
    assert reply.status == 200, reply.text
    return reply.json


def newcomer(cloud: Cloud) -> Everything:
    """A person who has nothing yet."""
    return Everything(signed_in(Client(cloud.app)), "", "")


# --- backups


def sealed_values(items: dict[str, list[Any]], owner: str) -> Iterator[tuple[str, str, str, bytes]]:
    for table, rows in items.items():
        if table == KEYS.name:
            continue  # a backup of the keys lasts seven days, and the receipt says so
        service = table.removeprefix("xpense-test-")
        for row in rows:
            for name, value in row.items():
                if row["pk"]["S"] == owner and "B" in value:
                    yield service, row["sk"]["S"], name, value["B"]


def opens(vault: Vault, service: str, sort: str, name: str, data: bytes) -> bool:
    for place in ((service, sort, name), ("idempotency", sort)):
        try:
            vault.open_bytes(data, *place)
        except SealBroken:
            continue
        return True
    return False


def unwrapped(row: Raw) -> bytes | None:
    """Open a key that is left, but for those that another test broke on purpose."""
    try:
        return provider().unwrap(row["wrapped"]["B"], row["pk"]["S"])
    except KeyUnusable:
        return None


@pytest.mark.durable
@pytest.mark.covers("R-29")
def test_no_key_that_is_left_opens_an_old_backup(cloud: Cloud) -> None:
    one = with_everything(cloud)
    signed_in(Client(cloud.app))  # other people's keys remain
    owner = str(one.person.owner)
    copies = list(sealed_values(all_items(cloud), owner))
    objects = {
        key.split("/", 1)[1].split("?")[0]: data
        for key, data in objects_of_ours().items()
        if owner in key
    }
    own = one.person.vault
    opened = sum(opens(own, *copy) for copy in copies)
    assert opened >= 15, "the copies hold what the living user can read"
    assert all(own.open_bytes(data, "blob", key) for key, data in objects.items())

    erase(cloud, one)

    left = [row for row in all_items(cloud)[KEYS.name] if "wrapped" in row]
    keys = {row["wrapped"]["B"]: key for row in left if (key := unwrapped(row)) is not None}
    assert keys
    for wrapped, key in keys.items():
        with pytest.raises(KeyUnusable):
            provider().unwrap(wrapped, owner)
        for generation in (1, 2):
            vault = Vault(owner, key, generation=generation)
            assert not any(opens(vault, *copy) for copy in copies)
            for name, data in objects.items():
                with pytest.raises(SealBroken):
                    vault.open_bytes(data, "blob", name)


@pytest.mark.durable
def test_the_receipt_verifies_offline_and_names_nobody(cloud: Cloud) -> None:
    one = with_little(cloud)
    erasure_id = erase(cloud, one)

    receipt = receipt_of(cloud, erasure_id)["receipt"]
    keys = Client(cloud.app).get("/v1/security/receipt-keys").json["keys"]
    said = verify(receipt, keys)
    assert said["receipt_id"] == erasure_id
    assert said["subject_sha256"] == subject_of(one.person.owner)
    assert {part["service"] for part in said["parts"]} >= {"users", "security", "expenses"}
    assert all(part["rows"] for part in said["parts"] if part["service"] in {"users", "expenses"})
    assert one.person.user_id not in json.dumps(said)
    assert one.person.email not in json.dumps(said)
    with pytest.raises(NotGenuine):
        verify(receipt[:-6] + "AAAAAA", keys)
    mailed = cloud.mails()[-1]
    assert one.person.email in repr(vars(mailed))
    assert said["kept"], "what is kept is told"


# --- late messages, and keys that are held open


def redelivered(cloud: Cloud, since: int, until: int | None = None, *, fresh: bool) -> None:
    """Send again every message that was handled since, as it was or as if it came for the first time."""
    sqs = cast("Any", aws.sqs())
    for queue, body in cloud.delivered[since:until]:
        if "id" not in body:
            continue
        text = json.dumps({**body, "id": new_id()} if fresh else body)
        sqs.send_message(QueueUrl=settings().queue_url(queue), MessageBody=text)


@pytest.mark.covers("V8.3.3")
@pytest.mark.durable
def test_a_late_message_brings_nothing_back(cloud: Cloud) -> None:
    since = len(cloud.delivered)
    one = with_everything(cloud) if FULL else with_little(cloud)
    erasure_id = erase(cloud, one)
    before = receipt_of(cloud, erasure_id)

    redelivered(cloud, since, fresh=True)
    cloud.drain()
    run_due(GRACE + SETTLING + timedelta(days=2))
    cloud.drain()

    assert remnants(cloud, one) == []
    assert receipt_of(cloud, erasure_id) == before


@pytest.mark.durable
def test_messages_that_come_twice_change_neither_the_end_nor_the_counts(cloud: Cloud) -> None:
    one = with_little(cloud)
    asked_to_go(one)
    cloud.drain()
    since = len(cloud.delivered)
    for by in (GRACE, GRACE + SETTLING):
        run_due(by)
        run_due(by)  # the schedule may run twice as well
        for _ in range(3 if FULL else 1):
            redelivered(cloud, since, fresh=False)
            since = len(cloud.delivered)
            cloud.drain()
    erasure_id = _last_erasure(cloud)

    said = payload_of(receipt_of(cloud, erasure_id)["receipt"])
    again = with_little(cloud)
    undisturbed = payload_of(receipt_of(cloud, erase(cloud, again))["receipt"])
    assert remnants(cloud, one) == []
    counted = {part["service"]: part["rows"] for part in said["parts"]}
    expected = {part["service"]: part["rows"] for part in undisturbed["parts"]}
    # the change log and the marks of a person differ by a few; objects of theirs do not
    assert counted["analytics"] == expected["analytics"]
    assert counted["expenses"] == expected["expenses"]


def _last_erasure(cloud: Cloud) -> str:
    mail = repr(vars(cloud.mails()[-1]))
    return mail.split("/erasure-receipts/")[1][:36]


@pytest.mark.durable
def test_what_a_process_with_an_open_key_writes_after_the_first_round_goes_in_the_second(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = len(cloud.delivered)
    one = with_little(cloud)
    asked_to_go(one)
    cloud.drain()
    until = len(cloud.delivered)
    with monkeypatch.context() as patch:
        patch.setattr(owner_keys, "forget", lambda: None)  # another process would not hear of it
        assert one.person.vault is not None  # held open for five minutes
        run_due(GRACE)
        cloud.drain()
        redelivered(cloud, since, until, fresh=True)
        cloud.drain()
    assert any("analytics" in where for where in remnants(cloud, one)), "the late sums are there"

    owner_keys.forget()  # five minutes later
    run_due(GRACE + SETTLING)
    cloud.drain()

    assert remnants(cloud, one) == []


@pytest.mark.durable
def test_an_erasure_that_cannot_begin_for_want_of_a_key_holds_no_other_up(cloud: Cloud) -> None:
    stuck, other = with_little(cloud), with_little(cloud)
    for one in (stuck, other):
        asked_to_go(one)
    cloud.drain()
    security_erasure.destroy_key(Owner("U", stuck.person.user_id), now=clock.now())

    run_due(GRACE)
    cloud.drain()
    run_due(GRACE + SETTLING)
    cloud.drain()

    assert remnants(cloud, other) == []
    left = [one for one in find_due(clock.now() + GRACE, most=50) if one.id == stuck.person.user_id]
    assert left, "what could not begin is not forgotten"
    Table(TABLE).delete_many([one.key for one in left])


@pytest.mark.durable
def test_a_part_that_is_late_is_asked_again(cloud: Cloud) -> None:
    one = with_little(cloud)
    asked_to_go(one)
    cloud.drain()
    run_due(GRACE)
    others = [queue for queue in cloud.queues() if queue != "expenses-inbox"]
    cloud.drain(queues=others)
    cast("Any", aws.sqs()).purge_queue(QueueUrl=settings().queue_url("expenses-inbox"))

    run_due(GRACE + SETTLING)
    cloud.drain()
    run_due(GRACE + SETTLING + AGAIN)
    cloud.drain()
    run_due(GRACE + SETTLING + AGAIN + AGAIN)
    cloud.drain()

    assert remnants(cloud, one) == []


# --- crashes


@pytest.mark.durable
def test_an_erasure_ends_whatever_dies(cloud: Cloud) -> None:
    probe = with_little(cloud)
    asked_to_go(probe)
    cloud.drain()

    def first_round() -> None:
        run_due(GRACE)
        cloud.drain()

    def second_round() -> None:
        for times in range(3):  # who was late is asked again after an hour
            run_due(GRACE + SETTLING + times * AGAIN)
            cloud.drain()

    calls = len(calls_of(first_round, ignore=LISTENING))
    ends = len(calls_of(second_round, ignore=LISTENING))
    points = [
        (which, point, side)
        for which, total in (("first", calls), ("second", ends))
        for point in range(total)
        for side in ("before", "after")
    ]
    # a seeded sample, one of each round; all of them where the full figures are asked for
    tried = points if FULL else [points[3], points[-4]]
    for which, point, side in tried:
        one = with_little(cloud)
        asked_to_go(one)
        cloud.drain()
        for name, act in (("first", first_round), ("second", second_round)):
            if name == which:
                killed_at(point, cast("Any", side), act, ignore=LISTENING)
            act()

        assert remnants(cloud, one) == [], (which, point, side)


# --- at the same time


@pytest.mark.durable
def test_an_import_on_its_way_ends_with_its_owner(cloud: Cloud) -> None:
    one = with_little(cloud)
    job = uploaded(cloud, one.person, one.account, csv_of(400 if FULL else 60))
    cloud.drain()
    asked_to_go(one)
    assert one.person.client.post(f"{URL}/{job['id']}/commit", {}).status == 202
    cloud.sweep()
    cloud.deliver("expenses-inbox", most=1)
    recorded(one.person, one.account)

    carried_out(cloud)

    assert remnants(cloud, one) == []


# --- the seven days


@pytest.mark.durable
def test_a_user_may_take_it_back_and_nothing_was_lost(cloud: Cloud) -> None:
    one = with_little(cloud)
    me = one.person.client
    asked_to_go(one)
    first = me.get(f"{ME}/erasure").json
    again = me.delete(ME)
    assert (first["state"], again.json) == ("requested", first)

    assert me.post(f"{ME}/restore").json == {"state": "none", "erase_after": None}
    assert me.post(f"{ME}/restore").status == 200
    run_due(GRACE + timedelta(days=1))
    cloud.drain()

    assert me.get(f"{ME}/erasure").json["state"] == "none"
    assert me.get(f"/v1/expenses/transactions/{one.transaction}").status == 200
    at = clock.now() + GRACE + timedelta(days=1)
    assert [due for due in find_due(at, most=50) if due.id == one.person.user_id] == []


def test_nothing_begins_a_moment_too_early(cloud: Cloud) -> None:
    one = newcomer(cloud)
    asked_to_go(one)
    erasing.run_due(Visit(now=clock.now() + GRACE - timedelta(minutes=1)))

    assert one.person.client.get(ME).status == 200


@pytest.mark.covers("V7.4.2")
def test_from_its_beginning_on_the_user_is_let_in_no_more(cloud: Cloud) -> None:
    one = newcomer(cloud)
    asked_to_go(one)
    run_due(GRACE)

    assert one.person.client.get(ME).status == 401
    cloud.drain()
    assert one.person.client.get(ME).status == 401


def test_the_last_owner_of_a_household_must_hand_it_over_first(cloud: Cloud) -> None:
    one = newcomer(cloud)
    made = one.person.client.post("/v1/users/households", {"name": "Home"})
    assert made.status == 201, made.text

    refused = one.person.client.delete(ME)

    assert (refused.status, refused.problem) == (409, "last-owner")
    assert made.json["id"] in refused.json["detail"]


def test_a_receipt_that_never_was_is_not_found(cloud: Cloud) -> None:
    assert Client(cloud.app).get(f"/v1/users/erasure-receipts/{new_id()}").status == 404
    raw = Table(TABLE).get((f"U#{new_id()}", "ERASURE"))
    assert raw is None
