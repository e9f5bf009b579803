"""Texts set aside by account, because some formats want an account's transactions together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final

from chalicelib.interchange.model.writers.types import Spool

_PIECE: Final = 256 * 1024


class Shelves:
    """A file for each account that has something, opened when it comes."""

    def __init__(self, spool: Spool) -> None:
        """Begin empty; `spool` gives a fresh file."""
        self._spool = spool
        self._files: dict[str, IO[bytes]] = {}

    def put(self, account_id: str, text: str) -> None:
        """Set a text aside, behind what is there."""
        shelf = self._files.get(account_id)
        if shelf is None:
            shelf = self._files[account_id] = self._spool()
        shelf.write(text.encode())

    def __contains__(self, account_id: str) -> bool:
        """Tell whether something was set aside for an account."""
        return account_id in self._files

    def take(self, account_id: str) -> Iterator[bytes]:
        """Give what was set aside for an account, in order and in pieces, and let go of it."""
        shelf = self._files.pop(account_id, None)
        if shelf is None:
            return
        with shelf:
            shelf.seek(0)
            while piece := shelf.read(_PIECE):
                yield piece
