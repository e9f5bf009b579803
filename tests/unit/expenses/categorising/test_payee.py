from __future__ import annotations

import string
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.expenses.model.payee import (
    MAX_KEY,
    MAX_WORDS,
    fold,
    merchant_key,
    merchant_tokens,
    read_payee,
)

CASES = """
REWE SAGT DANKE. 41400673//Hamburg 2018-03-01T11:33:59 KFN 1 VJ 1812 => rewe
Kartenzahlung REWE SAGT DANKE. 41400674//Berlin 2019-03-01T11:33:59 KFN 1 VJ 1812 => rewe
PENNY DANKT  3211  K2   07.10. 10:32 => penny
HOFER DANKT  0569  K1   30.09. 17:32 => hofer
POS          11,36 AT  K2   19.09. 16:29 EUROSPAR DANKT 4082 KORNEUBURG 2100 => eurospar
EREF+RECHNR. 100532580591MREF+KD020007057822CRED+DE20KD000000058294SVWZ+Stadtwerke Bonn => stadtwerke bonn
/TRTP/SEPA OVERBOEKING/IBAN/NL86INGB0002445588/BIC/INGBNL2A/NAME/Albert Heijn B.V./REMI/1234 => albert heijn
Naam: Vattenfall NV Omschrijving: Termijnbedrag IBAN: NL12ABNA0123456789 Kenmerk: 123 => vattenfall
BEA   NR:XXX1234   23.05.11/09.08 DIGROS FIL1015 KATWIJK Z,PAS999 => digros katwijk
GIRO   428428 KPN - DIGITENNE    BETALINGSKENM.  000 => kpn digitenne
DEBIT CARD PURCHASE POS1234 TARGET T-1234 => target
DEBIT CARD PURCHASE AMAZON MKTPLACE PMTS AMZN.COM/BILL WA => amazon
AMAZON.COM AMZN.COM/BI => amazon
Amazon.de*2K4AB1234 => amazon
AMZN Mktp US*RT4Y12 => amazon
AMAZON EU S.A.R.L. => amazon
PAYPAL *SPOTIFY => spotify
SPOTIFY USA 28770130901 => spotify
PayPal (Europe) S.a.r.l. et Cie., S.C.A. => paypal
SQ *BLUE BOTTLE COFFEE SAN FRANCISCO CA => blue bottle coffee
TST* THE LITTLE OWL NEW YORK NY => the little owl
SUMUP  *CAFE KRONE BERLIN => cafe krone
DELIVEROO.CO.UK        LONDON        LND => deliveroo
H & M 0123 Hamburg => h&m
7-ELEVEN 32456 => 7eleven
1&1 TELECOM GMBH => 1&1 telecom
BARNES & NOBLE 2675 NEW YORK => barnes noble
CARTE 12/03 MONOPRIX LYON => monoprix
ACHAT CB CARREFOUR MARKET 12.03.24 LYON => carrefour market
PRLV SEPA EDF clients particuliers => edf clients particuliers
Compra Mercadona Valencia Tarjeta 5402XXXXXXXX1234 => mercadona
PURCHASE AUTHORIZED ON 03/14 STARBUCKS STORE 00123 SEATTLE WA S304073 CARD 1234 => starbucks
DUANE READE #14354 0NEW YORK => duane reade
MCDONALD'S (BSJ8)        S 14/04/18 => mcdonalds
BANK OF AMERICA => bank of america
UNIVERSITY OF LONDON => university of london
Gehalt Oktober 2025 => gehalt
22FEB STARBUCKS => starbucks
BÄCKEREI MÜLLER GmbH & Co. KG => backerei muller
L'Occitane Paris => occitane
株式会社ローソン 東京 => 株式会社ローソン 東京
Магазин Пятёрочка 1234 => магазин пятерочка
NETFLIX.COM NETFLIX.COM => netflix
12345678 =>
*** =>
"""
TABLE = [
    tuple(part.strip() for part in line.rsplit("=>", 1)) for line in CASES.strip().splitlines()
]
BANKISH = st.text(
    alphabet=st.sampled_from(
        string.ascii_letters + string.digits + " .,:;/-+*#&'()äöüßéÉñøŁşİıＡ１株П\t\u0301\u00a0"
    ),
    max_size=80,
)
PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "POS",
                "CARD PURCHASE",
                "REWE",
                "TESCO STORES",
                "2503",
                "LONDON",
                "GB",
                "//",
                "SVWZ+",
            ),
            *(
                "EREF+",
                "/NAME/",
                "/IBAN/",
                "Naam:",
                "PAYPAL *",
                "*",
                "K2",
                "16.09.",
                "12:34",
                "GMBH",
            ),
            *(
                "dankt",
                "sagt",
                "danke",
                "oktober",
                "7-eleven",
                "h & m",
                "a&b",
                "the",
                "of",
                "a",
                "    ",
            ),
            *(
                "AMZN",
                "amazon",
                "Mktp",
                "bill",
                "S.A.R.L.",
                "www.x.com",
                "l'eau",
                "0new",
                "york",
                "€",
            ),
        ]
    ),
    max_size=14,
).map(" ".join)


@pytest.mark.parametrize(("text", "key"), TABLE)
def test_a_bank_text_gives_the_merchant(text: str, key: str) -> None:
    assert merchant_key(text) == key


@given(st.one_of(st.text(max_size=600), BANKISH, PIECES))
@example("7 7-eleven 7eleven eleven")
@example("a&b&c & d&e")
@example("ŉ İstanbul ſs ™ ﬁ ẞ")
@example("x" * 2_000)
@example("S.A.R.L. S.A. B.V.")
def test_the_key_of_a_key_is_the_key(text: str) -> None:
    key = merchant_key(text)

    assert merchant_key(key) == key
    assert " ".join(merchant_tokens(key)) == key
    assert len(merchant_tokens(key)) <= 6


@given(st.text(max_size=600))
def test_a_key_and_its_words_are_bounded(text: str) -> None:
    key, words = read_payee(text)

    assert len(key) <= max(MAX_KEY, 1)
    assert len(words) <= MAX_WORDS
    assert key == merchant_key(text)


@given(st.one_of(st.text(max_size=300), BANKISH))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)

    assert fold(once) == once
    assert once == once.strip()
    assert "  " not in once


@given(BANKISH)
def test_case_does_not_matter_to_ascii(text: str) -> None:
    plain = "".join(char for char in text if char.isascii())

    assert merchant_key(plain.upper()) == merchant_key(plain.lower())


@given(
    st.sampled_from(["REWE", "TESCO STORES", "ALBERT HEIJN", "STARBUCKS"]),
    st.integers(10, 999_999),
    st.integers(1, 28),
    st.sampled_from(["HAMBURG", "LONDON", "AMSTERDAM", "SEATTLE WA", ""]),
)
def test_two_visits_to_one_shop_give_one_key(name: str, branch: int, day: int, city: str) -> None:
    first = f"CARD PURCHASE {name} {branch} {city} {day:02d}/03/24"
    second = f"{name} {branch + 7} {city}"

    assert merchant_key(first) == merchant_key(second) == merchant_key(name)


def test_the_memo_names_the_merchant_where_the_payee_does_not() -> None:
    assert merchant_key("", "NETFLIX.COM 2231") == "netflix"
    assert merchant_key("12345", "NETFLIX.COM 2231") == "netflix"
    assert merchant_key("REWE", "NETFLIX.COM 2231") == "rewe"


@pytest.mark.parametrize(
    "hostile",
    [
        "a" * 1_000_000,
        "/" * 1_000_000,
        "EREF+" * 200_000,
        "a.a" * 300_000,
        "&" * 1_000_000,
        "a&" * 500_000,
        "'" * 1_000_000,
        " " * 1_000_000,
        "paypal " * 150_000,
        "POS " * 250_000,
        "\u0301" * 1_000_000,
        "\ufdfa" * 300_000,
    ],
)
def test_a_hostile_text_costs_no_more_than_a_long_one(hostile: str) -> None:
    start = time.process_time()

    merchant_key(hostile, hostile)

    # 512 characters are looked at; a second would mean that the bound is gone.
    assert time.process_time() - start < 1
