"""Giving accesses back to their providers: of deleted connections, of replaced ones, and before an erasure.

Each waits in a row of its own until the provider took it, so that a connection is gone at once whatever the
provider does; and after a week of trying it is forgotten all the same.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from chalicelib.interchange.commands import RevokeAccess
from chalicelib.interchange.errors import ProviderNotConfigured
from chalicelib.interchange.gateways import banks
from chalicelib.interchange.model.bank_feeds import (
    PASSING,
    Access,
    BankTrouble,
    ProviderName,
)
from chalicelib.interchange.model.connections import Connection
from chalicelib.interchange.repository import connections as repository
from chalicelib.interchange.repository import feeds
from chalicelib.interchange.repository.feeds import Revocation
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.log import logger
from chalicelib.kernel.owners import Owner
from chalicelib.security import api as security
from chalicelib.security.api import erasure as security_erasure

AGAIN: Final = timedelta(hours=1)
GIVEN_UP: Final = timedelta(days=7)


def give_back(ctx: Context, one: Connection, access: Access) -> None:
    """Keep an access apart from its connection, and order that it goes back."""
    back = Revocation(
        id=derived_id("revocation", one.id, access.item_ref),
        provider=one.provider,
        version=1,
        created_at=ctx.now,
        due_at=ctx.now + AGAIN,
        access=access,
    )
    feeds.keep_revocation(ctx, back)
    ctx.commit.order(RevokeAccess(revocation_id=back.id), subject=back.id)


def revoke(ctx: Context, order: RevokeAccess) -> None:
    """Give an access back and forget it; where the provider does not answer, the schedule comes again."""
    one = feeds.get_revocation(ctx, order.revocation_id)
    if one is None:
        return
    trouble = _revoked(one.provider, one.access)
    if trouble is None or trouble.reason not in {*PASSING, "not-configured"}:
        feeds.forget_revocation(ctx, one)
    elif ctx.now > one.created_at + GIVEN_UP:
        logger().warning("an access was forgotten that its provider never took back")
        feeds.forget_revocation(ctx, one)
    else:
        feeds.keep_revocation(ctx, feeds.put_off(one, ctx.now + AGAIN), one)


def _revoked(provider: ProviderName, access: Access) -> BankTrouble | None:
    try:
        return banks.provider(provider).revoke(access)
    except ProviderNotConfigured:
        return BankTrouble("not-configured")


def give_all_back(owner: Owner) -> None:
    """Give all accesses of an owner back before they are erased: once, because an erasure waits for nobody.

    A provider that does not answer is not asked for the next one; the access is destroyed all the same.
    """
    try:
        # an erasure closes the key before it tells anybody
        found = repository.accesses(owner, security_erasure.closed_vault(owner))
    except security.OwnerKeyAbsent:  # destroyed: and with it what it sealed
        return
    silent: set[ProviderName] = set()
    for provider, access in found:
        trouble = _revoked(provider, access) if provider not in silent else None
        if trouble is not None:
            silent.add(provider)
            reason = {"reason": trouble.reason}
            logger().warning(
                "an access is erased that its provider did not take back", extra=reason
            )
