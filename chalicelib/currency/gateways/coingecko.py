"""Prices of crypto units in euro: CoinGecko's public `simple/price`, with or without a (demo) key.

Shape: `{"bitcoin": {"eur": 88000.12, "last_updated_at": 1760000000}}`; limits come as 429 (docs.coingecko.com).
"""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from typing import Final, Literal

from chalicelib.currency.errors import SourceFailed
from chalicelib.currency.gateways import http
from chalicelib.currency.gateways.wide import stamped
from chalicelib.currency.model.quotes import EURO, Sheet
from chalicelib.kernel.values import dataclass

IDS: Final = {
    "BTC": "bitcoin",
    "ETH": "ethereum",
    "LTC": "litecoin",
    "USDC": "usd-coin",
    "USDT": "tether",
}
"""The source's own names of our units."""


@dataclass(frozen=True, slots=True)
class CoinGecko:
    """The public price list of https://www.coingecko.com, which works without a key."""

    key: str = field(default="", repr=False)
    url: str = "https://api.coingecko.com/api/v3/simple/price"
    name: str = "coingecko"
    kind: Literal["crypto"] = "crypto"

    def fetch(self, *, since: date, now: datetime) -> tuple[Sheet, ...]:  # noqa: ARG002 - the port's signature; it knows today only
        """Read today's prices; raise `SourceFailed`, also where the newest price is stale."""
        query = {
            "ids": ",".join(IDS.values()),
            "vs_currencies": EURO.lower(),
            "include_last_updated_at": "true",
            "precision": "full",
        }
        headers = {"x-cg-demo-api-key": self.key} if self.key else {}
        found = http.read_json(
            self.name, http.fetch(self.name, self.url, query=query, headers=headers)
        )
        if "status" in found:
            raise SourceFailed(self.name, "error-in-body")
        prices = {code: found.get(name) for code, name in IDS.items()}
        plain = {code: one for code, one in prices.items() if isinstance(one, dict)}
        if not plain:
            raise SourceFailed(self.name, "unreadable")
        day = min(stamped(self.name, one.get("last_updated_at"), now) for one in plain.values())
        pairs = ((code, one.get(EURO.lower())) for code, one in plain.items())
        return (Sheet(day, self.name, EURO, http.rates_of(self.name, pairs), priced=True),)
