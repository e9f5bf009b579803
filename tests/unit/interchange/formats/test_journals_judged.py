"""Journals of strangers, read beside the programs that they were written for: accounts hold the same."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.interchange.model.formats import ParsedFile, parse
from tests.factories.foreign_journals import beancount_journal, hledger_journal
from tests.support import judges


def codes(parsed: ParsedFile) -> list[str]:
    return [note.code for note in parsed.notes]


@pytest.mark.parametrize("seed", range(12))
def test_accounts_hold_what_beancount_finds(seed: int) -> None:
    text = beancount_journal(seed)

    parsed = parse(text.encode())

    held, complaints = judges.beancount(text)
    assert judges.held_by_us(parsed) == held
    false = [one for one in complaints if one.startswith("Balance failed")]
    assert codes(parsed).count("balance-mismatch") == len(false)


@pytest.mark.parametrize("seed", range(8))
def test_accounts_hold_what_hledger_finds(seed: int) -> None:
    text = hledger_journal(seed)

    parsed = parse(text.encode())

    assert parsed.format == "hledger"
    assert judges.held_by_us(parsed) == judges.held_by_hledger(text)
    assert "balance-mismatch" not in codes(parsed)


def test_beancounts_own_example_is_read_to_the_cent() -> None:
    script = Path(sys.executable).with_name("bean-example")
    text = subprocess.run(
        [script, "--seed", "5", "--date-begin", "2024-01-01"],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    ).stdout

    parsed = parse(text.encode())

    held, complaints = judges.beancount(text)
    currencies = {part.currency for part in parsed.statements}
    assert complaints == []
    assert judges.held_by_us(parsed) == {
        key: total for key, total in held.items() if key[1] in currencies
    }
    assert currencies == {"USD"}
    assert not any(row.problems for row in parsed.rows)
    assert "balance-mismatch" not in codes(parsed)


@pytest.mark.parametrize("seed", range(4))
def test_the_two_rows_of_a_transfer_have_one_mark_and_opposite_signs(seed: int) -> None:
    parsed = parse(beancount_journal(seed).encode())

    sides: dict[str, list[tuple[str, str | None, bool]]] = {}
    for part in parsed.statements:
        for row in part.rows:
            if row.extras and row.extras.transfer and row.amount is not None:
                side = part.account.name, part.currency, row.amount > 0
                sides.setdefault(row.extras.transfer, []).append(side)
    assert sides
    for pair in sides.values():
        (first, second) = pair
        assert first[:2] != second[:2]
        assert first[2] is not second[2]


def test_the_order_of_lines_does_not_matter() -> None:
    text = beancount_journal(3)
    blocks = text.split("\n20")
    random.Random(1).shuffle(blocks[1:])

    assert judges.held_by_us(parse("\n20".join(blocks).encode())) == judges.held_by_us(
        parse(text.encode())
    )
