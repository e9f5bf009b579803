"""The relay of each service: the stream's new outbox rows, and a sweep for those that it missed.

A ledger's daily anchoring comes with it, so that no service can forget it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from chalice.app import Blueprint, CloudWatchEvent, DynamoDBEvent, Rate

from chalicelib.kernel.metering import metered, report
from chalicelib.kernel.outbox import PREFIX
from chalicelib.kernel.relay import publish, sweep
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import TableSpec
from functions._edge.anchors import anchor_daily

_STREAM: Final = "arn:aws:dynamodb:*:*:table/{table}/stream/*"
"""Terraform puts the real ARN; Chalice only needs a name that tells the table."""


def relay(blueprint: Blueprint, spec: TableSpec) -> None:
    """Register a service's relay and its sweep, and for a ledger the daily anchoring."""
    if spec.ledger:
        anchor_daily(blueprint, spec)

    def on_stream(event: DynamoDBEvent) -> None:
        images = [
            _plain(record["dynamodb"]["NewImage"])
            for record in event.to_dict()["Records"]
            if record.get("eventName") == "INSERT"
            and record["dynamodb"]["Keys"]["pk"]["S"].startswith(PREFIX)
        ]
        with metered(f"{spec.service}.relay") as meter:
            publish(spec, images)
            report(meter, status="done")

    def on_schedule(_event: CloudWatchEvent) -> None:
        sweep(spec)

    arn = _STREAM.format(table=settings().table(spec.service))
    blueprint.on_dynamodb_record(stream_arn=arn, batch_size=100, name=f"{spec.service}_relay")(
        on_stream
    )
    blueprint.schedule(Rate(1, unit=Rate.MINUTES), name=f"{spec.service}_sweep")(on_schedule)


def _plain(image: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """A stream record carries binary as base64 text where the client gives bytes."""
    return {
        name: {"B": base64.b64decode(value["B"])} if "B" in value else dict(value)
        for name, value in image.items()
    }
