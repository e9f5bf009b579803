"""Templates under a schedule that runs when it likes: every occurrence once, none too early, none lost."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from chalicelib.expenses.model.recurrence.days import days
from chalicelib.expenses.model.recurrence.instants import day_of, instant_of
from chalicelib.expenses.model.recurring import (
    Recurring,
    Template,
    Variation,
    coming,
    from_today,
    passed,
    variation_problems,
)
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.money import Money
from tests.unit.expenses.recurrence.test_days import random_rule
from tests.unit.expenses.recurrence.test_instants import ZONES

CASES: Final = 1_000 if os.environ.get("XPENSE_FULL") else 100
BEGIN: Final = datetime(2010, 1, 1, tzinfo=UTC)


def random_template(rng: random.Random) -> Recurring:
    """A template of any rule in any zone, made at some instant, with a variation or two."""
    made_at = BEGIN + timedelta(minutes=rng.randrange(10 * 365 * 24 * 60))
    start = made_at.date() + timedelta(days=rng.randrange(-900, 60))
    rule = random_rule(
        rng,
        start=start,
        interval=rng.choice((1, 2)),
        until=None,
        weekend=rng.choice(("keep", "previous", "next", "skip")),
    )
    one = Recurring(
        id=new_id(),
        version=1,
        template=Template(account_id=new_id(), amount=Money(-100, "EUR")),
        rule=rule,
        zone=rng.choice(ZONES),
        hour=rng.randrange(24),
        mode=rng.choice(("draft", "automatic")),
        days_ahead=rng.choice((0, 3, 30)),
        paused=False,
        created_at=made_at,
        updated_at=made_at,
    )
    one = from_today(one, made_at)
    return _varied(rng, one)


def _varied(rng: random.Random, one: Recurring) -> Recurring:
    if one.next_on is None:
        return one
    near = list(days(one.rule, first=one.next_on, last=one.next_on + timedelta(days=90)))
    for day in rng.sample(near, min(len(near), 2)):
        moved = rng.choice((None, day + timedelta(days=rng.randint(-9, 9))))
        variation = Variation(day=day, skip=rng.random() < 0.4, booked_on=moved)
        other = replace(one, variations=(*one.variations, variation))
        if not variation_problems(other):
            one = other
    return one


def run(one: Recurring, at: datetime) -> tuple[Recurring, list[tuple[date, date]]]:
    """What a run of the schedule does: service/recurring_due.py, without the ledger."""
    made: list[tuple[date, date]] = []
    while (due := one.due_at()) is not None and due <= at and one.next_on is not None:
        booked_on = one.booked_on(one.next_on)
        if booked_on is not None:
            made.append((one.next_on, booked_on))
        one = passed(one)
    return one, made


def expected(one: Recurring, made_at: datetime, until: datetime) -> list[tuple[date, date]]:
    """Every day of the rule asked by itself whether it is due by an instant."""
    today = day_of(made_at, one.zone)
    early = timedelta(days=one.days_ahead if one.mode == "draft" else 0)
    found = []
    for day in days(one.rule, last=until.date() + timedelta(days=120)):
        booked_on = one.booked_on(day)
        # a day gone by is only booked where somebody moved an occurrence there
        if booked_on is None or (booked_on < today and day not in one.varied):
            continue
        if instant_of(booked_on - early, one.hour, one.zone) <= until:
            found.append((day, booked_on))
    return found


def test_whenever_it_runs_every_occurrence_is_made_once() -> None:
    rng = random.Random(30)
    made_in_all = 0
    for _ in range(CASES):
        one = random_template(rng)
        whole, made_at = one, one.created_at
        until = made_at + timedelta(days=rng.randrange(400))
        runs = sorted(made_at + rng.random() * (until - made_at) for _ in range(rng.randrange(8)))
        made: list[tuple[date, date]] = []
        for at in (*runs, until):
            one, more = run(one, at)
            made += more
        assert made == expected(whole, made_at, until), whole
        made_in_all += len(made)
    assert made_in_all > 10 * CASES


def test_what_comes_is_what_will_be_made() -> None:
    rng = random.Random(31)
    for _ in range(CASES):
        one = random_template(rng)
        if one.next_on is None:
            continue
        first, last = one.next_on, one.next_on + timedelta(days=200)
        told = [(item.day, item.booked_on) for item in coming(one, first=first, last=last)]
        far = datetime.combine(last, datetime.min.time(), UTC) + timedelta(days=90)
        _, made = run(one, far)
        assert [pair for pair in told if pair[0] >= one.next_on] == [
            pair for pair in made if first <= pair[1] <= last
        ]


def test_a_pause_leaves_out_what_falls_into_it() -> None:
    rng = random.Random(32)
    for _ in range(CASES):
        one = random_template(rng)
        one, before = run(one, one.created_at + timedelta(days=20))
        back = one.created_at + timedelta(days=rng.randrange(21, 200))
        one = from_today(one, back)
        _, after = run(one, back + timedelta(days=100))
        assert {day for day, _ in before}.isdisjoint(day for day, _ in after)
        assert all(booked_on >= day_of(back, one.zone) for _, booked_on in after)
