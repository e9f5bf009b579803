"""A kept file on the wire."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from chalicelib.kernel.wire import Wire

_EXAMPLE: Final[JsonDict] = {
    "filename": "statement-2026-10.csv",
    "size": 31,
    "sha256": "5d7bba1ee4cb4ed9d9e0ac1a6b6e1d8a8bd1c8b1a1c6f7c2dd3ff7a1f2b3c4d5",
    "piece": 0,
    "pieces": 1,
    "content": "RGF0ZSxBbW91bnQsUGF5ZWUKMjAyNi0xMS0wMiwtNC4yMCxLaW9zawo=",
}


class FileQuery(Wire):
    """Which piece of a file; they count from 0."""

    piece: Annotated[int, Field(ge=0, le=99)] = 0


class FilePieceOut(Wire):
    """A piece of the file as it was sent, as base64; all pieces in their order are the file of this size and hash."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    filename: str
    size: int
    sha256: str
    piece: int
    pieces: int
    content: str
