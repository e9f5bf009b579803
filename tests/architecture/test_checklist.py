"""Each row of the security checklist that concerns what is built is shown by a test, or says why not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tools.checklist import CHECKLIST, MET_SO_FAR, REASONS, ROOT, covered, reasons, rows


@pytest.fixture(scope="module")
def tests() -> Mapping[str, list[str]]:
    return covered(ROOT / "tests")


@pytest.mark.skipif(not CHECKLIST.exists(), reason="the checklist lies beside the project")
def test_every_row_names_its_test_or_its_reason(tests: Mapping[str, list[str]]) -> None:
    wanted = rows(CHECKLIST.read_text(encoding="utf-8"), frozenset(MET_SO_FAR))
    given = reasons(REASONS.read_text(encoding="utf-8"))

    assert len(wanted) > 100
    assert [row.id for row in wanted if row.id not in tests and row.id not in given] == []


def test_no_row_has_both_a_test_and_a_reason_and_every_reason_says_something(
    tests: Mapping[str, list[str]],
) -> None:
    given = reasons(REASONS.read_text(encoding="utf-8"))

    assert sorted(given.keys() & tests.keys()) == []
    assert [row for row, reason in given.items() if len(reason) < 20] == []


@pytest.mark.skipif(not CHECKLIST.exists(), reason="the checklist lies beside the project")
def test_no_test_covers_a_row_that_does_not_exist(tests: Mapping[str, list[str]]) -> None:
    text = CHECKLIST.read_text(encoding="utf-8")

    assert [row for row in tests if f"| {row} |" not in text] == []
