"""Reading calendar dates: twenty ways of writing them, and the order of day and month.

03/04/2020 is a day in March or in April. The whole file is the witness; where it is silent the
reader says so instead of guessing quietly.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.types import DateOrder

FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2199
_ZONE: Final = r"(?: ?(?:Z|[A-Z]{2,5}|[+-][0-9]{2}:?[0-9]{2}))?"
_TIME: Final = (
    rf"[T ,;:-]{{0,2}}[0-9]{{1,2}}[:.h][0-9]{{2}}[0-9:.,]{{0,16}}(?: ?[AaPp]\.?[Mm]\.?)?{_ZONE}"
)
_TAIL: Final = rf"(?:\.|,|{_TIME}| as of [0-9/.-]{{6,10}})?\Z"
_YEAR_FIRST: Final = re.compile(
    rf"([0-9]{{4}})([-./:年 ])([0-9]{{1,2}})[-./:月 ]([0-9]{{1,2}})日?{_TAIL}"
)
_COMPACT: Final = re.compile(rf"([0-9]{{4}})([0-9]{{2}})([0-9]{{2}}){_TAIL}")
_NUMERIC: Final = re.compile(
    rf"([0-9]{{1,2}})([-./ ])([0-9]{{1,2}})[-./ ]([0-9]{{4}}|[0-9]{{2}}){_TAIL}"
)
_DAY_NAME: Final = re.compile(
    rf"([0-9]{{1,2}})[-. /]{{0,2}}([^\W\d_]{{3,10}})\.?[-. /,]{{0,2}}([0-9]{{4}}|[0-9]{{2}}){_TAIL}"
)
_NAME_DAY: Final = re.compile(
    rf"([^\W\d_]{{3,10}})\.?[- ]{{1,2}}([0-9]{{1,2}}),?[- ]{{1,2}}([0-9]{{4}}|[0-9]{{2}}){_TAIL}"
)
_WEEKDAY: Final = re.compile(r"[^\W\d_]{2,10}\.?,? ")
_MONTH_WORDS: Final = (
    "jan january januar janvier janv enero ene gennaio gen janeiro januari led styczen tammikuu",
    "feb february februar fevrier fevr fev febrero febbraio fevereiro februari uno luty helmikuu",
    "mar march marz mars maerz mrz marzo marco maart mrt bre marzec maaliskuu",
    "apr april avril avr abril abr aprile dub kwiecien huhtikuu",
    "may mai mayo maggio mag maio mei maj kve toukokuu",
    "jun june juni juin junio giugno giu junho cer czerwiec kesakuu",
    "jul july juli juillet juil julio luglio lug julho cvc lipiec heinakuu",
    "aug august aout aou agosto ago augustus srp sierpien elokuu",
    "sep september sept septembre septiembre settembre set setembro zar wrzesien syyskuu",
    "oct october oktober okt octobre octubre ottobre ott outubro out rij pazdziernik lokakuu",
    "nov november novembre noviembre novembro lis listopad marraskuu",
    "dec december dezember dez decembre diciembre dic dicembre dezembro pro grudzien joulukuu",
)
MONTHS: Final = {word: at for at, line in enumerate(_MONTH_WORDS, 1) for word in line.split()}
_SAMPLE: Final = 20_000


class Order(NamedTuple):
    """The order of day, month and year in a file; `ambiguous` if the file does not show it."""

    order: DateOrder
    ambiguous: bool = False


class Parts(NamedTuple):
    """A numeric date before its order is known."""

    first: int
    second: int
    third: int
    separator: str
    year_last: bool


def _month(word: str) -> int | None:
    folded = "".join(
        char for char in unicodedata.normalize("NFKD", word.casefold()) if char.isascii()
    )
    return MONTHS.get(folded)


def make_date(year: int, month: int, day: int) -> date | None:
    """Give the date if it exists and lies in the years that statements come from."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def full_year(text: str) -> int:
    """Complete a year of two digits as POSIX does: 69 to 99 are the last century."""
    year = int(text)
    if len(text) > 2:
        return year
    return year + (1900 if year >= 69 else 2000)


class DateReader(dict[str, date | None]):
    """Reads the dates of one file in one order; each distinct text is parsed once.

    `reader[text]` is the date, or None if the text is none. Statements repeat their dates, so
    nearly every look-up is one of a dictionary.
    """

    def __init__(self, order: DateOrder) -> None:
        super().__init__()
        self.order = order

    def __missing__(self, text: str) -> date | None:
        head = text[:10]
        if len(text) > 10 and text[10] in "T " and head[4:5] == "-" and is_date(text):
            value = self[head]
        else:
            value = self[text] = read_date(text, self.order)
        return value


def read_date(text: str, order: DateOrder) -> date | None:
    """Read one date of any known writing; `order` decides only where the text leaves it open."""
    text = text.strip()
    if not 6 <= len(text) <= 60:
        return None
    found = _YEAR_FIRST.match(text)
    if found:
        return make_date(int(found[1]), int(found[3]), int(found[4]))
    found = _COMPACT.match(text)
    if found:
        return make_date(int(found[1]), int(found[2]), int(found[3]))
    found = _NUMERIC.match(text)
    if found:
        return _ordered(found, order)
    return _read_named(text)


def _ordered(found: re.Match[str], order: DateOrder) -> date | None:
    first, second, third = found[1], found[3], found[4]
    if order == "ymd" and len(third) == 2:
        return make_date(full_year(first), int(second), int(third))
    if order == "mdy":
        return make_date(full_year(third), int(first), int(second))
    return make_date(full_year(third), int(second), int(first))


def _read_named(text: str) -> date | None:
    for candidate in (text, _WEEKDAY.sub("", text, count=1)):
        found = _DAY_NAME.match(candidate)
        if found and (month := _month(found[2])):
            return make_date(full_year(found[3]), month, int(found[1]))
        found = _NAME_DAY.match(candidate)
        if found and (month := _month(found[1])):
            return make_date(full_year(found[3]), month, int(found[2]))
    return None


def is_date(text: str) -> bool:
    """Tell whether the text is written as a date, in whatever order and even if it does not exist."""
    text = text.strip()
    if not 6 <= len(text) <= 60:
        return False
    numeric = _NUMERIC.match(text)
    if numeric:
        return (
            min(int(numeric[1]), int(numeric[3])) <= 12
            and max(int(numeric[1]), int(numeric[3])) <= 99
        )
    year_first = _YEAR_FIRST.match(text)
    if year_first:
        return int(year_first[3]) <= 12 and int(year_first[4]) <= 31
    if _COMPACT.match(text):
        return make_date(int(text[:4]), int(text[4:6]), int(text[6:8])) is not None
    return _read_named(text) is not None


def _parts(text: str) -> Parts | None:
    found = _NUMERIC.match(text.strip()[:60])
    if not found:
        return None
    return Parts(int(found[1]), int(found[3]), int(found[4]), found[2], len(found[4]) == 4)


def find_order(
    cells: Iterable[str], *, american: Callable[[], bool | None], default: DateOrder = "dmy"
) -> Order:
    """Find the order of day and month from all dates of a file.

    Evidence, strongest first: a number above 12; full stops (day first wherever they are used);
    `american()` (what currency and language say); one order sorts the rows and the other does not.
    """
    distinct = dict.fromkeys(cells)
    parts = [found for text in list(distinct)[:_SAMPLE] if (found := _parts(text))]
    if not parts:
        return Order("dmy")
    proven = _proven_order(parts)
    if proven:
        return Order(proven)
    if all(part.first == part.second for part in parts):
        return Order("dmy")  # 05/05/2020 is the same day in either order
    said = american()
    if said is not None:
        return Order("mdy" if said else "dmy")
    sorted_order = _sorted_order(parts)
    return Order(sorted_order) if sorted_order else Order(default, ambiguous=True)


def _proven_order(parts: list[Parts]) -> DateOrder | None:
    day_first = sum(part.first > 12 for part in parts)
    month_first = sum(part.second > 12 for part in parts)
    year_first = sum(part.first > 31 and not part.year_last for part in parts)
    if year_first:
        return "ymd"
    if day_first or month_first:
        return "dmy" if day_first >= month_first else "mdy"
    if all(part.separator == "." for part in parts):
        return "dmy"
    return None


def _sorted_order(parts: list[Parts]) -> DateOrder | None:
    """Statements are sorted by date: if exactly one order makes them so, it is the right one."""
    if len(set(parts)) < 4:
        return None
    as_dmy = [(part.third, part.second, part.first) for part in parts]
    as_mdy = [(part.third, part.first, part.second) for part in parts]
    dmy, mdy = _is_sorted(as_dmy), _is_sorted(as_mdy)
    if dmy == mdy:
        return None
    return "dmy" if dmy else "mdy"


def _is_sorted(keys: list[tuple[int, int, int]]) -> bool:
    pairs = list(pairwise(keys))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)
