"""When an import is looked at for matches: once in four chunks, and for all that it brought."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import pytest

from chalicelib.expenses.commands import CHUNKS_PER_LOOK, ROWS_PER_CHUNK, FindMatches, ImportRow
from chalicelib.expenses.repository.neighbours import neighbours
from chalicelib.expenses.service import proposing
from chalicelib.kernel import blobs
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    Ears,
    envelope,
    everything,
    handed,
    imported,
    laid,
    row,
    unit_of,
)
from tests.factories.matches import Desk, later
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
FIRST: Final = date(2026, 1, 1)


def statement(count: int) -> list[ImportRow]:
    """Give so many rows, ten a day."""
    return [
        row(line, -line, payee=f"Shop {line}", booked_on=FIRST + timedelta(days=line // 10))
        for line in range(1, count + 1)
    ]


def looks(ears: Ears) -> list[FindMatches]:
    found = [one.message() for one in ears.envelopes if one.type == FindMatches.name]
    return [one for one in found if isinstance(one, FindMatches)]


def test_chunks_are_looked_at_together_and_none_is_left_out(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    rows = statement((CHUNKS_PER_LOOK + 1) * ROWS_PER_CHUNK - 3)

    imported(cloud, ears, person, laid(person, rows, account))

    days = [str(one.booked_on) for one in rows]
    first, second = looks(ears)
    border = CHUNKS_PER_LOOK * ROWS_PER_CHUNK
    assert (first.first, first.last) == (days[0], days[border - 1])
    assert (second.first, second.last) == (days[border], days[-1])
    assert sum(sum(one.filed.values()) for one in (first, second)) == len(rows)


def test_a_statement_of_one_chunk_is_looked_at(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    imported(cloud, ears, person, laid(person, statement(3), account))

    (look,) = looks(ears)
    assert (look.first, look.last, sum(look.filed.values())) == ("2026-01-01", "2026-01-01", 3)


def test_what_was_recorded_is_looked_at_though_a_later_chunk_stops_the_import(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    order = laid(person, statement(ROWS_PER_CHUNK + 1), account)
    assert handed(cloud, envelope(person, order)) == []
    following = ears.envelopes[-1]
    assert looks(ears) == []
    blobs.remove([f"{order.prefix}00000"])

    assert handed(cloud, following.to_json()) == []

    (look,) = looks(ears)
    assert sum(look.filed.values()) == ROWS_PER_CHUNK
    assert [one.type.split(".")[1] for one in ears.envelopes[-2:]].count("import_stopped") == 1


def test_an_import_that_got_stuck_and_begins_anew_is_looked_at_whole(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    order = laid(person, statement(2 * ROWS_PER_CHUNK), account)
    assert handed(cloud, envelope(person, order)) == []
    assert looks(ears) == []  # and the order for the second chunk is lost

    imported(cloud, ears, person, order)

    (look,) = looks(ears)
    assert (look.first, look.last) == ("2026-01-01", "2026-01-18")
    assert sum(look.filed.values()) == ROWS_PER_CHUNK


def test_a_later_chunk_is_not_compared_with_what_its_own_import_brought(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    rows = statement(ROWS_PER_CHUNK + 5)
    order = laid(person, rows, account)
    imported(cloud, ears, person, order)

    with unit_of(person) as ctx:
        first, last = FIRST, FIRST + timedelta(days=20)
        own = neighbours(ctx, first, last, but=order.import_id)
        others = neighbours(ctx, first, last, but=new_id())

    assert (len(own), len(others)) == (0, len(rows))


def test_more_than_one_transaction_holds_is_proposed_by_halves(
    monkeypatch: pytest.MonkeyPatch, ears: Ears, person: SignedIn, cloud: Cloud
) -> None:
    monkeypatch.setattr(proposing, "_MOST_AT_ONCE", 1)
    desk = Desk(cloud, ears, person)
    amounts = {0: -20_017, 2: -31_019, 4: -45_013}
    desk.bring(
        desk.everyday,
        *(
            row(days + 1, amount, payee="Transfer to Rainy day", booked_on=later(days))
            for days, amount in amounts.items()
        ),
    )
    desk.bring(
        desk.savings,
        *(
            row(days + 1, -amount, payee="From Everyday", booked_on=later(days))
            for days, amount in amounts.items()
        ),
    )

    seen = 0
    while seen < len(ears.envelopes):  # the halves that were ordered, and theirs
        one = ears.envelopes[seen]
        seen += 1
        if one.type == FindMatches.name:
            assert handed(cloud, one.to_json()) == []

    found = desk.matches()
    assert {one["kind"] for one in found} == {"transfer"}
    assert len(found) == len(amounts)
    assert len(everything(person)) == 2 * len(amounts)
