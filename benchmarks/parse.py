"""How fast statements are read: transactions per CPU second, and memory added, beside others and the floor.

`python -m benchmarks.parse [sizes ...]` makes statements of 1,000, 10,000 and 100,000 rows and reads
each with every reader, in turn, five times; the best turn counts, so a busy machine hurts all alike.

The floors are what nobody can beat in Python: `csv.DictReader` with one Decimal a row, and one
regular expression with one dictionary and one Decimal a transaction, both without any check. ofxtools is
the strict library that the tests use as a second opinion; it is read up to 10,000 rows only.
"""

from __future__ import annotations

import csv
import io
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

SIZES: Final = (1_000, 10_000, 100_000)
_TURNS: Final = 5
_STRICT_LIMIT: Final = 10_000
_OFX_TAGS: Final = re.compile(r"<([A-Z]+)>([^<\n]*)")


@dataclass(frozen=True, slots=True)
class Reader:
    """One way to read one kind of file: how many rows it finds."""

    name: str
    read: Callable[[bytes], int]


def csv_statement(rows: int) -> bytes:
    """Make a table of signed amounts with currency, running balance and reference."""
    rng = random.Random(1)
    lines = ["Date,Description,Amount,Currency,Balance,Reference"]
    balance = 0
    for at in range(rows):
        cents = rng.randint(-99_999, 99_999)
        balance += cents
        day = date(2020, 1, 1) + timedelta(days=at // 60)
        amount, after = Decimal(cents).scaleb(-2), Decimal(balance).scaleb(-2)
        lines.append(f'{day},"Shop {rng.randint(1, 5000)}, Town",{amount},EUR,{after},REF{at}')
    return "\n".join(lines).encode()


def ofx_statement(rows: int, *, xml: bool = False) -> bytes:
    """Make a bank statement in OFX 1.x (SGML) or 2.x (XML)."""
    rng = random.Random(1)
    end = "</{0}>".format if xml else "".format
    head = '<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
    if not xml:
        head = (
            "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
            "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
        )

    def leaf(name: str, value: object) -> str:
        return f"<{name}>{value}{end(name)}\n"

    status = f"<STATUS>{leaf('CODE', 0)}{leaf('SEVERITY', 'INFO')}</STATUS>"
    parts = [
        head,
        f"<OFX><SIGNONMSGSRSV1><SONRS>{status}{leaf('DTSERVER', '20230101')}{leaf('LANGUAGE', 'ENG')}",
        f"</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS>{leaf('TRNUID', 1)}{status}<STMTRS>",
        leaf("CURDEF", "USD"),
        f"<BANKACCTFROM>{leaf('BANKID', 1)}{leaf('ACCTID', 2)}{leaf('ACCTTYPE', 'CHECKING')}</BANKACCTFROM>",
        f"<BANKTRANLIST>{leaf('DTSTART', '20200101')}{leaf('DTEND', '20230101')}",
    ]
    for at in range(rows):
        day = date(2020, 1, 1) + timedelta(days=at // 60)
        parts.append(
            f"<STMTTRN>\n{leaf('TRNTYPE', 'DEBIT')}{leaf('DTPOSTED', f'{day:%Y%m%d}120000')}"
            f"{leaf('TRNAMT', Decimal(rng.randint(-99_999, 99_999)).scaleb(-2))}{leaf('FITID', f'F{at}')}"
            f"{leaf('NAME', f'Shop {rng.randint(1, 5000)}')}{leaf('MEMO', f'Card payment {at % 77}')}</STMTTRN>\n"
        )
    parts.append("</BANKTRANLIST><LEDGERBAL>")
    parts.append(
        f"{leaf('BALAMT', '1.00')}{leaf('DTASOF', '20230101')}</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>"
    )
    return "".join(parts).encode()


def ours(data: bytes) -> int:
    """Read with the parser of this project, everything checked."""
    from chalicelib.interchange.model.formats import parse

    return len(parse(data).rows)


def dict_reader(data: bytes) -> int:
    """Read with the standard library: a dictionary and a Decimal a row, no check."""
    rows = [
        (row["Date"], Decimal(row["Amount"])) for row in csv.DictReader(io.StringIO(data.decode()))
    ]
    return len(rows)


def regular_expression(data: bytes) -> int:
    """Read with one expression, a dictionary and a Decimal a transaction, no check."""
    rows = []
    for body in data.decode().split("<STMTTRN>")[1:]:
        fields = dict(_OFX_TAGS.findall(body))
        rows.append((fields["DTPOSTED"], Decimal(fields["TRNAMT"])))
    return len(rows)


def ofxtools(data: bytes) -> int:
    """Read with the strict library."""
    from ofxtools.Parser import OFXTree

    tree = OFXTree()
    tree.parse(io.BytesIO(data))
    return len(tree.convert().statements[0].transactions)


KINDS: Final = {
    "csv": (csv_statement, (Reader("ours", ours), Reader("DictReader + Decimal", dict_reader))),
    "ofx1": (
        ofx_statement,
        (Reader("ours", ours), Reader("one expression", regular_expression), Reader("ofxtools", ofxtools)),
    ),
    "ofx2": (
        lambda rows: ofx_statement(rows, xml=True),
        (Reader("ours", ours), Reader("one expression", regular_expression), Reader("ofxtools", ofxtools)),
    ),
}  # fmt: skip


def measure(data: bytes, readers: tuple[Reader, ...], rows: int) -> dict[str, float]:
    """Give the best CPU seconds of each reader, taken in turns."""
    best = dict.fromkeys((reader.name for reader in readers), float("inf"))
    for _ in range(_TURNS):
        for reader in readers:
            started = time.process_time()
            found = reader.read(data)
            best[reader.name] = min(best[reader.name], time.process_time() - started)
            if found != rows:
                raise SystemExit(f"{reader.name} found {found} rows of {rows}")
    return best


def memory(kind: str, rows: int) -> str:
    """Give the megabytes that reading adds, in a process of its own that did not make the file."""
    make, _ = KINDS[kind]
    with tempfile.NamedTemporaryFile() as file:
        file.write(make(rows))
        file.flush()
        command = [sys.executable, "-m", "benchmarks.parse", "--memory", file.name]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _print_memory(path: Path) -> None:
    from chalicelib.interchange.model.formats import parse

    parse(csv_statement(10))
    parse(ofx_statement(10))
    data = path.read_bytes()
    before = _peak_kilobytes()
    parsed = parse(data)
    after = _peak_kilobytes()
    print(
        f"{(after - before) / 1024:.0f} MB at most for {len(data) / 1024**2:.0f} MB of file, {len(parsed.rows)} rows"
    )


def _peak_kilobytes() -> int:
    """The process's own peak; `ru_maxrss` would be that of the process it was forked from."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.split("VmHWM:")[1].split()[0])


def main(arguments: list[str]) -> None:
    """Print a row per kind and size."""
    if arguments[:1] == ["--memory"]:
        _print_memory(Path(arguments[1]))
        return
    sizes = [int(text) for text in arguments] or list(SIZES)
    print(f"{'kind':<6}{'rows':>8}  transactions per CPU second (share of the floor)")
    for kind, (make, readers) in KINDS.items():
        for rows in sizes:
            wanted = tuple(r for r in readers if r.name != "ofxtools" or rows <= _STRICT_LIMIT)
            best = measure(make(rows), wanted, rows)
            floor = best[readers[1].name]
            shown = ", ".join(
                f"{name} {rows / seconds:,.0f} ({floor / seconds:.2f})"
                for name, seconds in best.items()
            )
            print(f"{kind:<6}{rows:>8}  {shown}", flush=True)
        print(f"{kind:<6}{max(sizes):>8}  adds {memory(kind, max(sizes))}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
