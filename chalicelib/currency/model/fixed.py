"""Currencies that ended: their number against what replaced them is fixed for ever.

Sources. Euro: Council Regulation (EC) No 2866/98, Article 1, as amended by (EC) 1478/2000, 1086/2006,
1134/2007, 1135/2007, 694/2008, (EU) 671/2010, 870/2013, 851/2014, 2022/1208 and that of 8 July 2025 for the lev.
How to convert with them: Regulation (EC) No 1103/97, Articles 4 and 5: all six significant figures, no
inverse rates, from one national unit to another through the euro, and halves of a cent are rounded up.
Other successions: ISO 4217 list three and the law of each country.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from chalicelib.currency.model.quotes import BY_LAW, EURO, RENAMED, Quote
from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True)
class Succession:
    """From `since` on, 1 unit of `new` = `number` units of `old`, as a law says."""

    old: str
    new: str
    number: str
    since: date
    source: str

    @property
    def quote(self) -> Quote:
        """The fixed number as a quote."""
        return Quote(self.new, self.old, self.number, self.since, self.source)


_FIRST: Final = (
    "ATS 13.7603 BEF 40.3399 DEM 1.95583 ESP 166.386 FIM 5.94573 FRF 6.55957 IEP 0.787564 \
ITL 1936.27 LUF 40.3399 NLG 2.20371 PTE 200.482"
)
_LATER: Final = (
    ("GRD", "340.750", 2001),
    ("SIT", "239.640", 2007),
    ("CYP", "0.585274", 2008),
    ("MTL", "0.429300", 2008),
    ("SKK", "30.1260", 2009),
    ("EEK", "15.6466", 2011),
    ("LVL", "0.702804", 2014),
    ("LTL", "3.45280", 2015),
    ("HRK", "7.53450", 2023),
    ("BGN", "1.95583", 2026),
)
_RENAMED: Final = (
    ("AFA", "AFN", "1000", date(2003, 1, 2)),
    ("ANG", "XCG", "1", date(2025, 3, 31)),
    ("AZM", "AZN", "5000", date(2006, 1, 1)),
    ("BGL", "BGN", "1000", date(1999, 7, 5)),
    ("BYR", "BYN", "10000", date(2016, 7, 1)),
    ("GHC", "GHS", "10000", date(2007, 7, 1)),
    ("MRO", "MRU", "10", date(2018, 1, 1)),
    ("MXP", "MXN", "1000", date(1993, 1, 1)),
    ("MZM", "MZN", "1000", date(2006, 7, 1)),
    ("PLZ", "PLN", "10000", date(1995, 1, 1)),
    ("ROL", "RON", "10000", date(2005, 7, 1)),
    ("RUR", "RUB", "1000", date(1998, 1, 1)),
    ("SLL", "SLE", "1000", date(2022, 7, 1)),
    ("SRG", "SRD", "1000", date(2004, 1, 1)),
    ("STD", "STN", "1000", date(2018, 1, 1)),
    ("TMM", "TMT", "5000", date(2009, 1, 1)),
    ("TRL", "TRY", "1000000", date(2005, 1, 1)),
    ("UAK", "UAH", "100000", date(1996, 9, 2)),
    ("VEB", "VEF", "1000", date(2008, 1, 1)),
    ("VEF", "VES", "100000", date(2018, 8, 20)),
    ("ZMK", "ZMW", "1000", date(2013, 1, 1)),
)


def _all() -> dict[str, Succession]:
    first = _FIRST.split()
    euro = [(old, number, 1999) for old, number in zip(first[::2], first[1::2], strict=True)]
    found = {
        old: Succession(old, EURO, number, date(year, 1, 1), BY_LAW)
        for old, number, year in (*euro, *_LATER)
    }
    found |= {
        old: Succession(old, new, number, since, RENAMED) for old, new, number, since in _RENAMED
    }
    return found


SUCCESSIONS: Final = _all()
"""What replaced a currency, by its code."""


def successor(currency: str, day: date) -> Succession | None:
    """Give what a currency had become by a day, or None where it was still alive."""
    found = SUCCESSIONS.get(currency)
    return found if found is not None and day >= found.since else None


def is_by_law(legs: tuple[Quote, ...]) -> bool:
    """Tell whether a conversion uses the euro regulations' fixed numbers alone."""
    return bool(legs) and all(leg.source == BY_LAW for leg in legs)
