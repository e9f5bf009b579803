"""The tables of tax that are shipped, read when they are first asked for and then kept.

`data/tax/consumption/*.json` hold regions, a region in one file; `data/tax/income/<country>.json` is a country's
income tax. What they hold, and how one is added, stands in docs/tax-packs.md.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from chalicelib.currency.model.tax.pack import Pack, pack_of
from chalicelib.currency.model.tax.rates import Region, region_of
from chalicelib.currency.model.tax.tables import TableFault, sources_of
from chalicelib.currency.model.tax.years import Starts, starts_of

FOLDER: Final = Path(__file__).resolve().parent.parent / "data" / "tax"


@cache
def regions(folder: Path = FOLDER) -> dict[str, Region]:
    """Give all regions of VAT, GST and sales tax by their codes, other codes too; raise `TableFault`."""
    found: dict[str, Region] = {}
    for file in sorted((folder / "consumption").glob("*.json")):
        table = json.loads(file.read_text(encoding="utf-8"))
        sources, as_of = sources_of(table["sources"]), date.fromisoformat(table["as_of"])
        for code, facts in table["regions"].items():
            region = region_of(code, facts, sources, as_of)
            for name in (code, *region.also):
                if name in found:
                    raise TableFault(f"{name} is in two tables")
                found[name] = region
    return found


@cache
def countries(folder: Path = FOLDER) -> tuple[str, ...]:
    """Give the codes of the countries whose income tax can be estimated."""
    return tuple(sorted(file.stem.upper() for file in (folder / "income").glob("*.json")))


@cache
def pack(country: str, folder: Path = FOLDER) -> Pack | None:
    """Give a country's income tax; None for one of which there is no table."""
    if country not in countries(folder):
        return None
    file = folder / "income" / f"{country.lower()}.json"
    return pack_of(json.loads(file.read_text(encoding="utf-8")))


@cache
def tax_years(folder: Path = FOLDER) -> Starts:
    """Give the day on which the tax year of each known country starts."""
    return starts_of(json.loads((folder / "years.json").read_text(encoding="utf-8")))
