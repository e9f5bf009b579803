"""Conditions as JSON, for the wire and the store."""

from __future__ import annotations

from chalicelib.expenses.model.conditions import (
    WEEKDAYS,
    AllOf,
    AmountRange,
    AmountTest,
    AnyOf,
    CalendarTest,
    ChoiceTest,
    Condition,
    DateRange,
    DateTest,
    Json,
    Leaf,
    Not,
    PatternTest,
    PresenceTest,
    TextChoice,
    TextTest,
)
from chalicelib.kernel.money import Money


def condition_json(condition: Condition) -> dict[str, Json]:
    """Write a condition in the form that `read_condition` reads."""
    match condition:
        case AllOf(parts):
            return {"all": [condition_json(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [condition_json(part) for part in parts]}
        case Not(part):
            return {"not": condition_json(part)}
        case _:
            field, operator, value = _written(condition)
            return {"field": field, "operator": operator, "value": value}


def _written(test: Leaf) -> tuple[str, str, Json]:
    match test:
        case TextTest(field, operator, text):
            return field, operator, text
        case TextChoice(field, values):
            return field, "one_of", list(values)
        case PatternTest(field, pattern):
            return field, "matches", pattern
        case ChoiceTest(choice, values):
            return choice, "one_of", list(values)
        case PresenceTest(there, present):
            return there, "is_set", present
        case AmountTest() | AmountRange():
            return _written_amount(test)
        case _:
            return "booked_on", *_written_date(test)


def _written_amount(test: AmountTest | AmountRange) -> tuple[str, str, Json]:
    field = "signed_amount" if test.signed else "amount"
    if isinstance(test, AmountTest):
        amount: dict[str, Json] = {
            "amount": Money(test.amount_minor, test.currency).amount,
            "currency": test.currency,
        }
        return field, test.operator, amount
    ends: dict[str, Json] = {
        "from": Money(test.least_minor, test.currency).amount,
        "to": Money(test.most_minor, test.currency).amount,
        "currency": test.currency,
    }
    return field, "between", ends


def _written_date(test: DateTest | DateRange | CalendarTest) -> tuple[str, Json]:
    match test:
        case DateTest(operator, day):
            return operator, day.isoformat()
        case DateRange(first, last):
            return "between", {"from": first.isoformat(), "to": last.isoformat()}
        case CalendarTest("weekday", values):
            return "weekday", [WEEKDAYS[one] for one in values]
        case CalendarTest(part, values):
            return part, list(values)
