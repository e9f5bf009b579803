"""Tax over HTTP: tables to read, and questions with a body, which write nothing."""

from __future__ import annotations

from chalicelib.currency.schemas.tax.calculation import (
    CalculateIn,
    CalculateOut,
    NumberIn,
    NumberOut,
    WrongAmount,
)
from chalicelib.currency.schemas.tax.estimates import EstimateIn, EstimateOut, PacksOut
from chalicelib.currency.schemas.tax.rates import RegionsOut, TaxRatesOut, TaxRatesQuery
from chalicelib.currency.schemas.tax.summaries import CategoriesOut, SummaryIn, SummaryOut
from chalicelib.currency.service import tax, tax_summary
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from functions.currency.routes.edge import edge

READ = "currency:read"


@edge.endpoint(
    "GET",
    "/v1/currency/tax/regions",
    summary="Regions of VAT, GST and sales tax",
    out=RegionsOut,
    scope=READ,
    by_account=True,  # tables belong to no account
)
def list_tax_regions(_ctx: Context) -> RegionsOut:
    """Name all regions of which there is a table, and the kinds of rates in it."""
    return RegionsOut.of(tax.regions())


@edge.endpoint(
    "GET",
    "/v1/currency/tax/rates",
    summary="Rates of VAT, GST and sales tax on a day",
    query=TaxRatesQuery,
    out=TaxRatesOut,
    scope=READ,
    by_account=True,  # tables belong to no account
)
def read_tax_rates(ctx: Context, query: TaxRatesQuery) -> TaxRatesOut:
    """Give a region's rates of a day with their days and sources.

    A region or a day of which nothing is known is refused; that is not a rate of 0.
    """
    day = query.date or ctx.now.date()
    region, rates = tax.rates(query.region, day)
    return TaxRatesOut.of(region, rates, day)


@edge.endpoint(
    "POST",
    "/v1/currency/tax/calculate",
    reads=True,
    by_account=True,  # tables belong to no account
    scope=READ,
    body=CalculateIn,
    out=CalculateOut,
    summary="Tax on the lines of a receipt or an invoice",
)
def calculate_tax(ctx: Context, body: CalculateIn) -> CalculateOut:
    """Put tax on net prices, or take it out of gross ones, by the rates of a region on a day.

    Net and taxes add up to gross in every line, and the lines to the totals, to the minor unit. Lines may be
    zero-rated, exempt, out of scope, or under the reverse charge, where the customer owes the tax (`due`).
    """
    day = body.date or ctx.now.date()
    try:
        asked = body.asked()
    except WrongAmount as error:
        problem = FieldProblem(f"/lines/{error.at}/amount", str(error))
        raise Invalid(errors=(problem,)) from error
    region, found = tax.calculate_lines(
        body.region, day, asked, manner=body.manner, customer_number=body.customer_number
    )
    return CalculateOut.of(region, day, found, body)


@edge.endpoint(
    "POST",
    "/v1/currency/tax/number-check",
    reads=True,
    by_account=True,  # tables belong to no account
    scope=READ,
    body=NumberIn,
    out=NumberOut,
    summary="Check a VAT number",
)
def check_tax_number(_ctx: Context, body: NumberIn) -> NumberOut:
    """Check the form and the check digits of a VAT number: no register is asked, and nothing is kept."""
    return NumberOut.of(tax.check_number(body.number, body.country or ""))


@edge.endpoint(
    "GET",
    "/v1/currency/tax/estimates",
    summary="What an estimate of income tax asks",
    out=PacksOut,
    scope=READ,
    by_account=True,  # tables belong to no account
)
def list_tax_packs(_ctx: Context) -> PacksOut:
    """Name the countries whose income tax can be estimated, the years, and what an estimate asks and leaves out."""
    return PacksOut.of(tax.packs())


@edge.endpoint(
    "POST",
    "/v1/currency/tax/estimate",
    reads=True,
    by_account=True,  # tables belong to no account
    scope=READ,
    body=EstimateIn,
    out=EstimateOut,
    summary="Estimate the income tax of a year",
)
def estimate_tax(_ctx: Context, body: EstimateIn) -> EstimateOut:
    """Estimate a tax year from published tables, with every figure: label, base, rate, amount, and the table's row.

    It is an estimate and says so; `leaves_out` names what it does not know.
    """
    found = tax.estimate_year(body.country, body.year, inputs=body.inputs, choices=body.choices)
    return EstimateOut.of(found, body.year, body.choices)


@edge.endpoint(
    "GET",
    "/v1/currency/tax/categories",
    summary="Tax categories and tax years",
    out=CategoriesOut,
    scope=READ,
    by_account=True,  # tables belong to no account
)
def list_tax_categories(_ctx: Context) -> CategoriesOut:
    """Name the categories that lines can be summed by, and when each known country's tax year begins."""
    return CategoriesOut.of(tax.year_starts())


@edge.endpoint(
    "POST",
    "/v1/currency/tax/summary",
    reads=True,
    by_account=True,  # tables belong to no account
    scope=READ,
    body=SummaryIn,
    out=SummaryOut,
    summary="Sum lines up by tax year",
)
def summarise_tax(ctx: Context, body: SummaryIn) -> SummaryOut:
    """Sum dated lines up by tax year (the United Kingdom's begins on 6 April) and tax category.

    Lines of another currency are converted at the rate of their day; one without a rate is refused.
    """
    lines = [(one.date, one.category, one.amount.to_money()) for one in body.lines]
    found = tax_summary.summary(
        body.country, lines, currency=body.currency, owner=ctx.owner, now=ctx.now
    )
    return SummaryOut.of(found, body)
