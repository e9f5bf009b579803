"""The route by which an owner reads a ledger's change log as it is kept, alike for every service."""

from __future__ import annotations

from chalicelib.kernel import ledger
from chalicelib.kernel.context import Context
from chalicelib.kernel.ledger import LedgerOut, LedgerQuery
from functions._edge.endpoint import Edge


def ledger_route(edge: Edge) -> None:
    """Register `GET /v1/<service>/ledger`."""

    @edge.endpoint(
        "GET",
        f"/v1/{edge.spec.service}/ledger",
        summary="The change log as it is kept",
        query=LedgerQuery,
        out=LedgerOut,
        scope=f"{edge.spec.service}:read",
        people_only=True,
        household=True,
    )
    def read_ledger(ctx: Context, query: LedgerQuery) -> LedgerOut:
        """Give entries of the change log with their hashes, oldest first, so that anybody can verify the chain.

        What is personal stays sealed. `GET /v1/security/audit/proof` gives the signed anchors.
        """
        return ledger.read(ctx.commit.spec, ctx.owner, query)
