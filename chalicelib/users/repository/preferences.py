"""Preferences: `U#<id>` / `PREFS`; no row means the defaults, which are version 1."""

from __future__ import annotations

from typing import Final, cast

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel.commit import Commit
from chalicelib.kernel.tables import Key, Row, Table, WholeNumber
from chalicelib.kernel.transaction import LostRace
from chalicelib.users.model.preferences import (
    DateFormat,
    NumberFormat,
    Preferences,
    Theme,
    WeekDay,
)
from chalicelib.users.repository.table import TABLE, owner_of

_SK: Final = "PREFS"
_FIRST_STORED: Final = 2


class PreferencesRow(Row):
    """A person's preferences; all of them are choices from lists, so nothing is sealed."""

    locale = UnicodeAttribute()
    base_currency = UnicodeAttribute()
    time_zone = UnicodeAttribute()
    week_start = UnicodeAttribute()
    month_start_day = WholeNumber()
    number_format = UnicodeAttribute()
    date_format = UnicodeAttribute()
    theme = UnicodeAttribute()
    privacy_mode = WholeNumber()
    version = WholeNumber()


def get_preferences(user_id: str) -> Preferences:
    """Read a user's preferences, or the defaults."""
    raw = Table(TABLE).get(_key(user_id))
    if raw is None:
        return Preferences()
    row = PreferencesRow.from_raw_data(dict(raw))
    return Preferences(
        locale=row.locale,
        base_currency=row.base_currency,
        time_zone=row.time_zone,
        week_start=cast("WeekDay", row.week_start),
        month_start_day=row.month_start_day,
        number_format=cast("NumberFormat", row.number_format),
        date_format=cast("DateFormat", row.date_format),
        theme=cast("Theme", row.theme),
        privacy_mode=bool(row.privacy_mode),
        version=row.version,
    )


def save_preferences(commit: Commit, user_id: str, preferences: Preferences) -> None:
    """Write preferences over the version before them."""
    version = preferences.version
    row = PreferencesRow(
        *_key(user_id),
        locale=preferences.locale,
        base_currency=preferences.base_currency,
        time_zone=preferences.time_zone,
        week_start=preferences.week_start,
        month_start_day=preferences.month_start_day,
        number_format=preferences.number_format,
        date_format=preferences.date_format,
        theme=preferences.theme,
        privacy_mode=int(preferences.privacy_mode),
        version=version,
    )
    before = 0 if version == _FIRST_STORED else version - 1
    commit.put(row, expect=before, refusal=LostRace())


def _key(user_id: str) -> Key:
    return (str(owner_of(user_id)), _SK)
