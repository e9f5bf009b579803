"""Preferences on the wire."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from chalicelib.kernel.wire import CurrencyCode, TimeZone, Wire
from chalicelib.users.model.preferences import (
    LONGEST_LOCALE,
    DateFormat,
    NumberFormat,
    Preferences,
    Theme,
    WeekDay,
    canonical_locale,
)

_EXAMPLE: Final[JsonDict] = {
    "locale": "de-AT",
    "base_currency": "EUR",
    "time_zone": "Europe/Vienna",
    "week_start": "monday",
    "month_start_day": 25,
    "number_format": "1.234,56",
    "date_format": "DD.MM.YYYY",
    "theme": "system",
    "privacy_mode": False,
}


Locale = Annotated[
    str,
    StringConstraints(max_length=LONGEST_LOCALE),
    AfterValidator(canonical_locale),
    Field(examples=["de-AT"]),
]
"""A language tag (BCP 47); kept in its canonical spelling."""


class PutPreferences(Wire):
    """All preferences; what is left out goes back to its default."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    locale: Locale = Preferences().locale
    base_currency: CurrencyCode = Preferences().base_currency
    time_zone: TimeZone = Preferences().time_zone
    week_start: WeekDay = Preferences().week_start
    month_start_day: Annotated[int, Field(ge=1, le=28)] = 1
    number_format: NumberFormat = Preferences().number_format
    date_format: DateFormat = Preferences().date_format
    theme: Theme = Preferences().theme
    privacy_mode: bool = False


class PreferencesOut(Wire):
    """All preferences. Version 1 means that nothing was chosen yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE | {"version": 2}]})

    locale: str
    base_currency: str
    time_zone: str
    week_start: WeekDay
    month_start_day: int
    number_format: NumberFormat
    date_format: DateFormat
    theme: Theme
    privacy_mode: bool
    version: int
