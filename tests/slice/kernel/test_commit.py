"""The one way to write: what the transaction holds, and what each lost race or repeat turns into."""

from __future__ import annotations

import os
from functools import partial
from typing import Any, ClassVar

import pytest
from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel import aws, outbox, relay, tables
from chalicelib.kernel.changes import (
    Change,
    ChangeRow,
    chain_hash,
    change_key,
    known_words,
    pack,
    unpack,
)
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.context import Actor, Context, system_context
from chalicelib.kernel.errors import Conflict
from chalicelib.kernel.events import Envelope, Fact
from chalicelib.kernel.folding import FOLDED
from chalicelib.kernel.idempotency import IdempotencyKeyReused, claim, deflated, inflated
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.inbox import AlreadyHandled
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Index, Row, Table, TableSpec, WholeNumber
from chalicelib.kernel.transaction import LostRace, TooLarge, TouchedTwice
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
SPEC = TableSpec("kernel-test", ledger=True, indexes=(Index("by_name", "pk", "name"),))
PLAIN = TableSpec("kernel-plain", ledger=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingNamed(Fact):
    name: ClassVar[str] = "kernel.thing_named.v1"
    thing_id: str


class ThingRow(Row):
    version = WholeNumber()
    name = UnicodeAttribute()


class SumRow(Row):
    total = WholeNumber()


@pytest.fixture(scope="module", autouse=True)
def _tables(cloud: Cloud) -> None:
    tables.create(SPEC)
    tables.create(PLAIN)


@pytest.fixture
def owner() -> Owner:
    return Owner("U", new_id())


def vaults(owner: Owner) -> Vault:
    return Vault(str(owner), b"k" * 32)


def begin(owner: Owner, spec: TableSpec = SPEC) -> Context:
    return system_context(owner, spec, vaults=vaults)


def name_thing(context: Context, name: str, *, version: int = 1, thing: str = "1") -> None:
    row = ThingRow(str(context.owner), f"THG#{thing}", version=version, name=name)
    context.commit.put(row, expect=version - 1)
    context.commit.record(
        Change(kind="thing", id=thing, version=version, fields={"n": 1}, after={"name": name})
    )
    context.commit.tell(ThingNamed(thing_id=thing), subject=thing)


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


def test_state_change_number_and_event_are_written_together(owner: Owner) -> None:
    context = begin(owner)
    context.commit.open()
    name_thing(context, "first")

    assert context.commit.write() == 1

    (entry,) = log_of(owner)
    assert entry.seq == 1
    assert unpack(entry.entries) == [{"k": "thing", "i": "1", "v": 1, "o": "put", "f": {"n": 1}}]
    (envelope,) = outbox_of(owner)
    assert (envelope.type, envelope.sequence) == ("kernel.thing_named.v1", 1)
    assert envelope.message() == ThingNamed(thing_id="1")


def test_an_entry_is_stored_folded_and_one_of_before_is_read_alike(owner: Owner) -> None:
    context = begin(owner)
    context.commit.open()
    name_thing(context, "first")
    context.commit.write()
    key = {"pk": {"S": str(owner)}, "sk": {"S": change_key(1)}}
    stored = aws.dynamodb().get_item(TableName=SPEC.name, Key=key)["Item"]
    whole = Table(SPEC).get((str(owner), change_key(1)))
    (entry,) = log_of(owner)

    assert whole is not None
    aws.dynamodb().put_item(TableName=SPEC.name, Item=whole)

    # who acted is no user here: that text has no short form, and stays as it is
    assert set(stored) == {"pk", "sk", "actor", "entries", "sealed", FOLDED}
    assert Table(SPEC).get((str(owner), change_key(1))) == whole
    (of_before,) = log_of(owner)
    assert chain_hash(of_before) == chain_hash(entry) == entry.hash


def test_words_make_what_is_packed_small_and_the_stream_names_them() -> None:
    words = known_words(b'[{"payee":"Corner shop","notes":""}]')
    value = [{"payee": "Corner shop 1", "notes": ""}]

    assert unpack(pack(value, words)) == unpack(pack(value)) == value
    assert len(pack(value, words)) < len(pack(value)) - 8
    with pytest.raises(KeyError):
        unpack(pack(value, b"never made known"))


def test_an_answer_of_before_they_were_deflated_is_replayed() -> None:
    kept = b'[201, {}, {"id": "1"}]'

    assert inflated(kept) == inflated(deflated(kept)) == kept


def test_one_commit_is_one_call_after_one_read(owner: Owner) -> None:
    def act() -> None:
        context = begin(owner)
        context.commit.open()
        name_thing(context, "x")
        context.commit.write()

    assert calls_of(act) == ["dynamodb.BatchGetItem", "dynamodb.TransactWriteItems"]


def test_a_single_operation_without_a_log_is_a_plain_write(owner: Owner) -> None:
    def act() -> None:
        context = begin(owner, PLAIN)
        context.commit.add((str(owner), "SUM"), {"total": 5})
        context.commit.write()

    assert calls_of(act) == ["dynamodb.UpdateItem"]


def test_nothing_staged_writes_nothing(owner: Owner) -> None:
    assert begin(owner).commit.write() == 0
    assert log_of(owner) == []


def test_a_write_in_between_is_a_lost_race(owner: Owner) -> None:
    slow, fast = begin(owner), begin(owner)
    slow.commit.open()
    fast.commit.open()
    name_thing(fast, "fast")
    fast.commit.write()
    name_thing(slow, "slow", thing="2")

    with pytest.raises(LostRace):
        slow.commit.write()

    assert len(log_of(owner)) == 1


def test_a_failed_condition_is_its_own_refusal_when_no_race_was_lost(owner: Owner) -> None:
    first = begin(owner)
    first.commit.open()
    name_thing(first, "x")
    first.commit.write()
    again = begin(owner)
    again.commit.open()
    name_thing(again, "y")

    with pytest.raises(Conflict) as caught:
        again.commit.write()

    assert not isinstance(caught.value, LostRace)


def test_the_log_is_a_chain_that_breaks_when_an_entry_is_touched(owner: Owner) -> None:
    for number in (1, 2, 3):
        context = begin(owner)
        context.commit.open()
        name_thing(context, f"v{number}", version=number)
        context.commit.write()

    entries = log_of(owner)
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert [entry.sk for entry in entries] == [change_key(number) for number in (1, 2, 3)]
    previous = b""
    for entry in entries:
        assert entry.prev == previous
        assert entry.hash == chain_hash(entry)
        previous = entry.hash
    entries[1].actor = "user:somebody-else"
    assert entries[1].hash != chain_hash(entries[1])


def test_before_and_after_lie_sealed_in_the_log(owner: Owner) -> None:
    context = begin(owner)
    context.commit.open()
    name_thing(context, "Secret Name GmbH")
    context.commit.write()

    (entry,) = log_of(owner)
    assert b"Secret" not in entry.sealed
    opened = vaults(owner).open_bytes(entry.sealed, SPEC.service, entry.sk, "sealed")
    assert unpack(opened) == [{"a": {"name": "Secret Name GmbH"}, "b": None}]


def test_a_repeat_under_the_same_key_gives_the_first_answer(owner: Owner) -> None:
    claimed = claim("key-1", b"hash of the request")
    context = begin(owner)
    assert context.commit.open(claimed=claimed) is None
    name_thing(context, "x")
    context.commit.answer(b"the answer")
    context.commit.write()

    assert begin(owner).commit.open(claimed=claimed) == b"the answer"


def test_another_request_under_the_same_key_is_refused(owner: Owner) -> None:
    context = begin(owner)
    context.commit.open(claimed=claim("key-1", b"one"))
    name_thing(context, "x")
    context.commit.answer(b"the answer")
    context.commit.write()

    with pytest.raises(IdempotencyKeyReused):
        begin(owner).commit.open(claimed=claim("key-1", b"two"))


def test_the_kept_answer_is_sealed(owner: Owner) -> None:
    context = begin(owner)
    context.commit.open(claimed=claim("key-1", b"one"))
    context.commit.answer(b"ACME Ltd paid")
    context.commit.write()

    items = Table(SPEC).query(str(owner), "IDM#", "IDM$", limit=5, consistent=True).items
    assert len(items) == 1
    assert b"ACME" not in items[0]["answer"]["B"]


def test_a_handled_message_is_known_before_and_after_the_race(owner: Owner) -> None:
    first, twin = begin(owner, PLAIN), begin(owner, PLAIN)
    first.commit.open(message_id="m-1")
    twin.commit.open(message_id="m-1")
    for context in (first, twin):
        context.commit.add((str(owner), "SUM"), {"total": 7})
    first.commit.write()

    with pytest.raises(AlreadyHandled):
        twin.commit.write()
    with pytest.raises(AlreadyHandled):
        begin(owner, PLAIN).commit.open(message_id="m-1")
    assert total_of(owner) == 7


def total_of(owner: Owner) -> int:
    item = Table(PLAIN).get((str(owner), "SUM"))
    return 0 if item is None else SumRow.from_raw_data(dict(item)).total


def test_additions_to_one_item_become_one(owner: Owner) -> None:
    context = begin(owner, PLAIN)
    key = (str(owner), "SUM")
    context.commit.add(key, {"total": 5})
    context.commit.add(key, {"total": -2, "count": 1}, values={"name": "n"})
    assert context.commit.room() == 94

    context.commit.write()

    item = Table(PLAIN).get(key)
    assert item is not None
    assert {name: next(iter(value.values())) for name, value in item.items()} == {
        "pk": str(owner),
        "sk": "SUM",
        "total": "3",
        "count": "1",
        "name": "n",
    }


def test_an_item_is_not_written_in_two_ways(owner: Owner) -> None:
    context = begin(owner)
    name_thing(context, "x")
    with pytest.raises(TouchedTwice):
        name_thing(context, "y")
    with pytest.raises(TouchedTwice):
        context.commit.add((str(owner), "THG#1"), {"total": 1})


def test_more_than_a_transaction_holds_is_never_sent(owner: Owner) -> None:
    context = begin(owner)
    context.commit.open()
    for number in range(101):
        context.commit.put(
            ThingRow(str(owner), f"THG#{number:03d}", version=1, name="x"), expect=None
        )

    assert context.commit.room() < 0
    with pytest.raises(TooLarge):
        context.commit.write()


def test_an_entry_that_no_item_holds_is_refused(owner: Owner) -> None:
    context = begin(owner)
    long = os.urandom(400_000).hex()
    context.commit.record(Change(kind="thing", id="1", version=1, after={"name": long}))

    with pytest.raises(TooLarge):
        context.commit.write()


def test_the_relay_publishes_and_then_deletes(owner: Owner) -> None:
    context = begin(owner)
    context.commit.open()
    name_thing(context, "x")
    context.commit.write()
    assert len(outbox_of(owner)) == 1

    relay.sweep(SPEC)

    assert outbox_of(owner) == []
    assert relay.lag(SPEC) == 0


def handle_once(owner: Owner, message_id: str) -> None:
    """A consumer in five lines: what every worker does around its handler."""
    context = begin(owner, PLAIN)
    try:
        context.commit.open(message_id=message_id)
        context.commit.add((str(owner), "SUM"), {"total": 10})
        context.commit.write()
    except AlreadyHandled:
        return


def test_a_consumer_killed_at_any_call_and_redelivered_acts_once() -> None:
    counting = Owner("U", new_id())
    points = list(every_point(lambda: handle_once(counting, "m")))

    for point, side in points:
        owner = Owner("U", new_id())
        assert killed_at(point, side, partial(handle_once, owner, "m")) is not None
        handle_once(owner, "m")
        handle_once(owner, "m")
        assert total_of(owner) == 10, (point, side)
    assert len(points) == 4


class NaiveTwice:
    """The mistake that the harness must find: effect first, mark afterwards."""

    @staticmethod
    def handle(owner: Owner) -> None:
        if Table(PLAIN).get((str(owner), "DONE")) is not None:
            return
        effect: Any = begin(owner, PLAIN).commit
        effect.add((str(owner), "SUM"), {"total": 10})
        effect.write()
        mark = begin(owner, PLAIN).commit
        mark.put(ThingRow(str(owner), "DONE", version=1, name="x"), expect=0)
        mark.write()


def test_the_harness_finds_a_handler_that_is_not_exactly_once() -> None:
    wrong = 0
    for point, side in list(every_point(lambda: NaiveTwice.handle(Owner("U", new_id())))):
        owner = Owner("U", new_id())
        killed_at(point, side, partial(NaiveTwice.handle, owner))
        NaiveTwice.handle(owner)
        wrong += total_of(owner) != 10
    assert wrong == 2


def append(owner: Owner, thing: str) -> int:
    """Read, decide, write, and again after a lost race: what the edge does around a use-case."""
    for _ in range(5):
        context = begin(owner)
        context.commit.open()
        name_thing(context, thing, thing=thing)
        try:
            return context.commit.write()
        except LostRace:
            continue
    raise LostRace


def test_two_writers_in_every_order_both_write_and_no_number_is_taken_twice() -> None:
    tried = 0
    for order in orders(2, 2):
        owner = Owner("U", new_id())
        results = interleaved(order, a=partial(append, owner, "a"), b=partial(append, owner, "b"))
        assert sorted(results.values()) == [1, 2], (order, results)  # type: ignore[type-var]
        assert [entry.seq for entry in log_of(owner)] == [1, 2]
        tried += 1
    assert tried == 6


def test_an_actor_is_named_in_the_log(owner: Owner) -> None:
    actor = Actor(kind="user", user_id="u-1", session_id="s-1")
    made = begin(owner)
    commit = Commit(SPEC, owner, actor=actor, request_id="r-1", now=made.now, vaults=vaults)
    commit.open()
    commit.record(Change(kind="thing", id="1", version=1))
    commit.write()

    (entry,) = log_of(owner)
    assert (entry.actor, entry.trace) == ("user:u-1", "r-1")
