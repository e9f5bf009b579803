"""Converting amounts for a person or for another service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from chalicelib.currency.errors import MissingRate, no_rate
from chalicelib.currency.model import conversion
from chalicelib.currency.model.book import MAX_AGE, Missing, Path
from chalicelib.currency.model.conversion import Converted, Line, Manner, Worth
from chalicelib.currency.service import books
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.owners import Owner

PLAIN = Manner()


def convert(
    lines: Sequence[Line],
    target: str,
    *,
    owner: Owner | None,
    now: datetime,
    manner: Manner = PLAIN,
) -> tuple[Converted, ...]:
    """Convert lines, each at the rate of its day.

    Raises `MissingRate` naming each line that has none, unless the manner flags it in the answer, and
    `Invalid` where a result is out of range. Reads: see docs/domains/currency.md.
    """
    pairs = [(line.amount.currency, target, line.day) for line in lines if line.quote is None]
    found = iter(books.paths(pairs, owner=owner, now=now, max_age=manner.max_age))
    ways = [_own_way(line, target) if line.quote is not None else next(found) for line in lines]
    if not manner.flag:
        refuse_missing(
            (f"/lines/{at}/date", line.day, path)
            for at, (line, path) in enumerate(zip(lines, ways, strict=True))
        )
    try:
        return conversion.convert(
            lines, ways, target, rounding=manner.rounding, totals=manner.totals
        )
    except conversion.OutOfRange as error:
        problem = FieldProblem(f"/lines/{error.at}/amount", str(error))
        raise Invalid(errors=(problem,)) from error


def worths(
    sums: Sequence[tuple[int, str, date]], target: str, *, owner: Owner | None, now: datetime
) -> tuple[Worth, ...]:
    """Convert sums (minor units, currency, day), which may be larger than any one amount, each at its day's rate.

    What has no rate is flagged with its reason, never 1. Reads: see docs/domains/currency.md.
    """
    pairs = [(currency, target, day) for _, currency, day in sums]
    # a sum of a day is asked for each account: the way is the same
    ways = dict.fromkeys(pairs)
    found = books.paths(list(ways), owner=owner, now=now, max_age=MAX_AGE)
    known = dict(zip(ways, found, strict=True))
    return tuple(
        conversion.worth(minor, known[pair])
        for (minor, _, _), pair in zip(sums, pairs, strict=True)
    )


def refuse_missing(asked: Iterable[tuple[str, date, Path | Missing]]) -> None:
    """Raise `MissingRate` where a way is missing, naming each place by its pointer."""
    problems = tuple(
        FieldProblem(pointer, no_rate(path.currency, day, path.reason, path.last_day))
        for pointer, day, path in asked
        if isinstance(path, Missing)
    )
    if problems:
        raise MissingRate(problems[:50])


def _own_way(line: Line, target: str) -> Path:
    same = line.amount.currency == target
    return Path(line.amount.currency, target, () if same or line.quote is None else (line.quote,))
