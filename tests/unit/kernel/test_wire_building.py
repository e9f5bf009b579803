"""Wire models are built when they are first used, or all at once before threads share them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.kernel.wire import MoneyIn, MoneyWire, Wire, build_all


def test_a_model_is_built_by_its_first_use() -> None:
    class Small(Wire):
        size: int

    assert not Small.__pydantic_complete__
    assert Small(size=3).model_dump_json() == '{"size":3}'
    assert Small.__pydantic_complete__


def test_all_are_built_at_once_those_inside_others_too() -> None:
    class Inner(Wire):
        amount: MoneyIn

    class Outer(Inner):
        more: list[Inner]

    build_all()

    assert Inner.__pydantic_complete__
    assert Outer.__pydantic_complete__


def test_an_answer_that_is_written_is_what_a_checked_one_is() -> None:
    checked = MoneyWire(amount="12.34", currency="EUR")

    written = MoneyWire.written(amount="12.34", currency="EUR")

    assert written == checked
    assert written.model_dump_json() == checked.model_dump_json()
    assert written.model_fields_set == checked.model_fields_set
    with pytest.raises(ValidationError):
        written.amount = "1.00"  # type: ignore[misc]


@pytest.mark.parametrize("values", [{"amount": "1"}, {"amount": "1", "currency": "EUR", "x": 1}])
def test_an_answer_that_is_written_has_all_its_fields_and_no_other(values: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="MoneyWire"):
        MoneyWire.written(**values)
