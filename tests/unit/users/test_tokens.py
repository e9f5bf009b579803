"""Opaque tokens: only those that we gave are read, in one spelling."""

from __future__ import annotations

import random
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.ids import new_id
from chalicelib.users.model.tokens import (
    hash_of,
    opaque_token,
    read_opaque_token,
    read_verification_token,
    verification_token,
)

KEY: Final = b"k" * 32
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_a_refresh_token_names_its_session_and_its_hash() -> None:
    user_id, session_id = new_id(), new_id()
    token = opaque_token("xpr_", KEY, user_id=user_id, identity=session_id, secret=b"s" * 32)

    read = read_opaque_token("xpr_", KEY, token)

    assert read is not None
    assert (read.user_id, read.id) == (user_id, session_id)
    assert read.hash == hash_of(token)
    assert token.startswith("xpr_")
    assert len(token) < 300


def test_the_token_of_a_mail_is_the_same_whenever_it_is_made() -> None:
    ids = {"user_id": new_id(), "verification_id": new_id()}

    token = verification_token(KEY, **ids)

    assert verification_token(KEY, **ids) == token
    assert read_verification_token(KEY, token) == (ids["user_id"], ids["verification_id"])


def test_tokens_of_one_kind_are_none_of_the_other() -> None:
    refresh = opaque_token("xpr_", KEY, user_id=new_id(), identity=new_id(), secret=b"s" * 32)
    mail = verification_token(KEY, user_id=new_id(), verification_id=new_id())

    assert read_verification_token(KEY, refresh) is None
    assert read_verification_token(KEY, refresh.removeprefix("xpr_")) is None
    assert read_opaque_token("xpr_", KEY, mail) is None
    assert read_opaque_token("xpr_", KEY, "xpr_" + mail) is None


def test_another_key_reads_nothing() -> None:
    token = opaque_token("xpr_", KEY, user_id=new_id(), identity=new_id(), secret=b"s" * 32)

    assert read_opaque_token("xpr_", b"x" * 32, token) is None


def test_no_changed_character_is_overlooked() -> None:
    rng = random.Random(3)
    token = opaque_token("xpr_", KEY, user_id=new_id(), identity=new_id(), secret=b"s" * 32)
    mail = verification_token(KEY, user_id=new_id(), verification_id=new_id())

    for place in range(len(token)):
        other = rng.choice([char for char in _ALPHABET if char != token[place]])
        assert read_opaque_token("xpr_", KEY, token[:place] + other + token[place + 1 :]) is None
    for place in range(len(mail)):
        for other in set(_ALPHABET) - {mail[place]}:
            assert read_verification_token(KEY, mail[:place] + other + mail[place + 1 :]) is None


@given(st.text(max_size=400))
def test_any_text_is_read_as_nothing(text: str) -> None:
    assert read_opaque_token("xpr_", KEY, text) is None
    assert read_opaque_token("xpr_", KEY, "xpr_" + text) is None
    assert read_verification_token(KEY, text) is None
