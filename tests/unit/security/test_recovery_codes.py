"""Recovery codes: written once, read however people type them, each gone with its use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.security.model import recovery_codes as model
from chalicelib.security.model.recovery_codes import RecoveryCodes

KEY = b"k" * 32
USER = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
SECRETS = st.binary(min_size=16, max_size=16)


@pytest.mark.covers("V6.5.4")
@given(SECRETS)
def test_a_code_reads_back_as_what_it_was_written_from(secret: bytes) -> None:
    code = model.write_code(secret)

    assert model.read_code(code) == secret
    assert [len(group) for group in code.split("-")] == [5, 5, 5, 5, 6]


@given(SECRETS)
def test_case_hyphens_spaces_and_lookalikes_do_not_matter(secret: bytes) -> None:
    code = model.write_code(secret)
    typed = f"  {code.upper().replace('-', ' ').replace('0', 'O').replace('1', 'l')} "

    assert model.read_code(typed) == secret


@given(st.text(max_size=80))
def test_any_text_is_judged_without_a_crash(text: str) -> None:
    read = model.read_code(text)

    assert read is None or len(read) == 16


@pytest.mark.parametrize(
    "text", ["", "-", "0" * 25, "0" * 27, "z" * 26, "8" + "0" * 25, "u" * 26, "0" * 25 + "é"]
)
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert model.read_code(text) is None


@pytest.mark.covers("V6.5.1")
@given(st.lists(SECRETS, min_size=1, max_size=10, unique=True), st.data())
def test_a_used_code_is_gone_and_the_others_stay(made: list[bytes], data: st.DataObject) -> None:
    hashes = tuple(model.hash_of(KEY, USER, one) for one in made)
    codes = RecoveryCodes(user_id=USER, hashes=hashes, created_at=NOW, version=1)
    used = model.hash_of(KEY, USER, data.draw(st.sampled_from(made)))

    left = model.without(codes, used)

    assert left is not None
    assert (set(left.hashes), left.version) == (set(hashes) - {used}, 2)
    assert model.without(left, used) is None


def test_a_hash_belongs_to_one_user_and_one_key() -> None:
    secret = bytes(16)
    other = "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e40"

    hashes = {
        model.hash_of(KEY, USER, secret),
        model.hash_of(KEY, other, secret),
        model.hash_of(b"x" * 32, USER, secret),
    }

    assert len(hashes) == 3
