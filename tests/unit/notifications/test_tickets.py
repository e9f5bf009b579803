"""Tickets: what is presented leads to one owner and one hash, or is refused."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.kernel.ids import new_id
from chalicelib.notifications.errors import BadTicket
from chalicelib.notifications.model.tickets import SECRET_BYTES, read_ticket, write_ticket
from chalicelib.notifications.schemas import TicketOut

SECRET = bytes(range(SECRET_BYTES))


@given(st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES))
def test_a_ticket_reads_back_as_its_owner_and_a_hash(secret: bytes) -> None:
    user_id = new_id()

    text = write_ticket(user_id, secret)

    read = read_ticket(text)
    assert read.user_id == user_id
    assert secret.hex() not in read.hash
    assert text.replace("-", "").replace("_", "").isalnum()


def test_another_secret_has_another_hash() -> None:
    user_id = new_id()

    one = read_ticket(write_ticket(user_id, SECRET))
    other = read_ticket(write_ticket(user_id, SECRET[::-1]))

    assert one.hash != other.hash


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "A" * 63,
        "A" * 65,
        "A" * 10_000,
        "=" * 64,
        "é" * 64,
        "+" * 64,
        "A" * 60 + "====",
        "A" * 62 + "==",
        "\x00" * 64,
    ],
)
def test_what_is_not_shaped_like_a_ticket_is_refused(text: str) -> None:
    with pytest.raises(BadTicket):
        read_ticket(text)


@given(st.text(max_size=80) | st.from_regex(r"[A-Za-z0-9_+/=-]{60,68}", fullmatch=True))
def test_any_text_is_a_ticket_or_refused(text: str) -> None:
    try:
        read = read_ticket(text)
    except BadTicket:
        return
    assert write_ticket(read.user_id, base64.urlsafe_b64decode(text)[16:]) == text


def test_the_answer_says_where_the_ticket_opens() -> None:
    out = TicketOut.of("abc")

    assert out.url == "ws://127.0.0.1:8000/ws?ticket=abc"
    assert out.expires_in == 30
