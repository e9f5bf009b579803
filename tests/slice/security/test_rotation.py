"""A new data key for an owner: everything is readable throughout, and in the end the old key opens nothing."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import pytest

from chalicelib.kernel import clock, reseal, tables
from chalicelib.kernel.changes import Change, ChangeRow
from chalicelib.kernel.context import system_context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.inbox import AlreadyHandled
from chalicelib.kernel.ledger import entry_out
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Table, TableSpec
from chalicelib.kernel.vault import SealBroken, Vault
from chalicelib.security import api as security
from chalicelib.security import repository
from chalicelib.security.api import erasure as security_erasure
from chalicelib.security.errors import OwnerKeyAbsent
from chalicelib.security.events import OwnerKeyRotated
from chalicelib.security.model.rotation import KEPT_FOR, SERVICES
from chalicelib.security.repository.rotations import find_rotation
from chalicelib.security.service import owner_keys, rotation
from chalicelib.users.repository import TABLE as USERS
from chalicelib.users.repository.users import get_user, profile
from functions._edge.resealing import resealing
from tests.factories.imports import account_of
from tests.factories.users import SignedIn, signed_in
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, killed_at
from tools import verify_audit

pytestmark = [pytest.mark.slice, pytest.mark.durable, pytest.mark.attack]
SIDES: Final[tuple[Literal["before", "after"], ...]] = ("before", "after")
HOUR: Final = timedelta(hours=1)


def specs() -> list[TableSpec]:
    every = tables.all_specs(importlib.import_module("app").SERVICES)
    return [spec for spec in every if not spec.service.endswith("-keys")]


def busy(cloud: Cloud) -> SignedIn:
    """A person with sealed values in several services."""
    me = signed_in(Client(cloud.app))
    me.client.patch("/v1/users/me", {"display_name": "Ada"}, headers={"Idempotency-Key": "k1"})
    account = account_of(me)
    for number in range(3):
        reply = me.client.post(
            "/v1/expenses/transactions",
            {
                "account_id": account,
                "amount": {"amount": "-1.00", "currency": "EUR"},
                "booked_on": "2026-03-05",
                "payee": f"Bakery {number}",
                "notes": "rolls",
            },
        )
        assert reply.status == 201, reply.text
    cloud.drain()
    return me


def email_of(me: SignedIn) -> str:
    return profile(get_user(me.user_id), me.vault).email


def stale(
    owner: Owner, vault: Vault, where: Sequence[TableSpec] | None = None
) -> list[tuple[str, str, str]]:
    """Where values under another generation than the vault's lie, told by form alone."""
    return [
        (spec.service, item["sk"]["S"], name)
        for spec in where or specs()
        for item in Table(spec).query_all(str(owner), " ", "~", most=10_000, consistent=True)
        for name, value in item.items()
        if "B" in value and vault.is_stale(value["B"]) and len(value["B"]) not in {16, 32}
    ]


class Time:
    """The clock that the opening of keys reads."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = clock.now()
        monkeypatch.setattr(owner_keys, "clock_now", lambda: self.at)

    def later(self, much: timedelta) -> datetime:
        self.at += much
        owner_keys.forget()
        return self.at


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    return Time(monkeypatch)


def hours(cloud: Cloud, time: Time, count: int) -> None:
    """What the hourly schedule does."""
    for _ in range(count):
        rotation.drive(now=time.later(HOUR))
        cloud.drain()


def names(me: SignedIn) -> tuple[str, list[str]]:
    items = me.client.get("/v1/expenses/transactions").json["items"]
    shown: str = me.client.get("/v1/users/me").json["display_name"]
    return shown, sorted(item["payee"] for item in items)


SEEN: Final = ("Ada", ["Bakery 0", "Bakery 1", "Bakery 2"])


@pytest.mark.covers("V11.2.2")
def test_every_service_seals_anew_and_only_then_the_old_key_goes(cloud: Cloud, time: Time) -> None:
    me = busy(cloud)
    old = security.vault(me.owner)
    prints = old.fingerprint("x")

    assert security.rotate_owner_key(me.owner, now=time.at)
    assert not security.rotate_owner_key(me.owner, now=time.at)
    assert names(me) == SEEN
    assert security.vault(me.owner).generation == 1
    time.later(HOUR)
    vault = security.vault(me.owner)
    assert vault.generation == 2
    assert vault.fingerprint("x") == prints
    before = stale(me.owner, vault)
    assert {service for service, _, _ in before} >= {"users", "expenses"}
    assert names(me) == SEEN

    hours(cloud, time, 2)
    assert stale(me.owner, vault) == []
    assert names(me) == SEEN
    hours(cloud, time, 3)
    assert repository.owner_key(me.owner).attribute_values.get("previous") is not None

    time.later(timedelta(seconds=KEPT_FOR))
    hours(cloud, time, 3)
    assert repository.owner_key(me.owner).attribute_values.get("previous") is None
    assert find_rotation(me.owner) is None
    assert names(me) == SEEN
    actions = me.client.get("/v1/security/audit", query={"action": "owner-key-rotated"}).json
    assert [one["subject"] for one in actions["items"]] == ["2"]
    with pytest.raises(SealBroken):
        old.open(security.vault(me.owner).seal("a", "x"), "x")
    assert security.rotate_owner_key(me.owner, now=time.at)


def test_change_logs_stay_whole_though_their_sealed_parts_are_new(cloud: Cloud, time: Time) -> None:
    me = busy(cloud)
    security.rotate_owner_key(me.owner, now=time.at)
    hours(cloud, time, 3)

    for spec in specs():
        found = Table(spec).query_all(str(me.owner), "CHG#", "CHG$", most=500, consistent=True)
        rows = [ChangeRow.from_raw_data(dict(raw)) for raw in found]
        entries = [entry_out(row).model_dump() for row in rows]
        verify_audit.check_chain(str(me.owner), entries)
        if spec.service == "expenses":
            assert any(one["digest"] for one in entries)
            for number, one in enumerate(entries):
                for wrong in ({"digest": None}, {"digest": "00" * 32}, {"sealed": "AQHk3g=="}):
                    if one["digest"] is not None:
                        forged = [*entries[:number], {**one, **wrong}, *entries[number + 1 :]]
                        with pytest.raises(verify_audit.Tampered):
                            verify_audit.check_chain(str(me.owner), forged)


def test_dying_at_any_call_of_the_sealing_loses_nothing(cloud: Cloud, time: Time) -> None:
    def begin() -> tuple[SignedIn, Callable[[], None]]:
        me, message = signed_in(Client(cloud.app)), new_id()
        ctx = system_context(me.owner, USERS, vaults=security.vault)
        ctx.commit.record(Change(kind="user", id=me.user_id, version=1, after={"name": "Ada"}))
        ctx.commit.write()
        security.rotate_owner_key(me.owner, now=time.at)
        time.later(2 * HOUR)
        fact = OwnerKeyRotated(generation=2, round=1, service="", after="", changed=0, unknown=0)

        def deliver() -> None:
            unit = system_context(me.owner, USERS, vaults=security.vault, message_id=message)
            with contextlib.suppress(AlreadyHandled):
                unit.commit.open(message_id=message)
                resealing(USERS)(unit, fact)
                unit.commit.write()

        return me, deliver

    calls = calls_of(begin()[1])
    assert len(calls) > 3
    for point in range(len(calls)):
        for side in SIDES:
            me, deliver = begin()
            killed_at(point, side, deliver)
            assert email_of(me) == me.email
            deliver()
            assert stale(me.owner, security.vault(me.owner), [USERS]) == []
            assert email_of(me) == me.email
            rows = Table(USERS).query_all(str(me.owner), "CHG#", "CHG$", most=9, consistent=True)
            log = [entry_out(ChangeRow.from_raw_data(dict(raw))).model_dump() for raw in rows]
            assert len(verify_audit.check_chain(str(me.owner), log)) == 2


def test_a_value_that_opens_nowhere_keeps_the_old_key_alive(cloud: Cloud, time: Time) -> None:
    me = busy(cloud)
    lost = security.vault(me.owner).seal("a hidden text", "a place that nobody knows")
    tables_client: Any = importlib.import_module("chalicelib.kernel.aws").dynamodb()
    tables_client.put_item(
        TableName=USERS.name,
        Item={"pk": {"S": str(me.owner)}, "sk": {"S": "ODD#1"}, "text": {"B": lost}},
    )
    security.rotate_owner_key(me.owner, now=time.at)
    hours(cloud, time, 3)
    time.later(timedelta(seconds=KEPT_FOR))
    hours(cloud, time, 6)

    assert repository.owner_key(me.owner).attribute_values.get("previous") is not None


def test_an_owner_who_is_erased_meanwhile_is_left_alone(cloud: Cloud, time: Time) -> None:
    me = busy(cloud)
    security.rotate_owner_key(me.owner, now=time.at)
    security_erasure.destroy_key(me.owner, now=time.at)

    hours(cloud, time, 2)

    with pytest.raises(OwnerKeyAbsent):
        security.rotate_owner_key(me.owner, now=time.at)
    assert find_rotation(me.owner) is None


def test_a_step_takes_a_bounded_stretch_and_goes_on_behind_it(
    cloud: Cloud, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reseal, "PAGE", 12)
    monkeypatch.setattr(reseal, "ENTRIES", 2)
    me = busy(cloud)
    security.rotate_owner_key(me.owner, now=time.at)

    hours(cloud, time, 3)

    assert stale(me.owner, security.vault(me.owner)) == []
    assert names(me) == SEEN


def test_every_service_that_keeps_sealed_values_is_asked(cloud: Cloud) -> None:
    assert sorted(SERVICES) == sorted(spec.service for spec in specs())


@pytest.mark.covers("V11.2.5")
def test_a_key_of_another_generation_or_owner_opens_nothing() -> None:
    one, two = b"1" * 32, b"2" * 32
    both = Vault("U#a", two, generation=2, others={1: one})
    sealed = {1: Vault("U#a", one).seal("x", "p"), 2: both.seal("x", "p")}

    assert [both.open(value, "p") for value in sealed.values()] == ["x", "x"]
    renamed = sealed[1][:1] + bytes([2]) + sealed[1][2:]
    for vault, value in [
        (Vault("U#a", one), sealed[2]),
        (both, renamed),
        (Vault("U#b", two, generation=2, others={1: one}), sealed[1]),
        (Vault("U#a", two, generation=3, others={1: one}), sealed[2]),
    ]:
        with pytest.raises(SealBroken):
            vault.open(value, "p")
