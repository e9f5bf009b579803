"""Moved and changed values: every way of putting a sealed value where it does not belong is refused."""

from __future__ import annotations

import itertools
import os
from typing import Final

import pytest

from chalicelib.kernel.vault import SealBroken, Vault

FULL: Final = bool(os.environ.get("XPENSE_FULL"))
KEYS: Final = {1: b"1" * 32, 2: b"2" * 32}
OWNERS: Final = ("U#a", "U#b", "H#a")
PLACES: Final = tuple(
    itertools.product(("users", "expenses"), ("TXN#1", "TXN#2", "TXN#1#payee"), ("payee", "notes"))
)


def vault(owner: str, generation: int) -> Vault:
    return Vault(owner, KEYS[generation], generation=generation, others=KEYS)


@pytest.mark.covers("V11.3.3", "R-30")
def test_a_value_opens_in_its_own_place_and_in_no_other() -> None:
    refused = 0
    for owner, generation, place in itertools.product(OWNERS, KEYS, PLACES):
        sealed = vault(owner, generation).seal("Rewe", *place)
        for other, place_of in itertools.product(OWNERS, PLACES):
            if (other, place_of) == (owner, place):
                assert vault(other, 2).open(sealed, *place_of) == "Rewe"
                continue
            with pytest.raises(SealBroken):
                vault(other, 2).open(sealed, *place_of)
            refused += 1
    assert refused == len(OWNERS) * 2 * len(PLACES) * (len(OWNERS) * len(PLACES) - 1)


@pytest.mark.covers("V11.3.3")
def test_no_bit_of_version_generation_nonce_text_or_tag_can_be_changed() -> None:
    both = vault("U#a", 2)
    sealed = both.seal("Rewe", *PLACES[0])
    for at, bit in itertools.product(range(len(sealed)), range(8)):
        wrong = sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :]
        with pytest.raises(SealBroken):
            both.open(wrong, *PLACES[0])
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            both.open(sealed[:length], *PLACES[0])


@pytest.mark.covers("V11.3.4")
def test_no_nonce_comes_twice() -> None:
    count = 1_000_000 if FULL else 20_000
    one = vault("U#a", 1)

    assert len({one.seal_bytes(b"", "p")[2:14] for _ in range(count)}) == count
