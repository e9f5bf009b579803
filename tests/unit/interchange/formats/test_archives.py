"""Zips of several statement files: each is read, what is none is noted, traps are refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.interchange.model.formats import ParsedFile, Unreadable, parse
from chalicelib.interchange.model.formats.archives import parse_archive
from chalicelib.interchange.model.formats.types import Extras
from tests.support import workbooks

CSV = b"Date,Payee,Amount\n2026-01-31,Shop,-1.50\n"
MT940 = b":20:A\n:25:10020030/1\n:60F:C260131EUR5,00\n:61:2601310131DR1,00NTRFX\n:86:Rent\n:62F:C260131EUR4,00\n-\n"


def codes(parsed: ParsedFile) -> list[str]:
    return [note.code for note in parsed.notes]


def refusal(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as found:
        parse(data)
    return found.value


def test_every_file_of_a_zip_is_read_by_its_content_and_keeps_its_lines() -> None:
    data = workbooks.zipped({"a/jan.txt": CSV, "b.csv": MT940, "c.bin": workbooks.xlsx()})

    parsed = parse(data)

    assert (parsed.format, parsed.dialect) == ("zip", "csv mt940 xlsx")
    assert [(one.source, one.rows[0].line, one.rows[0].amount) for one in parsed.statements] == [
        ("a/jan.txt", 2, Decimal("-1.50")),
        ("b.csv", 4, Decimal("-1.00")),
        ("c.bin", 2, Decimal("-19.99")),
    ]
    assert all(note.detail.startswith("File “") for note in parsed.notes)


def test_what_operating_systems_leave_beside_files_is_ignored() -> None:
    junk: dict[str, str | bytes] = {
        "__MACOSX/._a.csv": b"\0\1", ".DS_Store": b"x", "x/": b"", "x/Thumbs.db": b"x", "x/.hidden": b"x",
    }  # fmt: skip

    parsed = parse(workbooks.zipped({**junk, "x/a.csv": CSV}))

    assert len(parsed.rows) == 1
    assert "file-left-out" not in codes(parsed)
    assert parsed.columns is not None
    assert refusal(workbooks.zipped(junk)).reason == "empty-file"


def test_the_same_content_counts_once() -> None:
    parsed = parse(workbooks.zipped({"a.csv": CSV, "copy of a.csv": CSV}))

    assert len(parsed.rows) == 1
    assert "same-content" in codes(parsed)


def test_files_that_cannot_be_read_are_noted_and_fatal_only_if_all_are() -> None:
    letter = b"Dear customer, here are your statements."

    parsed = parse(workbooks.zipped({"letter.txt": letter, "a.csv": CSV, "b.pdf": b"%PDF-1.7"}))

    assert len(parsed.rows) == 1
    assert codes(parsed).count("file-left-out") == 2
    assert refusal(workbooks.zipped({"letter.txt": letter})).reason == "not-a-statement"
    assert "letter.txt" in refusal(workbooks.zipped({"letter.txt": letter})).detail


def test_a_zip_within_a_zip_is_not_opened() -> None:
    inner = workbooks.zipped({"a.csv": CSV})

    assert refusal(workbooks.zipped({"inner.zip": inner})).reason == "unsupported-format"
    parsed = parse(workbooks.zipped({"inner.zip": inner, "b.csv": CSV, "c.gz": b"\x1f\x8bx"}))
    assert codes(parsed).count("file-left-out") == 2


def test_workbooks_in_a_zip_are_measured_together() -> None:
    sheet = workbooks.STATEMENT + '<row r="3"/>' * 700_000
    data = workbooks.zipped({f"{n}.xlsx": workbooks.xlsx(sheet + f"<!--{n}-->") for n in range(9)})

    assert refusal(data).reason == "too-complex"


def test_a_damaged_or_locked_file_is_not_the_others_fault() -> None:
    data = workbooks.zipped({"a.csv": CSV, "b.csv": CSV + b"\n"}, method=0)
    spoilt = data.replace(b"-1.50\n\n", b"-1.51\n\n")
    locked = bytearray(data)
    locked[data.rindex(b"PK\x01\x02") + 8] |= 1

    for one in (spoilt, bytes(locked)):
        parsed = parse(one)
        assert len(parsed.rows) == 1
        assert "file-left-out" in codes(parsed)


def test_zips_beyond_all_bounds_are_refused() -> None:
    many = workbooks.zipped({f"{n}.csv": CSV + b"%d" % n for n in range(51)})
    rows = b"".join(b"2026-01-31,Shop %d,-1.50\n" % n for n in range(110_000))
    long = workbooks.zipped({"a.csv": CSV + rows, "b.csv": CSV + b"\n" + rows})

    assert refusal(many).reason == "too-complex"
    assert refusal(long).reason == "too-many-rows"
    assert refusal(workbooks.zipped({"a.csv": CSV})[:-30]).reason == "damaged-workbook"


def test_transfers_of_two_files_that_are_numbered_alike_stay_apart() -> None:
    rows = parse(CSV + b"2026-01-31,Shop,1.50\n").rows
    paired = tuple(row._replace(extras=Extras(transfer="1")) for row in rows)

    def read(data: bytes, name: str) -> ParsedFile:
        assert data, name
        one = parse(CSV).statements[0]
        return ParsedFile("csv", "", "utf-8", (replace(one, rows=paired),))

    data = workbooks.zipped({"a.csv": CSV, "b.csv": CSV + b"\n"})
    found = [row.extras for row in parse_archive(data, read, lambda _: False).rows]

    assert [one.transfer for one in found if one] == ["0/1", "0/1", "1/1", "1/1"]
