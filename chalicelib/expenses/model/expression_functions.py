"""The closed list of functions that formulas may call, each with the kinds that it takes and gives."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, Final

from chalicelib.expenses.model.expression_values import (
    MAX_RESULT,
    Amount,
    ExpressionFailed,
    Kind,
    Value,
)
from chalicelib.expenses.model.patterns import found_in, pattern_problem
from chalicelib.kernel.values import dataclass

_MOST_DAYS: Final = 40_000
_PARTS: Final = ("YYYY", "YY", "MM", "DD")


@dataclass(frozen=True, slots=True)
class Function:
    """One form of a function; `written_out` checks arguments that stand in the formula as texts."""

    takes: tuple[Kind, ...]
    gives: Kind
    act: Callable[..., Value]
    written_out: Mapping[int, Callable[[str], str | None]] = field(default_factory=dict)


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value() or abs(number) > 100_000:
        raise ExpressionFailed("a whole number is needed")
    return int(number)


def _short(text: str) -> str:
    if len(text) > MAX_RESULT:
        raise ExpressionFailed("a text grows too long")
    return text


def _replace(text: str, old: str, new: str) -> str:
    if not old:
        raise ExpressionFailed("there is nothing to replace")
    if len(text) + text.count(old) * (len(new) - len(old)) > MAX_RESULT:
        raise ExpressionFailed("a text grows too long")
    return text.replace(old, new)


def _word(text: str, place: Decimal) -> str:
    """Give a word: 1 is the first, -1 the last."""
    words, at = text.split(), _whole(place)
    if at == 0 or abs(at) > len(words):
        return ""
    return words[at - 1 if at > 0 else at]


def _left(text: str, size: Decimal) -> str:
    return text[: max(0, _whole(size))]


def _right(text: str, size: Decimal) -> str:
    return text[max(0, len(text) - max(0, _whole(size))) :]


def _middle(text: str, first: Decimal, size: Decimal) -> str:
    begin = max(0, _whole(first) - 1)
    return text[begin : begin + max(0, _whole(size))]


def _number(text: str) -> Decimal:
    if not 0 < len(text) <= 40 or not text.isascii():
        raise ExpressionFailed("the text is not a number")
    try:
        number = Decimal(text.strip().replace(" ", ""))
    except InvalidOperation as error:
        raise ExpressionFailed("the text is not a number") from error
    if not number.is_finite():
        raise ExpressionFailed("the text is not a number")
    return number + 0  # signals what has too many digits


def _written(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(number: Decimal, digits: Decimal) -> Decimal:
    places = _whole(digits)
    if not 0 <= places <= 20:
        raise ExpressionFailed("0 to 20 digits can be kept")
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def _moved(day: date, by: Decimal) -> date:
    days = _whole(by)
    if abs(days) > _MOST_DAYS:
        raise ExpressionFailed("the day lies too far away")
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise ExpressionFailed("the day lies too far away") from error


def _months_later(day: date, by: Decimal) -> date:
    """Move by months; the 31st becomes the last day of a shorter month."""
    months = day.year * 12 + day.month - 1 + _whole(by)
    year, month = divmod(months, 12)
    if not 1 <= year <= 9_999:
        raise ExpressionFailed("the day lies too far away")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _formatted(day: date, form: str) -> str:
    for part, text in zip(
        _PARTS,
        (f"{day.year:04d}", f"{day.year % 100:02d}", f"{day.month:02d}", f"{day.day:02d}"),
        strict=True,
    ):
        form = form.replace(part, text)
    return form


def _form_problem(form: str) -> str | None:
    rest = form
    for part in _PARTS:
        rest = rest.replace(part, "")
    if len(form) > 40 or rest == form or any(char.isdigit() for char in rest):
        return "a form is made of YYYY, YY, MM, DD and what stands between them, such as 'MM/YYYY'"
    return None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ExpressionFailed("the text is not a day") from error


def _day_problem(text: str) -> str | None:
    try:
        _day(text)
    except ExpressionFailed:
        return "a day, written YYYY-MM-DD"
    return None if len(text) == 10 else "a day, written YYYY-MM-DD"


def _of(act: Callable[..., Decimal]) -> Callable[..., Value]:
    """Make a function of numbers one of money."""
    return lambda *amounts: Amount(act(*(amount.value for amount in amounts)))


def _same(kind: Kind, count: int, act: Callable[..., Any]) -> Function:
    return Function((kind,) * count, kind, act if kind != "money" else _of(act))


FUNCTIONS: Final[Mapping[str, tuple[Function, ...]]] = {
    "upper": (Function(("text",), "text", lambda text: _short(text.upper())),),
    "lower": (Function(("text",), "text", lambda text: _short(text.lower())),),
    "title": (Function(("text",), "text", lambda text: _short(text.title())),),
    "trim": (Function(("text",), "text", lambda text: " ".join(text.split())),),
    "left": (Function(("text", "number"), "text", _left),),
    "right": (Function(("text", "number"), "text", _right),),
    "middle": (Function(("text", "number", "number"), "text", _middle),),
    "word": (Function(("text", "number"), "text", _word),),
    "replace": (Function(("text", "text", "text"), "text", _replace),),
    "extract": (
        Function(
            ("text", "text"),
            "text",
            lambda text, pattern: found_in(pattern, text),
            {1: pattern_problem},
        ),
    ),
    "length": (Function(("text",), "number", lambda text: Decimal(len(text))),),
    "contains": (Function(("text", "text"), "truth", lambda text, part: part in text),),
    "text": (
        Function(("number",), "text", _written),
        Function(("money",), "text", lambda amount: _written(amount.value)),
        Function(("day",), "text", date.isoformat),
    ),
    "number": (
        Function(("text",), "number", _number),
        Function(("money",), "number", lambda amount: amount.value),
    ),
    "money": (Function(("number",), "money", Amount),),
    "abs": (_same("number", 1, abs), _same("money", 1, abs)),
    "min": (_same("number", 2, min), _same("money", 2, min), _same("day", 2, min)),
    "max": (_same("number", 2, max), _same("money", 2, max), _same("day", 2, max)),
    "round": (
        Function(("number", "number"), "number", _rounded),
        Function(
            ("money", "number"),
            "money",
            lambda amount, digits: Amount(_rounded(amount.value, digits)),
        ),
    ),
    "year": (Function(("day",), "number", lambda day: Decimal(day.year)),),
    "month": (Function(("day",), "number", lambda day: Decimal(day.month)),),
    "day_of_month": (Function(("day",), "number", lambda day: Decimal(day.day)),),
    "weekday": (Function(("day",), "number", lambda day: Decimal(day.isoweekday())),),
    "add_days": (Function(("day", "number"), "day", _moved),),
    "add_months": (Function(("day", "number"), "day", _months_later),),
    "month_start": (Function(("day",), "day", lambda day: day.replace(day=1)),),
    "month_end": (Function(("day",), "day", _month_end),),
    "days_between": (
        Function(("day", "day"), "number", lambda one, two: Decimal((two - one).days)),
    ),
    "format": (Function(("day", "text"), "text", _formatted, {1: _form_problem}),),
    "date": (Function(("text",), "day", _day, {0: _day_problem}),),
}
