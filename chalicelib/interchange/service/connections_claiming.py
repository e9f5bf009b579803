"""Exchanging the token of a connection for what opens it: an effect outside that works once.

Before the provider is asked a row says so, and what it answers is written before anything else is done. A
death between the two loses the answer: the next try is refused, and then the connection says that the access
may exist and that its owner has to end it at the provider. Nothing else can be had: no provider gives it twice.
"""

from __future__ import annotations

import hmac
from typing import Final

from chalicelib.interchange.commands import ClaimConnection
from chalicelib.interchange.errors import (
    BankProviderFailed,
    ConnectionNotFound,
    ProviderNotConfigured,
)
from chalicelib.interchange.events import ConnectionBroken, ConnectionLinked
from chalicelib.interchange.gateways import banks
from chalicelib.interchange.model.bank_feeds import PASSING, Access, BankTrouble
from chalicelib.interchange.model.connections import (
    Connection,
    claimed,
    claiming,
    not_claimed,
)
from chalicelib.interchange.repository import connections as repository
from chalicelib.interchange.service import connections_revoking as revoking
from chalicelib.interchange.service import syncing_ends
from chalicelib.kernel.context import Context, Unit

MOST_CLAIMS: Final = 4
"""How often the provider is asked while it does not answer: once less than the message comes."""


def claim(ctx: Context, order: ClaimConnection, unit: Unit) -> None:
    """Exchange a connection's token, and begin its first sync; a connection that waits for nothing is left alone."""
    one = unit(ctx.owner, lambda inner: _mark(inner, order.connection_id))
    if one is None:
        return
    try:
        found = banks.provider(one.provider).finish_link(one.token)
    except ProviderNotConfigured:
        found = BankTrouble("not-configured")
    if isinstance(found, BankTrouble) and found.reason in PASSING and one.claims < MOST_CLAIMS:
        raise BankProviderFailed(found.reason)  # the message comes again
    unit(ctx.owner, lambda inner: _keep(inner, one, found))


def _mark(ctx: Context, connection_id: str) -> Connection | None:
    try:
        one, _ = repository.look(ctx, connection_id)
    except ConnectionNotFound:
        return None
    if one is None or one.state != "claiming":
        return None
    after = claiming(one, ctx.now)
    repository.replace(ctx, one, after, logged=False)
    return after


def _keep(ctx: Context, asked: Connection, found: Access | BankTrouble) -> None:
    """Write down what came of it, whatever became of the connection meanwhile."""
    one, run = repository.look(ctx, asked.id)
    if one is None or not hmac.compare_digest(one.token, asked.token):
        if isinstance(found, Access):
            revoking.give_back(ctx, asked, found)
        return
    if isinstance(found, BankTrouble):
        after = not_claimed(one, found.reason, ctx.now)
        repository.replace(ctx, one, after)
        fact = ConnectionBroken(connection_id=one.id, reason=str(after.problem))
        ctx.commit.tell(fact, subject=one.id)
        return
    repository.replace(ctx, one, claimed(one, found, ctx.now))
    if one.access is not None and one.access != found:
        # another access counts differently: what it shows is compared with the ledger from the beginning
        revoking.give_back(ctx, one, one.access)
    ctx.commit.tell(ConnectionLinked(connection_id=one.id), subject=one.id)
    syncing_ends.ask(ctx, run, rewind=one.access is not None and one.access != found)
