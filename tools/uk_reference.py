"""The reference's worked examples of National Insurance, run on our steps with the reference's own tables.

The reference (PolicyEngine UK, AGPL-3.0) is read where it lies and nothing of it is kept. Its tables are not the
law in every row (in January 2023 it has an additional rate of 3.25 %, which had ended in November 2022), and some
examples are about a rule of 2029, so the examples are run on the shipped steps with the reference's tables of their
own day, and with the steps below. What the law says is in chalicelib/currency/data/tax/income/gb.json.
"""

from __future__ import annotations

import ast
import io
import json
import operator
import zipfile
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from chalicelib.currency.gateways import tax
from chalicelib.currency.model.tax.estimate import Estimate, estimate
from chalicelib.currency.model.tax.pack import Pack, pack_of

_WEEKS: Final = 52
_NI: Final = "policyengine_uk/parameters/gov/hmrc/national_insurance/"
_TABLES: Final[Mapping[str, tuple[str, int]]] = {
    "primary_threshold": ("class_1/thresholds/primary_threshold", _WEEKS),
    "upper_earnings_limit": ("class_1/thresholds/upper_earnings_limit", _WEEKS),
    "secondary_threshold": ("class_1/thresholds/secondary_threshold", _WEEKS),
    "class_1_main_rate": ("class_1/rates/employee/main", 1),
    "class_1_additional_rate": ("class_1/rates/employee/additional", 1),
    "class_1_employer_rate": ("class_1/rates/employer", 1),
    "class_2_week": ("class_2/flat_rate", 1),
    "class_2_threshold": ("class_2/small_profits_threshold", 1),
    "lower_profits_limit": ("class_4/thresholds/lower_profits_limit", 1),
    "upper_profits_limit": ("class_4/thresholds/upper_profits_limit", 1),
    "class_4_main_rate": ("class_4/rates/main", 1),
    "class_4_additional_rate": ("class_4/rates/additional", 1),
}
_NAMES: Final = {
    "employment_income": "employment",
    "self_employment_income": "self_employment",
    "pension_contributions_via_salary_sacrifice": "salary_sacrifice",
    "employment_income_before_lsr": "employment_before",
}
_PARAMETERS: Final = {
    "gov.hmrc.national_insurance.salary_sacrifice_pension_cap": "salary_sacrifice_cap",
    "gov.contrib.behavioral_responses.salary_sacrifice_broad_base_haircut_rate": "haircut_rate",
}
_STEPS: Final[list[dict[str, Any]]] = [
    {"id": "salary_sacrifice_returned_to_income", "label": "Salary sacrifice above its cap", "op": "sum",
     "of": ["salary_sacrifice", "-salary_sacrifice_cap"], "floor": True},
    {"id": "salary_sacrifice_rate", "label": "The rate that it is charged at", "op": "choose", "value": "employment",
     "above": [["upper_earnings_limit", "class_1_additional_rate"]], "otherwise": "class_1_main_rate"},
    {"id": "salary_sacrifice_pension_ni_employee", "label": "Class 1 on it", "op": "rate",
     "base": "salary_sacrifice_returned_to_income", "rate": "salary_sacrifice_rate", "tax": "national-insurance"},
    {"id": "salary_sacrifice_pension_ni_employer", "label": "Class 1 of the employer on it", "op": "rate",
     "base": "salary_sacrifice_returned_to_income", "rate": "class_1_employer_rate", "tax": "national-insurance",
     "memo": True},
    {"id": "salary_sacrifice_broad_base_haircut", "label": "What employers pass on to all", "op": "product",
     "of": ["-employment_before", "haircut_rate"]},
]  # fmt: skip
_OPERATORS: Final[Mapping[type[ast.operator], Callable[[Fraction, Fraction], Fraction]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def number(text: str) -> Fraction:
    """Read a number, or a sum of them such as `(50_270 - 12_570) * 0.12`; `true` is 1."""
    if text in {"true", "false"}:
        return Fraction(text == "true")
    return _value(ast.parse(text.strip(), mode="eval").body)


def _value(node: ast.expr) -> Fraction:
    if isinstance(node, ast.Constant):
        return Fraction(repr(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    raise ValueError(ast.dump(node))


def _documents(file: Path) -> Iterator[tuple[str, Any]]:
    """Give each YAML file of a zip, all values as text."""
    import yaml  # type: ignore[import-untyped]  # only this command reads YAML

    with zipfile.ZipFile(file) as given:
        for name in sorted(given.namelist()):
            if name.endswith(".yaml"):
                text = io.StringIO(given.read(name).decode("utf-8"))
                yield name, yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts only


def parameters(source: Path) -> dict[str, list[tuple[str, Fraction]]]:
    """Give the reference's rows (day, number) of each of our tables that it has, oldest first."""
    found = dict(_documents(source / "uk_income_tax_ni_parameters.zip"))
    tables: dict[str, list[tuple[str, Fraction]]] = {}
    for ours, (theirs, times) in _TABLES.items():
        rows = found[f"{_NI}{theirs}.yaml"]["values"].items()
        tables[ours] = sorted(
            (day, times * number(one["value"] if isinstance(one, dict) else one))
            for day, one in rows
        )
    return tables


def _pack(rows: Mapping[str, Fraction], more: Mapping[str, Fraction]) -> Pack:
    """Give the shipped pack with other tables and the steps above."""
    facts = json.loads((tax.FOLDER / "income" / "gb.json").read_text(encoding="utf-8"))
    for name, value in {
        "salary_sacrifice_cap": Fraction(10**9),
        "haircut_rate": Fraction(0),
        **rows,
        **more,
    }.items():
        facts["tables"][name] = {"source": "hmrc-ni", "rows": [["2000-01-01", str(value)]]}
    for name in ("salary_sacrifice", "employment_before"):
        facts["inputs"][name] = {"label": name}
    facts["steps"] += _STEPS
    return pack_of(facts)


def _run(one: Mapping[str, Any], tables: Mapping[str, list[tuple[str, Fraction]]]) -> Estimate:
    year = int(one["period"])
    rows = {
        name: [value for day, value in known if day <= f"{year}-01-01"][-1]
        for name, known in tables.items()
    }
    given = {_NAMES.get(name, name): number(text) for name, text in one["input"].items()}
    more = {_PARAMETERS[name]: given.pop(name) for name in list(given) if name in _PARAMETERS}
    pack = _pack(rows, more)
    inputs = {name: value for name, value in given.items() if name in pack.inputs}
    figures = {name: value for name, value in given.items() if name not in pack.inputs}
    return estimate(pack, year, inputs=inputs, choices={}, given=figures)


def _pence(value: Fraction) -> str:
    minor = int(value * 100 + Fraction(1, 2)) if value >= 0 else -int(-value * 100 + Fraction(1, 2))
    return f"{minor / 100:.2f}"


def examples(source: Path) -> Iterator[tuple[str, object, object]]:
    """Give each figure of each example, to the penny; those printed in whole pounds within their own margin."""
    tables = parameters(source)
    for file, cases in _documents(source / "uk_worked_examples_ni.zip"):
        for case in cases:
            found = _run(case, tables)
            for name, text in case["output"].items():
                theirs, ours = number(text), found.value(name)
                margin = Fraction(case.get("absolute_error_margin", "0"))
                whole = text.replace("_", "").isdigit() and margin == 1
                near = whole and abs(theirs - ours) <= margin
                shown = _pence(theirs)
                yield f"{Path(file).stem}: {case['name']}", shown, shown if near else _pence(ours)
