"""What providers tell by themselves: verified, then as little believed as can be.

A message never carries data here: it makes us ask, or says how the provider stands with the bank. Whoever takes it in
may be called by anybody, so it reads nobody's data: it finds whose connection is meant and orders the rest. A
message that comes twice is marked by body and second of signing in the transaction of its effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from chalicelib.interchange.commands import HearBank
from chalicelib.interchange.errors import (
    BankProviderFailed,
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
from chalicelib.interchange.repository.leads import find_item, item_key
from chalicelib.interchange.service import syncing_ends
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.errors import Malformed, Oversized
from chalicelib.kernel.events import Order
from chalicelib.kernel.inbox import AlreadyHandled, inbox_key, mark
from chalicelib.kernel.owners import Owner

MAX_BODY: Final = 100_000
"""Bytes of a message; Plaid's have some hundred."""


def hear(
    visit: Visit,
    name: str,
    headers: Mapping[str, str],
    raw: bytes,
    order: Callable[[Owner, Order, str], None],
) -> None:
    """Take a provider's message, and order its effect; of a connection that nobody has nothing is said.

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
        _pass_on(name, event, order)


def _pass_on(provider: str, event: BankEvent, order: Callable[[Owner, Order, str], None]) -> None:
    found = find_item(provider, event.item_ref)
    if found is None:
        return
    told = HearBank(
        connection_id=found.connection_id,
        item=item_key(provider, event.item_ref)[0],
        mark=event.mark,
        kind=event.kind,
        expires_at=event.expires_at,
    )
    order(found.owner, told, found.connection_id)


def follow(ctx: Context, event: HearBank) -> None:
    """Take what was told of a connection, once; of one that is gone or has another item meanwhile it says nothing.

    Raises `ConnectionNotFound`, and `AlreadyHandled` for what was taken before. May tell `ConnectionBroken`.
    """
    one, run = repository.look(ctx, event.connection_id)
    if one is None or repository.item_of(one) != event.item:
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


def _break(ctx: Context, one: Connection, run: Run, event: HearBank) -> None:
    if one.state != "active" or run.is_under_way(ctx.now):
        return  # a run that is under way finds out by itself
    reason = "gone" if event.kind == "revoked" else "login-required"
    repository.replace(ctx, one, broken(one, reason, ctx.now))
    ctx.commit.tell(ConnectionBroken(connection_id=one.id, reason=reason), subject=one.id)
