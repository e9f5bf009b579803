"""Two owners of one table in one transaction: each has its log and its messages, and both or neither change."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import pytest
from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel import outbox, tables
from chalicelib.kernel.changes import Change, ChangeRow, chain_hash, unpack
from chalicelib.kernel.context import Context, system_context
from chalicelib.kernel.events import Envelope, Fact
from chalicelib.kernel.idempotency import claim
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.inbox import AlreadyHandled
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Row, Table, TableSpec, WholeNumber
from chalicelib.kernel.transaction import LostRace, TooLarge, TouchedTwice
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
SPEC = TableSpec("kernel-beside", ledger=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingSeen(Fact):
    name: ClassVar[str] = "kernel.thing_seen.v1"
    thing_id: str


class ThingRow(Row):
    version = WholeNumber()
    name = UnicodeAttribute()


@pytest.fixture(scope="module", autouse=True)
def _tables(cloud: Cloud) -> None:
    tables.create(SPEC)


@pytest.fixture
def owner() -> Owner:
    return Owner("U", new_id())


def vaults(owner: Owner) -> Vault:
    return Vault(str(owner), (str(owner) + "k" * 32).encode()[-32:])


def begin(owner: Owner) -> Context:
    return system_context(owner, SPEC, vaults=vaults)


def name_thing(context: Context, name: str, *, thing: str = "1") -> None:
    row = ThingRow(str(context.owner), f"THG#{thing}", version=1, name=name)
    context.commit.put(row, expect=0)
    context.commit.record(Change(kind="thing", id=thing, version=1, after={"name": name}))
    context.commit.tell(ThingSeen(thing_id=thing), subject=thing)


def log_of(owner: Owner) -> list[ChangeRow]:
    items = Table(SPEC).query(str(owner), "CHG#", "CHG$", limit=200, consistent=True).items
    return [ChangeRow.from_raw_data(dict(item)) for item in items]


def outbox_of(owner: Owner) -> list[Envelope]:
    table = Table(SPEC)
    found = []
    for shard in range(outbox.SHARDS):
        for item in table.query(f"OBX#{shard}", "0", "g", limit=500, consistent=True).items:
            envelopes = outbox.OutboxRow.from_raw_data(dict(item)).envelopes()
            found += [one for one in envelopes if one.owner == str(owner)]
    return found


def two(owner: Owner, other: Owner, name: str = "x") -> Context:
    """One thing of each owner, named in one transaction that the first owner's unit writes."""
    context = begin(owner)
    context.commit.open()
    beside = context.commit.beside(other)
    name_thing(context, name)
    name_thing(replace(context, owner=other, commit=beside), name)
    return context


@pytest.fixture
def other() -> Owner:
    return Owner("H", new_id())


def test_two_owners_change_together_each_with_a_log_and_messages_of_its_own(
    owner: Owner, other: Owner
) -> None:
    earlier = begin(other)
    earlier.commit.open()
    name_thing(earlier, "before", thing="0")
    earlier.commit.write()

    assert two(owner, other).commit.write() == 1

    (mine,) = log_of(owner)
    before, theirs = log_of(other)
    assert (mine.seq, theirs.seq, theirs.prev) == (1, 2, before.hash)
    assert theirs.hash == chain_hash(theirs)
    private = vaults(other).open_bytes(theirs.sealed, "kernel-beside", theirs.sk, "sealed")
    assert unpack(private) == [{"a": {"name": "x"}, "b": None}]
    assert [one.sequence for one in outbox_of(owner)] == [1]
    assert sorted(one.sequence for one in outbox_of(other)) == [1, 2]


@pytest.mark.parametrize("late", ["owner", "other"])
def test_a_race_lost_on_either_log_writes_nothing_of_both(
    owner: Owner, other: Owner, late: str
) -> None:
    context = two(owner, other)
    between = begin(owner if late == "owner" else other)
    between.commit.open()
    name_thing(between, "quick", thing="9")
    between.commit.write()

    with pytest.raises(LostRace):
        context.commit.write()

    assert len(log_of(owner)) + len(log_of(other)) == 1
    assert Table(SPEC).get((str(owner), "THG#1")) is None
    assert Table(SPEC).get((str(other), "THG#1")) is None


def test_both_owners_count_towards_what_one_transaction_holds(owner: Owner, other: Owner) -> None:
    context = begin(owner)
    context.commit.open()
    side = replace(context, owner=other, commit=context.commit.beside(other))
    assert context.commit.room() == side.commit.room() == 92
    for place in range(46):
        for one in (context, side):
            row = ThingRow(str(one.owner), f"THG#{place}", version=1, name="n")
            one.commit.put(row, expect=0)
    assert context.commit.room() == 0
    for place in range(5):
        row = ThingRow(str(other), f"THG#{50 + place}", version=1, name="n")
        side.commit.put(row, expect=0)
        side.commit.record(Change(kind="thing", id="1", version=1))
        context.commit.record(Change(kind="thing", id="1", version=1))

    with pytest.raises(TooLarge):
        context.commit.write()
    assert log_of(other) == []


def test_answer_and_inbox_mark_stay_with_the_owner_whose_unit_it_is(
    owner: Owner, other: Owner
) -> None:
    kept = claim("key-1", b"request")
    context = begin(owner)
    context.commit.open(claimed=kept)
    side = context.commit.beside(other)
    name_thing(replace(context, owner=other, commit=side), "x")
    context.commit.answer(b"first")
    context.commit.write()

    assert begin(owner).commit.open(claimed=kept) == b"first"
    assert begin(other).commit.open(claimed=kept) is None

    handled = begin(owner)
    handled.commit.open(message_id="m-1")
    handled.commit.beside(other).add((str(other), "SUM"), {"total": 1})
    handled.commit.write()
    with pytest.raises(AlreadyHandled):
        begin(owner).commit.open(message_id="m-1")
    begin(other).commit.open(message_id="m-1")


def test_one_item_is_touched_once_by_whichever_unit(owner: Owner, other: Owner) -> None:
    context = begin(owner)
    row = ThingRow(str(other), "THG#1", version=1, name="n")
    context.commit.put(row, expect=0)

    with pytest.raises(TouchedTwice):
        context.commit.beside(other).put(row, expect=0)


def test_a_unit_beside_another_is_one_and_is_written_by_that_one(
    owner: Owner, other: Owner
) -> None:
    commit = begin(owner).commit
    side = commit.beside(other)

    assert commit.beside(other) is side
    assert commit.beside(owner) is commit
    with pytest.raises(ValueError, match="written by that one"):
        side.write()
    with pytest.raises(ValueError, match="none beside it"):
        side.beside(owner)
