from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.paging import BadCursor, decode_cursor, encode_cursor

ANN, BEN = "U#ann", "U#ben"
QUESTION = "GET /v1/expenses/transactions account_id=1"
resumes = st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=4)


def made(owner: str = ANN, question: str = QUESTION) -> str:
    cursor = encode_cursor({"pk": "U#ann", "sk": "TXN#1"}, owner=owner, question=question)
    assert cursor is not None
    return cursor


def test_the_end_has_no_cursor_and_no_cursor_is_the_beginning() -> None:
    assert encode_cursor(None, owner=ANN, question=QUESTION) is None
    assert decode_cursor(None, owner=ANN, question=QUESTION) is None


@given(resumes)
def test_a_cursor_comes_back_for_the_same_owner_and_question(resume: dict[str, str]) -> None:
    cursor = encode_cursor(resume, owner=ANN, question=QUESTION)

    assert cursor is not None
    assert cursor.isascii()
    assert not set(cursor) & set("+/= \n%&?#")
    if len(cursor) <= 2_000:
        assert decode_cursor(cursor, owner=ANN, question=QUESTION) == resume


@pytest.mark.parametrize(
    ("owner", "question"),
    [
        (BEN, QUESTION),
        (ANN, QUESTION + "&category_id=2"),
        (ANN, "GET /v1/expenses/accounts"),
        (ANN, ""),
        (ANN + "\x1f" + QUESTION, ""),
        ("", ANN + "\x1f" + QUESTION),
    ],
)
def test_a_cursor_serves_no_other_owner_or_question(owner: str, question: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(made(), owner=owner, question=question)


def test_a_cursor_with_another_byte_is_refused() -> None:
    cursor = made()
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))

    for at in range(len(raw)):
        changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
        text = base64.urlsafe_b64encode(changed).decode().rstrip("=")
        with pytest.raises(BadCursor):
            decode_cursor(text, owner=ANN, question=QUESTION)


def test_a_cut_cursor_is_refused() -> None:
    cursor = made()

    for size in range(len(cursor)):
        with pytest.raises(BadCursor):
            decode_cursor(cursor[:size], owner=ANN, question=QUESTION)


@given(st.text(max_size=200))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(BadCursor) as refused:
        decode_cursor(text, owner=ANN, question=QUESTION)

    assert [problem.pointer for problem in refused.value.errors] == ["?cursor"]


@pytest.mark.parametrize(
    "text", ["", "=", "====", "ü", "１２３４", "null", "AAAA", "a" * 2_001, "a" * 1_000_000, "\x00"]
)
def test_garbage_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(text, owner=ANN, question=QUESTION)


def test_a_body_signed_for_another_question_cannot_be_spliced_in() -> None:
    # The separator stands in no owner and in no JSON body, so the parts cannot be shifted.
    other = encode_cursor({"a\x1fb": "c\x1f"}, owner=ANN, question="q")
    assert other is not None

    for question in ("q\x1f", "q\x1f{", 'q\x1f{"a'):
        with pytest.raises(BadCursor):
            decode_cursor(other, owner=ANN, question=question)
