"""What analytics refuses."""

from __future__ import annotations

from chalicelib.kernel.errors import Invalid, NotFound


class TooMuchToSum(Invalid):
    """More roll-up rows than one answer reads: a sum that leaves some out would be a wrong sum."""

    slug = "too-much-to-sum"
    title = "This is too much for one answer; ask for one currency or fewer months"


class InsightNotFound(NotFound):
    """No such card, any more or ever, or somebody else's."""

    slug = "insight-not-found"
    title = "There is no such insight"
