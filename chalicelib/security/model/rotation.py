"""The rotation of an owner's data key: rounds in which every service seals its part anew, until all is clean."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from chalicelib.kernel.values import dataclass

SERVICES: Final = (
    "users",
    "security",
    "currency",
    "expenses",
    "interchange",
    "analytics",
    "notifications",
)
"""Who keeps sealed values: a test compares it with the services that there are."""
KEPT_FOR: Final = 35 * 24 * 3_600
"""Seconds for which the old generation stays: longer than any object of ours in S3 lives."""
LOST_AFTER: Final = 24 * 3_600
"""Seconds after which a round that did not end is begun anew."""
Next = Literal["wait", "begin", "finish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Where a rotation is: its round, who has not answered, whether anything was still sealed by the old key."""

    generation: int
    round: int
    since: int
    waiting: tuple[str, ...]
    dirty: bool
    version: int

    def answered(self, service: str, *, dirty: bool) -> Rotation:
        """Take a service's answer."""
        return replace(
            self,
            waiting=tuple(name for name in self.waiting if name != service),
            dirty=self.dirty or dirty,
            version=self.version + 1,
        )


def begun(before: Rotation | None, *, generation: int, at: int) -> Rotation:
    """Begin the next round."""
    return Rotation(
        generation=generation,
        round=before.round + 1 if before else 1,
        since=at,
        waiting=SERVICES,
        dirty=False,
        version=before.version + 1 if before else 1,
    )


def next_step(rotation: Rotation | None, *, active_from: int, at: int) -> tuple[Next, int]:
    """Say what is to be done now, and when to look again (Unix seconds).

    The old generation goes only after a round that began 35 days after the new one sealed, and found nothing.
    """
    soon, retire = at + 3_600, active_from + KEPT_FOR
    if rotation is None:
        return "begin", soon
    if rotation.waiting:
        return ("begin" if at - rotation.since > LOST_AFTER else "wait"), soon
    if rotation.dirty:
        return "begin", soon
    if rotation.since >= retire:
        return "finish", soon
    return ("begin", soon) if at >= retire else ("wait", retire)
