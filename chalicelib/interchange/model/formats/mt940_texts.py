"""Who was paid and what for, in `:86:` and `:NS:`: six ways in which banks write what SWIFT left open."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_CHUNK: Final = 27
"""Characters of a full subfield: what is shorter ended at a blank, which banks drop."""
_WIDTH: Final = 65
"""Characters of a full line."""
_SEPA: Final = re.compile(
    r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|COAM|OAMT|PURP|MDAT|VWZ)[+]"
)
_SLASHED: Final = re.compile(
    r"/(EREF|MARF|PREF|CSID|CNTP|REMI|BENM|ORDP|NAME|ISDT|TRTP|IBAN|BIC|PURP|ULTB|ULTC|ULTD|RTRN"
    r"|ADDR|SVCL|INIS|MSID|EXCH|OCMT|CHGS|SUM)/"
)
_LABELLED: Final = re.compile(
    r"\b(NAAM|OMSCHRIJVING|KENMERK|MACHTIGING|IBAN|BIC|BETALINGSKENM\.|INCASSANT|VOOR|REK"
    r"|OD|TYT\.|TNR|AUFTRAGGEBER|MITTEILUNGEN):(?= )"
)
_NAMES: Final = ("NAAM", "OD", "AUFTRAGGEBER")
_PURPOSES: Final = ("OMSCHRIJVING", "TYT.", "MITTEILUNGEN")
_ACCOUNT: Final = re.compile(
    r"\s*+(?:[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}|[0-9]{9,10})\s++(?:[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\s++)?(?=\S)"
)
_SEPARATED: Final = re.compile(r"[0-9]{0,3}([^0-9A-Za-z\s/+,.:-])(?=[0-9]{2})")
Texts = tuple[str, str]


def read_details(lines: Iterable[str]) -> Texts:
    """Give payee and memo of `:86:`; either may be empty."""
    lines = list(lines)
    whole = "".join(lines)
    separated = _SEPARATED.match(whole)
    if separated:
        return _of_subfields(whole[separated.end() :].split(separated[1]))
    if _SLASHED.match(whole):
        return _of_slashes(_unwrapped(lines))
    spaced = " ".join(lines)
    found = _keyed(_LABELLED, spaced)
    name = next((found[key] for key in _NAMES if key in found), "")
    if name:
        memo = next((found[key] for key in _PURPOSES if key in found), "")
        return name.strip("; "), memo.strip("; ") or found[""]
    account = _ACCOUNT.match(lines[0]) if lines else None
    if account:  # the other party's account, its name, and what for on further lines
        return lines[0][account.end() :], " ".join(lines[1:])
    return "", spaced


def read_unswift(lines: Iterable[str]) -> Texts:
    """Give payee and memo of `:NS:`, the German and Hungarian field outside the standard."""
    names, purposes, booking = [], [], ""
    for line in lines:
        code, text = line[:2], line[2:]
        if code in {"15", "16"}:
            names.append(text)
        elif code == "17":
            booking = text
        elif code.isdecimal() and 1 <= int(code) <= 14:
            purposes.append(text)
    return " ".join(names), " ".join(purposes) or booking


def _of_subfields(pieces: list[str]) -> Texts:
    """Read `?00` booking text, `?20`-`?29` and `?60`-`?63` purpose, `?32` and `?33` the other party."""
    booking, name, purpose = "", "", ""
    for piece in pieces:
        code, text = piece[:2], piece[2:]
        if code == "00":
            booking = text
        elif code in {"32", "33"}:
            name = _joined(name, text)
        elif "20" <= code <= "29" or "60" <= code <= "63":
            purpose = _joined(purpose, text)
    found_keys = _keyed(_SEPA, purpose)
    memo = found_keys.get("SVWZ") or found_keys.get("VWZ") or found_keys[""]
    return name or found_keys.get("ABWA", ""), memo.strip() or booking


def _joined(before: str, text: str) -> str:
    """Join two subfields: a full one ended in the middle of a word, a shorter one at a blank."""
    full = len(before) % _CHUNK == 0 or before.endswith(" ")
    return before + text if full else _padded(before) + text


def _padded(text: str) -> str:
    """Fill the last subfield up, so that the length tells again where the next one ends."""
    return text + " " * (-len(text) % _CHUNK)


def _of_slashes(whole: str) -> Texts:
    found = _keyed(_SLASHED, whole)
    name = found.get("NAME", "").strip("/ ")
    if not name:
        party = found.get("CNTP", "").split("/")
        name = party[2] if len(party) > 2 else ""
    memo = found.get("REMI", "").strip("/ ")
    for prefix in ("USTD//", "STRD/CUR/", "STRD//"):
        memo = memo.removeprefix(prefix)
    return name, memo.strip("/ ") or found.get("TRTP", "").strip("/ ")


def _unwrapped(lines: list[str]) -> str:
    """Join lines: a full one was cut anywhere, a shorter one ended where the bank ended it."""
    return "".join(line if len(line) >= _WIDTH else f"{line} " for line in lines)


def _keyed(keys: re.Pattern[str], text: str) -> dict[str, str]:
    """Cut a text at its key words; what stands before the first has the key of nothing."""
    if not text:
        return {"": ""}
    parts = keys.split(text)
    found = {"": parts[0]}
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        if not found.get(key, "").strip("/ "):
            found[key] = value
    return found
