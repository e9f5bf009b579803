"""Workers of the security service: the audit's inbox, its relay, and the change of signing keys."""

from __future__ import annotations

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.kernel import clock
from chalicelib.security.commands import AnchorRoot, RecordAction, ResealProgress
from chalicelib.security.repository import TABLE
from chalicelib.security.service import anchors, audit, receipts, rotation, signing
from functions._edge.worker import consume

blueprint = Blueprint(__name__)

consume(
    blueprint,
    TABLE,
    on={
        RecordAction: audit.record_action,
        AnchorRoot: anchors.keep_root,
        ResealProgress: rotation.heard,
    },
    keyless=(AnchorRoot,),
)


@blueprint.schedule(Rate(1, unit=Rate.DAYS), name="security_rotate_keys")
def rotate_keys(_event: CloudWatchEvent) -> None:
    """Publish the next signing key when the newest is 90 days old, the next receipt key after a year."""
    now = clock.now()
    signing.rotate_signing_key(now=now)
    receipts.rotate_receipt_key(now=now)


@blueprint.schedule(Rate(1, unit=Rate.HOURS), name="security_sign_anchors")
def sign_anchors(_event: CloudWatchEvent) -> None:
    """Sign the roots that came since the last run."""
    anchors.sign_waiting(now=clock.now())


@blueprint.schedule(Rate(1, unit=Rate.HOURS), name="security_rotate_owner_keys")
def rotate_owner_keys(_event: CloudWatchEvent) -> None:
    """Take rotations of owners' data keys a step further."""
    rotation.drive(now=clock.now())
