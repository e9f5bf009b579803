"""The text level of OFX: header, comments, entities. No DTD, no external entity, nothing expands.

OFX 1.x is SGML without end tags on leaves, OFX 2.x is XML, and what banks send is often between
the two. Both are read by the same tolerant rules, so there is no XML parser here to attack.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.types import Unreadable

MAX_TAGS: Final = 5_000_000
"""Tags of one file: as many as 200,000 transactions have, with end tags."""
_HEAD: Final = 4096
_VERSION: Final = re.compile(r"\bVERSION\s*+[:=]\s*+\"?([0-9]{3})")
_ENCODING: Final = re.compile(rb"\b(?:ENCODING|encoding)\s*+[:=]\s*+[\"']?([A-Za-z0-9_-]{1,20})")
_CHARSET: Final = re.compile(rb"\bCHARSET\s*+:\s*+([A-Za-z0-9_-]{1,20})")
_ENTITY: Final = re.compile(
    r"&(?:#(\d{1,7}|x[0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos|nbsp));?", re.ASCII
)
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_LOOSE_MARK: Final = re.compile(
    r"<(?!(?:CC|INV)?STMT(?:TRN|RS)>)\s*+(?i:(?:CC|INV)?STMT(?:TRN|RS))\s*+>"
)
_LOOSE_TAG: Final = re.compile(r"<\s*+(/?)\s*+([A-Za-z][A-Za-z0-9._]*+)\s*+(/?)>")


class Prepared(NamedTuple):
    """The text without comments, with its tags in one form, and the version that its header names."""

    body: str
    version: str


def declared_encoding(data: bytes) -> str | None:
    """Give the encoding that the header names: of OFX 1.x the charset, of OFX 2.x the XML encoding."""
    head = data[:_HEAD]
    found = _CHARSET.search(head) or _ENCODING.search(head)
    return found[1].decode("ascii") if found else None


def prepare(text: str) -> Prepared:
    """Take comments and CDATA marks out, and bring the tags into one form; lines keep their numbers.

    The header stays: nothing in it looks like a tag that is read.
    """
    version = _VERSION.search(text[:_HEAD])
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("<") > MAX_TAGS:
        raise Unreadable("too-complex", f"The file has more than {MAX_TAGS} tags.")
    if "<!" in text:
        text = _without_marked(_without_comments(text))
    if ("<STMTTRN>" not in text or "<stmttrn" in text) and _LOOSE_MARK.search(text):
        text = _LOOSE_TAG.sub(_tidy, text)  # lower case, or blanks within the tags
    return Prepared(text, version[1] if version else "")


def _tidy(match: re.Match[str]) -> str:
    # Lines must keep their numbers, so a tag that is spread over lines leaves its newlines behind.
    return f"<{match[1]}{match[2].upper()}{match[3]}>" + "\n" * match[0].count("\n")


def _without_comments(text: str) -> str:
    """Take `<!-- -->` out, keeping their newlines; an unclosed one stays, as text."""
    kept = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        kept.append(text[position:start])
        kept.append("\n" * text.count("\n", start, end))
        position = end + 3
    kept.append(text[position:])
    return "".join(kept)


def _without_marked(text: str) -> str:
    """Replace CDATA sections by their content, written the ordinary way."""
    kept = []
    position = 0
    while (start := text.find("<![CDATA[", position)) >= 0:
        end = text.find("]]>", start + 9)
        if end < 0:
            break
        kept.append(text[position:start])
        content = text[start + 9 : end]
        kept.append(content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
        position = end + 3
    kept.append(text[position:])
    return "".join(kept)


def unescape(text: str) -> str:
    """Resolve the five predefined entities, a space and character numbers; the rest is text."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    number, name = match[1], match[2]
    if name:
        return _NAMED[name]
    code = int(number[1:], 16) if number[0] == "x" else int(number)
    return chr(code) if 32 <= code < 0xD800 or 0xE000 <= code < 0x110000 else " "
