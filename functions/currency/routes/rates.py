"""Currencies, rates and the user's own rates over HTTP."""

from __future__ import annotations

from chalicelib.currency.schemas.common import QuoteOut
from chalicelib.currency.schemas.currencies import CurrenciesOut, CurrenciesQuery
from chalicelib.currency.schemas.rates import (
    HistoryOut,
    HistoryQuery,
    OwnRateIn,
    OwnRatesOut,
    OwnRatesQuery,
    RatesOut,
    RatesQuery,
    pair_of,
)
from chalicelib.currency.service import currencies, own, rates
from chalicelib.kernel.context import Context
from functions.currency.routes.edge import edge

READ = "currency:read"
WRITE = "currency:write"


@edge.endpoint(
    "GET",
    "/v1/currency/currencies",
    summary="All currencies",
    query=CurrenciesQuery,
    out=CurrenciesOut,
    scope=READ,
    by_account=True,  # rates belong to no account
)
def list_currencies(_ctx: Context, query: CurrenciesQuery) -> CurrenciesOut:
    """Name all currencies of ISO 4217 and the listed crypto units, with the locale's way to write amounts."""
    style = currencies.style_of(query.locale)
    return CurrenciesOut.of(style, currencies.codes(withdrawn=query.withdrawn))


@edge.endpoint(
    "GET",
    "/v1/currency/rates",
    summary="Exchange rates of a day",
    query=RatesQuery,
    out=RatesOut,
    scope=READ,
    by_account=True,  # rates belong to no account
)
def read_rates(ctx: Context, query: RatesQuery) -> RatesOut:
    """Give one base's rates on a day, each with its own day and source.

    On weekends and holidays those are of the last business day. What has no rate stands in `missing`.
    """
    day = query.date or ctx.now.date()
    found = rates.rates_of_day(ctx, query.base, day, symbols=query.codes)
    return RatesOut.of(found, query.base, day)


@edge.endpoint(
    "GET",
    "/v1/currency/rates/history",
    summary="A pair's rates over time",
    query=HistoryQuery,
    out=HistoryOut,
    scope=READ,
    by_account=True,  # rates belong to no account
)
def read_history(ctx: Context, query: HistoryQuery) -> HistoryOut:
    """Give a pair's rates of at most 366 days, one for each day on which a new one was published or set."""
    until = query.until or ctx.now.date()
    found = rates.history(ctx, query.base, query.quote, since=query.since, until=until)
    return HistoryOut.of(found, query, until)


@edge.endpoint(
    "GET",
    "/v1/currency/rates/own",
    summary="Own rates",
    query=OwnRatesQuery,
    out=OwnRatesOut,
    scope=READ,
    by_account=True,  # rates belong to no account
)
def list_own_rates(ctx: Context, query: OwnRatesQuery) -> OwnRatesOut:
    """List one's own rates of the days between two, newest first."""
    found = own.own_rates(ctx, query.since, query.until)
    return OwnRatesOut(items=[QuoteOut.of(one) for one in found])


@edge.endpoint(
    "PUT",
    "/v1/currency/rates/{base}/{quote}/{date}",
    summary="Set an own rate",
    body=OwnRateIn,
    out=QuoteOut,
    scope=WRITE,
)
def put_rate(ctx: Context, base: str, quote: str, date: str, body: OwnRateIn) -> QuoteOut:
    """Set what 1 `base` is worth in `quote` on a day, for oneself: it goes before what is published.

    It holds until a newer rate is known, at most 31 days, in both directions. There is one a pair and day.
    """
    return QuoteOut.of(own.put_rate(ctx, *pair_of(base, quote, date), rate=body.rate))


@edge.endpoint(
    "DELETE",
    "/v1/currency/rates/{base}/{quote}/{date}",
    summary="Take an own rate back",
    status=204,
    scope=WRITE,
)
def delete_rate(ctx: Context, base: str, quote: str, date: str) -> None:
    """Take one's own rate of a pair and day back; the published one counts again."""
    own.remove_rate(ctx, *pair_of(base, quote, date))
