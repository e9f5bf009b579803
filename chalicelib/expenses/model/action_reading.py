"""Actions from JSON, as they come over the wire and from the store; what is wrong comes back as values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from chalicelib.expenses.model.actions import (
    KINDS,
    MAX_ACTIONS,
    MAX_DAYS,
    MAX_NOTE,
    MAX_PAYEE,
    MAX_SHARES,
    MAX_TAGS,
    Action,
    Argument,
    Share,
)
from chalicelib.expenses.model.conditions import MAX_TAG
from chalicelib.expenses.model.expressions import Wanted, read_expression
from chalicelib.expenses.model.patterns import pattern_problem
from chalicelib.expenses.model.payee import fold
from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.money import MoneyError, exponent
from chalicelib.kernel.regex import regex

Actions = tuple[Action, ...]
_FIRST_FORM: Final = {"category_id": "set_category", "payee": "set_payee", "notes": "append_notes"}
_AMOUNT: Final = regex(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?", re.ASCII)
_PERCENT: Final = regex(r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,2})?", re.ASCII)


class _Bad(Exception):
    """One value cannot be read; never leaves this module."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = FieldProblem(pointer, detail)


def read_actions(value: object, *, pointer: str = "/then") -> Actions | tuple[FieldProblem, ...]:
    """Read actions from parsed JSON; give the problems instead when there are any."""
    if isinstance(value, dict):
        return _first_form(value, pointer)
    if not isinstance(value, list):
        return (FieldProblem(pointer, "actions are a list"),)
    if not 1 <= len(value) <= MAX_ACTIONS:
        return (FieldProblem(pointer, f"a rule does 1 to {MAX_ACTIONS} things"),)
    actions: list[Action] = []
    problems: list[FieldProblem] = []
    for place, one in enumerate(value):
        try:
            actions.append(_read(one, f"{pointer}/{place}"))
        except _Bad as bad:
            problems.append(bad.problem)
    return tuple(problems) or tuple(actions)


def is_readable(read: Actions | tuple[FieldProblem, ...]) -> bool:
    """Tell actions from the problems that `read_actions` may give instead."""
    return bool(read) and isinstance(read[0], Action)


def _first_form(value: Mapping[object, object], pointer: str) -> Actions | tuple[FieldProblem, ...]:
    actions: list[Action] = []
    problems: list[FieldProblem] = []
    for name, given in value.items():
        place = f"{pointer}/{_escaped(name)}"
        kind = _FIRST_FORM.get(name) if isinstance(name, str) else None
        if kind is None:
            problems.append(FieldProblem(place, "unknown field"))
            continue
        try:
            if given is not None:
                actions.append(Action(kind, _READERS[KINDS[kind].takes](given, place)))
        except _Bad as bad:
            problems.append(bad.problem)
    if not problems and not actions:
        problems.append(FieldProblem(pointer, "a rule does at least one thing"))
    # as the first form was written, whatever the order in which its fields came
    order = tuple(_FIRST_FORM.values())
    return tuple(problems) or tuple(sorted(actions, key=lambda one: order.index(one.kind)))


def _escaped(key: object) -> str:
    return str(key)[:40].replace("~", "~0").replace("/", "~1")


def _read(value: object, pointer: str) -> Action:
    if not isinstance(value, dict):
        raise _Bad(pointer, "an action is an object")
    kind = value.get("action")
    if not isinstance(kind, str) or kind not in KINDS:
        raise _Bad(f"{pointer}/action", f"one of {', '.join(KINDS)}")
    takes = KINDS[kind].takes
    beside = _BESIDE.get(takes)
    keys = (
        {"action"} | ({"value"} if takes != "nothing" else set()) | ({beside} if beside else set())
    )
    for key in value:
        if key not in keys:
            raise _Bad(f"{pointer}/{_escaped(key)}", "unknown field")
    if takes == "nothing":
        return Action(kind)
    if "value" not in value:
        raise _Bad(f"{pointer}/value", "missing")
    find = _found(takes, value, beside, pointer) if beside else ""
    return Action(kind, _READERS[takes](value["value"], f"{pointer}/value"), find)


_BESIDE: Final[Mapping[Argument, str]] = {
    "replacement": "find",
    "pattern": "find",
    "tag_pair": "find",
    "part_formula": "category_id",
    "original_formula": "currency",
}
"""What an action takes beside its value."""


def _found(takes: Argument, value: Mapping[str, object], key: str, pointer: str) -> str:
    given, place = value.get(key), f"{pointer}/{key}"
    if takes == "part_formula":
        return _an_id(given, place)
    if takes == "original_formula":
        return _a_currency(given, place)
    if takes == "tag_pair":
        return _a_tag(given, place)
    text = _a_text(given, place, most=MAX_PAYEE)
    if takes == "pattern":
        problem = pattern_problem(text)
        if problem is not None:
            raise _Bad(place, problem)
    return text


# ------------------------------------------------------------------------------------- the values


def _a_text(value: object, pointer: str, *, most: int, least: int = 1) -> str:
    bad = not isinstance(value, str) or len(value) > most or len(value.strip()) < least
    if bad or any(ord(char) < 32 and char not in "\n\t" for char in str(value)):
        raise _Bad(pointer, f"a text of {least} to {most} characters")
    return str(value)


def _an_id(value: object, pointer: str) -> str:
    if not isinstance(value, str) or not is_id(value):
        raise _Bad(pointer, "an id is a lower-case UUID")
    return value


def _a_currency(value: object, pointer: str) -> str:
    try:
        exponent(value if isinstance(value, str) else "")
    except MoneyError as error:
        raise _Bad(pointer, "a known currency code, such as EUR") from error
    return str(value)


def _a_tag(value: object, pointer: str) -> str:
    text = _a_text(value, pointer, most=MAX_TAG).strip()
    if not fold(text):
        raise _Bad(pointer, f"a text of 1 to {MAX_TAG} characters")
    return text


def _tags(value: object, pointer: str) -> tuple[str, ...]:
    tags = [_a_tag(one, pointer) for one in _a_list(value, pointer, MAX_TAGS)]
    return tuple({fold(tag): tag for tag in reversed(tags)}.values())[::-1]


def _a_list(value: object, pointer: str, most: int, least: int = 1) -> list[Any]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise _Bad(pointer, f"a list of {least} to {most} values")
    return value


def _status(value: object, pointer: str) -> str:
    if value not in {"pending", "posted"}:
        raise _Bad(pointer, "pending or posted")
    return str(value)


def _days(value: object, pointer: str) -> int:
    if type(value) is not int or not 0 < abs(value) <= MAX_DAYS:
        raise _Bad(pointer, f"days to move by: 1 to {MAX_DAYS}, or back by -1 to -{MAX_DAYS}")
    return value


def _categories(value: object, pointer: str) -> tuple[str, ...]:
    return tuple(_an_id(one, pointer) for one in _a_list(value, pointer, MAX_SHARES, 2))


def _formula(wanted: Wanted, value: object, pointer: str) -> Any:  # noqa: ANN401 - one of `ActionValue`
    read = read_expression(value, wanted)
    if isinstance(read, str):
        raise _Bad(pointer, read)
    return read


def _shares(value: object, pointer: str) -> tuple[Share, ...]:
    raws = _a_list(value, pointer, MAX_SHARES, 2)
    shares = tuple(_share(one, f"{pointer}/{place}") for place, one in enumerate(raws))
    percent = sum(share.percent_hundredths for share in shares)
    left = any(share.of == "remainder" for share in shares)
    if percent > 10_000:
        raise _Bad(pointer, "the percentages come to more than 100")
    if not left and (percent != 10_000 or any(share.of == "fixed" for share in shares)):
        raise _Bad(pointer, "one part takes the remainder, unless percentages alone come to 100")
    return shares


def _share(value: object, pointer: str) -> Share:
    if not isinstance(value, dict):
        raise _Bad(pointer, "a part is an object")
    for key in value:
        if key not in {"category_id", "amount", "percent", "remainder", "notes"}:
            raise _Bad(f"{pointer}/{_escaped(key)}", "unknown field")
    category = value.get("category_id")
    if category is not None:
        category = _an_id(category, f"{pointer}/category_id")
    notes = value.get("notes", "")
    if notes != "":
        notes = _a_text(notes, f"{pointer}/notes", most=MAX_PAYEE)
    ways = [key for key in ("amount", "percent", "remainder") if key in value]
    if len(ways) != 1:
        raise _Bad(pointer, "a part has one of amount, percent, remainder")
    return _sized(ways[0], value[ways[0]], category, notes, pointer)


def _sized(way: str, given: object, category: str | None, notes: str, pointer: str) -> Share:
    if way == "remainder":
        if given is not True:
            raise _Bad(f"{pointer}/remainder", "true")
        return Share(category, "remainder", notes=notes)
    form = _AMOUNT if way == "amount" else _PERCENT
    if not isinstance(given, str) or not form.fullmatch(given) or not given.strip("0."):
        raise _Bad(f"{pointer}/{way}", "a decimal text above zero, such as 12.50")
    if way == "amount":
        return Share(category, "fixed", amount=given, notes=notes)
    whole, _, part = given.partition(".")
    hundredths = int(whole) * 100 + int(part.ljust(2, "0"))
    if hundredths > 10_000:
        raise _Bad(f"{pointer}/percent", "at most 100")
    return Share(category, "percent", percent_hundredths=hundredths, notes=notes)


_ReadValue = Callable[[object, str], Any]
_READERS: Final[Mapping[Argument, _ReadValue]] = {
    "category": _an_id,
    "account": _an_id,
    "payee": partial(_a_text, most=MAX_PAYEE),
    "note": partial(_a_text, most=MAX_NOTE),
    "replacement": partial(_a_text, most=MAX_PAYEE, least=0),
    "pattern": partial(_a_text, most=MAX_PAYEE, least=0),
    "tag_pair": _a_tag,
    "tags": _tags,
    "status": _status,
    "days": _days,
    "shares": _shares,
    "categories": _categories,
    "text_formula": partial(_formula, "text"),
    "day_formula": partial(_formula, "day"),
    "part_formula": partial(_formula, "money"),
    "original_formula": partial(_formula, "number"),
}
