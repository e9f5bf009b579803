"""What an import is and what may happen to it when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.commands import ROWS_PER_CHUNK
from chalicelib.interchange.errors import (
    ImportIsCommitting,
    ImportNotReady,
    NothingToImport,
    UnfitAccounts,
)
from chalicelib.interchange.model.following import Progress, check_removable, standing
from chalicelib.interchange.model.formats.types import Hints
from chalicelib.interchange.model.importing import (
    MAX_ACCOUNTS,
    STEP_LIFE,
    UPLOAD_GRACE,
    UPLOAD_LIFE,
    Import,
    Reading,
    Statement,
    Trouble,
    at_reading,
    check_currencies,
    is_open,
    read_rows,
    recognised,
    settle_accounts,
    when_ordered,
    when_read,
)

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def new() -> Import:
    return Import(
        id="i",
        account_id="mine",
        filename="a.csv",
        hints=Hints(),
        created_at=NOW,
        updated_at=NOW,
        state="waiting",
        version=1,
    )


def part(index: int = 0, *, rows: int = 3, importable: int = 3, currency: str = "EUR") -> Statement:
    return Statement(
        index=index,
        kind="bank",
        last4="1234",
        currency=currency,
        period_start=None,
        period_end=None,
        rows=rows,
        importable=importable,
        opening_minor=None,
        closing_minor=None,
        balanced=None,
    )


def reading(*parts: Statement) -> Reading:
    return Reading(
        format="csv",
        dialect="",
        encoding="utf-8",
        size=10,
        sha256="0" * 64,
        prefix="p/",
        rows=sum(one.rows for one in parts),
        importable=sum(one.importable for one in parts),
        columns=(),
        statements=parts,
        notes=(),
        problem_pages=(),
        same_file=None,
    )


def progress(chunks: int = 2, rows: int = 100) -> Progress:
    return Progress(import_id="i", base=4, version=1, updated_at=NOW, rows=rows, chunks=chunks)


def after(one: Progress, *chunks: int, recorded: int = 1, duplicates: int = 0) -> Progress:
    for chunk in chunks:
        more = one.with_chunk(chunk, recorded=recorded, duplicates=duplicates, at=NOW)
        assert more is not None
        one = more
    return one


def pointers(refused: pytest.ExceptionInfo[UnfitAccounts]) -> list[str]:
    return [one.pointer for one in refused.value.errors]


def test_an_import_waits_as_long_as_its_upload_may_take() -> None:
    end = NOW + UPLOAD_LIFE + UPLOAD_GRACE

    assert standing(new(), None, end).state == "waiting"
    later = standing(new(), None, end + SECOND)
    assert later.state == "failed"
    assert later.trouble is not None
    assert later.trouble.slug == "upload-expired"


def test_a_file_that_is_read_for_an_hour_is_not_read_any_more() -> None:
    one = at_reading(new(), NOW)

    assert standing(one, None, NOW + STEP_LIFE).state == "parsing"
    later = standing(one, None, NOW + STEP_LIFE + SECOND)
    assert (later.state, later.trouble and later.trouble.slug) == ("failed", "reading-stuck")


def test_an_import_is_open_until_its_file_was_read() -> None:
    waiting = new()
    parsing = at_reading(waiting, NOW)

    assert is_open(waiting)
    assert is_open(parsing)
    assert not is_open(when_read(parsing, reading(part()), NOW))
    assert not is_open(when_read(parsing, Trouble(slug="binary", detail="No text."), NOW))


def test_a_failed_reading_shows_why_and_has_no_rows() -> None:
    one = when_read(at_reading(new(), NOW), Trouble(slug="binary", detail="No text."), NOW)

    assert standing(one, None, NOW).trouble == Trouble(slug="binary", detail="No text.")
    with pytest.raises(ImportNotReady):
        read_rows(one)


def test_the_version_grows_with_every_step_that_the_owner_can_see() -> None:
    late = NOW + 2 * STEP_LIFE
    seen = [one := new()]
    seen.append(one := at_reading(one, NOW))
    seen.append(one := when_read(one, reading(part()), NOW))
    versions = [
        standing(step, None, at).version
        for step, at in ((seen[0], NOW), (seen[0], late), (seen[1], NOW), (seen[1], late))
    ]
    versions.append(standing(one, None, late).version)
    ordered = when_ordered(one, {"0": "mine"}, NOW)
    going = replace(progress(), base=ordered.version)
    steps = (going, after(going, 0), after(going, 0, 1))
    versions += [standing(ordered, step, NOW).version for step in steps]
    stuck = standing(ordered, going, late).version

    assert versions == sorted(set(versions))
    assert stuck not in versions


def test_the_last_chunk_makes_it_done() -> None:
    one = progress(chunks=2, rows=ROWS_PER_CHUNK + 3)

    after_one = after(one, 1, recorded=80, duplicates=5)
    after_two = after(after_one, 0, recorded=0, duplicates=3)

    assert (one.state, after_one.state, after_two.state) == ("committing", "committing", "done")
    assert (after_one.rows_done, after_two.rows_done) == (ROWS_PER_CHUNK, ROWS_PER_CHUNK + 3)
    assert (after_two.recorded, after_two.duplicates) == (80, 8)
    assert (one.told, after_one.told, after_two.told) == (0, 10, 20)


def test_a_chunk_counts_once_and_a_strange_one_never() -> None:
    one = after(progress(chunks=3), 1)

    for chunk in (1, -1, 3, 10**6):
        assert one.with_chunk(chunk, recorded=1, duplicates=0, at=NOW) is None


@given(st.sets(st.integers(0, 40)))
def test_the_next_chunk_is_the_first_that_was_not_heard_of(heard: set[int]) -> None:
    one = after(progress(chunks=41), *heard)

    assert one.done == len(heard)
    assert one.next_chunk == min(set(range(42)) - heard)


def test_an_import_that_shows_no_progress_is_stuck() -> None:
    one, going = new(), after(progress(), 0)
    late = NOW + STEP_LIFE + SECOND

    assert standing(one, going, NOW + STEP_LIFE).state == "committing"
    now = standing(one, going, late)
    assert (now.state, now.trouble and now.trouble.slug) == ("failed", "recording-stuck")
    check_removable(now)
    assert standing(one, going.resume(late), late).state == "committing"
    assert standing(one, after(going, 1), late).state == "done"


def test_a_chunk_that_is_heard_of_after_the_stop_still_counts() -> None:
    stopped = after(progress(chunks=9).stop("account-archived", NOW), 0, recorded=4)

    assert stopped.state == "failed"
    assert stopped.recorded == 4
    trouble = standing(new(), stopped, NOW).trouble
    assert trouble is not None
    assert trouble.slug == "account-archived"


def test_an_import_cannot_be_deleted_while_it_is_committed() -> None:
    with pytest.raises(ImportIsCommitting):
        check_removable(standing(new(), progress(), NOW))

    for removable in (None, after(progress(), 0, 1), progress().stop("account-archived", NOW)):
        check_removable(standing(new(), removable, NOW))


def settled(one: Import, read: Reading, wanted: Mapping[str, str | None] | None) -> dict[str, str]:
    return settle_accounts(read, wanted, recognised(one, read, wanted))


def test_a_lone_statement_goes_into_the_imports_account() -> None:
    read = reading(part(0, rows=0, importable=0), part(1))

    assert settled(new(), read, None) == {"1": "mine"}
    assert settled(new(), read, {"1": "other"}) == {"1": "other"}


def test_several_statements_need_a_word_each() -> None:
    read = reading(part(0), part(1), part(2))

    with pytest.raises(UnfitAccounts) as refused:
        settled(new(), read, None)
    assert pointers(refused) == ["/accounts/0", "/accounts/1", "/accounts/2"]

    with pytest.raises(UnfitAccounts) as refused:
        settled(new(), read, {"0": "a", "7": "b"})
    assert pointers(refused) == ["/accounts/1", "/accounts/2", "/accounts/7"]

    assert settled(new(), read, {"0": "a", "1": None, "2": "c"}) == {"0": "a", "2": "c"}


def test_one_import_fills_at_most_so_many_accounts() -> None:
    read = reading(*(part(index) for index in range(MAX_ACCOUNTS + 1)))
    each = {str(index): f"account {index}" for index in range(MAX_ACCOUNTS + 1)}

    with pytest.raises(UnfitAccounts) as refused:
        settled(new(), read, each)
    assert pointers(refused) == ["/accounts"]

    assert len(settled(new(), read, dict.fromkeys(each, "one"))) == MAX_ACCOUNTS + 1
    assert len(settled(new(), read, {**each, "0": None})) == MAX_ACCOUNTS


def test_there_must_be_something_to_import() -> None:
    with pytest.raises(NothingToImport):
        settled(new(), reading(part(importable=0)), None)
    with pytest.raises(NothingToImport):
        settled(new(), reading(part(0), part(1)), {"0": None, "1": None})
    with pytest.raises(NothingToImport):
        settled(new(), reading(part(0, rows=0, importable=0)), None)


def test_a_statement_must_be_in_its_accounts_currency() -> None:
    read = reading(part(0), part(1, currency="USD"))
    currencies = {"a": "EUR", "b": "USD"}

    check_currencies(read, {"0": "a", "1": "b"}, currencies)
    with pytest.raises(UnfitAccounts) as refused:
        check_currencies(read, {"0": "b", "1": "a"}, currencies)
    assert pointers(refused) == ["/accounts/0", "/accounts/1"]


def test_the_same_request_is_told_from_another() -> None:
    one = new()
    same = {"account_id": "mine", "filename": "a.csv", "hints": Hints()}

    assert one.asks_the_same(**same)  # type: ignore[arg-type]
    assert not one.asks_the_same(**{**same, "hints": Hints(decimal=",")})  # type: ignore[arg-type]
    assert not replace(one, account_id="b").asks_the_same(**same)  # type: ignore[arg-type]
