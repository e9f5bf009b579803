"""Bytes to text: the encoding is what the bytes show, not what a header claims.

Statements come in UTF-8 with and without mark, UTF-16, GB18030 and the single-byte encodings of
Windows. The amounts never depend on the choice; names do.
"""

from __future__ import annotations

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Final

from chalicelib.interchange.model.formats.alphabets import ALPHABETS, PUNCTUATION
from chalicelib.interchange.model.formats.types import MAX_BYTES, Unreadable, quoted
from chalicelib.kernel.values import dataclass

_SAMPLE: Final = 256 * 1024
_BLOCK: Final = 256 * 1024
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS: Final = bytes(sorted(set(range(32)) - set(b"\t\n\r\f\v\x1a\x1b")))
_HIGH_RUNS: Final = re.compile(rb"[\x80-\xff]+")
_ENCODING_NAMES: Final = (
    "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 cp1250 cp1251 cp1252 cp1253 cp1254 cp1257 "
    "latin-1 iso8859-2 iso8859-15 koi8-r mac-roman cp437 cp850 gb18030 big5 shift_jis euc-kr"
)
ENCODINGS: Final = frozenset(_ENCODING_NAMES.split())
"""What a user may name as the encoding of a file."""
_DECLARED: Final = {
    "1252": "cp1252",
    "8859-1": "cp1252",
    "ISO-8859-1": "cp1252",
    "ISO8859-1": "cp1252",
    "1250": "cp1250",
    "1251": "cp1251",
    "1257": "cp1257",
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the name of its encoding, and whether that was certain or only the best guess."""

    text: str
    encoding: str
    guessed: bool = False
    damaged: int = 0


def decode(data: bytes, *, hint: str | None = None, declared: str | None = None) -> Decoded:
    """Decode a whole file; refuse what is empty, too large or not text.

    `hint` is the user's own word and is tried first; `declared` is the file's, believed only where
    the bytes leave it open.
    """
    if not data.strip(b"\x00 \t\r\n\x1a"):
        raise Unreadable("empty-file", "The file is empty.")
    if len(data) > MAX_BYTES:
        raise Unreadable("too-large", f"The file has {len(data)} bytes; {MAX_BYTES} are allowed.")
    padded = data.rstrip(b"\x00\x1a")
    if len(padded) < len(data) and 0 not in padded:
        data = padded  # one bank ends its files with a zero byte, CP/M did with a Ctrl-Z
    decoded = _by_hint(data, hint) or _by_mark(data) or _by_zero_bytes(data)
    if decoded is None:
        _refuse_binary(data)
        decoded = _by_utf8(data) or _by_letters(data, declared)
    if "\x00" in decoded.text:
        raise Unreadable("binary", "The file holds zero bytes: it is not a text file.")
    return decoded


def _by_hint(data: bytes, hint: str | None) -> Decoded | None:
    if hint is None:
        return None
    if hint not in ENCODINGS:
        raise Unreadable("wrong-encoding", f"There is no encoding called {quoted(hint)}.")
    try:
        return Decoded(data.decode(hint).removeprefix("\ufeff"), hint)
    except UnicodeError as error:
        raise Unreadable("wrong-encoding", f"The file is not text in {hint}.") from error


def _by_mark(data: bytes) -> Decoded | None:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _lenient(data, name)
    return None


def _lenient(data: bytes, name: str) -> Decoded:
    """Decode what is known to be `name`, keeping count of what is broken in it."""
    text = data.decode(name, errors="replace").removeprefix("\ufeff")
    damaged = text.count("\ufffd")
    if damaged * 10 > len(text):
        raise Unreadable("wrong-encoding", f"The file claims to be {name} but is not.")
    return Decoded(text, name, damaged=damaged)


def _by_zero_bytes(data: bytes) -> Decoded | None:
    """Recognise UTF-16 without its mark: every other byte of mostly Latin text is zero."""
    sample = data[:4096]
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd * 10 > half * 7 and even * 10 < half:
        return _lenient(data, "utf-16-le")
    if even * 10 > half * 7 and odd * 10 < half:
        return _lenient(data, "utf-16-be")
    return None


def _refuse_binary(data: bytes) -> None:
    if 0 in data:
        raise Unreadable("binary", "The file holds zero bytes: it is not a text file.")
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > 8 and controls * 100 > len(data):
        raise Unreadable("binary", "The file is full of control characters: it is not a text file.")


def _by_utf8(data: bytes) -> Decoded | None:
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    intact = len(text) - damaged - len(data.translate(None, bytes(range(128, 256))))
    # A few broken bytes among many intact characters: a cut or damaged UTF-8 file, no other one.
    return Decoded(text, "utf-8", damaged=damaged) if intact > 4 * damaged else None


def _by_letters(data: bytes, declared: str | None) -> Decoded:
    sample = data[:_SAMPLE]
    if _looks_like_gb(sample):
        try:
            return Decoded(data.decode("gb18030"), "gb18030", guessed=True)
        except UnicodeDecodeError:
            pass
    name = _DECLARED.get((declared or "").upper()) or _best_single_byte(sample)
    text = data.decode(name, errors="replace")
    return Decoded(text, name, guessed=True, damaged=text.count("\ufffd"))


def _looks_like_gb(sample: bytes) -> bool:
    """GB 2312 letters are pairs of high bytes, so runs of high bytes have an even length.

    Cyrillic and Greek words have either parity, and accented Latin letters stand alone.
    """
    runs = _HIGH_RUNS.findall(sample)
    even = sum(1 for run in runs if len(run) % 2 == 0)
    pairs = sum(1 for run in runs for lead in run[::2] if 0xA1 <= lead <= 0xF7)
    high = sum(map(len, runs))
    return even * 10 >= len(runs) * 9 and pairs * 20 >= high * 9


def _best_single_byte(sample: bytes) -> str:
    counts = Counter(sample.translate(None, bytes(range(128))))
    best, best_score = "cp1252", -1.0
    for name, languages in ALPHABETS:
        letters = {byte: bytes([byte]).decode(name, errors="replace").lower() for byte in counts}
        signs = sum(n for byte, n in counts.items() if letters[byte] in PUNCTUATION) / 2
        score = signs + max(
            sum(n for byte, n in counts.items() if letters[byte] in language)
            for language in languages
        )
        # The Latin default gives way only to letters that nearly all make sense elsewhere.
        if score > best_score and (name == "cp1252" or score * 10 >= sum(counts.values()) * 7):
            best, best_score = name, score
    return best


def blocks_of(text: str) -> Iterator[str]:
    """Give a large text in pieces that end with a line: what is made of one is gone when the next one comes."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _BLOCK) + 1 or len(text)
        yield text[start:end]
        start = end


def lines_of(text: str) -> Iterator[str]:
    """Give the lines of a text without their ends, in whichever of the three ways it writes these."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    for block in blocks_of(text):
        yield from block.removesuffix("\n").split("\n")


def ended_lines_of(text: str) -> Iterator[str]:
    """Give the lines of a text with their ends, as the csv module wants them: nothing but a line feed ends one."""
    return chain.from_iterable(io.StringIO(block, newline="\n") for block in blocks_of(text))
