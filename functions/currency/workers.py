"""Workers of the currency service: the refresh of rates, its inbox and its relay."""

from __future__ import annotations

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.currency.model.merging import STALE_AFTER
from chalicelib.currency.repository import TABLE
from chalicelib.currency.service.refresh import refresh
from chalicelib.kernel import clock
from chalicelib.kernel.log import logger
from functions._edge.alarms import Alarm
from functions._edge.worker import consume

blueprint = Blueprint(__name__)
ALARMS = (
    Alarm(
        metric="RatesLateDays",
        above=STALE_AFTER,
        about="The newest reference rates are more business days old than they may be.",
        period_s=6 * 3600,
    ),
)

# it hears only what every service does (a new data key of an owner), and tells only its answers and anchors
consume(blueprint, TABLE, on={})


# four times a day: the ECB publishes once, but a run may fail, and crypto has no closing time
@blueprint.schedule(Rate(6, unit=Rate.HOURS), name="currency_refresh_rates")
def refresh_rates(_event: CloudWatchEvent) -> None:
    """Fetch what the sources have published since the last run."""
    logger().thread_safe_clear_keys()  # those of a request before would tell the wrong story
    refresh(now=clock.now())
