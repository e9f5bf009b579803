from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from chalicelib.expenses.model.categories import BY_SLUG
from chalicelib.expenses.model.lexicon import entries, lexicon
from chalicelib.expenses.model.merchant_codes import VAGUE, slugs_by_code
from chalicelib.expenses.model.payee import fold, read_payee

CODES = Path(__file__).parents[4] / "../shared/data/reference/mcc_codes.csv"
NEWER = {"4813", "5262", "5552", "6538", "6540", "9406"}
"""Codes of the standard that the shared table is too old for."""
PARENTS = {category.parent_id for category in BY_SLUG.values()}


def test_every_entry_belongs_to_a_leaf_of_the_tree() -> None:
    slugs = {slug for slug, _, _ in entries()} | set(slugs_by_code().values())

    assert slugs <= BY_SLUG.keys()
    assert not [slug for slug in slugs if BY_SLUG[slug].id in PARENTS]


def test_every_leaf_has_entries() -> None:
    leaves = {slug for slug, category in BY_SLUG.items() if category.id not in PARENTS}

    # adjustments are booked by the ledger itself, nobody pays them
    assert leaves - {"adjustments"} == {slug for slug, _, _ in entries()}


def test_entries_are_written_as_bank_texts_are_folded() -> None:
    odd = [text for _, _, text in entries() if not text.strip("*") or fold(text) != text]

    assert odd == []


def test_an_entry_that_cannot_be_met_is_a_slip() -> None:
    # A word that the payee reader drops or rewrites never reaches the lexicon.
    lost = [
        text
        for _, _, text in entries()
        if " ".join(read_payee(text.strip("*"))[1]) != text.strip("*")
    ]

    assert lost == []


def test_no_house_stands_in_two_categories() -> None:
    houses = Counter(
        text for text, _ in {(text, slug) for slug, sort, text in entries() if sort == "house"}
    )

    assert [text for text, count in houses.items() if count > 1] == []


def test_endings_and_beginnings_count_for_longer_words_only_at_their_place() -> None:
    book = lexicon()

    assert [slug for slug, _ in book.part_of("rathausapotheke")] == ["medical"]
    assert [slug for slug, _ in book.part_of("versicherungsbeitrag")] == ["insurance"]
    assert book.part_of("apothekenrundschau") == ()
    assert book.part_of("xapotheke") == ()


def test_the_codes_are_codes_of_the_standard() -> None:
    if not CODES.exists():
        pytest.skip("the shared table of merchant codes is not here")
    with CODES.open(encoding="utf-8", newline="") as file:
        known = {row["mcc"] for row in csv.DictReader(file)}

    ranged = {code for code in slugs_by_code() if "3000" <= code <= "3999"}
    assert slugs_by_code().keys() - ranged - known == NEWER
    assert known >= VAGUE


@pytest.mark.parametrize(
    ("code", "slug"),
    [
        ("5411", "groceries"),
        ("5812", "restaurants"),
        ("5541", "fuel"),
        ("3005", "flights"),
        ("3501", "lodging"),
        ("0742", "pets"),
        ("6011", "cash"),
        ("9999", None),
        ("", None),
    ],
)
def test_a_code_says_what_was_bought(code: str, slug: str | None) -> None:
    assert slugs_by_code().get(code) == slug
