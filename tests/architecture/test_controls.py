"""The list of controls that are taken out one at a time stays true to the code; `make test-all` takes them out."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from tools.controls import ROOT, Control, controls, copied, noticed

CONTROLS = controls()
TAKEN_OUT = CONTROLS if os.environ.get("XPENSE_FULL") else []
"""None in the everyday run: taking all out takes a quarter of an hour."""


@pytest.mark.parametrize("control", CONTROLS, ids=lambda one: one.name)
def test_a_control_stands_where_the_list_says(control: Control) -> None:
    without = control.removed((ROOT / control.file).read_text(encoding="utf-8"))

    ast.parse(without)
    assert control.tests
    for test in control.tests:
        assert (ROOT / test.partition("::")[0]).exists(), test


def test_there_are_enough_of_them_and_each_has_a_name() -> None:
    assert len({one.name for one in CONTROLS}) == len(CONTROLS) >= 40


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project once a process, so that several can take controls out of theirs at the same time."""
    return copied(tmp_path_factory.mktemp("controls"))


@pytest.mark.parametrize("control", TAKEN_OUT, ids=lambda one: one.name)
def test_its_absence_makes_a_test_fail(control: Control, tree: Path) -> None:
    assert noticed(control, tree), control.tests
