"""Damaged journals and books: whatever happens to the bytes, the answer is rows, problems or one clear refusal.

500 seeded mutations a reader in the normal run, 100,000 with XPENSE_FULL.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import random
import time
import zlib
from collections.abc import Callable
from decimal import Decimal, localcontext

import pytest

from chalicelib.interchange.model.formats import ParsedFile, Unreadable, detect, parse
from chalicelib.interchange.model.formats.gnucash import parse_gnucash
from chalicelib.interchange.model.formats.journals.beancount import parse_beancount
from chalicelib.interchange.model.formats.journals.hledger import parse_hledger
from chalicelib.interchange.model.formats.types import MAX_TEXT, Hints
from chalicelib.interchange.model.writers.beancount import BeancountWriter
from chalicelib.interchange.model.writers.hledger import HledgerWriter
from tests.factories import foreign_journals, gnucash, journals
from tests.support.bombs import SECONDS

ROUNDS = 100_000 if os.environ.get("XPENSE_FULL") else 500
Parse = Callable[[bytes, Hints], ParsedFile]

BEANCOUNT = b"""option "title" "x"
pushtag #t
2020-01-01 open Assets:A EUR "FIFO"
2020-01-02 * "Payee \\" x" "two
lines" #tag ^link
  id: "1"
  Assets:A  -10.00 EUR @@ 12 USD
  Expenses:B  (1 + 2) * 4 USD
2020-01-03 ! "x"
  Assets:S  2 HOOL {10 USD, 2020-01-01, "lot"}
  Assets:S  -1 HOOL {} @ 12 USD
  Income:G
  Assets:A 5 EUR
2020-02-01 pad Assets:A Equity:O
2020-03-01 balance Assets:A 1 ~ 0.1 EUR
include "x"
"""
HLEDGER = b"""D 1.000,00 EUR
account a:b  ; type: A
alias x = assets:y
2020/1/2=2020/1/3 * (code) payee | note  ; k: v, t:
    assets:cash   -$10.00 = $5 ; date:2020-01-05
    expenses:x    1.000,00 EUR @ 2 $
    [v:w]   5
    (u)     "A B" 3 {=$2} [2020/1/1] @@ $6
2/3 ! x
    assets:cash   = 3
    expenses:y
~ monthly
    a  1
comment
x
end comment
apply account z
"""
SEEDS: dict[str, list[bytes]] = {
    "beancount": [
        BEANCOUNT,
        foreign_journals.beancount_journal(1, 6).encode(),
        journals.write(BeancountWriter(), *journals.ledger(1, count=6).pair),
    ],
    "hledger": [
        HLEDGER,
        foreign_journals.hledger_journal(1, 6).encode(),
        journals.write(HledgerWriter(), *journals.ledger(1, count=6).pair),
    ],
    "gnucash": [gnucash.book(), gnucash.book(seed=3)],
}
READERS: dict[str, Parse] = {
    "beancount": parse_beancount,
    "hledger": parse_hledger,
    "gnucash": parse_gnucash,
}
TOKENS = (
    b'"', b"\\", b"\n", b"  ", b"\t", b";", b"{", b"}}", b"@", b"@@", b"=", b"==*", b"(", b")", b"*", b"/", b"-",
    b"#", b"^", b":", b",", b".", b"~", b"|", b"\0", b"\xff", b"9" * 50, b"1e99", b"1/0", b"0.", b"EUR", b"$", b"%",
    b'\n2020-01-01 * "x"\n', b"\n  Assets:A\n", b"\n    assets:x  1\n", b"balance", b"pad", b"open", b"comment\n",
    b"<trn:split>", b"</trn:split>", b"<gnc:transaction>", b"</gnc:transaction>", b"<!DOCTYPE a [", b"&a;", b"100/0",
    "é١٢ ".encode(), b"2020-99-99", b"[2020/1/1]", b"date:", b"ROOT", b"BANK", b"apply account", b"Y", b"P",
)  # fmt: skip


def detected(data: bytes, hints: Hints) -> ParsedFile:
    return parse(data, hints=hints)


def mutate(rng: random.Random, seed: bytes) -> bytes:
    data = bytearray(seed)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(6):
            case 0 if data:
                data[at % len(data)] = rng.randrange(256)
            case 1:
                del data[at : at + rng.randint(1, 30)]
            case 2 | 3:
                data[at:at] = rng.choice(TOKENS)
            case 4:
                data[at:at] = data[at : at + rng.randint(1, 200)] * rng.randint(1, 5)
            case _:
                to = rng.randrange(len(data) + 1)
                data[at : at + 9], data[to : to + 9] = data[to : to + 9], data[at : at + 9]
    return bytes(data)


def sound(parsed: ParsedFile) -> None:
    for row in parsed.rows:
        assert row.problems or (row.amount is not None and row.booked_on is not None)
        assert row.amount is None or row.amount.is_finite()
        assert len(row.payee) <= MAX_TEXT
        if row.extras and row.extras.parts and row.amount is not None:
            with localcontext() as context:
                context.prec = 200
                assert sum((part.amount for part in row.extras.parts), Decimal(0)) == row.amount


@pytest.mark.parametrize("name", sorted(READERS))
def test_damaged_files_are_read_or_refused(name: str) -> None:
    rng = random.Random(f"journals {name}")
    for at in range(ROUNDS):
        data = mutate(rng, rng.choice(SEEDS[name]))
        started = time.process_time()
        try:
            sound(READERS[name](data, Hints()))
        except Unreadable:
            pass
        except Exception as error:
            raise AssertionError(f"round {at} of {name}: {error!r}") from error
        assert time.process_time() - started < SECONDS


def bombs() -> dict[str, bytes]:
    head = b'2020-01-01 * "x"\n'
    zeros = zlib.compressobj(9, wbits=31)
    packed = zeros.compress(b"<gnc-v2>") + b"".join(
        zeros.compress(b" " * 300_000) for _ in range(300)
    )
    return {
        "quotes": b'2020-01-01 * "\n' * 30_000,
        "one open quote": b'2020-01-01 * "' + b"x\n" * 200_000,
        "blanks": head + b"  Assets:A " + b" " * 500_000 + b"1\n",
        "operators": head + b"  Assets:A  " + b"-" * 300_000 + b"1 EUR\n",
        "brackets": head + b"  Assets:A  " + b"(" * 200_000 + b"1 EUR\n",
        "powers": head + b"  Assets:A  " + b"9999999999*" * 90 + b"1 EUR\n",
        "deep account": head + b"  Assets" + b":A" * 200_000 + b"  1 EUR\n  Expenses:B\n",
        "escaped quotes": b'2020-01-01 * "' + b'\\"' * 300_000 + b"\n",
        "quoted options": b"option " + b'\\"' * 300_000 + b"\n",
        "tag lines": head + b"".join(b"  #t%d\n" % at for at in range(60_000)),
        "balances": (b"2020-01-01 balance Assets:A " + b"A" * 990 + b"!\n") * 500,
        "futures": (head + b"  Assets:A  1 /" + b"A" * 900 + b"!\n") * 500,
        "gaps": b"2020-01-01 x\n    assets:a  -" + b" " * 200_000 + b"!\n    b:c\n",
        "many gaps": (b"2020-01-01 x\n    assets:a  -" + b" " * 900 + b"!\n    b:c\n") * 500,
        "unclear lines": (b"2020-01-01 x\n  a" + b" a" * 40 + b" " * 300 + b"!\n") * 1_500,
        "braces": head + b"  Assets:A  1 X " + b"{" * 200_000 + b"\n",
        "lots": b'2020-01-01 * "x"\n  Assets:A  1 X {1 EUR}\n' * 2_000
        + b'2020-01-02 * "y"\n  Assets:A  -1 X {}\n  Income:B\n' * 2_000,
        "symbols": b"2020-01-01 x\n    assets:a  1 " + b"x" * 300_000 + b"\n    b:c\n",
        "tags": b"2020-01-01 x ; " + b"a:b," * 100_000 + b"\n    assets:a  1\n    b:c\n",
        "chains": b"2020-01-01 x ; " + b":a" * 200_000 + b"\n    assets:a  1\n    b:c\n",
        "aliases": b"alias a=b\n" * 50_000 + b"2020-01-01 x\n    assets:a  1\n    b:c\n",
        "scopes": b"apply account aaaaaaaaaa\n" * 50_000 + b"2020-01-01 x\n    assets:a  1\n    b\n",
        "groups": b"2020-01-01 x\n    assets:a  " + b"1 000" * 200_000 + b"\n    b:c\n",
        "assertions": b"2020-01-01 x\n    assets:a  1 " + b"= 1 " * 200_000 + b"\n    b:c\n",
        "postings": head + b"  Assets:A  1 EUR\n" * 30_000,
        "elided": head + b"  Assets:A\n" * 30_000,
        "currencies": head + b"".join(b"  Expenses:B  1 A%d\n" % at for at in range(20_000)) + b"  Assets:A\n",
        "checks": b"".join(
            b"2020-01-01 balance Assets:A%d 1 EUR\n" % at for at in range(20_000)
        ) + head + b"  Assets:A  1 EUR\n  Expenses:B\n",
        "packed": packed,
        "nested": b"<gnc-v2>" + b"<a>" * 300_000,
        "entities": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><gnc-v2>&b;</gnc-v2>',
        "long text": b"<gnc-v2><gnc:account><act:name>" + b"x" * 5_000_000,
        "ring": b"<gnc-v2><gnc:account><act:type>BANK</act:type><act:id>a</act:id><act:parent>a</act:parent></gnc:account></gnc-v2>",
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(bombs()))
def test_bombs_are_read_or_refused_at_once(name: str) -> None:
    data = bombs()[name]
    readers: list[Parse] = (
        [parse_gnucash] if data[:1] in {b"<", b"\x1f"} else [parse_beancount, parse_hledger]
    )

    for reader in (*readers, detected):
        started = time.process_time()
        with contextlib.suppress(Unreadable):
            sound(reader(data, Hints()))
        assert time.process_time() - started < SECONDS


def test_a_packed_book_is_recognised_and_another_packed_file_is_not() -> None:
    assert detect(gzip.compress(gnucash.book())) == "gnucash"
    assert detect(gzip.compress(b"Date,Amount\n")) == "gzip"
    assert detect(b"\x1f\x8b garbage") == "gzip"
