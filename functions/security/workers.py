"""Workers of the security service: the audit's inbox, its relay, and the change of signing keys."""

from __future__ import annotations

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.kernel import clock
from chalicelib.security.commands import RecordAction
from chalicelib.security.repository import TABLE
from chalicelib.security.service import audit, receipts, signing
from functions._edge.relays import relay
from functions._edge.worker import consume

blueprint = Blueprint(__name__)

consume(blueprint, TABLE, on={RecordAction: audit.record_action})
relay(blueprint, TABLE)


@blueprint.schedule(Rate(1, unit=Rate.DAYS), name="security_rotate_keys")
def rotate_keys(_event: CloudWatchEvent) -> None:
    """Publish the next signing key when the newest is 90 days old, the next receipt key after a year."""
    now = clock.now()
    signing.rotate_signing_key(now=now)
    receipts.rotate_receipt_key(now=now)
