"""Alarms on a service's own metrics, declared beside its handlers as `ALARMS`; the manifest carries them to Terraform."""

from __future__ import annotations

from chalicelib.kernel.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Somebody is told when a metric of the namespace `xpense-<stage>` is above a number, in `periods` periods running."""

    metric: str
    above: float
    about: str
    period_s: int
    periods: int = 1
    absent_is_bad: bool = True
    """Whether no value at all is an alarm too: a job that tells its metric every time may have stopped."""
