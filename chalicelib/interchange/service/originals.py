"""The vault of statements: what was uploaded once stays findable as it was sent."""

from __future__ import annotations

import base64

from chalicelib.interchange.errors import ImportFileGone
from chalicelib.interchange.gateways import originals
from chalicelib.interchange.model.importing import Reading, read_rows
from chalicelib.interchange.repository import imports as repository
from chalicelib.interchange.schemas.originals import FilePieceOut, FileQuery
from chalicelib.kernel.context import Context


def read_file(ctx: Context, import_id: str, query: FileQuery) -> FilePieceOut:
    """Give a piece of the file that an import was made of.

    Refuses with `ImportNotReady` before it was read, and `ImportFileGone` for one that is not kept or has no such
    piece.
    """
    one, _ = repository.get(ctx, import_id)
    reading = read_rows(one)
    piece = _piece(ctx, import_id, reading, query.piece)
    return FilePieceOut(
        filename=one.filename,
        size=reading.size,
        sha256=reading.sha256,
        piece=query.piece,
        pieces=reading.original.pieces if reading.original is not None else 0,
        content=base64.b64encode(piece).decode(),
    )


def _piece(ctx: Context, import_id: str, reading: Reading, number: int) -> bytes:
    if reading.original is None or number >= reading.original.pieces:
        raise ImportFileGone
    found = originals.read(ctx.owner, import_id, reading.original, number)
    if found is None:
        raise ImportFileGone
    return found
