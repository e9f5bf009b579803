"""Rules over what is stored: simulated, applied as a run, undone, exactly once whatever dies on the way."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pytest

from chalicelib.expenses.commands import RunMore
from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.repository import TABLE
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from tests.factories.expenses import (
    ACCOUNTS,
    CATEGORIES,
    RULES,
    TRANSACTIONS,
    Ears,
    envelope,
    everything,
    handed,
    laid,
    matching,
    opened,
    recorded,
    row,
)
from tests.factories.households import joined, within
from tests.factories.households import made as household
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, every_point, interleaved, killed_at, orders

pytestmark = [pytest.mark.slice, pytest.mark.durable]
RENT, HOBBIES, FOOD = (default_id(slug) for slug in ("rent", "hobbies", "groceries"))
PREVIEW: Final = f"{RULES}/preview"
APPLY: Final = f"{RULES}/apply"
RUNS: Final = f"{RULES}/runs"


def payee_is(text: str) -> dict[str, Any]:
    return {"field": "payee", "operator": "contains", "value": text}


def do(kind: str, value: Any = None, **beside: Any) -> dict[str, Any]:
    return {"action": kind, **({} if value is None else {"value": value}), **beside}


def made(person: SignedIn, *then: dict[str, Any], text: str = "shop", **more: Any) -> Any:
    body = {"name": "r", "when": payee_is(text), "then": list(then), **more}
    reply = person.client.post(RULES, body)
    assert reply.status == 201, reply.text
    return reply.json


@dataclass(slots=True)
class Scene:
    """A person with an account, and the messages that the ledger orders of itself."""

    cloud: Cloud
    ears: Ears
    person: SignedIn
    account: str

    def imports(self, count: int, **more: Any) -> None:
        rows = [row(n, -100 * n - 1, **more) for n in range(1, count + 1)]
        assert (
            handed(self.cloud, envelope(self.person, laid(self.person, rows, self.account))) == []
        )

    def applied(self, **body: Any) -> Any:
        reply = self.person.client.post(APPLY, body)
        assert reply.status == 202, reply.text
        return self.ended(reply.json)

    def undone(self, run: Any) -> Any:
        reply = self.person.client.post(f"{RUNS}/{run['id']}/undo")
        assert reply.status == 202, reply.text
        return self.ended(reply.json)

    def ended(self, run: Any) -> Any:
        while body := self.next_step(run["id"]):
            assert handed(self.cloud, body) == []
        return self.run(run)

    def next_step(self, run_id: str) -> str | None:
        """The order for the run's next step, unless it was carried out already."""
        orders = [
            one for one in self.ears.envelopes if one.type == RunMore.name and one.subject == run_id
        ]
        state = self.person.client.get(f"{RUNS}/{run_id}").json["state"]
        return orders[-1].to_json() if orders and state in {"waiting", "running"} else None

    def run(self, run: Any) -> Any:
        return self.person.client.get(f"{RUNS}/{run['id']}").json

    def preview(self, **body: Any) -> list[Any]:
        found: list[Any] = []
        cursor = None
        while True:
            reply = self.person.client.post(PREVIEW, {**body, "cursor": cursor})
            assert reply.status == 200, reply.text
            found += reply.json["items"]
            cursor = reply.json["next_cursor"]
            if cursor is None:
                return found

    def shown(self) -> list[Any]:
        """Every transaction but for what any write moves."""
        quiet = {"version", "updated_at"}
        return sorted(
            (
                {key: value for key, value in one.items() if key not in quiet}
                for one in everything(self.person)
            ),
            key=lambda one: one["id"],
        )

    def balances(self) -> dict[str, tuple[str, int]]:
        items = self.person.client.get(ACCOUNTS).json["items"]
        return {one["id"]: (one["balance"]["amount"], one["entries"]) for one in items}


@pytest.fixture(name="scene")
def a_scene(cloud: Cloud, person: SignedIn, account: str, ears: Ears) -> Scene:
    return Scene(cloud, ears, person, account)


# ---------------------------------------------------------------------------------------- preview


def test_a_preview_shows_each_field_before_and_after_and_writes_nothing(scene: Scene) -> None:
    scene.imports(2)
    before = scene.shown()
    draft = {
        "name": "draft",
        "when": payee_is("shop 1"),
        "then": [
            do("set_category", HOBBIES),
            do("set_payee", "Corner"),
            do("add_tags", ["x"]),
            do("split_evenly", [FOOD, RENT]),
            do("move_day", 1),
        ],
    }

    with budget() as spent:
        (item,) = scene.preview(rules=[draft])

    assert spent.writes == 0
    changes = {one["field"]: (one["before"], one["after"]) for one in item["changes"]}
    assert changes["payee"] == ("Shop 1", "Corner")
    assert changes["category"][1] == HOBBIES
    assert changes["tags"] == ([], ["x"])
    assert changes["booked_on"] == ("2026-11-02", "2026-11-03")
    assert [one["amount"]["amount"] for one in changes["parts"][1]] == ["-0.51", "-0.50"]
    assert {one["rule_id"] for one in item["changes"]} == set(item["rule_ids"])
    assert (item["locked"], item["failures"]) == ([], [])
    assert scene.shown() == before


def test_a_preview_says_what_is_locked_and_what_cannot_be_done(scene: Scene) -> None:
    recorded(scene.person, scene.account, "-0.01", payee="shop", category_id=FOOD)
    draft = {
        "when": payee_is("shop"),
        "then": [do("set_category", RENT), do("split_evenly", [FOOD, RENT])],
    }

    (item,) = scene.preview(rules=[draft])

    assert (item["changes"], item["locked"]) == ([], ["category"])
    assert [(one["action"], one["reason"]) for one in item["failures"]] == [
        ("split_evenly", "amount-too-small")
    ]


def test_a_preview_is_paged_and_drafts_stand_among_saved_rules(scene: Scene) -> None:
    scene.imports(7)
    saved = made(scene.person, do("set_payee", "Saved"), position=5)
    draft = {"when": payee_is("shop"), "then": [do("set_payee", "Draft")], "position": 4}

    def after(**body: Any) -> set[str]:
        changes = [one["changes"] for one in scene.preview(limit=3, **body)]
        assert len(changes) == 7
        return {change["after"] for one in changes for change in one}

    assert after() == {"Saved"}
    assert after(rules=[draft]) == {"Draft"}
    assert after(rules=[{**draft, "position": 6}]) == {"Saved"}
    assert after(rules=[{**draft, "position": 6}], saved=False) == {"Draft"}
    assert after(rules=[{**draft, "position": 6}], rule_ids=[]) == {"Draft"}
    assert after(rules=[{**draft, "position": None, "id": saved["id"]}]) == {"Draft"}


def test_a_cursor_belongs_to_its_question(scene: Scene) -> None:
    scene.imports(3)
    made(scene.person, do("set_payee", "Saved"))
    cursor = scene.person.client.post(PREVIEW, {"limit": 1}).json["next_cursor"]

    assert scene.person.client.post(PREVIEW, {"limit": 2, "cursor": cursor}).status == 200
    other = scene.person.client.post(PREVIEW, {"from": "2026-01-01", "cursor": cursor})
    assert other.problem == "bad-cursor"


@pytest.mark.parametrize(
    ("path", "change", "pointer"),
    [
        (PREVIEW, {"rules": [{"when": {}, "then": []}]}, "/rules/0/when"),
        (PREVIEW, {"rules": [{"when": payee_is("a"), "then": [do("x")]}]}, "/rules/0/then/0/action"),
        (PREVIEW, {"rules": [{"when": payee_is("a"), "then": {}}] * 21}, "/rules"),
        (PREVIEW, {"limit": 201}, "/limit"),
        (PREVIEW, {"from": "2026-02-01", "to": "2026-01-01"}, ""),
        (APPLY, {"from": "2026-02-01", "to": "2026-01-01"}, ""),
        (APPLY, {"rule_ids": ["x"]}, "/rule_ids/0"),
        (APPLY, {"rules": []}, "/rules"),
    ],
)  # fmt: skip
def test_a_bad_question_names_the_field(
    scene: Scene, path: str, change: dict[str, Any], pointer: str
) -> None:
    reply = scene.person.client.post(path, change)

    assert reply.status == 422
    assert reply.json["errors"][0]["pointer"].startswith(pointer)


def test_what_is_not_there_or_somebody_elses_is_absent(
    scene: Scene, stranger: SignedIn, account: str
) -> None:
    rule = made(scene.person, do("set_payee", "P"))
    run = scene.applied()
    category = scene.person.client.post(CATEGORIES, {"name": "Mine", "kind": "expense"}).json["id"]
    draft = {"when": payee_is("a"), "then": [do("set_category", category)]}

    for reply in (
        stranger.client.post(PREVIEW, {"rule_ids": [rule["id"]]}),
        stranger.client.post(PREVIEW, {"rules": [draft]}),
        stranger.client.post(APPLY, {"rule_ids": [rule["id"]]}),
        stranger.client.post(APPLY, {"account_id": account}),
        stranger.client.get(f"{RUNS}/{run['id']}"),
        stranger.client.post(f"{RUNS}/{run['id']}/undo"),
        scene.person.client.get(f"{RUNS}/{new_id()}"),
    ):
        assert reply.status == 404
    assert stranger.client.post(PREVIEW, {"account_id": account}).json["items"] == []


# -------------------------------------------------------------------------------- apply and undo

WORK: Final = (
    do("set_category", HOBBIES),
    do("compute_payee", "'Shop of ' & text(day)"),
    do("append_notes", "seen"),
    do("add_tags", ["x", "y"]),
    do("split", [{"category_id": FOOD, "percent": "30"}, {"category_id": RENT, "remainder": True}]),
    do("move_day", -3),
    do("set_status", "pending"),
)


SEEDS: Final = range(6 if os.environ.get("XPENSE_FULL") else 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_does_what_the_preview_showed_and_undoing_it_brings_all_back(
    scene: Scene, seed: int
) -> None:
    """Over seeded rules: preview = effect of applying, and applying then undoing = nothing."""
    other = opened(scene.person, name="Other")["id"]
    scene.imports(30)
    for number in range(6):
        recorded(
            scene.person, scene.account, f"-{number}.50", payee=f"Shop {number}", tags=["mine"]
        )
    rng = random.Random(seed)
    kinds = [*WORK, do("set_account", other), do("make_transfer", other), do("clear_notes")]
    for number in range(6):
        then = rng.sample(kinds, 3)
        made(scene.person, *then, text=f"shop {rng.randint(1, 3)}", stop=number == 3)
    before, balances = scene.shown(), scene.balances()

    promised = {
        one["transaction_id"]: {change["field"]: change["after"] for change in one["changes"]}
        for one in scene.preview()
        if one["changes"]
    }
    run = scene.applied()

    now = {one["id"]: one for one in scene.shown()}
    then_ = {one["id"]: one for one in before}
    changed = {identity for identity in now if now[identity] != then_[identity]}
    assert changed == set(promised)
    names = {"category": "category_id", "status": "status", "payee": "payee", "tags": "tags",
             "notes": "notes", "booked_on": "booked_on", "account_id": "account_id"}  # fmt: skip
    for identity, fields in promised.items():
        for field, value in fields.items():
            if field in names:
                assert now[identity][names[field]] == value
    assert (run["state"], run["result"]["changed"]) == ("done", len(promised))
    assert run["progress"] == {"done": 36, "total": 36}

    back = scene.undone(run)

    assert (back["kind"], back["state"], back["result"]["touched"]) == ("undo", "done", 0)
    assert scene.shown() == before
    assert scene.balances() == balances
    assert scene.run(run)["undone_by"] == back["id"]


def test_what_was_touched_since_is_left_and_named(scene: Scene) -> None:
    scene.imports(3)
    made(scene.person, *WORK)
    before = {one["id"]: one for one in scene.shown()}
    run = scene.applied()
    touched = everything(scene.person)[0]
    patch = {"notes": "mine now"}
    scene.person.client.patch(f"{TRANSACTIONS}/{touched['id']}", patch, headers=matching(touched))

    back = scene.undone(run)

    assert (back["result"]["changed"], back["result"]["touched"]) == (2, 1)
    assert back["result"]["touched_ids"] == [touched["id"]]
    for one in scene.shown():
        if one["id"] == touched["id"]:
            assert one["notes"] == "mine now"
            assert one["category_id"] == HOBBIES
        else:
            assert one == before[one["id"]]


def test_what_the_user_set_is_skipped_and_counted(scene: Scene) -> None:
    recorded(scene.person, scene.account, payee="shop", category_id=FOOD)
    recorded(scene.person, scene.account, "-0.01", payee="shop")
    made(scene.person, do("set_category", RENT), do("split_evenly", [FOOD, HOBBIES]), text="shop")

    result = scene.applied()["result"]

    assert result == {
        "matched": 2,
        "changed": 1,
        "locked": 1,
        "failed": 1,
        "reasons": {"amount-too-small": 1},
        "touched": 0,
        "touched_ids": [],
    }


def test_a_run_takes_the_rules_as_they_were_and_only_what_is_in_its_scope(scene: Scene) -> None:
    other = opened(scene.person, name="Other")["id"]
    for account in (scene.account, other):
        recorded(scene.person, account, payee="shop", booked_on="2026-10-31")
        recorded(scene.person, account, payee="shop")
    rule = made(scene.person, do("append_notes", "first"))
    made(scene.person, do("append_notes", "second"))
    body = {"rule_ids": [rule["id"]], "account_id": other, "from": "2026-11-01", "to": "2026-11-30"}
    run = scene.person.client.post(APPLY, body).json
    scene.person.client.delete(f"{RULES}/{rule['id']}")

    assert scene.ended(run)["result"]["changed"] == 1

    noted = [
        (one["account_id"], one["booked_on"]) for one in everything(scene.person) if one["notes"]
    ]
    assert noted == [(other, "2026-11-02")]


def test_a_run_that_is_under_way_is_not_undone(scene: Scene) -> None:
    run = scene.person.client.post(APPLY, {}).json

    assert (run["state"], run["progress"]["done"]) == ("waiting", 0)
    assert scene.person.client.post(f"{RUNS}/{run['id']}/undo").problem == "run-under-way"


def test_more_rules_than_a_run_can_carry_are_refused(scene: Scene) -> None:
    texts = [payee_is(f"{n:03d}".ljust(190, "x")) for n in range(50)]
    for _ in range(9):
        body = {"name": "r", "when": {"any": texts}, "then": {"notes": "n"}}
        assert scene.person.client.post(RULES, body).status == 201

    reply = scene.person.client.post(APPLY, {})

    assert reply.status == 422
    assert reply.json["errors"][0]["pointer"] == "/rule_ids"


def test_the_same_key_begins_one_run(scene: Scene) -> None:
    headers = {"Idempotency-Key": "k"}
    first, again = (scene.person.client.post(APPLY, {}, headers=headers).json for _ in range(2))

    assert first == again


def test_a_run_is_sealed_and_what_it_costs(scene: Scene) -> None:
    scene.imports(5)
    made(scene.person, do("set_category", HOBBIES), text="shop")
    with budget() as spent:
        run = scene.person.client.post(APPLY, {}).json
    # session and user; the limit; META; rules and categories; accounts; run and its order
    assert spent.calls["Query"] == 2
    assert spent.calls["TransactWriteItems"] == 1

    body = scene.next_step(run["id"])
    assert body is not None
    with budget() as spent:
        assert handed(scene.cloud, body) == []
    # META and mark; the run; rules and categories; transactions; written at once:
    # five of them, run, META, CHG, mark, the fact
    assert spent.calls == {
        "BatchGetItem": 1, "GetItem": 1, "Query": 2, "TransactWriteItems": 1,
    }  # fmt: skip
    assert spent.writes == 5 + 5
    with budget() as spent:
        scene.preview()
    assert spent.calls == {"BatchGetItem": 1, "Query": 2}
    rows = repr(list(Table(TABLE).query_all(str(scene.person.owner), "RUN", "RUN~", most=9)))
    assert "shop" not in rows


# ------------------------------------------------------------------------------------ exactly once


def test_every_step_survives_a_death_at_every_call(scene: Scene) -> None:
    made(
        scene.person, do("append_computed_notes", "notes & 'x'"), do("add_tags", ["t"]), text="shop"
    )
    scene.imports(2)

    def fresh() -> tuple[str, Callable[[], object]]:
        run = scene.person.client.post(APPLY, {}).json
        body = scene.next_step(run["id"])
        assert body is not None
        return run["id"], lambda: handed(scene.cloud, body)

    points = list(every_point(fresh()[1]))
    assert len(points) >= 8
    for point, side in points:
        run_id, act = fresh()
        notes = {one["id"]: one["notes"] for one in everything(scene.person)}

        assert killed_at(point, side, act) is not None
        assert act() == []

        run = scene.run({"id": run_id})
        assert (run["state"], run["result"]["changed"]) == ("done", 2)
        for one in everything(scene.person):
            assert one["notes"] == "\n".join(
                filter(None, (notes[one["id"]], notes[one["id"]] + "x"))
            )
        scene.undone(run)  # or the notes outgrow their bound


def test_undoing_survives_a_death_at_every_call(scene: Scene) -> None:
    made(scene.person, *WORK)
    scene.imports(2)
    before, balances = scene.shown(), scene.balances()

    def fresh() -> Callable[[], object]:
        run = scene.applied()
        undoing = scene.person.client.post(f"{RUNS}/{run['id']}/undo").json
        body = scene.next_step(undoing["id"])
        assert body is not None
        return lambda: handed(scene.cloud, body)

    for point, side in every_point(fresh()):
        act = fresh()
        assert killed_at(point, side, act) is not None
        assert act() == []
        assert scene.shown() == before
        assert scene.balances() == balances


@pytest.mark.durable
def test_a_long_history_is_walked_in_steps_each_transaction_once(scene: Scene) -> None:
    for month in (2, 5, 8, 11):  # so far apart that nobody takes the rows for the same ones
        scene.imports(80, provider_id=new_id(), booked_on=date(2026, month, 2))
    made(
        scene.person,
        do("append_computed_notes", "text(amount)"),
        do("add_tags", ["t"]),
        text="shop",
    )
    before = scene.shown()

    run = scene.applied()

    assert (run["state"], run["result"]["changed"], run["progress"]["done"]) == ("done", 320, 320)
    assert all(
        one["notes"] == one["amount"]["amount"].rstrip("0").rstrip(".") for one in scene.shown()
    )
    assert scene.undone(run)["result"]["changed"] == 320
    assert scene.shown() == before


@pytest.mark.durable
def test_a_step_and_an_edit_side_by_side(scene: Scene) -> None:
    """Whichever comes first, both are there, and the edit's version is never overwritten."""
    made(scene.person, do("append_notes", "by rule"), do("move_day", 1), text="shop")

    def both() -> tuple[Any, Callable[[], object], Callable[[], object]]:
        one = recorded(scene.person, scene.account, payee="shop", category_id=FOOD)
        body = scene.next_step(scene.person.client.post(APPLY, {}).json["id"])
        assert body is not None
        patch = {"amount": {"amount": "-9.00", "currency": "EUR"}}
        url = f"{TRANSACTIONS}/{one['id']}"
        return (
            one,
            lambda: handed(scene.cloud, body),
            lambda: scene.person.client.patch(url, patch, headers=matching(one)),
        )

    _, step, edit = both()
    lengths = len(calls_of(step)), len(calls_of(edit))
    for order in orders(*lengths, most=5):
        one, step, edit = both()
        results: Any = interleaved(order, a=step, b=edit)
        now = scene.person.client.get(f"{TRANSACTIONS}/{one['id']}").json
        assert results["a"] == []
        assert now["notes"] == "by rule"
        assert now["amount"]["amount"] == ("-9.00" if results["b"].status == 200 else "-12.34")
        assert now["version"] == (3 if results["b"].status == 200 else 2)


@pytest.mark.durable
def test_a_households_rules_reach_no_account_that_who_enters_may_not_write_to(
    cloud: Cloud, person: SignedIn
) -> None:
    guest = signed_in(Client(cloud.app))
    home = household(person)
    ada, bob = within(person, home), within(guest, home)
    written, hidden = (opened(ada, name=name)["id"] for name in ("Joint", "Gift"))
    joined(person, home, guest, role="editor", accounts={written: "editor"})
    made(ada, do("make_transfer", hidden), do("add_tags", ["ours"]))

    theirs = recorded(bob, written, payee="shop")
    ours = recorded(ada, written, payee="shop")

    assert (theirs["kind"], theirs["tags"]) == ("expense", ["ours"])
    assert (ours["kind"], ours["tags"]) == ("transfer", ["ours"])
    for path in (PREVIEW, APPLY):
        assert bob.client.post(path, {}).status == 403
    (item,) = (one for one in ada.client.post(PREVIEW, {}).json["items"] if one["changes"])
    assert item["transaction_id"] == theirs["id"]
    assert ada.client.post(APPLY, {}).status == 202
    assert person.client.post(PREVIEW, {}).json["examined"] == 0
