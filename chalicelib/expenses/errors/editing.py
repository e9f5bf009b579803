"""Refusals about bulk edits."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, NotFound


class PreviewNotFound(NotFound):
    """No such preview, or somebody else's, or its hour is over."""

    slug = "preview-not-found"
    title = "There is no such preview any more"


class PreviewUnfinished(Conflict):
    """Not everything that would be changed was shown."""

    slug = "preview-unfinished"
    title = "The preview was not read to its end"


class PreviewOutdated(Conflict):
    """What was shown is not what is there any more."""

    slug = "preview-outdated"
    title = "Some of the transactions were changed since the preview"


class TooManyMatches(Conflict):
    """The query finds more than one bulk edit may change."""

    slug = "too-many-matches"
    title = "The query finds too many transactions: narrow it down"
