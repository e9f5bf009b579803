"""A user's passkeys: registered, named, listed, removed."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.wire import PageOut, PageQuery
from chalicelib.security.errors import PasskeyExists, PasskeyRefused, TooManyPasskeys
from chalicelib.security.gateways import authenticators
from chalicelib.security.model.ceremonies import registration_options
from chalicelib.security.model.factors import MOST_PASSKEYS
from chalicelib.security.model.passkeys import Challenge, Passkey, Registered
from chalicelib.security.repository import passkeys as rows
from chalicelib.security.schemas.passkeys import (
    AddPasskey,
    PasskeyOptionsOut,
    PasskeyOut,
    RenamePasskey,
    StartPasskey,
)
from chalicelib.security.service import audit, factors, proofs
from chalicelib.security.service.assertions import find_challenge, new_challenge, party

_QUESTION = "security.passkeys"


def start(ctx: Context, body: StartPasskey) -> PasskeyOptionsOut:
    """Ask for a new passkey; raise `TooManyPasskeys`, or `TooMany`."""
    known = rows.all_passkeys(ctx.owner.id)
    if len(known) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    challenge = new_challenge(ctx.owner.id, "registration", now=ctx.now)
    options = registration_options(
        party(), challenge, user_id=ctx.owner.id, account_name=body.account_name, known=known
    )
    return PasskeyOptionsOut(challenge_id=challenge.id, options=options)


def add(ctx: Context, body: AddPasskey) -> PasskeyOut:
    """Register a passkey; raise `PasskeyRefused`, `PasskeyExists` or `TooManyPasskeys`. Tells `FactorAdded`.

    A passkey that checked the person is a fresh proof too.
    """
    user_id = ctx.owner.id
    challenge = find_challenge(user_id, body.challenge_id)
    if challenge is None or not challenge.serves("registration", ctx.now):
        raise PasskeyRefused
    registered = authenticators.verify_registration(body.credential.sent(), challenge, party())
    known = rows.all_passkeys(user_id)
    if any(one.credential_id == registered.credential_id for one in known):
        raise PasskeyExists
    if len(known) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    passkey = _passkey(ctx, body, registered)
    _keep(ctx, challenge, passkey)
    if registered.user_verified:
        proofs.keep(ctx, "passkey")
    return _out(ctx, passkey)


def _passkey(ctx: Context, body: AddPasskey, registered: Registered) -> Passkey:
    identity = new_id()
    return Passkey(
        id=identity,
        user_id=ctx.owner.id,
        name=rows.seal_passkey_name(ctx.vault, identity, body.name),
        credential_id=registered.credential_id,
        public_key=registered.public_key,
        sign_count=registered.sign_count,
        synced=registered.synced,
        backed_up=registered.backed_up,
        transports=body.credential.transports(),
        aaguid=registered.aaguid,
        created_at=ctx.now,
        used_at=None,
        version=1,
    )


def _keep(ctx: Context, challenge: Challenge, passkey: Passkey) -> None:
    rows.spend_challenge(ctx.commit, challenge, refusal=PasskeyRefused())
    rows.save_passkey(ctx.commit, passkey)
    factors.added(ctx, "passkey", passkey.id, action="passkey-added")


def list_passkeys(ctx: Context, query: PageQuery) -> PageOut[PasskeyOut]:
    """List the caller's passkeys, oldest first."""
    owner = str(ctx.owner)
    start_at = decode_cursor(query.cursor, owner=owner, question=_QUESTION)
    page = rows.find_passkeys(ctx.owner.id, limit=query.limit, start=start_at)
    return PageOut(
        items=[_out(ctx, one) for one in page.items],
        next_cursor=encode_cursor(page.resume, owner=owner, question=_QUESTION),
    )


def rename(ctx: Context, passkey_id: str, body: RenamePasskey) -> PasskeyOut:
    """Give a passkey another name; raise `PasskeyNotFound`, or `Stale` for an old `If-Match`."""
    found = rows.get_passkey(ctx.owner.id, passkey_id)
    ctx.expect_version(found.version)
    name = rows.seal_passkey_name(ctx.vault, passkey_id, body.name)
    changed = replace(found, name=name, version=found.version + 1)
    rows.save_passkey(ctx.commit, changed)
    audit.record(ctx, action="passkey-renamed", subject=passkey_id)
    return _out(ctx, changed)


def remove(ctx: Context, passkey_id: str) -> None:
    """Remove a passkey; raise `PasskeyNotFound`. Tells `FactorRemoved`."""
    found = rows.get_passkey(ctx.owner.id, passkey_id)
    ctx.expect_version(found.version)
    left = factors.second_factors(ctx.owner.id)
    rows.remove_passkey(ctx.commit, found)
    last = not left.totp and left.passkeys <= 1
    factors.removed(ctx, "passkey", passkey_id, action="passkey-removed", last=last)


def _out(ctx: Context, passkey: Passkey) -> PasskeyOut:
    return PasskeyOut(
        id=passkey.id,
        name=rows.open_passkey_name(ctx.vault, passkey),
        synced=passkey.synced,
        backed_up=passkey.backed_up,
        transports=list(passkey.transports),
        aaguid=passkey.aaguid,
        created_at=rfc3339(passkey.created_at),
        last_used_at=rfc3339(passkey.used_at) if passkey.used_at else None,
        version=passkey.version,
    )
