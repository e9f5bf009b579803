"""Small formulas in actions: text, exact numbers, money and days, checked when saved, never `eval`.

`'Rent ' & format(day, 'YYYY-MM')`, `amount * 19 / 119`, `month_end(day)`. A formula is a tree of at most
`MAX_PARTS` parts without loops or recursion, so it ends after as many steps; texts and digits are bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import (
    Clamped,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from chalicelib.expenses.model.expression_functions import FUNCTIONS, Function
from chalicelib.expenses.model.expression_grammar import (
    BadExpression,
    Binary,
    Call,
    Constant,
    Name,
    Negative,
    Node,
    parse,
)
from chalicelib.expenses.model.expression_values import (
    MAX_RESULT,
    Amount,
    ExpressionFailed,
    Kind,
    Value,
)
from chalicelib.kernel.values import dataclass

MAX_EXPRESSION: Final = 500
"""Characters."""
_NAMES: Final[Mapping[str, Kind]] = {
    "payee": "text",
    "shown_payee": "text",
    "notes": "text",
    "currency": "text",
    "amount": "money",
    "day": "day",
}
_Run: TypeAlias = "Callable[[Mapping[str, Value]], Value]"
_DIGITS: Final = Context(
    prec=50, Emax=60, Emin=-60, traps=[InvalidOperation, DivisionByZero, Overflow, Clamped]
)
Wanted = Literal["text", "number", "money", "day"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked formula: equal to another with the same text."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a formula may speak of; `amount_minor` is in minor units of `currency`."""

    payee: str
    shown_payee: str
    notes: str
    currency: str
    amount_minor: int
    digits: int
    day: date


def read_expression(text: object, wanted: Wanted) -> Expression | str:
    """Check a formula, and give it, or say what is wrong with it."""
    if not isinstance(text, str) or not 0 < len(text) <= MAX_EXPRESSION:
        return f"a formula of 1 to {MAX_EXPRESSION} characters"
    try:
        kind, _ = _checked(parse(text))
    except BadExpression as bad:
        return str(bad)
    if kind != wanted:
        return f"the formula gives a {kind}, and a {wanted} is needed here"
    return Expression(text, kind)


def _worked_out(run: _Run, inputs: Inputs) -> Value:
    with localcontext(_DIGITS):
        try:
            return run(_named(inputs))
        except (InvalidOperation, DivisionByZero, Overflow, Clamped) as error:
            raise ExpressionFailed("a number has no value, or too many digits") from error


def _named(inputs: Inputs) -> dict[str, Value]:
    return {
        "payee": inputs.payee,
        "shown_payee": inputs.shown_payee,
        "notes": inputs.notes,
        "currency": inputs.currency,
        "amount": Amount(Decimal(inputs.amount_minor).scaleb(-inputs.digits)),
        "day": inputs.day,
    }


@lru_cache(maxsize=1_024)
def compiled(expression: Expression) -> Callable[[Inputs], Value]:
    """Turn a formula into a function, which raises `ExpressionFailed` where there is no value."""
    _, run = _checked(parse(expression.text))
    return lambda inputs: _worked_out(run, inputs)


# --------------------------------------------------------------------------------------- checking


def _checked(node: Node) -> tuple[Kind, _Run]:
    """Find the kind of a part and how to work it out; raise `BadExpression` where kinds do not fit."""
    match node:
        case Constant(value):
            return _kind(value), lambda _values: value
        case Name(name):
            if name not in _NAMES:
                raise BadExpression(f"unknown name {name[:40]!r}: one of {', '.join(_NAMES)}")
            return _NAMES[name], lambda values: values[name]
        case Negative(part):
            return _negated(part)
        case Binary(operator, left, right):
            return _combined(operator, left, right)
        case Call(name, arguments):
            return _called(name, arguments)


def _kind(value: Value) -> Kind:
    return "text" if isinstance(value, str) else "number"


def _negated(part: Node) -> tuple[Kind, _Run]:
    kind, run = _checked(part)
    if kind not in {"number", "money"}:
        raise BadExpression(f"a {kind} has no negative")
    return kind, lambda values: _OPERATORS["-"](_ZERO[kind], run(values))


_ZERO: Final[Mapping[str, Value]] = {"number": Decimal(0), "money": Amount(Decimal(0))}


def _combined(operator: str, left: Node, right: Node) -> tuple[Kind, _Run]:
    (one, first), (two, second) = _checked(left), _checked(right)
    if operator in _COMPARISONS:
        if one != two or one == "truth":
            raise BadExpression(f"a {one} cannot be compared with a {two}")
        compare = _COMPARISONS[operator]
        return "truth", lambda values: compare(first(values), second(values))
    result = _RESULTS.get((operator, one, two))
    if result is None:
        raise BadExpression(f"{operator!r} does not go between a {one} and a {two}")
    act = _OPERATORS[operator]
    return result, lambda values: act(first(values), second(values))


def _called(name: str, arguments: tuple[Node, ...]) -> tuple[Kind, _Run]:
    if name == "if":
        return _chosen(arguments)
    forms = FUNCTIONS.get(name)
    if forms is None:
        raise BadExpression(f"unknown function {name[:40]!r}")
    parts = [_checked(argument) for argument in arguments]
    kinds = tuple(kind for kind, _ in parts)
    function = next((form for form in forms if form.takes == kinds), None)
    if function is None:
        takes = " or ".join(f"({', '.join(form.takes)})" for form in forms)
        raise BadExpression(f"{name} takes {takes}, not ({', '.join(kinds)})")
    _check_constants(function, arguments)
    runs = [run for _, run in parts]
    act = function.act
    return function.gives, lambda values: act(*(run(values) for run in runs))


def _check_constants(function: Function, arguments: tuple[Node, ...]) -> None:
    """Some arguments are written out, so that they are checked when the rule is saved."""
    for place, check in function.written_out.items():
        argument = arguments[place]
        if not isinstance(argument, Constant) or not isinstance(argument.value, str):
            raise BadExpression("this argument is a text written out in the formula")
        problem = check(argument.value)
        if problem is not None:
            raise BadExpression(problem)


def _chosen(arguments: tuple[Node, ...]) -> tuple[Kind, _Run]:
    if len(arguments) != 3:
        raise BadExpression("if takes a comparison and two values")
    (test, holds), (one, first), (two, second) = (_checked(argument) for argument in arguments)
    if test != "truth" or one != two or one == "truth":
        raise BadExpression("if takes a comparison and two values of one kind")
    return one, lambda values: first(values) if holds(values) else second(values)


# -------------------------------------------------------------------------------------- operators

_RESULTS: Final[Mapping[tuple[str, Kind, Kind], Kind]] = {
    ("&", "text", "text"): "text",
    **{(sign, "number", "number"): "number" for sign in "+-*/"},
    ("+", "money", "money"): "money",
    ("-", "money", "money"): "money",
    ("*", "money", "number"): "money",
    ("*", "number", "money"): "money",
    ("/", "money", "number"): "money",
    ("/", "money", "money"): "number",
}


def _decimal(value: Value) -> Decimal:
    if isinstance(value, Amount):
        return value.value
    if isinstance(value, Decimal):
        return value
    raise TypeError(value)


def _like(act: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Value]:
    def both(one: Value, two: Value) -> Value:
        result = act(_decimal(one), _decimal(two))
        money = isinstance(one, Amount) or isinstance(two, Amount)
        return Amount(result) if money else result

    return both


def _over(one: Value, two: Value) -> Value:
    result = _decimal(one) / _decimal(two)
    money = isinstance(one, Amount) and not isinstance(two, Amount)
    return Amount(result) if money else result


def _joined(one: Value, two: Value) -> Value:
    text = f"{one}{two}"
    if len(text) > MAX_RESULT:
        raise ExpressionFailed("a text grows too long")
    return text


_OPERATORS: Final[Mapping[str, Callable[[Value, Value], Value]]] = {
    "&": _joined,
    "+": _like(lambda one, two: one + two),
    "-": _like(lambda one, two: one - two),
    "*": _like(lambda one, two: one * two),
    "/": _over,
}


def _ordered(act: Callable[[int], bool]) -> Callable[[Value, Value], Value]:
    def compare(one: Value, two: Value) -> Value:
        left = one.value if isinstance(one, Amount) else one
        right = two.value if isinstance(two, Amount) else two
        # both are of one kind: that was checked when the rule was saved
        return act((left > right) - (left < right))  # type: ignore[operator]

    return compare


_COMPARISONS: Final[Mapping[str, Callable[[Value, Value], Value]]] = {
    "=": _ordered(lambda sign: sign == 0),
    "!=": _ordered(lambda sign: sign != 0),
    "<": _ordered(lambda sign: sign < 0),
    "<=": _ordered(lambda sign: sign <= 0),
    ">": _ordered(lambda sign: sign > 0),
    ">=": _ordered(lambda sign: sign >= 0),
}
