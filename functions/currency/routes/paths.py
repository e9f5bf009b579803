"""Which module has which paths: written by `make openapi`, read by `functions._edge.loading`."""

from __future__ import annotations

from typing import Final

PATHS: Final = {
    "conversion": (
        "/v1/currency/convert",
        "/v1/currency/gains",
    ),
    "ledger": ("/v1/currency/ledger",),
    "rates": (
        "/v1/currency/currencies",
        "/v1/currency/rates",
        "/v1/currency/rates/history",
        "/v1/currency/rates/own",
        "/v1/currency/rates/{base}/{quote}/{date}",
    ),
    "tax": (
        "/v1/currency/tax/calculate",
        "/v1/currency/tax/categories",
        "/v1/currency/tax/estimate",
        "/v1/currency/tax/estimates",
        "/v1/currency/tax/number-check",
        "/v1/currency/tax/rates",
        "/v1/currency/tax/regions",
        "/v1/currency/tax/summary",
    ),
}
