from __future__ import annotations

import pytest

from chalicelib.interchange.model.formats import Hints, Unreadable, parse
from chalicelib.interchange.model.formats.text import decode

HEADER = "Date,Payee,Amount\n"


def table(payee: str) -> str:
    return f"{HEADER}2026-01-31,{payee},-1.00\n"


@pytest.mark.parametrize(
    ("payee", "encoding", "name"),
    [
        ("Müller Straße", "utf-8", "utf-8"),
        ("Müller Straße", "utf-8-sig", "utf-8-sig"),
        ("Müller Straße", "utf-16", "utf-16"),
        ("Müller Straße", "utf-16-le", "utf-16-le"),
        ("Müller Straße", "utf-16-be", "utf-16-be"),
        ("Müller Straße", "utf-32", "utf-32"),
        ("Müller Straße für Öl", "cp1252", "cp1252"),
        ("Café à côté", "latin-1", "cp1252"),
        ("Preis 5 €", "cp1252", "cp1252"),
        ("Příliš žluťoučký kůň", "cp1250", "cp1250"),
        ("Zażółć gęślą jaźń", "cp1250", "cp1250"),
        ("Mokėjimas už paslaugas įmonei šūkis", "cp1257", "cp1257"),
        ("Оплата покупки в магазине", "cp1251", "cp1251"),
        ("支付宝交易商品说明", "gb18030", "gb18030"),
    ],
)
def test_the_bytes_tell_their_encoding(payee: str, encoding: str, name: str) -> None:
    parsed = parse(table(payee).encode(encoding))

    assert parsed.encoding == name
    assert parsed.rows[0].payee == payee


def test_the_user_knows_the_encoding_better() -> None:
    data = table("Μαγαζί").encode("cp1253")

    assert parse(data, hints=Hints(encoding="cp1253")).rows[0].payee == "Μαγαζί"


@pytest.mark.parametrize("name", ["utf-8", "no-such-encoding", "punycode", "base64", "idna", ""])
def test_an_encoding_that_does_not_fit_is_refused(name: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(table("Müller").encode("cp1252"), hints=Hints(encoding=name))

    assert refusal.value.reason == "wrong-encoding"


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\x00\x00\x00", b"\x1a"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(data)

    assert refusal.value.reason == "empty-file"


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 20, b"Date,Amount\n2020-01-01,1\x002\n", b"\x01\x02\x03" * 50 + b"a"],
)
def test_binary_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(data)

    assert refusal.value.reason == "binary"


def test_a_file_beyond_fifty_megabytes_is_refused_unread() -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(b" " * (50 * 1024 * 1024 + 1))

    assert refusal.value.reason == "too-large"


def test_a_zero_byte_at_the_very_end_is_padding() -> None:
    assert len(parse(table("Shop").encode() + b"\x00").rows) == 1


def test_a_broken_character_among_many_intact_ones_is_damage_and_no_other_encoding() -> None:
    data = table("äöüäöüäöü").encode().replace("ö".encode(), b"\xc3", 1)
    parsed = parse(data)

    assert parsed.encoding == "utf-8"
    assert [note.code for note in parsed.notes if note.code == "damaged-text"]


def test_a_file_cut_in_the_middle_of_a_character_is_still_utf8() -> None:
    data = (table("Müller Österreich Ähre Übung") + "2026-02-01,Müll").encode()[:-2]

    assert decode(data).encoding == "utf-8"


def test_a_wrong_byte_order_mark_is_refused() -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(b"\xff\xfe" + b"\x00\xd8" * 100)

    assert refusal.value.reason in {"wrong-encoding", "binary"}
