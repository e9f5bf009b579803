"""Tables of transactions in text: CSV with any delimiter, language, number and date style."""

from __future__ import annotations

from chalicelib.interchange.model.formats.tabular.reading import Table
from chalicelib.interchange.model.formats.tabular.table import parse_csv, understand

__all__ = ["Table", "parse_csv", "understand"]
