"""The shipped tables of tax are what the command builds, and what the reference has wrong is known by name."""

from __future__ import annotations

import json
import shutil
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from chalicelib.currency.gateways import tax
from tools import tax_packs, tax_packs_us, uk_reference, worked_examples, worked_examples_tax

REFERENCE = worked_examples.REFERENCE
pytestmark = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="../shared/data/reference is not there"
)


def test_the_shipped_tables_are_built_from_the_reference_byte_by_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tax_packs.DATA, tmp_path, dirs_exist_ok=True)
    shipped = {file: file.read_bytes() for file in tax_packs.DATA.rglob("*.json")}
    monkeypatch.setattr(tax_packs, "DATA", tmp_path)

    tax_packs.consumption(REFERENCE)
    tax_packs_us.build(REFERENCE, tmp_path / "income" / "us.json")

    for file, text in shipped.items():
        made = tmp_path / file.relative_to(tax.FOLDER)
        assert made.read_bytes() == text, file.name


def test_each_misprint_of_the_reference_contradicts_its_own_rates() -> None:
    found = {
        f"{year} {status} {int(row['bracket'])}"
        for year, status, rows in worked_examples_tax.bracket_tables(REFERENCE)
        for before, row in pairwise(rows)
        if before["amount"] + (row["bracket"] - before["bracket"]) * before["marginal_rate"] / 100
        != row["amount"]
    }

    assert found == worked_examples_tax.MISPRINTS


WEEKLY = {"primary_threshold", "secondary_threshold", "upper_earnings_limit"}
"""The reference has them by the week, rounded to a pound: a year of it is not the published annual figure."""
OURS = {
    # the reference's day of a change is not that of the tax year; or it has not what the law says
    "class_1_main_rate": {2022, 2023},  # the year's rate is the mean of those within it
    "class_1_additional_rate": {2022, 2023},  # 3.25 % ended in November 2022
    "class_1_employer_rate": {2022},  # 15.05 % until November 2022 is not in the reference
    "class_2_week": {2023},
    "class_2_threshold": {2022, 2023, 2024, 2025, 2026},  # due above the lower profits limit
    "class_4_main_rate": {2022},
    "class_4_additional_rate": {2022, 2023},  # 3.5 % was never law
    "lower_profits_limit": {2023},
    "primary_threshold": {2022},  # it rose in July
}


def test_the_uks_shipped_tables_are_the_references_but_where_the_law_says_otherwise() -> None:
    pack = tax.pack("GB")
    assert pack is not None
    different: dict[str, set[int]] = {}
    for name, rows in uk_reference.parameters(REFERENCE).items():
        for year in range(pack.first, pack.last + 1):
            day = date(year, 4, 6)
            (ours,) = pack.tables[name].at(day).numbers.values()
            theirs = [value for since, value in rows if since <= day.isoformat()][-1]
            if abs(ours - theirs) > (52 if name in WEEKLY else Fraction(0)):
                different.setdefault(name, set()).add(year)

    assert different == OURS


def test_the_readme_of_the_reference_is_reproduced_by_the_shipped_tables() -> None:
    """2020, single: 9,875 -> 987.50; 40,125 -> 4,617.50; 85,525 -> 14,605.50; 163,300 -> 33,271.50."""
    for bound, amount in (
        (9875, "987.50"),
        (40125, "4617.50"),
        (85525, "14605.50"),
        (163300, "33271.50"),
    ):
        assert worked_examples_tax.shipped_tax(2020, "single", bound) == amount


def test_tables_are_small() -> None:
    sizes = [file.stat().st_size for file in tax.FOLDER.rglob("*.json")]

    assert sum(sizes) < 150_000
    assert json.loads((tax.FOLDER / "years.json").read_text(encoding="utf-8"))["starts"]
