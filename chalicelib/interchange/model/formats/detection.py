"""Which format a file has: recognised by its content, because names lie and phones drop them."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from chalicelib.interchange.model.formats.journals.signs import journal_format
from chalicelib.interchange.model.formats.types import MAX_BYTES, Hints, ParsedFile, Unreadable
from chalicelib.kernel.regex import regex

_HEAD: Final = 64 * 1024
_DIRECTORY: Final = 256 * 1024
_MAGIC: Final = (
    (b"PK\x03\x04", "zip", "a zip archive"),
    (b"\xd0\xcf\x11\xe0", "xls", "an old Excel workbook"),
    (b"%PDF", "pdf", "a PDF"),
    (b"\x1f\x8b", "gzip", "a compressed file"),
    (b"\x89PNG", "image", "a picture"),
    (b"\xff\xd8\xff", "image", "a picture"),
    (b"GIF8", "image", "a picture"),
    (b"{\\rtf", "rtf", "a word-processor document"),
    (b"SQLite format 3\0", "sqlite", "an app's database"),
)
_SIGNS: Final = (
    # ours come first: whatever people have written in them is none of the other signs
    (
        "csv",
        regex(rb"\Adate,account,payee,amount,currency,category,tags,notes,status,kind,part,"),
    ),
    ("jsonl", regex(rb'\A\s*+\{"type": ?"export", ?"format": ?"xpense"')),
    ("ofx", regex(rb"OFXHEADER|<OFX[\s>]", re.IGNORECASE)),
    ("camt", regex(rb"urn:iso:std:iso:20022:tech:xsd:camt|<BkToCstmr")),
    ("qif", regex(rb"^!(?:Type|Account|Option|Clear)\b", re.IGNORECASE | re.MULTILINE)),
    ("mt940", regex(rb"^:(?:20|25|28C?|34F|NS|6[0-5][FM]?|86):", re.MULTILINE)),
    ("iif", regex(rb"^\"?!(?:TRNS|SPL|HDR|ACCNT)\"?[\t\r\n]", re.MULTILINE)),
    ("bai2", regex(rb"\A\s*+01,[^,\n]*,[^,\n]*,\d{6},")),
    ("litas-esis", regex(rb"\A000\t\d{8}\t")),
    ("gnucash", regex(rb"\A\s*+(?:<\?xml[^>]{0,200}>\s*+)?<(?:gnc-v2|gnc:)")),
    ("spreadsheetml", regex(rb"urn:schemas-microsoft-com:office:spreadsheet")),
    (
        "html",
        regex(
            rb"\A\s*+(?:<\?xml[^>]{0,200}>\s*+)?<(?:!doctype html|html|head|meta|table|body|style|div|center)",
            re.IGNORECASE,
        ),
    ),
    ("xml", regex(rb"\A\s*+<\?xml")),
    ("json", regex(rb"\A\s*+[\[{]\s*+[\"\[{]")),
)
_ARCHIVES: Final = frozenset({"zip", "gzip"})
_WORKBOOKS: Final = frozenset({"xlsx", "xls", "ods", "spreadsheetml", "html"})
_NAMES: Final = {
    "xml": "an XML file other than OFX",
    "json": "a JSON file",
} | {name: words for _, name, words in _MAGIC}


def detect(data: bytes) -> str:
    """Name the format by content: `ofx`, `csv` (any delimited text), or one that is not read here."""
    for magic, name, _ in _MAGIC:
        if data.startswith(magic):
            return _packed(data, name)
    head = data[:_HEAD]
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"} or head.count(0) * 3 > len(head):
        head = head.replace(b"\0", b"").lstrip(b"\xff\xfe")
    head = head.removeprefix(b"\xef\xbb\xbf")
    known = next((name for name, sign in _SIGNS if sign.search(head)), None)
    return known or journal_format(head) or "csv"


def _packed(data: bytes, name: str) -> str:
    """Tell workbooks from other zips, by the names in the directory at the end, and packed books of GnuCash."""
    if name == "gzip" and _is_gnucash(data):
        return "gnucash"
    if name != "zip":
        return name
    directory = data[max(0, data.rfind(b"PK\x05\x06") - _DIRECTORY) :]
    if b"xl/workbook." in directory:
        return "xlsx"
    return "ods" if b"content.xml" in directory and b"mimetype" in directory else "zip"


def holds_tables(data: bytes) -> bool:
    """Tell whether a file is, or may hold, a table: text, a workbook or an archive, whose columns a profile may name."""
    return detect(data) in {"csv", *_WORKBOOKS, *_ARCHIVES}


def parse(data: bytes, *, filename: str = "", hints: Hints | None = None) -> ParsedFile:
    """Read a statement file of any known format.

    Refuses with `Unreadable` what is empty, too large, binary, of another format, or no statement.
    Flaws of single rows are in the rows, remarks on the file in its notes. `filename` is only used
    in the wording of a refusal.
    """
    hints = hints or Hints()
    if len(data) > MAX_BYTES:
        raise Unreadable("too-large", f"The file has {len(data)} bytes; {MAX_BYTES} are allowed.")
    with _collector_paused():
        return _parse(data, filename, hints)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Hold the cycle collector while rows are made: they form no cycles, and a file makes many.

    Measured: with it, half of the time of a large file went into looking at rows again and again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _parse(data: bytes, filename: str, hints: Hints) -> ParsedFile:
    found = detect(data)
    if found in _WORKBOOKS:
        from chalicelib.interchange.model.formats.workbooks import parse_workbook

        return parse_workbook(data, found, hints)
    if found == "zip":
        from chalicelib.interchange.model.formats.archives import parse_archive

        def read(member: bytes, name: str) -> ParsedFile:
            return _parse(member, name, hints)

        return parse_archive(data, read, lambda member: detect(member) in _ARCHIVES)
    reader = _READERS.get(found)
    if reader is None:
        detail = f"{_shown(filename)} is {_NAMES[found]}, which is not read yet."
        raise Unreadable("unsupported-format", detail)
    return reader(data, hints)


def _ofx(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.ofx import parse_ofx

    return parse_ofx(data, hints)


def _litas_esis(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.litas_esis import parse_litas_esis

    return parse_litas_esis(data, hints)


def _mt940(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.mt940 import parse_mt940

    return parse_mt940(data, hints)


def _camt(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.camt import parse_camt

    return parse_camt(data, hints)


def _qif(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.qif import parse_qif

    return parse_qif(data, hints)


def _bai2(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.bai2 import parse_bai2

    return parse_bai2(data, hints)


def _iif(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.iif import parse_iif

    return parse_iif(data, hints)


def _jsonl(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.jsonl import parse_jsonl

    return parse_jsonl(data, hints)


def _csv(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.tabular import parse_csv

    return parse_csv(data, hints)


def _is_gnucash(data: bytes) -> bool:
    from chalicelib.interchange.model.formats.gnucash import is_gnucash

    return is_gnucash(data)


def _gnucash(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.gnucash import parse_gnucash

    return parse_gnucash(data, hints)


def _beancount(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.journals.beancount import parse_beancount

    return parse_beancount(data, hints)


def _hledger(data: bytes, hints: Hints) -> ParsedFile:
    from chalicelib.interchange.model.formats.journals.hledger import parse_hledger

    return parse_hledger(data, hints)


_READERS: Final[Mapping[str, Callable[[bytes, Hints], ParsedFile]]] = {
    "ofx": _ofx,
    "litas-esis": _litas_esis,
    "mt940": _mt940,
    "camt": _camt,
    "qif": _qif,
    "bai2": _bai2,
    "iif": _iif,
    "jsonl": _jsonl,
    "gnucash": _gnucash,
    "beancount": _beancount,
    "hledger": _hledger,
    "csv": _csv,
}
"""Each reader is imported where it is used: a worker that only meets CSV never loads OFX."""


def _shown(filename: str) -> str:
    suffix = filename.rpartition(".")[2] if "." in filename else ""
    return f"The .{suffix[:5].lower()} file" if suffix.isalnum() else "The file"
