"""Refusals about reconciliations."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, NotFound


class ReconciliationNotFound(NotFound):
    """No such reconciliation, or of another account, or one that was undone."""

    slug = "reconciliation-not-found"
    title = "There is no such reconciliation"


class ReconciliationUnderWay(Conflict):
    """The newest reconciliation of the account is not finished yet."""

    slug = "reconciliation-under-way"
    title = "Another reconciliation of this account is not finished"


class ReconciliationFinished(Conflict):
    """What is finished, or on its way there, cannot be finished again."""

    slug = "reconciliation-finished"
    title = "The reconciliation is finished, or its transactions are being locked"


class NewerReconciliation(Conflict):
    """A later statement stands on this one."""

    slug = "newer-reconciliation"
    title = "A later reconciliation stands on this one: undo that first"


class DifferenceLeft(Conflict):
    """The books and the statement do not agree, and nobody asked for an adjustment."""

    slug = "difference-left"
    title = "The books and the statement do not agree"
