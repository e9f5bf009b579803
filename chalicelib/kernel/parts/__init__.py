"""An owner's part of a service: every row and object of theirs, walked in bounded steps that can be repeated.

Erasure deletes the part, export writes it out. Each service declares its part once (`Part`), so a row kind
that nobody declared is seen by a test, not by a user.
"""

from __future__ import annotations

from chalicelib.kernel.parts.erasing import PAGE, erase, root
from chalicelib.kernel.parts.exporting import (
    Reading,
    chunk_lines,
    export,
    export_prefix,
    files,
    record,
)
from chalicelib.kernel.parts.objects import Files, ObjectWriter, download_link, remove_objects
from chalicelib.kernel.parts.part import (
    CHANGE_LOG,
    MARKS,
    Kind,
    ObjectKind,
    Part,
    prefix_of,
)
from chalicelib.kernel.parts.values import ExportedFile, Root, Step, Walk

__all__ = [
    "CHANGE_LOG",
    "MARKS",
    "PAGE",
    "ExportedFile",
    "Files",
    "Kind",
    "ObjectKind",
    "ObjectWriter",
    "Part",
    "Reading",
    "Root",
    "Step",
    "Walk",
    "chunk_lines",
    "download_link",
    "erase",
    "export",
    "export_prefix",
    "files",
    "prefix_of",
    "record",
    "remove_objects",
    "root",
]
