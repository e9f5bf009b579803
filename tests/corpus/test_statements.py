"""The real files under ../shared/data: each is read as a person read it, to the cent, or refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.interchange.model.formats.types import MAX_BYTES
from tools import statements

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "statements"
EXPECTED: dict[str, dict[str, Any]] = json.loads(
    statements.EXPECTATIONS.read_text(encoding="utf-8")
)["files"]

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/statements is not there"),
]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_real_file_is_read_as_a_person_read_it(name: str) -> None:
    data = (DATA / name).read_bytes()
    entry = EXPECTED[name]
    assert hashlib.sha256(data).hexdigest() == entry["sha256"], "the file is another one now"

    reading, _, detail = statements.read(data, name)

    assert not statements.judge(reading, entry, None), detail


@pytest.mark.parametrize("folder", ["ofx", "csv", "mt940", "camt", "qif", "bai2", "xlsx"])
def test_every_real_file_has_an_expectation(folder: str) -> None:
    found = {
        path.relative_to(DATA).as_posix() for path in (DATA / folder).rglob("*") if path.is_file()
    }

    assert found == {name for name in EXPECTED if name.startswith(f"{folder}/")}


def test_every_ofx_file_gives_the_transactions_that_the_manifest_counts() -> None:
    lines = statements.report(DATA / "ofx")
    imported = [line for line in lines if not line.reading.refused]

    assert [line for line in lines if line.wrong] == []
    assert len(lines) == 67
    # Seven hold no statement at all: a sign-on, a profile, a list of accounts, an error.
    assert len(imported) == 60
    assert sum(line.reading.rows for line in lines) == 182


def test_every_mt940_file_gives_the_lines_that_the_manifest_counts() -> None:
    lines = statements.report(DATA / "mt940")
    imported = [line for line in lines if not line.reading.refused]

    assert [line for line in lines if line.wrong] == []
    # Two are no statements: a list of Python packages, and the numbers from 1 to 10.
    assert (len(lines), len(imported)) == (114, 112)
    assert sum(line.reading.problems for line in lines) == 1  # a line of the 26th month


def test_every_camt_file_gives_the_entries_that_the_manifest_counts() -> None:
    lines = statements.report(DATA / "camt")
    imported = [line for line in lines if not line.reading.refused]

    assert [line for line in lines if line.wrong] == []
    # One is empty, one is of another namespace, one is no XML of a bank at all.
    assert (len(lines), len(imported)) == (39, 36)
    assert sum(line.reading.rows for line in lines) == 156
    assert sum(line.reading.problems for line in lines) == 2  # neither booking nor value date


def test_every_qif_and_bai2_file_gives_what_it_holds() -> None:
    quicken, cash = statements.report(DATA / "qif"), statements.report(DATA / "bai2")

    assert [line for line in (*quicken, *cash) if line.wrong] == []
    # Seven hold only categories, accounts or securities, or nothing.
    assert [line.reading.refused for line in quicken].count("") == 11
    assert sum(line.reading.rows for line in quicken) == 50
    assert [line.reading.rows for line in cash] == [0, 1, 5, 17]
    assert sum(line.reading.problems for line in (*quicken, *cash)) == 0


def test_every_workbook_gives_what_others_read_in_it() -> None:
    lines = statements.report(DATA / "xlsx")

    assert [line for line in lines if line.wrong] == []
    # Ten of an app's tests hold nothing, or words like A1 and B2.
    assert [line.reading.refused for line in lines].count("") == 7
    assert sorted({line.format for line in lines}) == ["csv", "spreadsheetml", "xls", "xlsx"]
    assert sum(line.reading.rows for line in lines) == 82


def test_the_command_prints_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    code = statements.main([str(DATA / "ofx"), "--verbose"])
    printed = capsys.readouterr().out

    assert code == 0
    assert " 67        60        7      0     182" in printed
    assert "provider-error" in printed


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = next(iter(sorted((DATA / "ofx").rglob("*.qfx"))))
    (tmp_path / "manifest.json").write_text(
        json.dumps(
            [
                {
                    "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
                    "facts": {"raw_STMTTRN_tags": 99},
                }
            ]
        )
    )
    (tmp_path / "a.qfx").write_bytes(source.read_bytes())

    code = statements.main([str(tmp_path)])

    assert code == 1
    assert "the manifest counts 99 transactions" in capsys.readouterr().out
    assert statements.main([str(tmp_path / "nowhere")]) == 2


def test_the_command_reads_any_folder_with_what_lies_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = tmp_path / "Bank A" / "2026"
    inner.mkdir(parents=True)
    (inner / "jan.csv").write_text("Date,Amount\n2026-01-31,-1.00\n")
    (tmp_path / "letter.txt").write_text("Dear customer")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    (tmp_path / "round").symlink_to(tmp_path)
    with (tmp_path / "large.csv").open("wb") as large:
        large.truncate(MAX_BYTES + 1)

    code = statements.main([str(tmp_path), str(inner / "jan.csv"), "--banks", "--verbose"])
    printed = capsys.readouterr().out

    assert code == 0
    assert "csv  Bank A/2026" in printed
    assert "gone.csv: refusal unreadable  No such file or directory" in printed
    assert "refused: too-large x1" in printed
    assert printed.count("jan.csv: 1 rows") == 2
