"""What providers tell by themselves: verified, then as little believed as can be.

A message never carries data here: it makes us ask, or says how the provider stands with the bank. One that
comes twice is marked by body and second of signing in the transaction of its effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.interchange.errors import (
    BankProviderFailed,
    ConnectionNotFound,
    ForgedWebhook,
    NoSuchProvider,
    ProviderNotConfigured,
)
from chalicelib.interchange.events import ConnectionBroken
from chalicelib.interchange.gateways import banks
from chalicelib.interchange.model.bank_feeds import BankEvent, BankTrouble
from chalicelib.interchange.model.connections import Connection, broken, changed
from chalicelib.interchange.model.syncing import Run
from chalicelib.interchange.repository import connections as repository
from chalicelib.interchange.repository.leads import find_item
from chalicelib.interchange.service import syncing_ends
from chalicelib.kernel.context import Context, Unit, Visit
from chalicelib.kernel.errors import Malformed, Oversized
from chalicelib.kernel.inbox import AlreadyHandled, inbox_key, mark
from chalicelib.kernel.log import logger
from chalicelib.security import api as security

MAX_BODY: Final = 100_000
"""Bytes of a message; Plaid's have some hundred."""


def hear(visit: Visit, name: str, headers: Mapping[str, str], raw: bytes, unit: Unit) -> None:
    """Take a provider's message; of a connection that nobody has nothing is said.

    Refuses providers that tell nothing (404), what the provider did not sign (401), and what is larger than any
    message; `BankProviderFailed` where its keys cannot be had, so that it comes again.
    """
    if name != "plaid":
        raise NoSuchProvider
    try:
        provider = banks.provider("plaid")
    except ProviderNotConfigured as error:
        raise NoSuchProvider from error
    if len(raw) > MAX_BODY:
        raise Oversized(f"a message has at most {MAX_BODY} bytes")
    found = provider.verify_webhook(headers, raw, visit.now)
    if isinstance(found, BankTrouble):
        if found.reason == "refused":
            raise ForgedWebhook
        if found.reason == "unreadable":
            raise Malformed("the message cannot be read")
        raise BankProviderFailed(found.reason)
    for event in found:
        _take(name, event, unit)


def _take(provider: str, event: BankEvent, unit: Unit) -> None:
    found = find_item(provider, event.item_ref)
    if found is None:
        return
    try:
        unit(found.owner, lambda ctx: _effect(ctx, found.connection_id, event))
    except (AlreadyHandled, ConnectionNotFound, security.OwnerKeyAbsent):
        logger().info("a message says nothing new", extra={"id": found.connection_id})


def _effect(ctx: Context, connection_id: str, event: BankEvent) -> None:
    one, run = repository.look(ctx, connection_id)
    if one is None or one.access is None or one.access.item_ref != event.item_ref:
        return
    key = (str(ctx.owner), inbox_key(f"hook-{event.mark}"))
    ctx.commit.put(mark(key, ctx.now), expect=0, refusal=AlreadyHandled())
    if event.kind in {"updates", "repaired"}:
        if one.state in {"active", "broken"}:
            syncing_ends.ask(ctx, run)
    elif event.kind == "expiring":
        expires = event.expires_at or one.consent_expires_at
        after = changed(one, ctx.now, consent_expires_at=expires, expiry_told=False)
        syncing_ends.save(ctx, one, after if expires != one.consent_expires_at else one)
    else:
        _break(ctx, one, run, event)


def _break(ctx: Context, one: Connection, run: Run, event: BankEvent) -> None:
    if one.state != "active" or run.is_under_way(ctx.now):
        return  # a run that is under way finds out by itself
    reason = "gone" if event.kind == "revoked" else "login-required"
    repository.replace(ctx, one, broken(one, reason, ctx.now))
    ctx.commit.tell(ConnectionBroken(connection_id=one.id, reason=reason), subject=one.id)
