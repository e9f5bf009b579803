"""Each test belongs to a family of full figures; what has passed is not run again; the table says what happened."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tools import quality
from tools.quality import FAMILIES, MARKS, PAGE, ROOT, Family, Result

SLICE = re.compile(r"^pytestmark = [^=]*\bmark\.slice\b", re.MULTILINE)
BY_NAME = {one.name: one for one in FAMILIES}
WELL = Result(
    ended="2026-11-29",
    sources="abc1234",
    complete=True,
    tests=1_010,
    failed=0,
    skipped=10,
    seconds=90,
    cpu_seconds=150,
    load=0.2,
)


def _files(*on: str) -> list[str]:
    return [file for one in FAMILIES if one.on in on for file in quality.files_of(one)]


def test_every_test_file_belongs_to_one_family() -> None:
    every = sorted(one.relative_to(ROOT).as_posix() for one in (ROOT / "tests").rglob("test_*.py"))
    slices = [one for one in every if SLICE.search((ROOT / one).read_text(encoding="utf-8"))]

    assert sorted({*_files("plain"), *_files("engine")}) == every
    assert sorted(_files("engine")) == sorted(_files("everyday"))
    assert set(slices) <= set(_files("engine"))
    for on in MARKS:
        assert len(_files(on)) == len(set(_files(on)))


def test_a_file_goes_to_whoever_names_most_of_its_path(tmp_path: Path) -> None:
    for name in ("unit/test_one.py", "unit/deep/test_two.py", "unit/deeper/test_three.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    wide, deep = Family("wide", "", ("unit",), 1), Family("deep", "", ("unit/deep",), 1)

    mine = [quality.files_of(one, (wide, deep), tmp_path) for one in (wide, deep)]

    assert [[Path(one).name for one in files] for files in mine] == [
        ["test_three.py", "test_one.py"],
        ["test_two.py"],
    ]


def test_what_passed_with_these_sources_is_not_run_again_unless_it_is_named() -> None:
    results = dict.fromkeys(BY_NAME, WELL) | {
        "crash": replace(WELL, sources="fff9999"),
        "fuzz": replace(WELL, failed=1),
        "walks": replace(WELL, complete=False),
    }

    assert [one.name for one in quality.chosen((), results, "abc1234")] == [
        "walks",
        "crash",
        "fuzz",
    ]
    assert quality.chosen(("units",), results, "abc1234") == [BY_NAME["units"]]


def test_with_changes_that_nobody_committed_everything_runs() -> None:
    changed = f"abc1234{quality.CHANGED}"
    results = dict.fromkeys(BY_NAME, replace(WELL, sources=changed))

    assert quality.chosen((), results, changed) == list(FAMILIES)


@pytest.mark.parametrize(
    ("inside", "ending"),
    [("", "passed"), ("<skipped/>", "skipped"), ("<failure/>", "failed"), ("<error/>", "failed")],
)
def test_a_report_is_counted(tmp_path: Path, inside: str, ending: str) -> None:
    report = tmp_path / "one.xml"
    report.write_text(
        f"<testsuites><testsuite><testcase>{inside}</testcase></testsuite></testsuites>"
    )

    assert quality._counted(report) == {ending: 1}


def test_a_report_that_was_never_written_counts_nothing(tmp_path: Path) -> None:
    assert not quality._counted(tmp_path / "none.xml")


def test_the_table_says_what_passed_and_what_never_ran() -> None:
    lines = quality.table({"units": WELL, "crash": replace(WELL, failed=2, complete=False)}).split(
        "\n"
    )

    assert next(one for one in lines if one.startswith("| units |")).endswith(
        "| 1,010 | 1,000 | 0 | 10 | 1.5 | 2.5 | 0.2 | 2026-11-29 | abc1234 |"
    )
    assert "| 998 | 2, not whole | 10 |" in next(
        one for one in lines if one.startswith("| crash |")
    )
    assert "never run" in next(one for one in lines if one.startswith("| fuzz |"))


def test_the_page_holds_the_table_of_the_kept_results() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert quality.page(text, quality.kept()) == text
