"""Sources of about 170 currencies against the US dollar, each with a key of the instance's own.

Open Exchange Rates: `GET /api/latest.json?app_id=` gives `{timestamp, base, rates: {EUR: 0.85}}`, errors come with
their status and `{error: true, status, message}` (docs.openexchangerates.org). CurrencyLayer: `GET /live?access_key=`
gives `{success, timestamp, source, quotes: {USDEUR: 0.85}}`; errors come with HTTP 200 and `success: false`
(docs.apilayer.com/currencylayer). Neither publishes a specification file: the shapes are from their pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

from chalicelib.currency.errors import SourceFailed
from chalicelib.currency.gateways import http
from chalicelib.currency.model.quotes import Sheet
from chalicelib.kernel.values import dataclass

FRESH: Final = timedelta(hours=48)
"""A stamp older than this is stale: their free plans are renewed hourly or daily."""
_AHEAD: Final = timedelta(hours=1)


def stamped(source: str, timestamp: object, now: datetime) -> date:
    """Give the day (UTC) of a Unix stamp; raise `SourceFailed` where it is stale, ahead, or none."""
    if not (isinstance(timestamp, str) and timestamp.isdecimal() and len(timestamp) <= 11):
        raise SourceFailed(source, "unreadable")
    at = datetime.fromtimestamp(int(timestamp), UTC)
    if at > now + _AHEAD:
        raise SourceFailed(source, "unreadable")
    if at < now - FRESH:
        raise SourceFailed(source, "stale")
    return at.date()


def _object(source: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise SourceFailed(source, "unreadable")
    return value


@dataclass(frozen=True, slots=True)
class OpenExchangeRates:
    """The table of https://openexchangerates.org (free plan: 1,000 calls a month)."""

    key: str = field(repr=False)
    url: str = "https://openexchangerates.org/api/latest.json"
    name: str = "open-exchange-rates"
    kind: Literal["wide"] = "wide"

    def fetch(self, *, since: date, now: datetime) -> tuple[Sheet, ...]:  # noqa: ARG002 - the port's signature; it knows today only
        """Read today's table; raise `SourceFailed`."""
        body = http.fetch(self.name, self.url, query={"app_id": self.key})
        found = http.read_json(self.name, body)
        if found.get("error"):
            raise SourceFailed(self.name, "error-in-body")
        rates = _object(self.name, found.get("rates"))
        base = found.get("base")
        if not isinstance(base, str):
            raise SourceFailed(self.name, "unreadable")
        day = stamped(self.name, found.get("timestamp"), now)
        kept = http.rates_of(self.name, iter(rates.items()))
        kept.pop(base, None)
        return (Sheet(day, self.name, base, kept),)


@dataclass(frozen=True, slots=True)
class CurrencyLayer:
    """The table of https://currencylayer.com (free plan: 100 calls a month)."""

    key: str = field(repr=False)
    url: str = "https://api.currencylayer.com/live"
    name: str = "currencylayer"
    kind: Literal["wide"] = "wide"

    def fetch(self, *, since: date, now: datetime) -> tuple[Sheet, ...]:  # noqa: ARG002 - the port's signature; it knows today only
        """Read today's table; raise `SourceFailed`, also for an error that comes with HTTP 200."""
        body = http.fetch(self.name, self.url, query={"access_key": self.key})
        found = http.read_json(self.name, body)
        if found.get("success") is not True:
            raise SourceFailed(self.name, "error-in-body")
        base = found.get("source")
        if not (isinstance(base, str) and len(base) == 3):
            raise SourceFailed(self.name, "unreadable")
        quotes = _object(self.name, found.get("quotes"))
        pairs = ((pair[3:], rate) for pair, rate in quotes.items() if pair.startswith(base))
        day = stamped(self.name, found.get("timestamp"), now)
        kept = http.rates_of(self.name, pairs)
        kept.pop(base, None)
        return (Sheet(day, self.name, base, kept),)
