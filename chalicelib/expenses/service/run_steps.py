"""Which service does the steps of which kind of run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.expenses.commands import RunMore
from chalicelib.expenses.model.runs import RunKind
from chalicelib.expenses.service import reconciling_steps, runs
from chalicelib.expenses.service.editing import edit_step
from chalicelib.expenses.service.merging import merge_step
from chalicelib.expenses.service.rule_runs import apply_step
from chalicelib.expenses.service.undo import undo_step
from chalicelib.kernel.context import Context

STEPPERS: Final[Mapping[RunKind, runs.Stepper]] = {
    "bulk-edit": edit_step,
    "merge": merge_step,
    "reconcile": reconciling_steps.lock,
    "rules": apply_step,
    "undo": undo_step,
    "unlock": reconciling_steps.unlock,
}


def go_on(ctx: Context, order: RunMore) -> None:
    """Do the next step of a run."""
    runs.go_on(ctx, order, STEPPERS)
