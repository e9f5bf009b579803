"""The list of controls that are taken out one at a time stays true to the code; `make test-all` takes them out."""

from __future__ import annotations

import ast
import os

import pytest

from tools.controls import ROOT, Control, controls, copied, noticed

CONTROLS = controls()


@pytest.mark.parametrize("control", CONTROLS, ids=lambda one: one.name)
def test_a_control_stands_where_the_list_says(control: Control) -> None:
    without = control.removed((ROOT / control.file).read_text(encoding="utf-8"))

    ast.parse(without)
    assert control.tests
    for test in control.tests:
        assert (ROOT / test.partition("::")[0]).exists(), test


def test_there_are_enough_of_them_and_each_has_a_name() -> None:
    assert len({one.name for one in CONTROLS}) == len(CONTROLS) >= 40


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("XPENSE_FULL"), reason="minutes: part of `make test-all`")
@pytest.mark.timeout(3600)
def test_the_absence_of_each_control_makes_a_test_fail(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    tree = copied(tmp_path_factory.mktemp("controls"))

    assert [one.name for one in CONTROLS if not noticed(one, tree)] == []
