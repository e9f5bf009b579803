"""Conditions from JSON, as they come over the wire and from the store.

Reading never raises: what is wrong comes back as values with pointers, so that a client sees every problem
of a rule at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeAlias, cast, get_args

from chalicelib.expenses.model.conditions import (
    MAX_CHOICES,
    MAX_NESTING,
    MAX_NODES,
    MAX_PROBLEMS,
    MAX_TAG,
    MAX_TESTS,
    MAX_TEXT,
    WEEKDAYS,
    AllOf,
    AmountOperator,
    AmountRange,
    AmountTest,
    AnyOf,
    CalendarOperator,
    CalendarTest,
    ChoiceField,
    ChoiceTest,
    Condition,
    DateOperator,
    DateRange,
    DateTest,
    Leaf,
    Not,
    PatternTest,
    PresenceField,
    PresenceTest,
    TextChoice,
    TextField,
    TextOperator,
    TextTest,
)
from chalicelib.expenses.model.patterns import pattern_problem
from chalicelib.expenses.model.payee import fold
from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.money import Money, MoneyError, exponent


class _Bad(Exception):
    """One part cannot be read; never leaves this module."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = FieldProblem(pointer, detail)


class _TooLarge(_Bad):
    """Reading on would only cost time."""


class _Reader:
    """Reads one tree, counting its nodes and collecting problems."""

    __slots__ = ("nodes", "problems", "tests")

    def __init__(self) -> None:
        self.problems: list[FieldProblem] = []
        self.nodes = 0
        self.tests = 0

    def read(self, value: object, pointer: str, depth: int) -> Condition | None:
        self.nodes += 1
        if self.nodes > MAX_NODES or len(self.problems) == MAX_PROBLEMS:
            raise _TooLarge(pointer, f"a rule has at most {MAX_NODES} conditions")
        try:
            return self._read(value, pointer, depth)
        except _TooLarge:
            raise
        except _Bad as bad:
            self.problems.append(bad.problem)
            return None

    def _read(self, value: object, pointer: str, depth: int) -> Condition:
        if not isinstance(value, dict):
            raise _Bad(pointer, "a condition is an object")
        if "field" in value:
            self.tests += 1
            if self.tests > MAX_TESTS:
                raise _TooLarge(pointer, f"a rule has at most {MAX_TESTS} tests")
            return _read_test(value, pointer)
        if len(value) != 1:
            raise _Bad(pointer, "a condition names one of all, any, not, or a field to test")
        ((kind, inner),) = value.items()
        if kind not in {"all", "any", "not"}:
            raise _Bad(pointer, "a condition names one of all, any, not, or a field to test")
        if depth >= MAX_NESTING:
            raise _Bad(pointer, f"conditions nest at most {MAX_NESTING} deep")
        if kind == "not":
            return Not(self._part(inner, f"{pointer}/not", depth))
        parts = self._parts(inner, f"{pointer}/{kind}", depth)
        return AllOf(parts) if kind == "all" else AnyOf(parts)

    def _part(self, value: object, pointer: str, depth: int) -> Condition:
        # A broken part is noted and replaced, so that its neighbours are read as well.
        return self.read(value, pointer, depth + 1) or AllOf(())

    def _parts(self, value: object, pointer: str, depth: int) -> tuple[Condition, ...]:
        if not isinstance(value, list) or not value:
            raise _Bad(pointer, "give a list of at least one condition")
        if len(value) > MAX_TESTS:
            raise _Bad(pointer, f"a rule has at most {MAX_TESTS} tests")
        return tuple(
            self._part(part, f"{pointer}/{index}", depth) for index, part in enumerate(value)
        )


def read_condition(
    value: object, *, pointer: str = "/when"
) -> Condition | tuple[FieldProblem, ...]:
    """Read a condition tree from parsed JSON; give the problems instead when there are any."""
    reader = _Reader()
    try:
        condition = reader.read(value, pointer, 0)
    except _TooLarge as large:
        return (*reader.problems, large.problem)[:MAX_PROBLEMS]
    if condition is None or reader.problems:
        return tuple(reader.problems)
    return condition


def _read_test(value: Mapping[str, object], pointer: str) -> Condition:
    for key in value:
        if key not in {"field", "operator", "value"}:
            raise _Bad(f"{pointer}/{_escaped(key)}", "unknown field")
    for key in ("operator", "value"):
        if key not in value:
            raise _Bad(f"{pointer}/{key}", "missing")
    field, operator = value["field"], value["operator"]
    readers = _READERS.get(field) if isinstance(field, str) else None
    if readers is None:
        raise _Bad(f"{pointer}/field", f"one of {', '.join(_READERS)}")
    read = readers.get(operator) if isinstance(operator, str) else None
    if read is None:
        raise _Bad(f"{pointer}/operator", f"one of {', '.join(readers)}")
    return read(str(field), str(operator), value["value"], f"{pointer}/value")


def _escaped(key: object) -> str:
    return str(key)[:40].replace("~", "~0").replace("/", "~1")


def _read_text(field: str, operator: str, value: object, pointer: str) -> Leaf:
    return TextTest(
        cast("TextField", field), cast("TextOperator", operator), _a_text(value, pointer)
    )


def _a_text(value: object, pointer: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT or not fold(value):
        raise _Bad(pointer, f"a text of 1 to {MAX_TEXT} characters")
    return value


def _read_texts(field: str, _operator: str, value: object, pointer: str) -> Leaf:
    values = _a_list(value, pointer)
    texts = [_a_text(one, f"{pointer}/{place}") for place, one in enumerate(values)]
    return TextChoice(cast("TextField", field), tuple(dict.fromkeys(texts)))


def _read_pattern(field: str, _operator: str, value: object, pointer: str) -> Leaf:
    if not isinstance(value, str):
        raise _Bad(pointer, "a regular expression")
    problem = pattern_problem(value)
    if problem is not None:
        raise _Bad(pointer, problem)
    return PatternTest(cast("TextField", field), value)


def _read_amount(field: str, operator: str, value: object, pointer: str) -> Leaf:
    signed = field == "signed_amount"
    if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
        raise _Bad(pointer, _AMOUNT)
    minor, currency = _an_amount(value["amount"], value["currency"], pointer, signed=signed)
    return AmountTest(cast("AmountOperator", operator), minor, currency, signed)


def _read_amounts(field: str, _operator: str, value: object, pointer: str) -> Leaf:
    signed = field == "signed_amount"
    if not isinstance(value, dict) or value.keys() != {"from", "to", "currency"}:
        raise _Bad(pointer, 'such as {"from": "10.00", "to": "20.00", "currency": "EUR"}')
    least, currency = _an_amount(value["from"], value["currency"], pointer, signed=signed)
    most, _ = _an_amount(value["to"], value["currency"], pointer, signed=signed)
    if least > most:
        raise _Bad(pointer, "from must not be more than to")
    return AmountRange(least, most, currency, signed)


_AMOUNT: Final = 'an amount such as {"amount": "50.00", "currency": "EUR"}'


def _an_amount(amount: object, currency: object, pointer: str, *, signed: bool) -> tuple[int, str]:
    if not isinstance(amount, str) or not isinstance(currency, str):
        raise _Bad(pointer, _AMOUNT)
    if amount.startswith("-") and not signed:
        raise _Bad(pointer, "without a sign: signed_amount compares with one")
    try:
        money = Money.parse(amount, currency)
    except MoneyError as error:
        raise _Bad(pointer, str(error)) from error
    return money.amount_minor, money.currency


def _read_choice(field: str, operator: str, value: object, pointer: str) -> Leaf:
    values = [value] if operator == "equals" else _a_list(value, pointer)
    name = cast("ChoiceField", field)
    for one in values:
        if not isinstance(one, str) or not _CHOICES[name](one):
            raise _Bad(pointer, _CHOICE_HINTS[name])
    return ChoiceTest(name, tuple(dict.fromkeys(cast("list[str]", values))))


def _a_list(value: object, pointer: str) -> list[object]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_CHOICES:
        raise _Bad(pointer, f"a list of 1 to {MAX_CHOICES} values")
    return value


def _read_date(_field: str, operator: str, value: object, pointer: str) -> Leaf:
    return DateTest(cast("DateOperator", operator), _a_day(value, pointer))


def _read_dates(_field: str, _operator: str, value: object, pointer: str) -> Leaf:
    if not isinstance(value, dict) or value.keys() != {"from", "to"}:
        raise _Bad(pointer, 'such as {"from": "2026-01-01", "to": "2026-03-31"}')
    first, last = _a_day(value["from"], pointer), _a_day(value["to"], pointer)
    if first > last:
        raise _Bad(pointer, "from must not be after to")
    return DateRange(first, last)


def _a_day(value: object, pointer: str) -> date:
    detail = "a day, written YYYY-MM-DD"
    if not isinstance(value, str) or len(value) != 10 or not value.isascii():
        raise _Bad(pointer, detail)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise _Bad(pointer, detail) from error


def _read_weekdays(_field: str, _operator: str, value: object, pointer: str) -> Leaf:
    values = _a_list(value, pointer)
    if any(one not in WEEKDAYS for one in values):
        raise _Bad(pointer, f"a list of {', '.join(WEEKDAYS)}")
    numbers = sorted({WEEKDAYS.index(str(one)) for one in values})
    return CalendarTest("weekday", tuple(numbers))


def _read_calendar(_field: str, operator: str, value: object, pointer: str) -> Leaf:
    values = _a_list(value, pointer)
    allowed = range(1, 13) if operator == "month" else (-1, *range(1, 32))
    if any(type(one) is not int or one not in allowed for one in values):
        hint = "1 to 12" if operator == "month" else "1 to 31, or -1 for the last day of a month"
        raise _Bad(pointer, f"a list of whole numbers, {hint}")
    numbers = sorted(set(cast("list[int]", values)))
    return CalendarTest(cast("CalendarOperator", operator), tuple(numbers))


def _read_presence(field: str, _operator: str, value: object, pointer: str) -> Leaf:
    if not isinstance(value, bool):
        raise _Bad(pointer, "true or false")
    return PresenceTest(cast("PresenceField", field), value)


def _is_currency(text: str) -> bool:
    try:
        exponent(text)
    except MoneyError:
        return False
    return True


def _is_tag(text: str) -> bool:
    return bool(fold(text)) and len(text) <= MAX_TAG


_WORDS: Final[Mapping[ChoiceField, tuple[str, ...]]] = {
    "direction": ("out", "in"),
    "category_source": ("user", "rule", "import", "learned", "mcc", "prior", "none"),
    "status": ("planned", "pending", "posted", "reconciled"),
    "kind": ("expense", "income", "transfer"),
    "source": ("manual", "import", "recurring", "receipt", "payment"),
}
_CHOICES: Final[Mapping[ChoiceField, Callable[[str], bool]]] = {
    **{field: words.__contains__ for field, words in _WORDS.items()},
    "currency": _is_currency,
    "account_id": is_id,
    "category_id": is_id,
    "tag": _is_tag,
}
_CHOICE_HINTS: Final[Mapping[ChoiceField, str]] = {
    **{field: ", ".join(words) for field, words in _WORDS.items()},
    "currency": "a known currency code, such as EUR",
    "account_id": "an id is a lower-case UUID",
    "category_id": "an id is a lower-case UUID",
    "tag": f"a text of 1 to {MAX_TAG} characters",
}
_ReadTest: TypeAlias = Callable[[str, str, object, str], Leaf]
_TEXTS: Final[Mapping[str, _ReadTest]] = {
    **dict.fromkeys(get_args(TextOperator), _read_text),
    "one_of": _read_texts,
    "matches": _read_pattern,
}
_AMOUNTS: Final[Mapping[str, _ReadTest]] = {
    **dict.fromkeys(get_args(AmountOperator), _read_amount),
    "between": _read_amounts,
}
_CHOICE: Final[Mapping[str, _ReadTest]] = {"equals": _read_choice, "one_of": _read_choice}
_IS_SET: Final[Mapping[str, _ReadTest]] = {"is_set": _read_presence}
_READERS: Final[Mapping[str, Mapping[str, _ReadTest]]] = {
    "payee": {**_TEXTS, **_IS_SET},
    "shown_payee": _TEXTS,
    "notes": {**_TEXTS, **_IS_SET},
    "amount": _AMOUNTS,
    "signed_amount": _AMOUNTS,
    **dict.fromkeys(get_args(ChoiceField), _CHOICE),
    "category_id": {**_CHOICE, **_IS_SET},
    "tag": {**_CHOICE, **_IS_SET},
    "booked_on": {
        **dict.fromkeys(get_args(DateOperator), _read_date),
        "between": _read_dates,
        "weekday": _read_weekdays,
        "day_of_month": _read_calendar,
        "month": _read_calendar,
    },
    **dict.fromkeys(("parts", "transfer", "refund", "original"), _IS_SET),
}
