"""An export as a job: its states, and what time makes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.interchange.model.exporting import (
    LIFE,
    STUCK,
    Choice,
    Export,
    Written,
    advanced,
    begun,
    finished,
    seen,
)
from chalicelib.interchange.model.importing import Trouble

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
ASKED = Export(
    id="e",
    version=1,
    state="queued",
    format="csv",
    bom=False,
    choice=Choice(q="bakery"),
    made_by="me",
    accounts=None,
    created_at=AT,
    updated_at=AT,
)
FILE = Written(rows=7, size=100, sha256="aa", first_change=3, last_change=3)


def test_a_pass_begins_advances_and_ends() -> None:
    running = begun(ASKED, "pass", AT + timedelta(seconds=1))
    further = advanced(running, 5, 10, AT + timedelta(seconds=2))
    ready = finished(further, FILE, AT + timedelta(seconds=3))

    assert (running.state, running.attempt, running.done) == ("running", "pass", 0)
    assert (further.done, further.total, further.percent) == (5, 10, 50)
    assert (ready.state, ready.done, ready.total, ready.version) == ("ready", 7, 7, 4)
    assert ready.expires_at == AT + timedelta(seconds=3) + LIFE
    assert not ready.is_open


def test_progress_is_never_done_before_the_end_nor_beyond_its_total() -> None:
    running = begun(ASKED, "pass", AT)

    assert advanced(running, 10, 10, AT).percent == 99
    assert advanced(running, 12, 10, AT).total == 12
    assert running.percent == 0


def test_trouble_ends_it_without_a_file() -> None:
    failed = finished(begun(ASKED, "pass", AT), Trouble(slug="x", detail="y"), AT)

    assert (failed.state, failed.written) == ("failed", None)
    assert seen(failed, AT + LIFE * 2) == failed


@pytest.mark.parametrize(
    ("age", "state"),
    [(LIFE - timedelta(seconds=1), "ready"), (LIFE, "expired"), (LIFE * 3, "expired")],
)
def test_a_file_expires_to_the_second(age: timedelta, state: str) -> None:
    ready = finished(begun(ASKED, "pass", AT), FILE, AT)

    assert seen(ready, AT + age).state == state


def test_silence_of_two_hours_is_failure() -> None:
    running = begun(ASKED, "pass", AT)

    assert seen(running, AT + STUCK).state == "running"
    stuck = seen(running, AT + STUCK + timedelta(seconds=1))
    assert stuck.state == "failed"
    assert stuck.trouble is not None
    assert stuck.trouble.slug == "export-stuck"


def test_exact_is_a_ledger_that_rested_and_came_whole() -> None:
    assert FILE.exact
    assert not replace(FILE, last_change=4).exact
    assert not replace(FILE, settled=False).exact


def test_another_wish_or_another_person_is_another_export() -> None:
    assert ASKED.asks_the_same(replace(ASKED, created_at=AT + LIFE, state="ready"))
    assert not ASKED.asks_the_same(replace(ASKED, format="qif"))
    assert not ASKED.asks_the_same(replace(ASKED, choice=Choice()))
    assert not ASKED.asks_the_same(replace(ASKED, made_by="you"))
