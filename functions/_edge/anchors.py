"""The daily anchoring of a ledger, alike for every service."""

from __future__ import annotations

from chalice.app import Blueprint, CloudWatchEvent, Cron

from chalicelib.kernel import anchors, clock
from chalicelib.kernel.anchors import Head
from chalicelib.kernel.tables import TableSpec
from chalicelib.security import api as security
from chalicelib.security.commands import AnchoredHead, AnchorRoot


def anchor_daily(blueprint: Blueprint, spec: TableSpec) -> None:
    """Register the run that hands yesterday's heads of a ledger to the security service, at 01:10 UTC."""

    def ordering(day: str, batch: str, root: str, heads: tuple[Head, ...]) -> AnchorRoot:
        return AnchorRoot(
            service=spec.service,
            day=day,
            batch=batch,
            root=root,
            heads=tuple(
                AnchoredHead(owner=head.owner, seq=head.seq, hash=head.hash) for head in heads
            ),
        )

    def on_schedule(_event: CloudWatchEvent) -> None:
        anchors.run(spec, ordering, vaults=security.vault, now=clock.now())

    # seconds of one Lambda bound a run; what it does not reach, the runs of the next two hours do
    at = Cron(10, "1-3", "*", "*", "?", "*")
    blueprint.schedule(at, name=f"{spec.service}_anchor")(on_schedule)
