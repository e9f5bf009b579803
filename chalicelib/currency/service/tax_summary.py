"""Tax-year summaries: lines in one currency, each converted at its day's rate, then summed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from chalicelib.currency.model.conversion import Line
from chalicelib.currency.model.tax.years import DatedLine, YearSummary, summarise
from chalicelib.currency.service import conversion, tax
from chalicelib.kernel.money import Money
from chalicelib.kernel.owners import Owner


def summary(
    country: str,
    lines: Sequence[tuple[date, str, Money]],
    *,
    currency: str,
    owner: Owner | None,
    now: datetime,
) -> tuple[YearSummary, ...]:
    """Sum lines (day, tax category, amount) up by the country's tax years.

    Raises `UnknownTaxRegion`, and `MissingRate` naming each line that cannot be converted. Reads: none where all
    lines are of `currency`, else those of a conversion.
    """
    start = tax.year_start(country)
    amounts = [money for _, _, money in lines]
    if any(money.currency != currency for money in amounts):
        asked = [Line(amount=money, day=day) for day, _, money in lines]
        converted = conversion.convert(asked, currency, owner=owner, now=now)
        amounts = [one.money for one in converted if one.money is not None]
    dated = [
        DatedLine(day, category, money.amount_minor)
        for (day, category, _), money in zip(lines, amounts, strict=True)
    ]
    return summarise(dated, start)
