"""What a person prefers to see: language, currency, calendar and formats."""

from __future__ import annotations

import re
from typing import Final, Literal

from chalicelib.kernel.regex import regex
from chalicelib.kernel.values import dataclass

WeekDay = Literal["monday", "saturday", "sunday"]
Theme = Literal["light", "dark", "system"]
NumberFormat = Literal["locale", "1,234.56", "1.234,56", "1 234,56", "1'234.56", "12,34,567.89"]
DateFormat = Literal["locale", "YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY"]

LONGEST_LOCALE: Final = 35
"""Characters that software must be able to keep (RFC 5646, 4.4.1)."""
_LOCALE: Final = regex(
    r"(?P<language>[a-z]{2,3})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(?P<extensions>(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*)",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """A person's preferences. Version 1 is what holds until the person says something."""

    locale: str = "en"
    base_currency: str = "EUR"
    time_zone: str = "UTC"
    week_start: WeekDay = "monday"
    month_start_day: int = 1
    """The day on which the person's month begins, 1 to 28, so that every month has it."""
    number_format: NumberFormat = "locale"
    date_format: DateFormat = "locale"
    theme: Theme = "system"
    privacy_mode: bool = False
    """Apps hide amounts until they are tapped."""
    version: int = 1


def canonical_locale(text: str) -> str:
    """Give the one spelling of a language tag (BCP 47: RFC 5646, 2.1 and 2.1.1); raise ValueError.

    Well-formed tags with a language of the ISO 639 form, without extended languages, private use and the
    grandfathered list. No repeated variant and no repeated extension.
    """
    match = _LOCALE.fullmatch(text)
    if match is None or len(text) > LONGEST_LOCALE:
        raise ValueError("a language tag such as en, de-AT or zh-Hant-TW")
    variants = match["variants"].lower().split("-")[1:]
    extensions = match["extensions"].lower()
    singletons = re.findall(r"-([a-z0-9])(?=-)", extensions)
    if len(set(variants)) != len(variants) or len(set(singletons)) != len(singletons):
        raise ValueError("a part of the language tag is there twice")
    parts = [
        match["language"].lower(),
        (match["script"] or "").title(),
        (match["region"] or "").upper(),
        *variants,
    ]
    return "-".join(part for part in parts if part) + extensions
