"""What is taken from the published tables of VAT and sales tax, and what is not, with the reason.

A rate that is known to be wrong is worse than none: the region is then unknown and a question about it refused.
"""

from __future__ import annotations

from typing import Final

AS_OF: Final = "2025-08-01"
"""The newest change that all three tables know (Romania): what has no date of its own counts from here."""
_GITHUB: Final = "https://github.com/"
SOURCES: Final = {
    "kdeldycke": {
        "title": "kdeldycke/vat-rates, vat_rates.csv",
        "url": f"{_GITHUB}kdeldycke/vat-rates",
        "commit": "7585c283692045c413b6a93ed537a9cc3b5504a5",
        "licence": "BSD-2-Clause",
    },
    "ibericode": {
        "title": "ibericode/vat-rates, vat-rates.json",
        "url": f"{_GITHUB}ibericode/vat-rates",
        "commit": "5abb1e1be91faa42d21c743c603a0aec9b5bab70",
        "licence": "MIT",
    },
    "valeriansaliou": {
        "title": "valeriansaliou/node-sales-tax, sales_tax_rates.json",
        "url": f"{_GITHUB}valeriansaliou/node-sales-tax",
        "commit": "4a47f6834314f9dc5c9c2249b6ccc39cd1079be7",
        "licence": "MIT",
    },
}
KDELDYCKE: Final = {
    "FR-MF": "the row says 0 and, in words, France's standard rate",
    "AI": "the other table has a GST of 13 %",
    "JE": "the other table has a GST of 5 %",
    "RU": "a rate of services from abroad that ended in 2018; the other table has 20 %",
    "ZA": "ended in 2018; the other table has 15 %",
    "NL-AW": "has taxes on turnover of its own, which are not 0",
    "NL-CW": "has a tax on turnover of its own, which is not 0",
    "ES-CN": "has a tax of its own (IGIC), which is not 0",
}
WORLD: Final = {
    "AW": "7 % in three taxes on turnover, the table says 12.5 %",
    "BH": "10 % since 2022, the table says 5 %",
    "BR": "states and goods differ; there is no one rate",
    "BS": "10 % since 2022, the table says 12 %",
    "EC": "15 % since 2024, the table says 12 %",
    "KW": "has no VAT, the table says 5 %",
    "LI": "follows Switzerland's 8.1 %, the table says 7.7 %",
    "LK": "18 % since 2024, the table says 12 %",
    "PK": "18 % since 2023, the table says 17 %",
    "QA": "has no VAT, the table says 5 %",
    "SR": "10 % from 2023, the table says 15 %",
    "TH": "7 % is prolonged year by year, the table says 10 %",
    "US-AR": "6.5 %, the table says 6 %",
    "US-AZ": "5.6 %, the table says 6.6 %",
    "US-CA": "the base is 7.25 %, the table says 8.25 %",
    "US-CT": "6.35 %, the table says 6 %",
    "US-LA": "5 % since 2025, the table says 4 %",
    "US-ME": "5.5 %, the table says 5 %",
    "US-NC": "4.75 %, the table says 5.75 %",
    "US-NJ": "6.625 %, the table says 7 %",
    "US-NM": "4.875 %, the table says 5 %",
    "US-NV": "the base is 4.6 %, the table adds what counties take",
    "US-OH": "5.75 %, the table says 5.5 %",
    "US-SD": "4.2 %, the table says 4 %",
    "US-UT": "the table adds what counties take",
    "US-VA": "4.3 % and 1 % of localities, the table says 5 %",
}
EXEMPT: Final = (
    "outside of the VAT of the state that it belongs to; a tax of its own is not in the table"
)
FEDERAL: Final = "the federal tax alone; provinces have taxes beside it"
FEDERAL_ONLY: Final = {
    "CA-AB": "Alberta",
    "CA-NT": "Northwest Territories",
    "CA-NU": "Nunavut",
    "CA-YT": "Yukon",
}
"""Provinces without a tax of their own, of which the table says nothing."""
STATES: Final = {
    "CA-BC": "British Columbia", "CA-MB": "Manitoba", "CA-NB": "New Brunswick",
    "CA-NL": "Newfoundland and Labrador", "CA-NS": "Nova Scotia", "CA-ON": "Ontario",
    "CA-PE": "Prince Edward Island", "CA-QC": "Quebec", "CA-SK": "Saskatchewan",
    "US-AL": "Alabama", "US-CO": "Colorado", "US-DC": "District of Columbia", "US-FL": "Florida",
    "US-GA": "Georgia", "US-HI": "Hawaii", "US-IA": "Iowa", "US-ID": "Idaho", "US-IL": "Illinois",
    "US-IN": "Indiana", "US-KS": "Kansas", "US-KY": "Kentucky", "US-MA": "Massachusetts",
    "US-MD": "Maryland", "US-MI": "Michigan", "US-MN": "Minnesota", "US-MO": "Missouri",
    "US-MS": "Mississippi", "US-ND": "North Dakota", "US-NE": "Nebraska", "US-NY": "New York",
    "US-OK": "Oklahoma", "US-PA": "Pennsylvania", "US-RI": "Rhode Island",
    "US-SC": "South Carolina", "US-TN": "Tennessee", "US-TX": "Texas", "US-VT": "Vermont",
    "US-WA": "Washington", "US-WI": "Wisconsin", "US-WV": "West Virginia", "US-WY": "Wyoming",
}  # fmt: skip
