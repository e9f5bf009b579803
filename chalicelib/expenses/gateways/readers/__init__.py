"""Readers of receipts: one port, and who stands behind it. Which one reads is a setting (`XPENSE_RECEIPT_READER`).

`local` is programs of this machine, where they are there; `textract` asks AWS. Text needs neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Protocol

from chalicelib.expenses.model.papers.kinds import PaperType
from chalicelib.expenses.model.receipts.draft import Draft
from chalicelib.kernel.settings import settings
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Why a receipt could not be read: a stable slug, and a sentence that says what to do."""

    slug: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a reader needs to know beside the paper: today, and the currency where the paper names none."""

    today: date
    currency: str


class ReceiptReader(Protocol):
    """Reads a checked paper."""

    def read(self, data: bytes, type: PaperType, setting: Setting) -> Draft | Unread:
        """Give what was read; raise `Unavailable` where trying again may help."""


def reader() -> ReceiptReader:
    """Give the reader that the setting names."""
    return _READERS[settings().receipt_reader]()


def _textract() -> ReceiptReader:
    from chalicelib.expenses.gateways.readers.textract import Textract

    return Textract()


def _local() -> ReceiptReader:
    from chalicelib.expenses.gateways.readers.programs import Programs

    return Programs()


_READERS: Final[Mapping[str, Callable[[], ReceiptReader]]] = {
    "textract": _textract,
    "local": _local,
}
