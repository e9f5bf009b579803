"""A tax year by tax category."""

from __future__ import annotations

from chalicelib.analytics.schemas.tax_year import TaxYearQuery, TaxYearSumsOut
from chalicelib.analytics.service import tax_year
from chalicelib.kernel.context import Context
from functions.analytics.routes.edge import READ, edge


@edge.endpoint(
    "GET",
    "/v1/analytics/tax-summary",
    summary="A tax year by tax category",
    query=TaxYearQuery,
    out=TaxYearSumsOut,
    scope=READ,
    by_account=True,
    refuses=(404,),
)
def read_tax_summary(ctx: Context, query: TaxYearQuery) -> TaxYearSumsOut:
    """Sum a country's tax year up by what categories count as on tax forms, in one currency; the rest is told apart.

    Not advice: it is what moved on accounts.
    """
    return TaxYearSumsOut.of(tax_year.read_tax_year(ctx, query))
