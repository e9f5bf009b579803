"""Renew the tables of the US federal pack from Tax-Calculator's parameters; its steps are written by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

FIRST: Final = 2014
LAST: Final = 2026
_STATUS: Final = {
    "single": "single", "joint": "mjoint", "separate": "mseparate", "head": "headhh", "widow": "widow",
}  # fmt: skip
_NUMBERS: Final = {
    "standard_deduction": ("STD", "Standard deduction"),
    "standard_addition": ("STD_Aged", "Addition for each who is 65 or blind"),
    "exemption": ("II_em", "Personal exemption"),
    "exemption_start": ("II_em_ps", "Income above which exemptions are cut"),
    "exemption_step": ("II_em_po_step_size", "Each step of income that cuts exemptions"),
    "exemption_cut": ("II_em_prt", "Cut of exemptions a step"),
    "social_security_rate": ("FICA_ss_trt_employee", "Social Security, employee"),
    "social_security_employer": ("FICA_ss_trt_employer", "Social Security, employer"),
    "wage_base": ("SS_Earnings_c", "Wage base of Social Security"),
    "medicare_rate": ("FICA_mc_trt_employee", "Medicare, employee"),
    "medicare_employer": ("FICA_mc_trt_employer", "Medicare, employer"),
    "additional_medicare_start": (
        "AMEDT_ec",
        "Earnings above which the Additional Medicare Tax is due",
    ),
    "additional_medicare_rate": ("AMEDT_rt", "Additional Medicare Tax"),
    "investment_start": ("NIIT_thd", "Income above which the Net Investment Income Tax is due"),
    "investment_rate": ("NIIT_rt", "Net Investment Income Tax"),
}
_ENDLESS: Final = Decimal(10) ** 15
"""The parameters write "no bound" as 9e+99; an amount never reaches this either."""


def _text(value: object) -> str:
    return format(min(Decimal(str(value)), _ENDLESS).normalize(), "f")


def _at(parameter: Mapping[str, Any], year: int, status: str | None) -> object:
    """Give the value of a year: that of the latest year which is stated."""
    known = [
        (one["year"], one["value"])
        for one in parameter["value"]
        if one["year"] <= year and one.get("MARS") in {None, status}
    ]
    return max(known, key=lambda one: one[0])[1]


def _by_status(given: Mapping[str, Any], name: str, year: int) -> object:
    parameter = given[name]
    if any("MARS" in one for one in parameter["value"]):
        return {ours: _text(_at(parameter, year, theirs)) for ours, theirs in _STATUS.items()}
    return _text(_at(parameter, year, None))


def _bands(given: Mapping[str, Any], prefix: str, most: int, year: int) -> object:
    def of(status: str) -> list[list[str]]:
        lower, found = "0", []
        for at in range(1, most + 1):
            found.append([lower, _text(_at(given[f"{prefix}_rt{at}"], year, None))])
            if at < most:
                lower = _text(_at(given[f"{prefix}_brk{at}"], year, status))
        return found

    return {ours: of(theirs) for ours, theirs in _STATUS.items()}


def _rows(values: Iterable[tuple[int, Any]]) -> list[list[Any]]:
    """Keep the years in which something changes."""
    rows: list[list[Any]] = []
    for year, value in values:
        if not rows or rows[-1][1] != value:
            rows.append([f"{year}-01-01", value])
    return rows


def tables(given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the tables of the pack."""
    years = range(FIRST, LAST + 1)
    found: dict[str, Any] = {}
    for name, (theirs, label) in _NUMBERS.items():
        rows = _rows((year, _by_status(given, theirs, year)) for year in years)
        found[name] = {"label": label, "source": "tax-calculator", "rows": rows}
        if isinstance(rows[0][1], dict):
            found[name]["by"] = "status"
    for name, prefix, most, label in (
        ("brackets", "II", 7, "Income tax brackets"),
        ("gain_brackets", "CG", 3, "Brackets of long-term gains and qualified dividends"),
    ):
        rows = _rows((year, _bands(given, prefix, most, year)) for year in years)
        found[name] = {"label": label, "source": "tax-calculator", "by": "status", "rows": rows}
    return found


def written(pack: Mapping[str, Any]) -> str:
    """Write a pack with a table, an input and a step a line."""
    parts = []
    for key, value in pack.items():
        if key in {"tables", "inputs", "sources"}:
            lines = [f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in value.items()]
            parts.append(f" {json.dumps(key)}: {{\n" + ",\n".join(lines) + "\n }")
        elif key in {"steps", "leaves_out"}:
            lines = [f"  {json.dumps(one)}" for one in value]
            parts.append(f" {json.dumps(key)}: [\n" + ",\n".join(lines) + "\n ]")
        else:
            parts.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def build(source: Path, file: Path) -> int:
    """Renew the tables of a pack and give its size in bytes; tables that are not of this source stay."""
    name = "us_policy_current_law_taxcalculator.json"
    given = json.loads((source / name).read_text(encoding="utf-8"))
    pack = json.loads(file.read_text(encoding="utf-8"))
    own = {key: one for key, one in pack["tables"].items() if one["source"] != "tax-calculator"}
    pack["tables"] = {**tables(given), **own}
    pack["years"] = [FIRST, LAST]
    return file.write_text(written(pack), encoding="utf-8")
