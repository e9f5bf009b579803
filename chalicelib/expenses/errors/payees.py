"""Refusals about payees and tags."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, NotFound


class PayeeNotFound(NotFound):
    """No such payee, or somebody else's, or one that is another's alias by now."""

    slug = "payee-not-found"
    title = "There is no such payee"


class AliasTaken(Conflict):
    """The name belongs to another payee already."""

    slug = "alias-taken"
    title = "Another payee has this alias already"
