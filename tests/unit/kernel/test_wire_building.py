"""Wire models are built when they are first used, or all at once before threads share them."""

from __future__ import annotations

from chalicelib.kernel.wire import MoneyIn, Wire, build_all


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
