"""Refusals of the currency service, as facts."""

from __future__ import annotations

from datetime import date

from chalicelib.kernel.errors import FieldProblem, Invalid, NotFound, Unavailable


class UnknownLocale(Invalid):
    """No names are kept for this locale, nor for its language."""

    slug = "unknown-locale"
    title = "This locale is not known"

    def __init__(self) -> None:
        """Point at the parameter."""
        super().__init__(errors=(FieldProblem("?locale", "a BCP 47 tag such as de or pt-BR"),))


class SourceFailed(Unavailable):
    """A source of rates gave nothing usable: `reason` is a word, never an address, because that has keys in it."""

    slug = "source-failed"
    title = "A source of exchange rates gave nothing usable"

    def __init__(self, source: str, reason: str) -> None:
        """Name the source and why."""
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class MissingRate(Invalid):
    """There is no rate for a currency on a day: the amount cannot be converted, and is not converted as if 1."""

    slug = "missing-rate"
    title = "There is no exchange rate for this day"

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        """Name each amount that has none, and why."""
        super().__init__(errors=problems)


class FixedByLaw(Invalid):
    """The number between these two is fixed by law for this day, so nobody's own number replaces it."""

    slug = "fixed-by-law"
    title = "This rate is fixed by law"


class RateNotFound(NotFound):
    """The user has no rate of their own for this pair and day."""

    slug = "rate-not-found"
    title = "There is no own rate for this pair and day"


class TooManyOwnRates(Invalid):
    """A month holds as many own rates as it may."""

    slug = "too-many-own-rates"
    title = "This month has too many rates of your own"


class MoreThanHeld(Invalid):
    """More of a currency went out than had come in before."""

    slug = "more-than-held"
    title = "More of the currency went out than was held"

    def __init__(self, index: int) -> None:
        """Point at the movement."""
        problem = FieldProblem(f"/movements/{index}/out", "more goes out than is held by then")
        super().__init__(errors=(problem,))


def no_rate(currency: str, day: date, reason: str, last_day: date | None) -> str:
    """Say why there is no rate, for people."""
    known = f"; the last one is of {last_day}" if last_day else ""
    sentences = {
        "no-rate": f"no source has a rate of {currency} for {day} or the days before it",
        "too-old": f"no source has a rate of {currency} near {day}",
        "in-the-future": f"{day} is in the future",
    }
    return sentences.get(reason, reason) + known


# --- tax


class UnknownTaxRegion(Invalid):
    """No table has this region: a country without one, or (Brazil, California) one that was not to be trusted."""

    slug = "unknown-tax-region"
    title = "There is no table of tax for this region"

    def __init__(self, pointer: str) -> None:
        """Point at the field."""
        detail = "no table has this region; see GET /v1/currency/tax/regions"
        super().__init__(errors=(FieldProblem(pointer, detail),))


class NoTaxRate(Invalid):
    """The region's table has no such rate on this day: it is refused and never taken as 0."""

    slug = "no-tax-rate"
    title = "There is no rate of tax for this day"

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        """Name each field, and from when on rates are known."""
        super().__init__(errors=problems)


class UnknownTaxYear(Invalid):
    """The country has no table for this tax year."""

    slug = "unknown-tax-year"
    title = "There is no table for this tax year"
