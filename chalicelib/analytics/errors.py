"""What analytics refuses."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, Invalid, NotFound


class TooMuchToSum(Invalid):
    """More roll-up rows than one answer reads: a sum that leaves some out would be a wrong sum."""

    slug = "too-much-to-sum"
    title = "This is too much for one answer; ask for one currency or fewer months"


class InsightNotFound(NotFound):
    """No such card, any more or ever, or somebody else's."""

    slug = "insight-not-found"
    title = "There is no such insight"


class ReportNotFound(NotFound):
    """The report is absent, too old, or somebody else's."""

    slug = "report-not-found"
    title = "There is no such report"


class ReportIdTaken(Conflict):
    """The id that the client made belongs to another report."""

    slug = "id-taken"
    title = "This id is already used"
