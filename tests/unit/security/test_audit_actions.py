"""Every action that any service enters is on the closed list: a misspelt one would become a dead letter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.security.model.audit import ACTIONS, Action

HEART = Path(__file__).parents[3] / "chalicelib"
ENTERED_BY = frozenset({"enter", "record", "RecordAction", "Action"})
OTHERS = frozenset({"expenses/model/action_reading.py"})
"""What has actions of its own: those of rules."""


def entered() -> Iterator[tuple[str, str]]:
    """Give file and action of each call that enters one by name."""
    for file in sorted({*HEART.rglob("*.py")} - {HEART / one for one in OTHERS}):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            if name in ENTERED_BY:
                named = [word.value for word in node.keywords if word.arg == "action"]
                for value in [*node.args[1:2], *named]:
                    for part in ast.walk(value):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            yield f"{file.relative_to(HEART)}:{node.lineno}", part.value


def test_every_action_that_is_entered_is_on_the_list() -> None:
    found = list(entered())

    assert len(found) > 10
    assert [(where, action) for where, action in found if action not in ACTIONS] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "made-up"},
        {"subject": "x" * 201},
        {"before": {"k": "x" * 201}},
        {"after": {str(number): "v" for number in range(21)}},
    ],
)
def test_an_action_that_is_none_or_holds_a_text_is_refused(wrong: dict[str, object]) -> None:
    facts = {"action": "sign-in", "at": datetime(2026, 1, 1, tzinfo=UTC), "actor": "system"}

    Action(**facts)  # type: ignore[arg-type]  # built from a table
    with pytest.raises(ValueError, match=r"action|details|detail"):
        Action(**{**facts, **wrong})  # type: ignore[arg-type]  # as above
