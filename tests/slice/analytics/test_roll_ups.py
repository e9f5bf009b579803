"""Sums kept by events: any order, doubled, killed in between, equal to the plain sum to the minor unit."""

from __future__ import annotations

import random
from datetime import date
from functools import partial
from typing import Any

import pytest
from chalice.app import Chalice
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.analytics.errors import TooMuchToSum
from chalicelib.analytics.events import ChangedTotals, TotalsChanged
from chalicelib.analytics.repository import TABLE, roll_ups
from chalicelib.analytics.repository.roll_ups import find
from chalicelib.expenses.events import (
    Posting,
    Total,
    TransactionChanged,
    TransactionRecorded,
    TransactionsImported,
)
from chalicelib.kernel import outbox
from chalicelib.kernel.context import system_context
from chalicelib.kernel.events import Envelope, Fact
from chalicelib.kernel.ids import derived_id, new_id
from chalicelib.kernel.inbox import MOST_SEEN, SEEN, inbox_key, mark
from chalicelib.kernel.keys import provider
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Table
from chalicelib.security import api as security
from chalicelib.security.service.owner_keys import forget
from tests.slice.analytics.scenes import (
    ACCOUNTS,
    CATEGORIES,
    STORIES,
    Chunk,
    Life,
    Place,
    Sum,
    delivered,
    enveloped,
    somebody,
    summed,
)
from tests.support.budget import budget
from tests.support.cloud import Cloud
from tests.support.taps import calls_of, every_point, killed_at

FOOD = CATEGORIES[1]
FIGURE = settings().max_examples
"""100, or 2,000 where the full figures are asked for."""
HEALTH = (HealthCheck.too_slow, HealthCheck.data_too_large)
pytestmark = pytest.mark.slice


@pytest.fixture(scope="module", autouse=True)
def app(cloud: Cloud) -> Chalice:
    from functions.analytics import workers

    made = Chalice("analytics", configure_logs=False)
    made.register_blueprint(workers.blueprint)
    return made


@pytest.fixture
def owner() -> Owner:
    return somebody()


def kept(owner: Owner) -> dict[Place, Sum]:
    """All sums of an owner."""
    return {
        (cell.month, cell.currency, cell.category_id, cell.account_id): (
            sums.income,
            sums.expense,
            sums.count,
        )
        for cell, sums in find(owner, "2000-01", "2999-12")
    }


def told(owner: Owner) -> list[Envelope]:
    """What waits in the outbox for an owner."""
    found = []
    for shard in range(outbox.SHARDS):
        for item in Table(TABLE).query_all(f"OBX#{shard}", "0", "g", most=10_000, consistent=True):
            envelopes = outbox.OutboxRow.from_raw_data(dict(item)).envelopes()
            found += [one for one in envelopes if one.owner == str(owner)]
    return found


def posting(amount: int = -1_234, **other: Any) -> Posting:
    fields = {
        "account_id": ACCOUNTS[0],
        "category_id": FOOD,
        "amount_minor": amount,
        "currency": "EUR",
        "booked_on": date(2026, 11, 5),
    }
    return Posting(**(fields | other))


def recorded(amount: int = -1_234, **other: Any) -> TransactionRecorded:
    return TransactionRecorded(
        transaction_id=new_id(), postings=(posting(amount, **other),), source="manual"
    )


def moved_fact() -> TransactionChanged:
    """A move to the month after, without a category: two rows."""
    return TransactionChanged(
        transaction_id="t-1",
        before=(posting(),),
        after=(posting(category_id=None, booked_on=date(2026, 12, 1)),),
    )


def test_a_repeat_adds_nothing(app: Chalice, owner: Owner) -> None:
    body = enveloped(owner, recorded())

    delivered(app, [body, body])
    delivered(app, [body])

    assert kept(owner) == {("2026-11", "EUR", FOOD, ACCOUNTS[0]): (0, 1_234, 1)}


def test_one_event_is_one_read_and_one_plain_write(app: Chalice, owner: Owner) -> None:
    calls = calls_of(partial(delivered, app, [enveloped(owner, recorded())]))

    assert calls == ["dynamodb.BatchGetItem", "dynamodb.UpdateItem"]


def test_a_move_between_two_rows_is_one_transaction_of_them_alone(
    app: Chalice, owner: Owner
) -> None:
    fact = moved_fact()

    with budget() as spent:
        delivered(app, [enveloped(owner, fact)])

    assert spent.calls == {"BatchGetItem": 1, "TransactWriteItems": 1}
    assert spent.writes == 2


def test_a_repeat_is_known_by_the_mark_in_its_row_and_by_one_of_its_own(
    app: Chalice, owner: Owner
) -> None:
    bodies = [enveloped(owner, recorded(-1)) for _ in range(MOST_SEEN + 5)]
    moves = [enveloped(owner, moved_fact()) for _ in range(3)]

    delivered(app, bodies)
    delivered(app, moves)
    delivered(app, [*bodies, *moves])

    assert kept(owner)["2026-11", "EUR", FOOD, ACCOUNTS[0]] == (
        0,
        MOST_SEEN + 5 - 3 * 1_234,
        MOST_SEEN + 2,
    )
    (row,) = Table(TABLE).query(str(owner), "RUP#2026-11", "RUP#2026-11$", limit=9).items
    assert len(row[SEEN]["BS"]) == MOST_SEEN
    marks = Table(TABLE).query(str(owner), "INB#", "INB$", limit=99).items
    assert len(marks) == 5 + 3


def test_a_mark_of_before_rows_had_marks_is_respected(app: Chalice, owner: Owner) -> None:
    body = enveloped(owner, recorded())
    context = system_context(owner, TABLE, vaults=security.vault)
    context.commit.put(
        mark((str(owner), inbox_key(Envelope.from_json(body).id)), context.now), expect=0
    )
    context.commit.write()

    delivered(app, [body])

    assert kept(owner) == {}


def test_a_change_that_counts_alike_is_marked_and_tells_nothing(app: Chalice, owner: Owner) -> None:
    fact = TransactionChanged(transaction_id=new_id(), before=(posting(),), after=(posting(),))

    calls = calls_of(partial(delivered, app, [enveloped(owner, fact)]))

    assert calls == ["dynamodb.BatchGetItem", "dynamodb.PutItem"]
    assert kept(owner) == {}
    assert told(owner) == []


def test_nothing_is_told_while_nobody_listens(app: Chalice, owner: Owner) -> None:
    delivered(app, [enveloped(owner, moved_fact())])

    assert told(owner) == []


def test_the_months_and_categories_that_moved_are_told_to_a_listener(
    app: Chalice, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TotalsChanged, "heard", True)

    delivered(app, [enveloped(owner, moved_fact())])

    (envelope,) = told(owner)
    assert envelope.subject == "t-1"
    assert envelope.message() == TotalsChanged(
        totals=(
            ChangedTotals(month="2026-11", currency="EUR", categories=(FOOD,)),
            ChangedTotals(month="2026-12", currency="EUR", categories=(None,)),
        )
    )


def test_a_full_chunk_over_85_months_fits_one_transaction(app: Chalice, owner: Owner) -> None:
    totals = tuple(
        Total(
            account_id=ACCOUNTS[0],
            category_id=derived_id("category", str(number)),
            month=f"{2000 + number // 12}-{number % 12 + 1:02d}",
            currency="EUR",
            income_minor=0,
            expense_minor=number,
            count=1,
        )
        for number in range(85)
    )
    fact = TransactionsImported(
        import_id=new_id(), chunk=0, chunks=1, recorded=85, duplicates=0, totals=totals, change=1
    )

    assert delivered(app, [enveloped(owner, fact)]) == {"batchItemFailures": []}

    assert sum(expense for _, expense, _ in kept(owner).values()) == sum(range(85))


def test_a_chunk_with_nothing_new_moves_nothing(app: Chalice, owner: Owner) -> None:
    fact = TransactionsImported(
        import_id=new_id(), chunk=0, chunks=1, recorded=0, duplicates=85, totals=(), change=0
    )

    delivered(app, [enveloped(owner, fact)])

    assert kept(owner) == {}
    assert told(owner) == []


def test_a_worker_killed_at_any_call_and_redelivered_counts_once(app: Chalice) -> None:
    def scene(owner: Owner) -> list[str]:
        facts: list[Fact] = [recorded(-100), recorded(250, category_id=None)]
        return [enveloped(owner, fact) for fact in facts]

    nobody = somebody()
    points = list(every_point(partial(delivered, app, scene(nobody))))
    for point, side in points:
        owner = somebody()
        bodies = scene(owner)
        assert killed_at(point, side, partial(delivered, app, bodies)) is not None
        delivered(app, bodies)
        assert kept(owner) == {
            ("2026-11", "EUR", FOOD, ACCOUNTS[0]): (0, 100, 1),
            ("2026-11", "EUR", None, ACCOUNTS[0]): (250, 0, 1),
        }, (point, side)
    assert len(points) == 8


def test_sums_beyond_any_single_amount_stay_exact(app: Chalice, owner: Owner) -> None:
    most = 10**18 - 1

    delivered(app, [enveloped(owner, recorded(-most)) for _ in range(12)])

    assert list(kept(owner).values()) == [(0, 12 * most, 12)]


def test_owners_do_not_see_each_other(app: Chalice, owner: Owner) -> None:
    delivered(app, [enveloped(somebody(), recorded())])

    assert kept(owner) == {}


def test_a_month_and_a_currency_are_read_alone(app: Chalice, owner: Owner) -> None:
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]
    facts = [recorded(-1, booked_on=day) for day in days]
    facts += [recorded(-1, currency="JPY")]
    delivered(app, [enveloped(owner, fact) for fact in facts])

    november = list(find(owner, "2026-11", "2026-11"))
    yen = list(find(owner, "2026-11", "2026-11", currency="JPY"))
    span = list(find(owner, "2026-10", "2026-11", currency="EUR"))

    assert sum(sums.count for _, sums in november) == 3
    assert [cell.currency for cell, _ in yen] == ["JPY"]
    assert [(cell.month, sums.count) for cell, sums in span] == [("2026-10", 1), ("2026-11", 2)]


def test_more_rows_than_an_answer_reads_are_refused_not_left_out(
    app: Chalice, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = [recorded(-1, category_id=derived_id("c", str(number))) for number in range(4)]
    delivered(app, [enveloped(owner, fact) for fact in facts])

    monkeypatch.setattr(roll_ups, "MOST_ROWS", 4)
    assert len(kept(owner)) == 4
    monkeypatch.setattr(roll_ups, "MOST_ROWS", 3)
    with pytest.raises(TooMuchToSum):
        kept(owner)


def check_story(app: Chalice, stories: list[Life | Chunk], seed: int) -> None:
    """Tell the facts in another order, half of them twice, and compare with the plain sums."""
    owner = somebody()
    chance = random.Random(seed)
    bodies = [enveloped(owner, fact) for story in stories for fact in story.facts()]
    bodies += chance.sample(bodies, k=len(bodies) // 2)
    chance.shuffle(bodies)

    assert delivered(app, bodies) == {"batchItemFailures": []}

    left = [one for story in stories for one in story.left()]
    assert kept(owner) == summed(left)


@pytest.mark.durable
@given(STORIES, st.integers(0, 2**32))
@settings(max_examples=min(FIGURE * 3 // 10, 300), suppress_health_check=HEALTH)
def test_any_order_with_repeats_gives_the_plain_sums(
    app: Chalice, stories: list[Life | Chunk], seed: int
) -> None:
    check_story(app, stories, seed)


# moto copies the whole table for every transaction, so it gets few stories, and gets them last
@given(STORIES, st.integers(0, 2**32))
@settings(max_examples=min(FIGURE // 20, 25), suppress_health_check=HEALTH)
def test_any_order_gives_the_plain_sums_on_every_engine(
    app: Chalice, stories: list[Life | Chunk], seed: int
) -> None:
    check_story(app, stories, seed)


def test_adding_to_sums_opens_nothing_and_so_unwraps_no_key(
    app: Chalice, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise AssertionError("a key was unwrapped")

    forget()  # as in a process that does not know the owner yet
    monkeypatch.setattr(type(provider()), "unwrap", refuse)

    assert delivered(app, [enveloped(owner, recorded())]) == {"batchItemFailures": []}

    assert len(kept(owner)) == 1
    with pytest.raises(AssertionError, match="unwrapped"):
        security.vault(owner).seal("x", "place")
