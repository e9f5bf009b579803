from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.keys import KEY_BYTES, FileKeys, KeyUnusable, derive
from chalicelib.kernel.vault import SealBroken, Vault

ANN, BEN = "U#0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f", "U#0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e40"
KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
PLACE = ("expenses", "TXN#1", "payee")
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)


@given(texts)
def test_a_sealed_text_opens_at_its_place(text: str) -> None:
    vault = Vault(ANN, KEY)

    sealed = vault.seal(text, *PLACE)

    assert vault.open(sealed, *PLACE) == text
    assert Vault(ANN, KEY).open(sealed, *PLACE) == text
    # Version, generation, nonce, tag: nothing else is added, nothing shows through.
    assert len(sealed) == 2 + 12 + len(text.encode()) + 16
    assert len(text) < 4 or text.encode() not in sealed


@given(st.binary(max_size=60))
def test_sealed_bytes_open_at_their_place(data: bytes) -> None:
    vault = Vault(ANN, KEY)

    assert vault.open_bytes(vault.seal_bytes(data, *PLACE), *PLACE) == data


def test_the_same_text_is_sealed_differently_each_time() -> None:
    vault = Vault(ANN, KEY)

    assert len({vault.seal("Rewe", *PLACE) for _ in range(200)}) == 200


@pytest.mark.parametrize(
    "place",
    [
        ("expenses", "TXN#2", "payee"),
        ("expenses", "TXN#1", "notes"),
        ("users", "TXN#1", "payee"),
        ("expenses", "TXN#1"),
        ("expenses", "TXN#1", "payee", ""),
        ("expensesTXN#1", "payee"),
        (),
    ],
)
def test_a_sealed_text_cannot_be_moved(place: tuple[str, ...]) -> None:
    vault = Vault(ANN, KEY)
    sealed = vault.seal("Rewe", *PLACE)

    with pytest.raises(SealBroken):
        vault.open(sealed, *place)


@pytest.mark.parametrize(
    "other",
    [Vault(BEN, KEY), Vault(ANN, OTHER_KEY), Vault(ANN, KEY, generation=2), Vault("", KEY)],
    ids=["other owner", "other key", "other generation", "no owner"],
)
def test_a_sealed_text_opens_in_no_other_vault(other: Vault) -> None:
    sealed = Vault(ANN, KEY).seal("Rewe", *PLACE)

    with pytest.raises(SealBroken):
        other.open(sealed, *PLACE)


def test_every_flipped_bit_is_noticed() -> None:
    vault = Vault(ANN, KEY)
    sealed = vault.seal("Rewe", *PLACE)

    for at in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(SealBroken):
            vault.open(bytes(flipped), *PLACE)


def test_every_cut_or_lengthened_value_is_noticed() -> None:
    vault = Vault(ANN, KEY)
    sealed = vault.seal("Rewe", *PLACE)

    for damaged in [sealed[:size] for size in range(len(sealed))] + [sealed + b"\x00"]:
        with pytest.raises(SealBroken):
            vault.open(damaged, *PLACE)


@given(st.binary(max_size=80))
def test_any_bytes_do_not_open(garbage: bytes) -> None:
    with pytest.raises(SealBroken):
        Vault(ANN, KEY).open_bytes(garbage, *PLACE)


def test_the_parts_of_a_place_do_not_run_together() -> None:
    vault = Vault(ANN, KEY)
    sealed = vault.seal("Rewe", "a\x1fb", "c")

    with pytest.raises(SealBroken):
        vault.open(sealed, "a", "b", "c")


@given(st.lists(texts, max_size=3), st.lists(texts, max_size=3))
def test_a_fingerprint_is_the_same_for_the_same_parts_only(
    first: list[str], second: list[str]
) -> None:
    vault = Vault(ANN, KEY)

    assert len(vault.fingerprint(*first)) == 32
    assert (vault.fingerprint(*first) == vault.fingerprint(*second)) == (first == second)
    assert vault.fingerprint("x", *first) == Vault(ANN, KEY).fingerprint("x", *first)


def test_a_fingerprint_tells_nothing_without_the_key() -> None:
    assert Vault(ANN, KEY).fingerprint("rewe") != Vault(ANN, OTHER_KEY).fingerprint("rewe")


# ------------------------------------------------------------------------------------ the key file


def test_a_wrapped_key_opens_for_its_owner_only(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys.json")
    wrapped = keys.wrap(KEY, ANN)

    assert keys.unwrap(wrapped, ANN) == KEY
    assert FileKeys(tmp_path / "keys.json").unwrap(wrapped, ANN) == KEY
    for bad, owner in [
        (wrapped, BEN),
        (wrapped[:-1], ANN),
        (wrapped[:5], ANN),
        (b"", ANN),
        (bytes([wrapped[0] ^ 1]) + wrapped[1:], ANN),
    ]:
        with pytest.raises(KeyUnusable):
            keys.unwrap(bad, owner)
    with pytest.raises(KeyUnusable):
        FileKeys(tmp_path / "others.json").unwrap(wrapped, ANN)


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "keys.json"
    FileKeys(path)

    assert path.stat().st_mode & 0o777 == 0o600

    path.chmod(0o640)
    with pytest.raises(KeyUnusable, match="chmod"):
        FileKeys(path)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "x", '{"root": 7}', '{"root": "AAAA"}', '{"root": "%%%%"}']
)
def test_a_damaged_key_file_is_refused_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    path.chmod(0o600)

    with pytest.raises(KeyUnusable):
        FileKeys(path)
    assert path.read_text() == text


def test_secrets_differ_by_purpose_and_stay_the_same(tmp_path: Path) -> None:
    keys = FileKeys(tmp_path / "keys.json")

    assert keys.secret("cursor") == FileKeys(tmp_path / "keys.json").secret("cursor")
    assert keys.secret("cursor") != keys.secret("email")
    assert len(keys.secret("cursor")) == KEY_BYTES
    assert derive(KEY, "seal") != derive(KEY, "lookup")
