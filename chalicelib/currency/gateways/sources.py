"""Which sources there are: the one port, and those that the settings name, in their order.

`XPENSE_RATES_SOURCES` lists names; one that needs a key counts only with its key
(`XPENSE_OPEN_EXCHANGE_RATES_KEY`, `XPENSE_CURRENCYLAYER_KEY`; `XPENSE_COINGECKO_KEY` may be absent). Nothing
listed means that nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, Protocol

from chalicelib.currency.gateways.coingecko import CoinGecko
from chalicelib.currency.gateways.ecb import Ecb
from chalicelib.currency.gateways.wide import CurrencyLayer, OpenExchangeRates
from chalicelib.currency.model.quotes import Sheet
from chalicelib.kernel.settings import settings

Kind = Literal["reference", "wide", "crypto"]
"""What is trusted most; what fills the rest and stands in for it; prices of crypto units."""


class Source(Protocol):
    """The port of all sources of rates."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    def fetch(self, *, since: date, now: datetime) -> Sequence[Sheet]:
        """Read what is newer than `since` (some know today alone); raise `SourceFailed`."""


def configured() -> tuple[Source, ...]:
    """Give the sources that the settings name, in that order."""
    here = settings()
    known: dict[str, Source | None] = {
        "ecb": Ecb(),
        "open-exchange-rates": OpenExchangeRates(here.open_exchange_rates_key)
        if here.open_exchange_rates_key
        else None,
        "currencylayer": CurrencyLayer(here.currencylayer_key) if here.currencylayer_key else None,
        "coingecko": CoinGecko(here.coingecko_key),
    }
    names = (name.strip() for name in here.rates_sources.split(","))
    return tuple(source for name in names if (source := known.get(name)) is not None)
