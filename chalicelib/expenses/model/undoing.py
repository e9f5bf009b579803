"""What undoing a change did: to each of its objects, or why not."""

from __future__ import annotations

from typing import Literal

from chalicelib.kernel.values import dataclass

Reason = Literal[
    "changed-since",
    "linked",
    "reconciled",
    "account-gone",
    "account-archived",
    "parent-gone",
    "in-use",
    "not-undoable",
]
"""`changed-since`: somebody touched it after the change. `linked`: an object that it is linked with cannot be
undone with it. `in-use`: other objects need what the change made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """An object that was left as it is."""

    kind: str
    id: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """Kind and id of each object that is as before again, and those that are not.

    `change_id` is the change that undoing is itself, None where nothing was undone.
    """

    change_id: str | None
    undone: tuple[tuple[str, str], ...]
    left: tuple[Left, ...]
