"""Conversion and gains over HTTP: questions with a body, which write nothing."""

from __future__ import annotations

from chalicelib.currency.schemas.conversion import ConvertIn, ConvertOut
from chalicelib.currency.schemas.gains import GainsIn, GainsOut
from chalicelib.currency.service import conversion, gains
from chalicelib.kernel.context import Context
from functions.currency.routes.edge import edge


@edge.endpoint(
    "POST",
    "/v1/currency/convert",
    reads=True,
    by_account=True,  # rates belong to no account
    scope="currency:read",
    body=ConvertIn,
    out=ConvertOut,
    summary="Convert amounts, lists and reports",
)
def convert(ctx: Context, body: ConvertIn) -> ConvertOut:
    """Convert each line at the rate of its day, with rate, day and source in the answer.

    A line without a rate is refused (`missing-rate`), or flagged and left out of the sums; it is never
    taken as 1. Amounts are exact until one rounding at the end, which is named.
    """
    today = ctx.now.date()
    lines = [line.to_line(body.to, today) for line in body.lines]
    found = conversion.convert(lines, body.to, owner=ctx.owner, now=ctx.now, manner=body.manner)
    return ConvertOut.of(found, body.to)


@edge.endpoint(
    "POST",
    "/v1/currency/gains",
    reads=True,
    by_account=True,  # rates belong to no account
    scope="currency:read",
    body=GainsIn,
    out=GainsOut,
    summary="Gains and losses on held currency",
)
def read_gains(ctx: Context, body: GainsIn) -> GainsOut:
    """Compute what exchanges, transfers and spending of held currencies realised, by FIFO or average cost.

    What neither side nor the caller prices is valued at its day's rate, which is named. With `as_of` what is
    left is valued too. This is arithmetic, not tax advice: which method counts is for the user's country to say.
    """
    found = gains.gains(
        [one.to_exchange() for one in body.movements],
        body.home,
        method=body.method,
        as_of=body.as_of,
        owner=ctx.owner,
        now=ctx.now,
    )
    return GainsOut.of(found, body)
