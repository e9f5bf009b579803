"""What no route offers, found by reading all of them: hints, and other people's passwords."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from functions._edge.operations import Operation, operations

_HINTS: Final = ("hint", "question", "mother", "maiden", "favourite", "favorite", "security_answer")
_OTHER_HINTS: Final = {"token_type_hint", "hints"}
"""Of a token's kind (RFC 7009), and of the columns of a file."""
_OWN: Final = {
    "POST /v1/users/register",
    "POST /v1/users/login",
    "POST /v1/users/password/reset",
    "POST /v1/users/password/change",
    "POST /v1/users/step-up",
    "POST /v1/security/password-check",
}
"""Where a password is taken: its owner's, each time."""


def _load() -> list[Operation]:
    import app

    assert app.SERVICES
    return operations()


ALL: Final = _load()


def _name(one: Operation) -> str:
    return f"{one.method} {one.path}"


def _fields(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from _fields(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _fields(value)


def _taken(one: Operation) -> set[str]:
    models = [model for model in (one.body, one.form) if model is not None]
    return {field for model in models for field in _fields(model.model_json_schema())}


@pytest.mark.covers("V6.4.2")
def test_nobody_is_asked_for_a_hint_or_a_secret_question() -> None:
    found = {
        _name(one): field
        for one in ALL
        for field in _taken(one) - _OTHER_HINTS
        if any(hint in field for hint in _HINTS)
    }

    assert found == {}


@pytest.mark.covers("V6.4.6")
def test_a_password_is_taken_from_its_owner_alone() -> None:
    taking = {_name(one) for one in ALL if any("password" in field for field in _taken(one))}

    assert taking == _OWN
    admin = [one for one in ALL if one.admin]
    assert admin
    assert not [_name(one) for one in admin if {"password", "token", "code"} & _taken(one)]
