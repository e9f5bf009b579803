"""Workers of the currency service: the refresh of rates. It tells no facts, so it has no relay."""

from __future__ import annotations

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.currency.service.refresh import refresh
from chalicelib.kernel import clock

blueprint = Blueprint(__name__)


# four times a day: the ECB publishes once, but a run may fail, and crypto has no closing time
@blueprint.schedule(Rate(6, unit=Rate.HOURS), name="currency_refresh_rates")
def refresh_rates(_event: CloudWatchEvent) -> None:
    """Fetch what the sources have published since the last run."""
    refresh(now=clock.now())
