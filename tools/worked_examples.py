"""Reproduce every worked example of the reference data with the product's own code, and print the count.

`python -m tools.worked_examples [../shared/data/reference]` ends with 1 where one differs. A family is a function
that gives each example as its name, what the reference says, and what we say.
"""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Final

from chalicelib.currency.gateways import history
from chalicelib.currency.model.book import Book
from chalicelib.currency.model.conversion import Line, convert
from chalicelib.currency.model.fixed import SUCCESSIONS
from chalicelib.kernel.currencies import EXPONENTS, WITHDRAWN
from chalicelib.kernel.money import Money, exponent
from tools import worked_examples_tax

ROOT: Final = Path(__file__).resolve().parent.parent
REFERENCE: Final = ROOT.parent / "shared/data/reference"
_UNITS: Final = 1_000_000
Example = tuple[str, object, object]
Family = Callable[[Path], Iterator[Example]]


def _published(source: Path) -> list[Mapping[str, str]]:
    with zipfile.ZipFile(source / "eurofxref-hist.zip") as given:
        return list(csv.DictReader(io.StringIO(given.read("eurofxref-hist.csv").decode("ascii"))))


def _book() -> Book:
    return Book(lambda day: [sheet] if (sheet := history.sheet(day)) else [])


def ecb_conversions(source: Path) -> Iterator[Example]:
    """A million minor units of euro at every rate that the ECB published, rounded half to even."""
    book = _book()
    for row in _published(source):
        day = date.fromisoformat(row["Date"])
        for code, rate in row.items():
            if code in {"Date", ""} or rate == "N/A":
                continue
            exact = _UNITS * Fraction(rate) * Fraction(10) ** (exponent(code) - 2)
            line = Line(amount=Money(_UNITS, "EUR"), day=day)
            (one,) = convert(
                [line], [book.path("EUR", code, day)], code, rounding="half-even",
                totals="sum-of-rounded",
            )  # fmt: skip
            yield f"{day} {code}", round(exact), one.money.amount_minor if one.money else None


def iso_digits(source: Path) -> Iterator[Example]:
    """The minor unit of each living ISO 4217 currency that has one."""
    text = (source / "iso4217_codes_all.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        code, digits = row["AlphabeticCode"], row["MinorUnit"]
        if code and not row["WithdrawalDate"] and digits != "-":
            yield code, int(digits), None if code in WITHDRAWN else EXPONENTS.get(code)


def ends_of_currencies(source: Path) -> Iterator[Example]:
    """The ECB stopped quoting each currency on the last business day before its fixed number took over."""
    rows = _published(source)
    for old, one in SUCCESSIONS.items():
        quoted = [row["Date"] for row in rows if row.get(old, "N/A") != "N/A"]
        if quoted:
            yield old, True, max(quoted) < one.since.isoformat() <= _after(max(quoted))


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=5)).isoformat()


FAMILIES: Final[Mapping[str, Family]] = {
    "ECB rates applied to 10,000.00 euro": ecb_conversions,
    "ISO 4217 minor units": iso_digits,
    "currencies that ended": ends_of_currencies,
    **worked_examples_tax.FAMILIES,
}


def main(source: Path) -> int:
    """Run all families; print each count, and the first examples that differ."""
    total = wrong = 0
    for title, family in FAMILIES.items():
        examples = list(family(source))
        differ = [example for example in examples if example[1] != example[2]]
        print(f"{title}: {len(examples) - len(differ):,} of {len(examples):,}")
        for name, theirs, ours in differ[:10]:
            print(f"  {name}: the reference says {theirs}, we say {ours}")
        total += len(examples)
        wrong += len(differ)
    print(f"worked examples reproduced: {total - wrong:,} of {total:,}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else REFERENCE))
