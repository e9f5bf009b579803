"""Anchored logs: whoever changes anything of yesterday is found out, by a verifier that shares no code with us."""

from __future__ import annotations

import base64
import copy
import json
import os
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Literal

import pytest

from chalicelib.kernel import anchors as kernel_anchors
from chalicelib.kernel import clock
from chalicelib.kernel.changes import Change
from chalicelib.kernel.context import system_context
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Table, TableSpec
from chalicelib.security import api as security
from chalicelib.security.commands import AnchoredHead, AnchorRoot
from chalicelib.security.repository import TABLE
from chalicelib.security.repository import anchors as stored
from chalicelib.security.service import anchors
from chalicelib.users.repository import TABLE as USERS
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, killed_at
from tools import verify_audit
from tools.verify_audit import Tampered, check_bundle

pytestmark = [pytest.mark.slice, pytest.mark.durable, pytest.mark.attack]
FULL: Final = bool(os.environ.get("XPENSE_FULL"))
SERVICES: Final = ("users", "security")
SIDES: Final[tuple[Literal["before", "after"], ...]] = ("before", "after")


def ordering(spec: TableSpec) -> kernel_anchors.Ordering:
    def order(
        day: str, batch: str, root: str, heads: tuple[kernel_anchors.Head, ...]
    ) -> AnchorRoot:
        known = tuple(AnchoredHead(owner=one.owner, seq=one.seq, hash=one.hash) for one in heads)
        return AnchorRoot(service=spec.service, day=day, batch=batch, root=root, heads=known)

    return order


def the_night(cloud: Cloud, *specs: TableSpec) -> None:
    """What the schedules do after midnight."""
    tomorrow = clock.now() + timedelta(days=1)
    for spec in specs or (USERS, TABLE):
        kernel_anchors.run(spec, ordering(spec), vaults=security.vault, now=tomorrow, days=1)
    cloud.drain()
    anchors.sign_waiting(now=tomorrow)


def busy(cloud: Cloud, *, times: int = 4) -> SignedIn:
    """A person with a change log in two services."""
    me = signed_in(Client(cloud.app))
    for number in range(times):
        me.client.patch("/v1/users/me", {"display_name": f"Name {number}"})
        me.client.post("/v1/users/me/api-tokens", {"name": f"t{number}", "scopes": ["users:read"]})
    cloud.drain()
    return me


def an_owner() -> Owner:
    """Somebody with one entry in the log of users."""
    owner = Owner("U", new_id())
    security.create_key(owner, now=clock.now())
    ctx = system_context(owner, USERS, vaults=security.vault)
    ctx.commit.record(Change(kind="thing", id="1", version=1))
    ctx.commit.write()
    return owner


def read(me: SignedIn, services: tuple[str, ...] = SERVICES) -> dict[str, Any]:
    def get(path: str, query: Any) -> Any:
        reply = me.client.get(path, query=query)
        assert reply.status == 200, reply.text
        return reply.json

    return verify_audit.fetch(get, services)


@pytest.fixture(scope="module")
def kept(cloud: Cloud) -> dict[str, Any]:
    """The logs of a person, anchored, and one younger entry; an older anchor and another person's log too."""
    one = busy(cloud)
    the_night(cloud)
    me = busy(cloud)
    the_night(cloud)
    me.client.patch("/v1/users/me", {"display_name": "After midnight"})
    bundle = read(me)
    bundle["other"] = read(one)["ledgers"]
    return bundle


def test_logs_are_whole_and_anchored_and_say_what_is_younger(
    kept: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {one.service: one for one in check_bundle(kept)}

    assert found["users"].entries == found["users"].anchored + 1
    assert found["users"].anchored >= 5
    (tmp_path / "kept.json").write_text(json.dumps(kept))
    assert verify_audit.main([str(tmp_path / "kept.json")]) == 0
    assert "1 not anchored yet" in capsys.readouterr().out
    kept_wrongly = copy.deepcopy(kept)
    del kept_wrongly["ledgers"][0]["entries"][1]
    (tmp_path / "kept.json").write_text(json.dumps(kept_wrongly))
    assert verify_audit.main([str(tmp_path / "kept.json")]) == 1
    (tmp_path / "kept.json").write_text("{")
    assert verify_audit.main([str(tmp_path / "kept.json")]) == 2


# --- tampering

TEXTS: Final = ("at", "actor", "trace")
HEXES: Final = ("prev", "hash")
BYTES: Final = ("entries", "sealed")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _latin(raw: bytes) -> str:
    return raw.decode("latin-1")


def flips(text: str, name: str) -> list[str]:
    """One changed bit in every byte of a value, as its wire form."""
    write: Callable[[bytes], str]
    if name in HEXES or name == "path":
        raw, write = bytes.fromhex(text), bytes.hex
    elif name in BYTES:
        raw, write = base64.b64decode(text), _base64
    else:
        raw, write = text.encode(), _latin
    dice = random.Random(text)
    return [
        write(raw[:at] + bytes((raw[at] ^ 1 << dice.randrange(7),)) + raw[at + 1 :])
        for at in range(len(raw))
    ]


@pytest.mark.covers("V16.4.2")
def test_every_flipped_byte_of_every_entry_is_found(kept: dict[str, Any]) -> None:
    tried = 0
    for place, ledger in enumerate(kept["ledgers"]):
        for number, entry in enumerate(ledger["entries"]):
            for name in (*TEXTS, *HEXES, *BYTES):
                for wrong in flips(entry[name], name):
                    entries = list(kept["ledgers"][place]["entries"])
                    entries[number] = {**entry, name: wrong}
                    with pytest.raises(Tampered):
                        verify_audit.check_chain(ledger["owner"], entries)
                    tried += 1
            for other in (entry["seq"] + 1, 0, str(entry["seq"]), True, None):
                entries = list(ledger["entries"])
                entries[number] = {**entry, "seq": other}
                with pytest.raises(Tampered):
                    verify_audit.check_chain(ledger["owner"], entries)
    assert tried > 2_000


def test_dropping_swapping_doubling_and_splicing_is_found(kept: dict[str, Any]) -> None:
    def broken(where: slice, change: Callable[[list[Any]], list[Any]]) -> None:
        for place in range(len(kept["ledgers"])):
            bundle = copy.deepcopy(kept)
            entries = bundle["ledgers"][place]["entries"]
            entries[where] = change(entries[where])
            with pytest.raises(Tampered):
                check_bundle(bundle)

    count = min(ledger["proof"]["head"]["seq"] for ledger in kept["ledgers"])
    for at in range(count):
        broken(slice(at, at + 1), lambda _: [])
        broken(slice(at, at + 1), lambda one: one * 2)
        broken(slice(at, at + 1), lambda one: [{**one[0], "seq": one[0]["seq"] + 1}, *one])
        broken(slice(at, None), lambda _: [])
        if at + 1 < count:
            broken(slice(at, at + 2), lambda two: two[::-1])
    bundle = copy.deepcopy(kept)
    ours, theirs = bundle["ledgers"][0], bundle["other"][0]
    for at in range(count):
        for place in (slice(at, at + 1), slice(at, None), slice(None, at + 1)):
            spliced = copy.deepcopy(bundle)
            spliced["ledgers"][0]["entries"][place] = theirs["entries"][place]
            with pytest.raises(Tampered):
                check_bundle(spliced)
    for exchanged in ({**ours, "entries": theirs["entries"]}, {**ours, "owner": theirs["owner"]}):
        with pytest.raises(Tampered):
            check_bundle({**bundle, "ledgers": [exchanged]})


def forged(ledger: dict[str, Any], from_: int) -> dict[str, Any]:
    """What somebody with the table's keys could do: rewrite an entry and every hash behind it."""
    made = copy.deepcopy(ledger)
    previous = made["entries"][from_]["prev"]
    for number, entry in enumerate(made["entries"][from_:], from_ + 1):
        entry["actor"] = "user:somebody-else" if number == from_ + 1 else entry["actor"]
        entry["prev"] = previous
        hashed = verify_audit._entry_hash(
            made["owner"],
            entry,
            number,
            previous=bytes.fromhex(previous),
            told=base64.b64decode(entry["entries"]),
            digest=verify_audit._sha(base64.b64decode(entry["sealed"])),
        )
        entry["hash"] = previous = hashed.hex()
    return made


def test_a_chain_forged_with_all_its_hashes_is_found_by_the_anchor(kept: dict[str, Any]) -> None:
    for ledger in kept["ledgers"]:
        for at in range(ledger["proof"]["head"]["seq"]):
            made = forged(ledger, at)
            verify_audit.check_chain(made["owner"], made["entries"])
            with pytest.raises(Tampered, match="not the one that was anchored"):
                check_bundle({**kept, "ledgers": [made]})


def test_no_byte_of_proof_or_anchor_can_be_changed(kept: dict[str, Any]) -> None:
    def wrong(*where: Any) -> dict[str, Any]:
        bundle = copy.deepcopy({name: kept[name] for name in ("ledgers", "anchors", "keys")})
        *way, last, value = where
        found: Any = bundle
        for step in way:
            found = found[step]
        assert found[last] != value
        found[last] = value
        return bundle

    proof = kept["ledgers"][0]["proof"]
    base = ("ledgers", 0, "proof")
    places = [(*base, "head", name) for name in ("seq", "index", "size")]
    places += [(*base, "root", name) for name in ("index", "size")]
    tampered = [wrong(*place, 77) for place in places]
    tampered += [wrong(*base, "head", "hash", one) for one in flips(proof["head"]["hash"], "hash")]
    tampered += [wrong(*base, "head", "day", "2020-01-01"), wrong(*base, "head", "batch", "x")]
    for part in ("head", "root"):
        for at, step in enumerate(proof[part]["path"]):
            tampered += [wrong(*base, part, "path", at, one) for one in flips(step, "path")]
        tampered.append(wrong(*base, part, "path", [*proof[part]["path"], "00" * 32]))
    last = len(kept["anchors"]) - 1
    statement = kept["anchors"][last]["statement"]
    other = kept["anchors"][last - 1]["statement"]
    tampered += [wrong(*base, "root", "anchor", "statement", other)]
    tampered += [wrong("anchors", last, "statement", one) for one in flips(statement, "at")[::9]]
    tampered += [wrong("anchors", last - 1, "statement", statement)]
    tampered += [wrong("anchors", kept["anchors"][1:]), wrong("anchors", kept["anchors"][:-2])]
    for bundle in tampered:
        with pytest.raises(Tampered):
            check_bundle(bundle)


# --- the night


def test_each_owner_is_anchored_once_wherever_the_night_is_interrupted(cloud: Cloud) -> None:
    tomorrow = clock.now() + timedelta(days=1)

    def night() -> None:
        kernel_anchors.run(USERS, ordering(USERS), vaults=security.vault, now=tomorrow, days=1)
        cloud.drain(queues=["security-inbox"])
        anchors.sign_waiting(now=tomorrow)

    the_night(cloud)
    an_owner()
    calls = [name for name in calls_of(night) if name != "sqs.ReceiveMessage"]
    every = [(point, side) for point in range(len(calls)) for side in SIDES]
    for point, side in every if FULL else every[:: len(every) // 6]:
        people = [an_owner() for _ in range(2)]
        before = stored.last_anchor()[0]
        killed_at(point, side, night, ignore=frozenset({"sqs.ReceiveMessage"}))
        night()
        for one in people:
            rows = Table(TABLE).query(str(one), "ANC#users#", "ANC#users#~", limit=9)
            assert len(rows.items) == 1, (point, side)
        assert stored.waiting_roots(10) == []
        assert 1 <= stored.last_anchor()[0] - before <= 2


def test_more_owners_than_a_batch_holds_are_all_anchored_in_bounded_steps(cloud: Cloud) -> None:
    the_night(cloud)
    people = [an_owner() for _ in range(90)]
    tomorrow = clock.now() + timedelta(days=1)

    def run(most: int) -> int:
        return kernel_anchors.run(
            USERS, ordering(USERS), vaults=security.vault, now=tomorrow, most=most, days=1
        )

    assert 0 < run(5) < 90
    with budget() as spent:
        run(1_000)
    cloud.drain(queues=["security-inbox"])
    anchors.sign_waiting(now=tomorrow)

    assert all(stored.last_head(one, "users") is not None for one in people)
    assert spent.calls["TransactWriteItems"] + spent.calls["PutItem"] <= 16
    assert run(1_000) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"root": "00" * 32},
        {"service": "Users!"},
        {"day": "yesterday"},
        {"batch": "no-id"},
        {"heads": ()},
        {"heads": (AnchoredHead(owner="U#x", seq=1, hash="00" * 32),)},
    ],
)
def test_a_root_that_does_not_follow_is_refused(cloud: Cloud, wrong: dict[str, Any]) -> None:
    head = kernel_anchors.Head(str(Owner("U", new_id())), 3, "ab" * 32)
    order = AnchorRoot(
        **{
            "service": "users",
            "day": "2026-11-22",
            "batch": new_id(),
            "root": head.leaf("users").hex(),
            "heads": (AnchoredHead(owner=head.owner, seq=3, hash=head.hash),),
            **wrong,
        }
    )
    ctx = system_context(kernel_anchors.NOBODY, TABLE, vaults=security.vault)
    with pytest.raises(Invalid):
        anchors.keep_root(ctx, order)
    ctx.commit.write()


def test_only_ones_own_log_is_read_and_the_anchors_by_everybody(cloud: Cloud) -> None:
    me, other = busy(cloud, times=1), busy(cloud, times=1)
    the_night(cloud)

    mine = me.client.get("/v1/security/audit/proof", query={"service": "users"}).json
    assert mine["owner"] == str(me.owner)
    assert (
        mine["head"]["hash"]
        != (
            other.client.get("/v1/security/audit/proof", query={"service": "users"}).json["head"][
                "hash"
            ]
        )
    )
    entry = me.client.get("/v1/security/audit/proof", query={"seq": "1"}).json
    assert entry["entries"][0]["seq"] == 1
    assert entry["entries"][-1]["seq"] == entry["head"]["seq"]
    assert entry["root"]["anchor"]["statement"]
    anyone = Client(cloud.app)
    assert anyone.get("/v1/security/anchors", query={"limit": "1"}).json["anchors"]
    assert anyone.get("/v1/security/audit/proof").status == 401
    assert anyone.get("/v1/users/ledger").status == 401
