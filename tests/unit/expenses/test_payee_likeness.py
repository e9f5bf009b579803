"""Payees that may be one: variants that were planted are found, neighbours are left alone."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.lexicon import entries
from chalicelib.expenses.model.payee_likeness import LEAST, alike, likeness

TOWNS = ("london", "hamburg", "lyon", "milano", "utrecht", "sevilla", "porto", "krakow")
WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=12)
KEYS = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hello fresh", "hellofresh"),
        ("corner bakery", "corner bakrey"),
        ("corner bakery", "corner bakery london"),
        ("marks spencer", "marks spencer food"),
        ("stadtwerke muenchen", "stadtwerke munchen"),
        ("citi cards", "citicard"),
        ("decathlon", "decatlon"),
    ],
)
def test_a_slip_a_space_or_a_word_more_leaves_it_the_same(one: str, other: str) -> None:
    assert likeness(one, other) >= LEAST


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hotel bern", "hotel berlin"),
        ("aldi", "asda"),
        ("shell", "shell energy"),
        ("migros", "digros"),
        ("bft tankstelle", "jet tankstelle"),
        ("conad", "conrad"),
        ("corner bakery", "city bakery"),
    ],
)
def test_two_houses_with_names_that_are_near_stay_two(one: str, other: str) -> None:
    assert likeness(one, other) == 0


@given(KEYS, KEYS)
def test_likeness_is_a_share_and_does_not_depend_on_the_order(one: str, other: str) -> None:
    found = likeness(one, other)

    assert 0 <= found <= 1
    assert found == likeness(other, one)
    assert likeness(one, one) == 1


def _slip(rng: random.Random, key: str) -> str:
    at = rng.randrange(1, len(key) - 1)
    letter = rng.choice(string.ascii_lowercase)
    return rng.choice(
        (
            key[:at] + key[at + 1 :],
            key[:at] + letter + key[at:],
            key[:at] + letter + key[at + 1 :],
            key[:at] + key[at + 1] + key[at] + key[at + 2 :],
        )
    )


def _space(_: random.Random, key: str) -> str:
    middle = len(key) // 2
    return key.replace(" ", "") if " " in key else f"{key[:middle]} {key[middle:]}"


def _town(rng: random.Random, key: str) -> str:
    return f"{key} {rng.choice(TOWNS)}"


def test_planted_variants_are_told_from_all_other_houses(
    record_property: Callable[[str, object], None],
) -> None:
    rng = random.Random(5)
    houses = sorted({text for _, sort, text in entries() if sort == "house" and "*" not in text})
    chosen = [one for one in rng.sample(houses, 700) if len(one.replace(" ", "")) > 4]
    planted = {rng.choice((_slip, _space, _town))(rng, one): one for one in chosen}
    for one in chosen:
        planted.pop(one, None)

    pairs = alike([*chosen, *planted])

    true = [
        pair
        for pair in pairs
        if planted.get(pair.one, pair.one) == planted.get(pair.other, pair.other)
    ]
    precision, recall = len(true) / len(pairs), len(true) / len(planted)
    told = f"payees that are one: precision {precision:.3f}, recall {recall:.3f} of {len(planted)}"
    record_property("figure", told)
    assert precision >= 0.95
    assert recall >= 0.6


def test_thousands_of_names_that_begin_alike_are_not_all_compared() -> None:
    rng = random.Random(1)
    keys = ["hotel " + "".join(rng.choices(string.ascii_lowercase, k=9)) for _ in range(3_000)]

    assert len(alike(keys)) < 100
