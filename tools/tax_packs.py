"""Build the tables of tax that the currency service ships, from the reference data that others publish.

`python -m tools.tax_packs consumption ../shared/data/reference` writes `consumption/europe.json` and
`consumption/world.json`; `... income ...` renews the tables of `income/us.json` (its steps are written by hand).
What is taken from where, and what was left out and why, stands in chalicelib/currency/data/tax/README.md.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from tools import tax_packs_doubt as doubt

DATA: Final = Path(__file__).resolve().parent.parent / "chalicelib" / "currency" / "data" / "tax"
Row = list[Any]
"""Since, until (the first day on which it is no longer so, or None), percent, source, how sure the start is."""


def _percent(fraction: str) -> str:
    return format((Decimal(fraction) * 100).normalize(), "f")


def _written(path: Path, pack: Mapping[str, Any]) -> int:
    """One region a line, so that a change shows as one."""
    lines = [
        f" {json.dumps(code)}: {json.dumps(region, ensure_ascii=False, sort_keys=True)}"
        for code, region in sorted(pack["regions"].items())
    ]
    head = json.dumps({key: pack[key] for key in ("as_of", "sources")}, indent=1)[:-2]
    path.write_text(head + ',\n "regions": {\n' + ",\n".join(lines) + "\n }\n}\n", encoding="utf-8")
    return path.stat().st_size


def _codes(text: str) -> list[str]:
    """Give a row's codes: the first is the region's, the others are its other names."""
    return [one for one in text.split() if not one.startswith(("UK", "BFPO"))]


def standard_rates(source: Path) -> Iterator[tuple[list[str], Mapping[str, str]]]:
    """Give the rows of kdeldycke/vat-rates with the codes that each is about."""
    with (source / "vat_rates_kdeldycke.csv").open(encoding="utf-8", newline="") as given:
        for row in csv.DictReader(given):
            codes = _codes(row["territory_codes"].replace("BFPO 5", "BFPO-5"))
            if codes[0] not in doubt.KDELDYCKE:
                yield codes, row


def _until(row: Mapping[str, str], starts: set[str]) -> str | None:
    """Give the first day that is no longer in it: some rows name the last day that is."""
    if not row["stop_date"]:
        return None
    after = (date.fromisoformat(row["stop_date"]) + timedelta(days=1)).isoformat()
    return after if after in starts else row["stop_date"]


def _place(description: str) -> str:
    return description.partition(" (")[0].strip()


def _europe_standard(source: Path, names: Mapping[str, str]) -> dict[str, Any]:
    rows = list(standard_rates(source))
    starts: dict[str, set[str]] = {}
    for codes, row in rows:
        starts.setdefault(codes[0], set()).add(row["start_date"])
    regions: dict[str, Any] = {}
    for codes, row in rows:
        region = regions.setdefault(
            codes[0],
            {
                "name": names.get(codes[0]) or _place(row["description"]),
                "currency": row["currency_code"],
                "tax": "gst" if codes[0] in {"AU", "NZ"} else "vat",
                "rates": {"standard": []},
            },
        )
        if len(codes) > 1:
            region["also"] = sorted({*region.get("also", []), *codes[1:]})
        until = _until(row, starts[codes[0]])
        region["rates"]["standard"].append(
            [row["start_date"], until, _percent(row["rate"]), "kdeldycke", "exact"]
        )
    for region in regions.values():
        region["rates"]["standard"].sort(reverse=True)
        if region["rates"]["standard"][0][2] == "0":
            region["note"] = doubt.EXEMPT
    return regions


def _correct(rows: list[Row], since: str, until: str | None, percent: str) -> None:
    """Put a dated standard rate in that this table has and the other lacks (Ireland in winter 2020/21)."""
    for at, (begins, ends, other, source, start) in enumerate(rows):
        within = begins <= since and until is not None and (ends is None or until <= ends)
        if within and other != percent:
            rows[at : at + 1] = [
                [until, ends, other, source, start],
                [since, until, percent, "ibericode", "exact"],
                [begins, since, other, source, start],
            ]
            return


def _start(since: str, until: str | None, rate: str, rows: Sequence[Row]) -> tuple[str, str] | None:
    """Give the start of a period: as published, or else that of the standard rate which stood beside it."""
    if since != "0000-01-01":
        return since, "exact"
    last = (date.fromisoformat(until) - timedelta(days=1)).isoformat() if until else "9999-12-31"
    for begins, ends, percent, *_ in rows:
        if begins <= last and (ends is None or last < ends) and percent == rate:
            return begins, "inferred"
    return None


def reduced_rates(source: Path) -> Iterator[tuple[str, str, str | None, Mapping[str, str]]]:
    """Give the periods of ibericode/vat-rates: country, since, until, percents by kind."""
    text = (source / "vat_rates_ibericode.json").read_text(encoding="utf-8")
    for country, periods in json.loads(text, parse_float=str, parse_int=str)["items"].items():
        until = None
        for period in sorted(periods, key=lambda one: one["effective_from"], reverse=True):
            yield country, period["effective_from"], until, period["rates"]
            until = period["effective_from"]


def kind_of(name: str) -> str:
    """Give our name of a kind of reduced rate."""
    return name.replace("_", "-").replace("reduced1", "reduced-1").replace("reduced2", "reduced-2")


def _add_reduced(regions: dict[str, Any], source: Path) -> None:
    for country, since, until, rates in reduced_rates(source):
        known = regions[country]["rates"]
        begins = _start(since, until, rates["standard"], known["standard"])
        if since != "0000-01-01":
            _correct(known["standard"], since, until, rates["standard"])
        for name, percent in rates.items():
            if name != "standard" and begins is not None:
                row = [begins[0], until, percent, "ibericode", begins[1]]
                known.setdefault(kind_of(name), []).append(row)


def _day(instant: str) -> str:
    """Give the local day of a change that is written as midnight there, in UTC."""
    return (datetime.fromisoformat(instant[:-1]) + timedelta(hours=3)).date().isoformat()


def _world_rows(given: Mapping[str, Any], stack: list[list[str]] | None, as_of: str) -> list[Row]:
    """Give the periods of a rate whose start is known; without any, today's from the day of the table."""
    changes = sorted(
        ((_day(day), one) for day, one in given.get("before", {}).items()), reverse=True
    )
    rows, until, now = [], None, given
    for day, before in changes:
        rows.append([day, until, _rate_of(now, stack), "valeriansaliou", "exact"])
        until, now = day, before
    return rows or [[as_of, None, _rate_of(given, stack), "valeriansaliou", "unknown"]]


def _rate_of(given: Mapping[str, Any], stack: list[list[str]] | None) -> str | list[list[str]]:
    own = Decimal(_percent(given["rate"]))
    if not stack:
        return format(own.normalize(), "f")
    if given["type"] == "hst":  # one tax, of which the province's part is given
        return [["hst", format((own + Decimal(stack[0][1])).normalize(), "f")]]
    return [*stack, [given["type"], format(own.normalize(), "f")]]


def _region(name: str, currency: str, tax: str, rows: list[Row]) -> dict[str, Any]:
    return {"name": name, "currency": currency, "tax": tax, "rates": {"standard": rows}}


def _states(country: str, given: Mapping[str, Any], as_of: str) -> Iterator[tuple[str, Any]]:
    stack = [[given["type"], _percent(given["rate"])]] if country == "CA" else None
    for state, one in given.get("states", {}).items():
        code = f"{country}-{state}"
        if code in doubt.WORLD or country not in {"CA", "US"}:
            continue
        tax = "sales-tax" if country == "US" else one["type"]
        region = _region(doubt.STATES[code], given["currency"], tax, _world_rows(one, stack, as_of))
        if country == "US":
            region["note"] = "the state's own rate; counties and cities add theirs"
        yield code, region


def _world(source: Path, names: Mapping[str, str], known: set[str]) -> dict[str, Any]:
    text = (source / "sales_tax_rates.json").read_text(encoding="utf-8")
    regions: dict[str, Any] = {}
    for country, given in json.loads(text, parse_float=str, parse_int=str).items():
        if country not in known and country not in doubt.WORLD and given["type"] != "none":
            rows = _world_rows(given, None, doubt.AS_OF)
            regions[country] = _region(names[country], given["currency"], given["type"], rows)
        regions.update(_states(country, given, doubt.AS_OF))
    for code, name in doubt.FEDERAL_ONLY.items():
        regions[code] = {**regions["CA"], "name": name}
    regions["CA"]["note"] = doubt.FEDERAL
    return regions


def consumption(source: Path) -> int:
    """Build both files of VAT, GST and sales tax; give their size in bytes."""
    names = json.loads((DATA / "names.json").read_text(encoding="utf-8"))
    europe = _europe_standard(source, names)
    _add_reduced(europe, source)
    known = {code for region in europe.values() for code in region.get("also", [])} | set(europe)
    world = _world(source, names, known)
    made = 0
    for file, regions, used in (
        ("europe", europe, ("kdeldycke", "ibericode")),
        ("world", world, ("valeriansaliou",)),
    ):
        sources = {name: doubt.SOURCES[name] for name in used}
        pack = {"as_of": doubt.AS_OF, "sources": sources, "regions": regions}
        made += _written(DATA / "consumption" / f"{file}.json", pack)
    return made


def main() -> None:
    """Build one of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("consumption", "income"))
    parser.add_argument("source", type=Path)
    given = parser.parse_args()
    if given.what == "income":
        from tools import tax_packs_us

        size = tax_packs_us.build(given.source, DATA / "income" / "us.json")
    else:
        size = consumption(given.source)
    print(f"{given.what}: {size:,} bytes")


if __name__ == "__main__":
    main()
