"""The ECB's euro foreign exchange reference rates, published on business days at about 16:00 Frankfurt time.

Shape: `gesmes:Envelope` with one `Cube time=` a day and one `Cube currency= rate=` a currency (XML), or the
whole history as a zipped CSV. https://www.ecb.europa.eu/stats/policy_and_exchange_rates, no key; the source is to be named.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Final, Literal

from chalicelib.currency.errors import SourceFailed
from chalicelib.currency.gateways import http
from chalicelib.currency.model.days import business_day_before, due
from chalicelib.currency.model.quotes import EURO, Sheet
from chalicelib.kernel.values import dataclass

BASE: Final = "https://www.ecb.europa.eu/stats/eurofxref"
NAME: Final = "ecb"
_CUBE: Final = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
_RECENT: Final = timedelta(days=85)
"""The file of 90 days surely holds these."""
_MOST_UNZIPPED: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Ecb:
    """The reference source: what it publishes goes before all others."""

    url: str = BASE
    name: str = NAME
    kind: Literal["reference"] = "reference"

    def fetch(self, *, since: date, now: datetime) -> tuple[Sheet, ...]:
        """Read all days after `since`, oldest first, in the smallest file that has them; raise `SourceFailed`."""
        newest = due(now)
        if since >= business_day_before(newest - timedelta(days=1)):
            found = self._xml("eurofxref-daily.xml")
        elif newest - since < _RECENT:
            found = self._xml("eurofxref-hist-90d.xml")
        else:
            found = self._whole()
        return tuple(
            sorted((sheet for sheet in found if sheet.day > since), key=lambda one: one.day)
        )

    def _xml(self, name: str) -> list[Sheet]:
        from xml.etree import ElementTree as ET

        body = http.fetch(self.name, f"{self.url}/{name}")
        if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
            raise SourceFailed(self.name, "unreadable")
        try:
            root = ET.fromstring(body)  # noqa: S314 - what could expand was refused above
            return [
                self._sheet(
                    day.attrib["time"],
                    {
                        one.attrib["currency"]: one.attrib["rate"]
                        for one in day.iter(_CUBE)
                        if "currency" in one.attrib
                    },
                )
                for day in root.iter(_CUBE)
                if "time" in day.attrib
            ]
        except (ET.ParseError, KeyError) as error:
            raise SourceFailed(self.name, "unreadable") from error

    def _whole(self) -> list[Sheet]:
        from zipfile import BadZipFile, ZipFile

        body = http.fetch(self.name, f"{self.url}/eurofxref-hist.zip")
        try:
            with ZipFile(io.BytesIO(body)) as given:
                entry = given.getinfo("eurofxref-hist.csv")
                if entry.file_size > _MOST_UNZIPPED:
                    raise SourceFailed(self.name, "too-large")
                text = given.read(entry).decode("ascii")
        except (BadZipFile, KeyError, UnicodeDecodeError) as error:
            raise SourceFailed(self.name, "unreadable") from error
        rows = csv.DictReader(io.StringIO(text))
        return [
            self._sheet(row["Date"], {name: rate for name, rate in row.items() if name and rate})
            for row in rows
            if row.get("Date")
        ]

    def _sheet(self, day: str, rates: dict[str, str]) -> Sheet:
        try:
            at = date.fromisoformat(day)
        except ValueError as error:
            raise SourceFailed(self.name, "unreadable") from error
        return Sheet(at, self.name, EURO, http.rates_of(self.name, iter(rates.items())))
