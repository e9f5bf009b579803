from __future__ import annotations

import gc
import re
from pathlib import Path

import pytest

from chalicelib.interchange.model import formats
from chalicelib.interchange.model.formats import Unreadable, detect, parse
from tests.support import workbooks

OFX = b"OFXHEADER:100\n\n<OFX><STMTRS></STMTRS></OFX>"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (OFX, "ofx"),
        (b"\n\n\n<ofx>", "ofx"),
        (b'<?xml version="1.0"?>\n<?OFX OFXHEADER="200"?><OFX>', "ofx"),
        (b"\xef\xbb\xbf" + OFX, "ofx"),
        (OFX.decode().encode("utf-16"), "ofx"),
        (b"Date,Amount\n2020-01-01,1", "csv"),
        (b"!Type:Bank\nD1/1/20\nT5\n^", "qif"),
        (b"!Account\nNCash\n^", "qif"),
        (b"{1:F01}{4:\n:20:1\n:25:1\n:28C:1\n", "mt940"),
        (b":61:1409010902DR1,62NTRF", "mt940"),
        (b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">', "camt"),
        (b"01,A,B,210706,1249,1,,,2/\n", "bai2"),
        (b"000\t20120304\t\tX\n010\t1", "litas-esis"),
        (b"PK\x03\x04", "zip"),
        (workbooks.xlsx(), "xlsx"),
        (workbooks.ods(""), "ods"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "spreadsheetml",
        ),
        (b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">', "html"),
        (b"<table border=1><tr>", "html"),
        (b"\xd0\xcf\x11\xe0", "xls"),
        (b"%PDF-1.7", "pdf"),
        (b"\x1f\x8b", "gzip"),
        (b"<!DOCTYPE html><html>", "html"),
        (b'{"a": 1}', "json"),
        (b"<?xml version='1.0'?><a/>", "xml"),
    ],
)
def test_a_format_is_recognised_by_its_content(data: bytes, name: str) -> None:
    assert detect(data) == name


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"\x1f\x8b", b"{\\rtf1"])
def test_another_format_is_refused_by_its_name(data: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse(data, filename="statement.csv")

    assert refusal.value.reason == "unsupported-format"
    assert ".csv" in refusal.value.detail


def test_a_wrong_suffix_does_not_matter() -> None:
    assert parse(b"Date,Amount\n2020-01-31,-1.00\n", filename="x.ofx").format == "csv"


def test_the_collector_is_left_as_it_was() -> None:
    parse(b"Date,Amount\n2020-01-31,-1.00\n")
    assert gc.isenabled()

    gc.disable()
    try:
        parse(b"Date,Amount\n2020-01-31,-1.00\n")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_every_code_that_the_readers_use_is_listed_for_clients() -> None:
    listed = set(re.findall(r"[a-z]+(?:-[a-z]+)*", formats.__doc__ or ""))
    used: set[str] = set()
    for path in Path(formats.__file__).parent.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        for before in (r"Unreadable\(", r"Flaw\(", r"notes\.add\(", r"Problem\([^\"]*"):
            used.update(re.findall(rf'{before}\s*"([a-z-]+)"', source))
        used.update(re.findall(r'code, detail = "([a-z-]+)"', source))

    assert len(used) > 40
    assert used <= listed | {"amount", "status", "date"}
