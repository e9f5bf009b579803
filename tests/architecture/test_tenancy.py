"""No store is asked for an object by its bare id: whose it is stands in every question, and comes from the context."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
_OWNERS: Final = {
    "ctx",
    "context",
    "owner",
    "commit",
    "user_id",
    "household_id",
    "user",
    "session",
    "vault",
}
"""Parameters that say whose an object is: a context, a unit of work, an owner, a vault, or a person."""
_BARE: Final = {
    "notifications.get_connection": "API Gateway names the connection; its row says whose it is",
    "users.pointer_key": "a registered app is public by its id",
    "users.is_revoked": "an app's own token, which has no user",
    "users.find_erasure": "who is erased has no context any more; the id is on their receipt",
    "users.find_households": "the ids come from the memberships of the person who asks",
    "users.use_flow": "nobody is signed in yet; the flow's id is under our tag",
    "users.due_key": "an entry of our own calendar",
    "expenses.transaction_from": "makes an object of a logged state; asks no store",
    "expenses.recurring_from": "makes an object of a logged state; asks no store",
    "expenses.day_key": "makes a sort key of the index; asks no store",
}
"""Asked by an id alone, with the reason."""
_PEOPLE_NAMED: Final = {
    "PATCH /v1/users/households/{household_id}/members/{user_id}",
    "DELETE /v1/users/households/{household_id}/members/{user_id}",
}


def _functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for file in sorted(ROOT.glob("chalicelib/*/repository*/**/*.py")) + sorted(
        ROOT.glob("chalicelib/*/repository.py")
    ):
        service = file.relative_to(ROOT / "chalicelib").parts[0]
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{service}.{node.name}", node


def _classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for file in sorted(ROOT.glob("chalicelib/expenses/repository/*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(
                isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in node.body
            ):
                yield node.name, node


def _parameters(function: ast.FunctionDef) -> set[str]:
    given = function.args
    return {one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def _asks_by_id(function: ast.FunctionDef) -> bool:
    return any(
        name.endswith(("_id", "_ids")) or name == "identity" for name in _parameters(function)
    )


@pytest.mark.covers("R-32")
def test_whoever_asks_a_store_by_an_id_says_whose_it_is() -> None:
    asked = [(name, one) for name, one in _functions() if _asks_by_id(one)]
    bare = {name for name, one in asked if not _parameters(one) & _OWNERS}

    assert len(asked) > 40
    assert bare == _BARE.keys()


@pytest.mark.covers("R-32")
def test_a_store_of_the_ledger_is_bound_to_a_context_before_it_is_asked() -> None:
    bound = {
        name: {
            argument
            for one in node.body
            if isinstance(one, ast.FunctionDef) and one.name == "__init__"
            for argument in _parameters(one)
        }
        for name, node in _classes()
    }

    assert len(bound) >= 4
    assert {name for name, given in bound.items() if "ctx" not in given} == set()


@pytest.mark.covers("R-32")
def test_no_request_says_whose_it_is() -> None:
    import app
    from functions._edge.operations import operations

    assert app.SERVICES
    taken = {
        f"{one.method} {one.path}"
        for one in operations()
        for model in (one.body, one.query)
        if model is not None
        and {"owner", "owner_id", "user_id", "tenant"} & set(model.model_fields)
    }
    named = {f"{one.method} {one.path}" for one in operations() if "{user_id}" in one.path}

    assert taken == set()
    assert {one for one in named if "/admin/" not in one} == _PEOPLE_NAMED
