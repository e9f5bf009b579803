"""Which writer a format has, and what its file is called. Each is imported where it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from chalicelib.interchange.model.writers.types import Spool, Writer


class Kind(NamedTuple):
    """The end of a file's name, and its media type."""

    suffix: str
    media: str


KINDS: Final[Mapping[str, Kind]] = {
    "csv": Kind("csv", "text/csv; charset=utf-8"),
    "xlsx": Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ofx": Kind("ofx", "application/x-ofx"),
    "qif": Kind("qif", "application/x-qif"),
    "jsonl": Kind("jsonl", "application/x-ndjson"),
    "beancount": Kind("beancount", "text/plain; charset=utf-8"),
    "hledger": Kind("journal", "text/plain; charset=utf-8"),
}
"""Formats by their names."""


def writer_of(form: str, spool: Spool, *, bom: bool = False) -> Writer:
    """Make a writer; `bom` puts the mark of UTF-8 before a CSV file."""
    if form == "csv":
        from chalicelib.interchange.model.writers.csv import CsvWriter

        return CsvWriter(bom=bom)
    return _MAKERS[form](spool)


def _xlsx(_spool: Spool) -> Writer:
    from chalicelib.interchange.model.writers.xlsx import XlsxWriter

    return XlsxWriter()


def _ofx(spool: Spool) -> Writer:
    from chalicelib.interchange.model.writers.ofx import OfxWriter

    return OfxWriter(spool)


def _qif(spool: Spool) -> Writer:
    from chalicelib.interchange.model.writers.qif import QifWriter

    return QifWriter(spool)


def _jsonl(_spool: Spool) -> Writer:
    from chalicelib.interchange.model.writers.jsonl import JsonlWriter

    return JsonlWriter()


def _beancount(_spool: Spool) -> Writer:
    from chalicelib.interchange.model.writers.beancount import BeancountWriter

    return BeancountWriter()


def _hledger(_spool: Spool) -> Writer:
    from chalicelib.interchange.model.writers.hledger import HledgerWriter

    return HledgerWriter()


_MAKERS: Final[Mapping[str, Callable[[Spool], Writer]]] = {
    "xlsx": _xlsx,
    "ofx": _ofx,
    "qif": _qif,
    "jsonl": _jsonl,
    "beancount": _beancount,
    "hledger": _hledger,
}
