"""Damaged statement files of every format, from a seed, and what reading them must come to.

One harness for all formats: a new one joins by a line in `TARGETS`. Seeds are a few files written here and the
real ones under ../shared/data. Mutations know bytes, lines, fields and tags, words of the format, and what lies
packed in a zip or in an old workbook's container.

    python -m tests.support.statement_fuzz --rounds 100000 [name ...]

reads so many damaged files of each format, each format in a process of its own with a limit on its memory, and
prints a line for each. The exit code is 1 where one crashed, took more than 2 CPU seconds or 256 MB.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from chalicelib.interchange.model.formats import (
    ColumnMap,
    Hints,
    ParsedFile,
    Row,
    Unreadable,
    parse,
)
from chalicelib.interchange.model.formats.tabular.apps import APPS
from chalicelib.interchange.model.formats.types import SavedProfile
from chalicelib.interchange.model.formats.workbooks.compound import pack, streams
from tests.factories import app_exports
from tests.support import statement_seeds as seeds
from tests.support import workbooks

SLOWEST: Final = 2.0
"""CPU seconds of one file."""
LARGEST: Final = 256
"""Megabytes of a process that reads file after file."""
CORPUS: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "statements"
_WINDOW: Final = 24 * 1024
_ADDRESSES: Final = 1_500 * 1024 * 1024
_NUMBERS: Final = (
    b"0", b"-0", b"1e400", b"NaN", b"Infinity", b"9" * 40, b"99999999999999999999.99", b"1,234", b"1.234", b"-1.234,56",
    b"0" * 50, b"1048576", b"4294967295", "１２".encode(), b"(5)", b"5-", b"\xe2\x88\x925", b"$1", b"1 EUR", b"",
)  # fmt: skip
_ANYWHERE: Final = (
    b'"', b"'", b"<", b">", b"&", b"\0", b"\n", b"\r", b";", b",", b"\t", b"|", b"-", b"(", b'"' * 7, b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xa4", b"\x1a", b"31/12/2020", b"2026-02-30", b"260230", b"sep=;\n", b"EUR", b"JPY", b"CR",
    "\u202e".encode(), "\ud7ff".encode(), b"\xed\xa0\x80", b"a" * 2_000,
)  # fmt: skip
_MARKUP: Final = (
    b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&#9999999;", b"&#xD800;", b"<!DOCTYPE a [", b"<!ENTITY a 'a'>", b"&a;", b"<?",
    b"<a>" * 70, b"</a>", b" x='1'",
)  # fmt: skip
Change = Callable[[random.Random, bytes], bytes]


@dataclass(frozen=True, slots=True)
class Target:
    """What one format is damaged from: its own seeds, the folders of real files, its words.

    `within` damages what is packed in a file instead of the packing.
    """

    own: tuple[bytes, ...]
    folders: tuple[str, ...] = ()
    words: tuple[bytes, ...] = ()
    within: Callable[[random.Random, bytes, Change], bytes] | None = None


def _in_zip(rng: random.Random, data: bytes, change: Change) -> bytes:
    """Damage some members of a zip, or its list of members."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            members = [(info.filename, package.read(info)) for info in package.infolist()]
    except (zipfile.BadZipFile, OSError):
        return change(rng, data)
    spoilt = rng.sample(range(len(members)), k=min(len(members), rng.choice((1, 1, 1, 2))))
    anew = BytesIO()
    with zipfile.ZipFile(anew, "w") as package:
        for at, (name, member) in enumerate(members):
            if at in spoilt and rng.random() < 0.05:
                continue
            kept = change(rng, member) if at in spoilt else member
            package.writestr(zipfile.ZipInfo(name), kept, rng.choice((0, 8)))
    return anew.getvalue()


def _in_container(rng: random.Random, data: bytes, change: Change) -> bytes:
    """Damage the stream of an old workbook."""
    try:
        stream = streams(data, ["Workbook"]).get("Workbook", b"")
    except Unreadable:
        return change(rng, data)
    return pack("Workbook", change(rng, stream[:400_000]))


def _app_exports() -> tuple[bytes, ...]:
    """A small export of every app that is known by its header."""
    cells = (
        "2026-01-31",
        "-12.34",
        "Shop",
        "EUR",
        "5.00",
        "31/01/2026",
        "",
        "Food: Bread",
        "x",
        "7",
    )
    made = []
    for profile in APPS:
        names = [*profile.first, *sorted(profile.header - set(profile.first))]
        rows = [
            ",".join(cells[(at + n) % len(cells)] for at in range(len(names))) for n in range(4)
        ]
        made.append("\n".join([",".join(names), *rows]).encode())
    whole = (text for name, text in vars(app_exports).items() if name.isupper())
    return (*made, *map(str.encode, whole))


TARGETS: Final[dict[str, Target]] = {
    "csv": Target(
        seeds.CSV,
        ("csv",),
        (b"Date", b"Amount", b"Balance", b"Debit", b"D", b"C", b"pending", b"Total"),
    ),
    "apps": Target(
        _app_exports(),
        (),
        (b"Transfer : x", b"Inflow", b"Ready to Assign", b"Split (1/2)", b"COMPLETED"),
    ),
    "ofx": Target(
        (seeds.OFX,),
        ("ofx",),
        (
            *_MARKUP,
            b"<STMTTRN>",
            b"</STMTTRN>",
            b"<OFX>",
            b"<STMTRS>",
            b"</BANKTRANLIST>",
            b"<CURDEF>EUR",
            b"<INVSTMTRS>",
        ),
    ),
    "mt940": Target(
        (seeds.MT940,),
        ("mt940",),
        (b"\n:61:", b"\n:86:", b"\n:20:", b"\n-}", b"?20", b"/REMI/", b":60F:C", b"\n:34F:"),
    ),
    "camt": Target(
        (seeds.CAMT,),
        ("camt",),
        (*_MARKUP, b"<Ntry>", b"</Ntry>", b"<Stmt>", b"<TxDtls>", b"DBIT", b"<Bal>", b"Ccy='X'"),
    ),
    "qif": Target(
        (seeds.QIF,),
        ("qif",),
        (b"\n^\n", b"!Type:Bank\n", b"!Account\n", b"\nS", b"\n$", b"\nD1/1'26", b"T1,000"),
    ),
    "bai2": Target(
        (seeds.BAI2,),
        ("bai2",),
        (b"\n88,", b"\n16,", b"\n03,", b"/", b",,", b"S,1,2,3", b"V,260131,", b"\n49,1,1/"),
    ),
    "litas-esis": Target((seeds.LITAS,), (), (b"\t", b"\n010\t", b"\n020\t", b"D", b"C")),
    "iif": Target(
        (seeds.IIF,),
        (),
        (
            b"\nTRNS\t",
            b"\nSPL\t",
            b"\nENDTRNS\n",
            b"\n!TRNS\t",
            b"\n!ACCNT\t",
            b"CHECK",
            b"INVOICE",
        ),
    ),
    "beancount": Target(
        (seeds.BEANCOUNT,),
        (),
        (b" * ", b"\n  ", b"open", b"balance", b"{", b"@@", b"pad", b"include", b"#t", b"^l"),
    ),
    "hledger": Target(
        (seeds.HLEDGER,),
        (),
        (
            b" = ",
            b"\n    ",
            b"; tag:",
            b"@",
            b"comment\n",
            b"end\n",
            b"~ monthly",
            b"apply account",
        ),
    ),
    "gnucash": Target(
        (seeds.GNUCASH,),
        (),
        (*_MARKUP, b"<gnc:transaction>", b"<trn:split>", b"1/0", b"<split:value>"),
    ),
    "xlsx": Target(
        (
            workbooks.xlsx(),
            workbooks.xlsx(seeds.SHARED_ROWS, strings=seeds.SHARED_STRINGS),
            workbooks.xlsx(*seeds.TWO_SHEETS),
        ),
        ("xlsx",),
        (
            *_MARKUP,
            b"<c ",
            b"<row>",
            b"</row>",
            b' r="XFD1048576"',
            b' t="s"',
            b"<v>",
            b"</v>",
            b"<si>",
            b's="9"',
            b"<is><t>",
        ),
        _in_zip,
    ),
    "xls": Target(
        (workbooks.xls(), workbooks.xls(workbooks.XLS_STATEMENT, workbooks.XLS_STATEMENT)),
        ("xlsx",),
        (
            b"\xfd\0\x0a\0",
            b"\x03\x02\x0e\0",
            b"\x09\x08\x10\0",
            b"\x0a\0\0\0",
            b"\x3c\0\x04\0",
            b"\xff\xff\xff\xff",
            b"\x85\0",
        ),
        _in_container,
    ),
    "ods": Target(
        (workbooks.ods(seeds.ODS_ROWS),),
        (),
        (
            *_MARKUP,
            b'table:number-columns-repeated="9999"',
            b'table:number-rows-repeated="99999"',
            b"<table:table-row>",
        ),
        _in_zip,
    ),
    "spreadsheetml": Target(
        (seeds.SPREADSHEETML,),
        ("xlsx",),
        (*_MARKUP, b'ss:Index="99999"', b"<Row>", b"<Cell>", b'ss:MergeAcross="9"', b"<Data>"),
    ),
    "html": Target(
        (seeds.HTML,),
        (),
        (*_MARKUP, b"<table>", b"<tr>", b"<td>", b"</table>", b"colspan=9", b"<script>", b"&nbsp;"),
    ),
    "zip": Target((workbooks.zipped(dict(seeds.FILES)),), (), (*_MARKUP, b"PK\x03\x04"), _in_zip),
}
"""The formats that are fuzzed."""


def known_files(name: str) -> list[bytes]:
    """Give the seeds of a target; of the real files in a folder those that are of its format."""
    target = TARGETS[name]
    found = list(target.own)
    for folder in target.folders:
        for path in sorted((CORPUS / folder).rglob("*")) if CORPUS.is_dir() else ():
            data = path.read_bytes() if path.is_file() else b""
            wanted = (
                folder != "xlsx"
                or {b"PK": "xlsx", b"\xd0\xcf": "xls", b"<?": "spreadsheetml"}.get(data[:2]) == name
            )
            if data and wanted:
                found.append(data)
    return found


class Mutator:
    """Makes damaged files of one format."""

    def __init__(self, name: str, seed: str) -> None:
        self._target = TARGETS[name]
        self._rng = random.Random(f"{name} {seed}")
        self._known = known_files(name)
        self._words = (*_ANYWHERE, *self._target.words * 3)

    def file(self) -> bytes:
        """Give the next one."""
        data = self._rng.choice(self._known)
        if self._target.within is not None and self._rng.random() < 0.8:
            return self._target.within(self._rng, data, self._changed)
        if len(data) > _WINDOW and self._target.within is None:
            data = data[: self._rng.randrange(_WINDOW // 4, _WINDOW)]
        return self._changed(self._rng, data)

    def hints(self) -> Hints:
        """Give hints as a user might, mostly none."""
        return hints(self._rng)

    def _changed(self, rng: random.Random, data: bytes) -> bytes:
        spoilt = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 3, 5, 8))):
            change = rng.randrange(12)
            if change < 8:
                self._bytes(rng, spoilt, change)
            else:
                self._pieces(rng, spoilt, change)
        return bytes(spoilt)

    def _bytes(self, rng: random.Random, data: bytearray, change: int) -> None:
        at = rng.randrange(len(data) + 1)
        match change:
            case 0 if data:
                data[at % len(data)] ^= 1 << rng.randrange(8)
            case 1 if data:
                data[at % len(data)] = rng.randrange(256)
            case 2:
                del data[at : at + rng.randint(1, 30)]
            case 3 | 4:
                data[at:at] = rng.choice(self._words)
            case 5:
                data[at:at] = data[at : at + rng.randint(1, 200)] * rng.randint(1, 5)
            case 6 if rng.random() < 0.3:
                del data[at:]
            case _:
                other = rng.choice(self._known)
                start = rng.randrange(len(other))
                data[at:at] = other[start : start + 300]

    def _pieces(self, rng: random.Random, data: bytearray, change: int) -> None:
        """Swap, double, drop or replace lines, fields or elements."""
        mark = rng.choice((b"\n", b"\n", b"<", b",", b";", b"\t", b"\0"))
        around = rng.randrange(len(data) + 1)
        start, end = max(0, around - 2_000), around + 2_000
        pieces = bytes(data[start:end]).split(mark)
        one, two = rng.randrange(len(pieces)), rng.randrange(len(pieces))
        match change:
            case 8:
                pieces[one], pieces[two] = pieces[two], pieces[one]
            case 9:
                pieces.insert(one, pieces[two])
            case 10:
                del pieces[one]
            case _:
                pieces[one] = rng.choice(_NUMBERS)
        data[start:end] = mark.join(pieces)


def hints(rng: random.Random) -> Hints:
    """Give hints as a user might, mostly none."""
    if rng.random() < 0.7:
        return Hints()
    columns = ColumnMap(
        date=rng.randint(-1, 8),
        amount=rng.choice([None, 2, 5, 300]),
        money_out=rng.choice([None, 1, 3]),
        money_in=rng.choice([None, 4]),
        direction=rng.choice([None, 0, 6]),
        currency=rng.choice([None, 3]),
        balance=rng.choice([None, 4, 9]),
        payee=(rng.randint(0, 9),),
        status=rng.choice([None, 2]),
        account=rng.choice([None, 1]),
        category=rng.choice([(), (1, 2), (300,)]),
        tags=rng.choice([(), (0,)]),
        other_account=rng.choice([None, 1]),
        original_amount=rng.choice([None, 2]),
        original_currency=rng.choice([None, 3]),
        header_line=rng.choice([None, 1, 3, 100_000]),
    )
    return Hints(
        date_order=rng.choice([None, "dmy", "mdy", "ymd"]),
        decimal=rng.choice([None, ".", ","]),
        delimiter=rng.choice([None, ",", ";", '"', "ab", ""]),
        encoding=rng.choice([None, None, "utf-8", "cp1252", "utf-16", "x", "gb18030"]),
        columns=rng.choice([None, None, columns]),
        currency=rng.choice([None, "EUR", "JPY", "QQQ"]),
        invert_sign=rng.random() < 0.5,
        round_to_currency=rng.random() < 0.5,
        skip_head=rng.choice([0, 0, 1, 5_000]),
        skip_foot=rng.choice([0, 0, 1, 5_000]),
        person=rng.choice(["", "Ana Lima", "x"]),
        profiles=rng.choice([(), (_saved(rng, columns),)]),
    )


def _saved(rng: random.Random, columns: ColumnMap) -> SavedProfile:
    """A profile that somebody saved for this file or for another one."""
    return SavedProfile(
        id="saved",
        hints=Hints(columns=rng.choice([None, columns]), delimiter=rng.choice([None, ";", "~"])),
        header=rng.choice([(), ("Date", "Payee", "Amount", "Balance")]),
        columns=rng.choice([None, 4]),
        is_named=rng.random() < 0.5,
    )


def is_sound(row: Row) -> bool:
    """Tell whether a row is either fit to be imported or says why not."""
    if row.problems:
        return all(problem.code and problem.detail for problem in row.problems)
    return (
        row.booked_on is not None
        and row.amount is not None
        and row.amount.is_finite()
        and row.amount.adjusted() < 38
        and row.payee.isprintable()
        and row.memo.isprintable()
    )


def answer(data: bytes, given: Hints) -> ParsedFile | Unreadable:
    """Read a file; a refusal is an answer too."""
    try:
        return parse(data, hints=given)
    except Unreadable as refusal:
        return refusal


@dataclass(slots=True)
class Tally:
    """What came of the damaged files of one format."""

    read: int = 0
    rows: int = 0
    refused: int = 0
    slowest: float = 0.0


def run(name: str, rounds: int, seed: str = "2026") -> Tally:
    """Read damaged files; raise where one crashes, or comes to a row that is neither fit nor flawed."""
    mutator = Mutator(name, seed)
    tally = Tally()
    for turn in range(rounds):
        data, given = mutator.file(), mutator.hints()
        started = time.process_time()
        try:
            found = answer(data, given)
            _check(found)
        except BaseException:
            print(
                f"{name}, seed {seed}, turn {turn}: {given}, kept as {_keep(data)}", file=sys.stderr
            )
            raise
        spent = time.process_time() - started
        if spent > SLOWEST:
            print(
                f"{name}, seed {seed}, turn {turn}: {spent:.1f} s, kept as {_keep(data)}",
                file=sys.stderr,
            )
        tally.slowest = max(tally.slowest, spent)
        if isinstance(found, Unreadable):
            tally.refused += 1
        else:
            tally.read += 1
            tally.rows += len(found.rows)
    return tally


def _check(found: ParsedFile | Unreadable) -> None:
    if isinstance(found, Unreadable):
        assert found.reason
        assert found.detail
    else:
        bad = [row for row in found.rows if not is_sound(row)]
        assert not bad, bad[0]


def _keep(data: bytes) -> str:
    with tempfile.NamedTemporaryFile(prefix="statement-fuzz-", delete=False) as kept:
        kept.write(data)
    return kept.name


def peak_mb() -> int:
    """Give the most memory that this process has had; `ru_maxrss` would count what it was forked from."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def _child(name: str, rounds: int, seed: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    started = time.process_time()
    tally = run(name, rounds, seed)
    spent = time.process_time() - started
    print(
        f"| {name} | {rounds:,} | {tally.read:,} ({tally.rows:,} rows) | {tally.refused:,} | 0 | {tally.slowest:.2f} | "
        f"{peak_mb()} | {spent:,.0f} |",
        flush=True,
    )
    sys.exit(tally.slowest > SLOWEST or peak_mb() > LARGEST)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line per format; give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.statement_fuzz")
    parser.add_argument("names", nargs="*", choices=[[], *TARGETS])
    parser.add_argument("--rounds", type=int, default=1_000)
    parser.add_argument("--seed", default="2026")
    parser.add_argument("--here", action="store_true", help="in this process")
    chosen = parser.parse_args(arguments)
    names = chosen.names or list(TARGETS)
    if chosen.here:
        _child(names[0], chosen.rounds, chosen.seed)
    print(
        "| Format | Damaged files | Read | Refused | Crashes | Slowest, CPU s | Peak MB | CPU s |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    failed = 0
    for name in names:
        command = [sys.executable, "-m", "tests.support.statement_fuzz", "--here", name]
        command += ["--rounds", str(chosen.rounds), "--seed", chosen.seed]
        environment = {**os.environ, "RUST_BACKTRACE": "0"}
        code = subprocess.run(command, check=False, env=environment).returncode
        if code:
            failed += 1
            print(f"| {name} | FAILED, exit code {code} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
