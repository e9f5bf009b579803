"""A zip of several statement files: each is read by its own content, what cannot be read is noted.

Lines are those of the member, and each statement says which file it stands in. A zip within a zip is not
opened: no bank packs so, and what grows at every level is a trap.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from chalicelib.interchange.model.formats.types import (
    MAX_ROWS,
    MAX_STATEMENTS,
    Notes,
    ParsedFile,
    ParsedStatement,
    Row,
    Unreadable,
    quoted,
)
from chalicelib.interchange.model.formats.workbooks.package import (
    MAX_UNPACKED,
    check_container,
    claimed_size,
    read_member,
    refusing_damage,
)

_WORKBOOK: Final = b"PK\x03\x04"
MAX_MEMBERS: Final = 50
"""Statement files of one zip."""
_MAX_NAME: Final = 80
_JUNK: Final = frozenset({"thumbs.db", "desktop.ini", "icon\r"})
_WHOLE_FILE: Final = frozenset({"too-many-rows", "too-many-statements"})
Reader = Callable[[bytes, str], ParsedFile]


def parse_archive(data: bytes, read: Reader, is_archive: Callable[[bytes], bool]) -> ParsedFile:
    """Read every file of a zip by `read`; refuse a zip in which no file can be read.

    Refuses too what is encrypted, damaged, beyond all bounds, or has more than 50 files.
    """
    walk = _Walk(read)
    for name, member in _members(data):
        if isinstance(member, Unreadable):
            walk.leave_out(name, member)
        elif is_archive(member):
            detail = "A zip within a zip is not read."
            walk.leave_out(name, Unreadable("unsupported-format", detail))
        else:
            walk.take(name, member)
    return walk.file()


class _Walk:
    """Takes file after file."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._notes = Notes()
        self._found: list[tuple[str, ParsedFile]] = []
        self._refused: list[tuple[str, Unreadable]] = []
        self._known: dict[bytes, str] = {}
        self._rows = self._statements = 0

    def take(self, name: str, data: bytes) -> None:
        """Read a file, once for equal content."""
        digest = hashlib.sha256(data).digest()
        if digest in self._known:
            twin = quoted(self._known[digest])
            detail = f"{quoted(name)} has the same content as {twin} and counts once."
            self._notes.add("same-content", detail)
            return
        self._known[digest] = name
        try:
            parsed = self._read(data, name)
        except Unreadable as refused:
            if refused.reason in _WHOLE_FILE:
                raise
            self.leave_out(name, refused)
            return
        self._found.append((name, parsed))
        self._rows += len(parsed.rows)
        self._statements += len(parsed.statements)
        if self._rows > MAX_ROWS:
            raise Unreadable("too-many-rows", f"The zip has more than {MAX_ROWS} rows.")
        if self._statements > MAX_STATEMENTS:
            detail = f"The zip has more than {MAX_STATEMENTS} statements."
            raise Unreadable("too-many-statements", detail)

    def leave_out(self, name: str, refused: Unreadable) -> None:
        """Remember a file that cannot be read."""
        self._refused.append((name, refused))

    def file(self) -> ParsedFile:
        """Put what was found together."""
        if not self._found:
            raise self._refusal()
        for name, parsed in self._found:
            for note in parsed.notes:
                detail = f"File {quoted(name)}: {note.detail}"
                self._notes.add(note.code, detail, line=note.line, column=note.column)
        for name, refused in self._refused:
            detail = f"File {quoted(name)} was left out: {refused.detail}"
            self._notes.add("file-left-out", detail)
        alone = self._found[0][1] if len(self._found) == 1 else None
        return ParsedFile(
            format="zip",
            dialect=" ".join(dict.fromkeys(parsed.format for _, parsed in self._found)),
            encoding=alone.encoding if alone else "",
            statements=tuple(self._labelled()),
            columns=alone.columns if alone else None,
            notes=self._notes.all(),
            profile=alone.profile if alone else "",
            width=alone.width if alone else 0,
        )

    def _labelled(self) -> Iterator[ParsedStatement]:
        for at, (name, parsed) in enumerate(self._found):
            for statement in parsed.statements:
                rows = tuple(_of_file(row, at) for row in statement.rows)
                yield replace(statement, source=name[-_MAX_NAME:], rows=rows)

    def _refusal(self) -> Unreadable:
        if not self._refused:
            return Unreadable("empty-file", "The zip holds no file.")
        name, first = self._refused[0]
        return Unreadable(first.reason, f"File {quoted(name)} of the zip: {first.detail}")


def _of_file(row: Row, at: int) -> Row:
    """Keep transfers and splits of one file apart from those of another, which may be numbered alike."""
    extras = row.extras
    if extras is None or not (extras.transfer or extras.own.split):
        return row
    transfer, split = (mark and f"{at}/{mark}" for mark in (extras.transfer, extras.own.split))
    own = replace(extras.own, split=split) if split else extras.own
    return row._replace(extras=replace(extras, transfer=transfer, own=own))


def _members(data: bytes) -> Iterator[tuple[str, bytes | Unreadable]]:
    """Unpack file after file, measuring while unpacking; a damaged one is not the others' fault."""
    check_container(data)
    left = MAX_UNPACKED
    with refusing_damage():
        package = zipfile.ZipFile(io.BytesIO(data))
        wanted = [info for info in package.infolist() if not _is_junk(info)]
    if len(wanted) > MAX_MEMBERS:
        raise Unreadable("too-complex", f"The zip holds more than {MAX_MEMBERS} files.")
    for info in wanted:
        name = _shown(info.filename)
        try:
            with refusing_damage():
                member = read_member(data, info, left)
                left -= len(member)
                if member.startswith(_WORKBOOK):
                    left -= claimed_size(member)  # it will be unpacked in its turn
        except Unreadable as refused:
            if refused.reason == "too-complex":
                raise
            yield name, refused
            continue
        if left < 0:
            raise Unreadable("too-complex", f"Unpacked, it has more than {MAX_UNPACKED} bytes.")
        yield name, member


def _is_junk(info: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder, or what operating systems leave beside files."""
    folders, _, name = info.filename.replace("\\", "/").rpartition("/")
    hidden = name.startswith(".") or name.lower() in _JUNK
    return info.is_dir() or hidden or "__MACOSX" in folders.split("/")


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name[-255:])
