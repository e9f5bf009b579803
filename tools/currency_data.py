"""Build the files that the currency service ships: the ECB's history of rates, and CLDR's names.

`python -m tools.currency_data rates ../shared/data/reference/eurofxref-hist.zip`
`uv run --with babel==2.18.0 python -m tools.currency_data names`

Both are zip files of plain text, one entry a year or a locale, so a lookup unpacks only what it needs; what
they hold, where it comes from and under which licence stands in chalicelib/currency/data/README.md.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from chalicelib.kernel.currencies import CRYPTO_EXPONENTS, EXPONENTS

DATA: Final = Path(__file__).resolve().parent.parent / "chalicelib" / "currency" / "data"
LOCALES: Final = [
    "ar",
    "bg",
    "bn",
    "ca",
    "cs",
    "da",
    "de",
    "de_AT",
    "de_CH",
    "el",
    "en",
    "en_AU",
    "en_CA",
    "en_GB",
    "en_IE",
    "en_IN",
    "en_NZ",
    "en_ZA",
    "es",
    "es_AR",
    "es_MX",
    "et",
    "fa",
    "fi",
    "fr",
    "fr_CA",
    "fr_CH",
    "ga",
    "he",
    "hi",
    "hr",
    "hu",
    "id",
    "is",
    "it",
    "it_CH",
    "ja",
    "ko",
    "lt",
    "lv",
    "ms",
    "nb",
    "nl",
    "nl_BE",
    "pl",
    "pt",
    "pt_PT",
    "ro",
    "ru",
    "sk",
    "sl",
    "sr",
    "sv",
    "sw",
    "th",
    "tr",
    "uk",
    "vi",
    "zh",
    "zh_Hant",
]
_STAMP: Final = (1980, 1, 1, 0, 0, 0)  # the same bytes whenever it is built


def pack(path: Path, entries: Iterable[tuple[str, str]]) -> int:
    """Write text entries into a zip file and give its size in bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name, text in entries:
            made.writestr(zipfile.ZipInfo(name, _STAMP), text, zipfile.ZIP_DEFLATED, 9)
    return path.stat().st_size


def by_year(rows: list[Mapping[str, str]]) -> dict[str, str]:
    """Turn the ECB's table round: a text a year, with a line a currency and a column a day, oldest first."""
    currencies = [name for name in rows[0] if name and name != "Date"]
    years: dict[str, list[Mapping[str, str]]] = {}
    for row in sorted(rows, key=lambda one: one["Date"]):
        years.setdefault(row["Date"][:4], []).append(row)
    return {
        year: "\n".join(
            ",".join(["Date", *(row["Date"] for row in days)])
            if name == "Date"
            else ",".join([name, *(_rate(row[name]) for row in days)])
            for name in ("Date", *currencies)
            if name == "Date" or any(_rate(row[name]) for row in days)
        )
        for year, days in years.items()
    }


def _rate(text: str) -> str:
    return "" if text in {"N/A", ""} else text


def rates(source: Path) -> int:
    """Build `ecb_rates.zip` from the ECB's `eurofxref-hist.zip`."""
    with zipfile.ZipFile(source) as given:
        text = given.read("eurofxref-hist.csv").decode("ascii")
    years = by_year(list(csv.DictReader(io.StringIO(text))))
    return pack(DATA / "ecb_rates.zip", ((f"{year}.csv", body) for year, body in years.items()))


def names_of(tag: str) -> dict[str, Any]:
    """Read what CLDR says of a locale: names, symbols, patterns and signs."""
    from babel import Locale  # type: ignore[import-not-found]  # only this command needs it

    locale = Locale.parse(tag)
    plain = locale.currency_formats["standard"].pattern
    signs = (
        locale.number_symbols.get(locale.default_numbering_system, {})
        or (locale.number_symbols["latn"])
    )
    latin = locale.number_symbols.get("latn", signs)
    codes = sorted((*EXPONENTS, *CRYPTO_EXPONENTS))
    return {
        "pattern": plain,
        "accounting": locale.currency_formats["accounting"].pattern,
        "decimal": latin["decimal"],
        "group": latin["group"],
        "minus": latin["minusSign"],
        "names": {c: str(locale.currencies[c]) for c in codes if c in locale.currencies},
        "symbols": {
            c: str(locale.currency_symbols[c]) for c in codes if c in locale.currency_symbols
        },
    }


def names() -> int:
    """Build `currency_names.zip` from the CLDR data that Babel carries."""
    entries = (
        (f"{tag.replace('_', '-')}.json", json.dumps(names_of(tag), ensure_ascii=False))
        for tag in LOCALES
    )
    return pack(DATA / "currency_names.zip", entries)


def main() -> None:
    """Build one of the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("rates", "names"))
    parser.add_argument("source", type=Path, nargs="?")
    given = parser.parse_args()
    size = names() if given.what == "names" else rates(given.source)
    print(f"{given.what}: {size:,} bytes")


if __name__ == "__main__":
    main()
