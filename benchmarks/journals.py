"""How fast journals are read and written: transactions per CPU second, beside their own programs.

`python -m benchmarks.journals [transactions]` makes journals of 10,000 transactions (four kinds in turn: an
expense, a split one, a transfer, money abroad), reads each with every reader in turn, three times, and takes
the best. Beancount's loader has a lexer and parser in C and books lots; hledger is a compiled program, whose start
is part of its time, and `bal` makes it sum every account, which is what our statements are. The writers are timed
over the same number of lines.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from chalicelib.interchange.model.formats import parse
from chalicelib.interchange.model.writers.beancount import BeancountWriter
from chalicelib.interchange.model.writers.hledger import HledgerWriter
from chalicelib.interchange.model.writers.types import (
    AccountLine,
    Book,
    CategoryLine,
    Line,
    PartLine,
    TransferLine,
    Writer,
)

TRANSACTIONS: Final = 10_000
_TURNS: Final = 3
_BOOK: Final = Book(
    accounts=tuple(
        AccountLine(id=code, name=f"Account {code}", kind="bank", currency=code, opening_minor=100)
        for code in ("EUR", "USD", "GBP")
    ),
    categories=tuple(
        CategoryLine(id=f"c{at}", path=("Living", f"Category {at}"), kind="expense") for at in range(20)
    ),
    made_at=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip


def line(at: int) -> Line:
    """Make a transaction; the number decides on its kind."""
    minor = -(at % 9_973) - 100
    day = date(2020, 1, 1) + timedelta(days=at // 12)
    plain = Line(
        f"t{at}", "EUR", day, minor, "EUR", f"Shop {at % 500}", "Card payment", f"c{at % 20}"
    )
    if at % 4 == 1:
        parts = tuple(PartLine(str(n), minor if n else -minor, f"c{n}") for n in range(3))
        return plain._replace(parts=parts, category_id=None)
    if at % 4 == 2:
        transfer = TransferLine("USD", -minor * 11 // 10, "USD", None, 25, "c1")
        return plain._replace(transfer=transfer, category_id=None, kind="transfer")
    if at % 4 == 3:
        return plain._replace(
            tags=("trip", "food"), original_minor=minor * 2, original_currency="USD"
        )
    return plain  # fmt: skip


def written(writer: Writer, count: int) -> bytes:
    """Write an export as the job does."""
    pieces = [*writer.begin(_BOOK), *writer.lines(map(line, range(count))), *writer.end()]
    return b"".join(pieces)


def _beancount(count: int) -> bytes:
    return written(BeancountWriter(), count)


def _hledger(count: int) -> bytes:
    return written(HledgerWriter(), count)


def book(count: int) -> bytes:
    """Make a book of GnuCash with transactions of two splits."""
    from tests.factories import gnucash

    made = (
        gnucash.transaction(
            f"t{at}",
            date(2020, 1, 1) + timedelta(days=at // 12),
            f"Shop {at % 500}",
            [("bank", -at - 1, -at - 1), ("food", at + 1, at + 1)],
        )
        for at in range(count)
    )
    return gnucash.file(*made)


def ours(data: bytes) -> None:
    """Read with the reader of this project, up to statements."""
    parse(data)


def loader(data: bytes) -> None:
    """Read with Beancount's own loader."""
    from beancount import loader as beancount

    load: Any = beancount.load_string
    _, errors, _ = load(data.decode())
    if errors:
        raise SystemExit(f"Beancount complains: {errors[0].message}")


def hledger(data: bytes) -> None:
    """Read and sum with hledger."""
    with tempfile.NamedTemporaryFile(suffix=".journal") as file:
        Path(file.name).write_bytes(data)
        program = shutil.which("hledger") or "hledger"
        subprocess.run([program, "-f", file.name, "bal", "-N"], check=True, capture_output=True)


def expat(data: bytes) -> None:
    """Walk the XML without looking at it: nobody reads it faster in Python."""
    from xml.parsers import expat as parsers

    parser = parsers.ParserCreate()
    parser.StartElementHandler = lambda *_: None
    parser.EndElementHandler = lambda *_: None
    parser.CharacterDataHandler = lambda *_: None
    parser.Parse(data, True)


def _cpu() -> float:
    """CPU seconds of this process and the programs that it ran."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + used.ru_utime + used.ru_stime


def best(run: Callable[[], object]) -> float:
    """Give the best CPU seconds of some turns."""
    found = []
    for _ in range(_TURNS):
        started = _cpu()
        run()
        found.append(_cpu() - started)
    return min(found)


def main(arguments: list[str]) -> None:
    """Print a row for each format."""
    count = int(arguments[0]) if arguments else TRANSACTIONS
    print(f"{count:,} transactions; thousands per CPU second, and how often the other one's speed")
    for name, make, other in (
        ("beancount", partial(_beancount, count), loader),
        ("hledger", partial(_hledger, count), hledger),
        ("gnucash", partial(book, count), expat),
    ):
        data = make()
        mine, theirs = best(partial(ours, data)), None
        if other is not hledger or shutil.which("hledger"):
            theirs = best(partial(other, data))
        beside = (
            f"{other.__name__} {count / theirs / 1000:.1f} ({theirs / mine:.2f})"
            if theirs
            else "no judge"
        )
        print(f"{name:<10} {len(data) / 1024**2:5.1f} MB  read {count / mine / 1000:.1f}, {beside}")
        if name != "gnucash":
            print(f"{'':<20} written {count / best(make) / 1000:.1f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
