"""Runs: steps that order each other, each of them once, whatever dies in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from chalicelib.expenses.commands import RunMore
from chalicelib.expenses.errors.runs import RunNotFound, RunUnderWay
from chalicelib.expenses.model.runs import STALLED, Run, Step
from chalicelib.expenses.repository import TABLE
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.rules import Rules, stored_rule
from chalicelib.expenses.service import run_steps, runs
from chalicelib.kernel.context import Context, system_context
from chalicelib.kernel.ids import new_id
from chalicelib.security import api as security
from tests.factories.expenses import RULES, Ears, envelope, handed
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud
from tests.support.taps import every_point, killed_at

pytestmark = pytest.mark.slice
STEPS: Final = 3


def unit(person: SignedIn) -> Context:
    ctx = system_context(person.owner, TABLE, vaults=security.vault)
    ctx.commit.open()
    return ctx


def started(person: SignedIn, spec: dict[str, object], kind: Any = "rules") -> Run:
    ctx = unit(person)
    run = runs.start(ctx, kind, spec, total=STEPS)
    ctx.commit.write()
    return run


def seen(person: SignedIn, run: Run) -> Run:
    return runs.read(unit(person), run.id, {"rules"})


def first(person: SignedIn, run: Run) -> str:
    return envelope(person, RunMore(run_id=run.id, step=0))


def to_the_end(cloud: Cloud, ears: Ears, body: str) -> None:
    bodies = [body]
    while bodies:
        heard = len(ears.envelopes)
        assert handed(cloud, *bodies) == []
        bodies = [one.to_json() for one in ears.envelopes[heard:] if one.type == RunMore.name]


def raising(ctx: Context, run: Run) -> Step:
    """Move a rule one place down."""
    rule_id = json.loads(run.spec)["rule"]
    before = stored_rule(look_up(ctx, rule=[rule_id]).live("rule", rule_id), ctx.vault)
    rule = replace(before.rule, position=before.rule.position + 1)
    after = replace(before, rule=rule, version=before.version + 1)
    Rules(ctx).save(after, before)
    done = run.done + 1
    return Step(after=str(done) if done < STEPS else None, done=1, changed=1)


@pytest.fixture
def rule(person: SignedIn, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(run_steps, "STEPPERS", {"rules": raising})
    body = {
        "name": "Bakeries",
        "position": 1,
        "when": {"field": "payee", "operator": "contains", "value": "bakery"},
        "then": {"notes": "bread"},
    }
    identity: str = person.client.post(RULES, body).json["id"]
    return identity


def position(person: SignedIn, rule: str) -> int:
    place: int = person.client.get(f"{RULES}/{rule}").json["position"]
    return place


def test_a_run_goes_to_its_end_and_says_which_changes_it_made(
    cloud: Cloud, person: SignedIn, ears: Ears, rule: str
) -> None:
    run = started(person, {"rule": rule})
    assert seen(person, run).state == "waiting"

    to_the_end(cloud, ears, first(person, run))

    ended = seen(person, run)
    assert (ended.state, ended.done, ended.changed, ended.step) == ("done", STEPS, STEPS, STEPS)
    assert ended.changes == (2, 3, 4)
    assert position(person, rule) == 1 + STEPS


def test_a_step_costs_one_read_and_one_row_beside_its_work(
    cloud: Cloud, person: SignedIn, rule: str
) -> None:
    run = started(person, {"rule": rule})

    with budget() as spent:
        handed(cloud, first(person, run))

    # head and mark; run; rule / rule, run, META, CHG, mark, order
    assert spent.calls == {"BatchGetItem": 2, "GetItem": 1, "TransactWriteItems": 1}
    assert (spent.reads, spent.writes) == (4, 6)


def test_a_step_survives_a_death_at_every_call(
    cloud: Cloud, person: SignedIn, ears: Ears, rule: str
) -> None:
    def fresh() -> tuple[Run, Callable[[], object]]:
        run = started(person, {"rule": rule})
        body = first(person, run)
        return run, lambda: handed(cloud, body)

    points = list(every_point(fresh()[1]))
    for number, (point, side) in enumerate(points, start=1):
        run, act = fresh()
        assert killed_at(point, side, act) is not None
        assert act() == []
        assert seen(person, run).step == 1
        assert position(person, rule) == 1 + number + 1


def test_an_order_that_comes_late_or_for_no_run_does_nothing(
    cloud: Cloud, person: SignedIn, ears: Ears, rule: str
) -> None:
    run = started(person, {"rule": rule})
    to_the_end(cloud, ears, first(person, run))

    late = [RunMore(run_id=run.id, step=step) for step in (0, 2, STEPS)]
    stray = RunMore(run_id=new_id(), step=0)
    assert handed(cloud, *(envelope(person, one) for one in (*late, stray))) == []

    assert position(person, rule) == 1 + STEPS


def test_what_can_never_work_ends_the_run_with_its_reason(
    cloud: Cloud, person: SignedIn, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hopeless(ctx: Context, run: Run) -> Step:
        return Step(after="x", done=0, problem="account-gone")

    monkeypatch.setattr(run_steps, "STEPPERS", {"rules": hopeless})
    run = started(person, {"rule": rule})

    handed(cloud, first(person, run))

    ended = seen(person, run)
    assert (ended.state, ended.problem) == ("failed", "account-gone")


def test_a_run_that_stands_still_is_shown_as_failed(person: SignedIn, rule: str) -> None:
    run = started(person, {"rule": rule})

    assert run.state_at(run.updated_at + STALLED) == "waiting"
    assert run.state_at(run.updated_at + 2 * STALLED) == "failed"


def test_a_run_is_found_by_its_owner_and_under_its_kind_alone(
    person: SignedIn, stranger: SignedIn, rule: str
) -> None:
    run = started(person, {"rule": rule})

    with pytest.raises(RunNotFound):
        runs.read(unit(stranger), run.id, {"rules"})
    with pytest.raises(RunNotFound):
        runs.read(unit(person), run.id, {"bulk-edit"})


def test_undoing_is_a_run_of_its_own_made_once(
    cloud: Cloud, person: SignedIn, ears: Ears, rule: str
) -> None:
    run = started(person, {"rule": rule})
    with pytest.raises(RunUnderWay):
        runs.undo(unit(person), run.id, {"rules"})
    to_the_end(cloud, ears, first(person, run))

    undoing = []
    for _ in range(2):
        ctx = unit(person)
        undoing.append(runs.undo(ctx, run.id, {"rules"}))
        ctx.commit.write()

    assert undoing[0].id == undoing[1].id
    assert json.loads(undoing[0].spec) == {"of": run.id, "changes": [4, 3, 2]}
    assert seen(person, run).undone_by == undoing[0].id
