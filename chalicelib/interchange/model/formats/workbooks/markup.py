"""XML of strangers walked by expat: no document type, no depth beyond need, nothing fetched."""

from __future__ import annotations

from collections import Counter
from re import compile as pattern
from typing import Final
from xml.parsers import expat

from chalicelib.interchange.model.formats.types import Unreadable

MAX_DEPTH: Final = 64
MAX_ELEMENTS: Final = 6_000_000
_CHUNK: Final = 64 * 1024
_REFERENCE: Final = pattern(r"([A-Za-z]{1,3})([0-9]{1,9})\Z")
_FILLING: Final = frozenset({"v", "is", "f", "t"})
Attributes = dict[str, str]


class Walk:
    """A walk through a document: names come without their prefix, attributes too."""

    def __init__(self) -> None:
        self._depth = 0
        self._elements = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """Hear of an element's start."""

    def end(self, name: str) -> None:
        """Hear of an element's end."""

    def text(self, text: str) -> None:
        """Hear of text."""

    def through(self, xml: bytes) -> None:
        """Walk; refuse a document that is damaged, has a document type, or is nested beyond need."""
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            for at in range(0, len(xml), _CHUNK):
                parser.Parse(xml[at : at + _CHUNK], False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            detail = f"The XML is damaged on line {error.lineno}: {expat.ErrorString(error.code)}."
            raise Unreadable("damaged-workbook", detail) from error

    def _start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise Unreadable("too-complex", "The XML is nested too deeply, or too large.")
        self.start(_bare(name), attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self.end(_bare(name))


def bare(attributes: Attributes) -> Attributes:
    """Give attributes under their names without prefix."""
    return {_bare(name): value for name, value in attributes.items()}


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse_doctype(name: str, *_: object) -> None:
    raise Unreadable("too-complex", f"The XML has a document type, {name[:20]}, which none needs.")


class GridWalk(Walk):
    """How far the filled cells of a worksheet reach, and how often each shared text is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = self.columns = 0
        self.shown: Counter[int] = Counter()
        self._row = self._column = 0
        self._shares = False
        self._value: list[str] | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        """Follow rows and cells; what has no place of its own follows the one before."""
        if name == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isdecimal() and len(given) < 10 else self._row + 1
            self._column = 0
        elif name == "c":
            self._place(attributes.get("r", ""))
            self._shares = attributes.get("t") == "s"
        elif name in _FILLING:
            self.rows = max(self.rows, self._row)
            self.columns = max(self.columns, self._column)
            self._value = [] if name == "v" and self._shares else None

    def _place(self, reference: str) -> None:
        found = _REFERENCE.match(reference)
        if found is None:
            if reference:
                raise Unreadable("damaged-workbook", "A cell of the workbook has no place.")
            self._column += 1
            return
        self._row = max(self._row, int(found[2]))
        column = 0
        for letter in found[1].upper():
            column = column * 26 + ord(letter) - 64
        self._column = column

    def text(self, text: str) -> None:
        """Keep the number of a shared text."""
        if self._value is not None:
            self._value.append(text)

    def end(self, name: str) -> None:
        """Count a shared text."""
        if name == "v" and self._value is not None:
            index = "".join(self._value).strip()
            if index.isdecimal() and len(index) < 10:
                self.shown[int(index)] += 1
            self._value = None


class LengthWalk(Walk):
    """The characters of each shared text, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def start(self, name: str, attributes: Attributes) -> None:
        """Begin a text."""
        del attributes
        if name == "si":
            self.lengths.append(0)

    def text(self, text: str) -> None:
        """Count characters, as bytes of UTF-8 at most."""
        if self.lengths:
            self.lengths[-1] += len(text.encode("utf-8", "replace"))


class NameWalk(Walk):
    """The values of some attributes in all elements of a name."""

    def __init__(self, element: str, attribute: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._element = element
        self._attribute = attribute

    def start(self, name: str, attributes: Attributes) -> None:
        """Keep the attribute."""
        if name == self._element:
            self.found += [
                value for key, value in attributes.items() if _bare(key) == self._attribute
            ]
