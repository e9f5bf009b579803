"""Support grants: given, shown and withdrawn by their user."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.users import repository
from chalicelib.users.errors import TooManySupportGrants
from chalicelib.users.events import SupportGranted
from chalicelib.users.model.support import MOST, SupportGrant, handle
from chalicelib.users.schemas.support import CreateSupportGrant, SupportGrantOut, SupportGrantsOut
from chalicelib.users.service import audit


def list_support_grants(ctx: Context) -> SupportGrantsOut:
    """Give the caller's open grants, newest first."""
    found = repository.find_support_grants(ctx.owner.id)
    return SupportGrantsOut(items=[_out(one) for one in found if ctx.now < one.expires_at])


def create_support_grant(ctx: Context, body: CreateSupportGrant) -> SupportGrantOut:
    """Let support read for some hours; raise `TooManySupportGrants`. Tells `SupportGranted`."""
    if len(list_support_grants(ctx).items) >= MOST:
        raise TooManySupportGrants
    grant = SupportGrant(
        id=new_id(),
        user_id=ctx.owner.id,
        admin_id=body.admin_id or "",
        scopes=frozenset(body.scopes),
        created_at=ctx.now,
        expires_at=ctx.now.replace(microsecond=0) + timedelta(hours=body.hours),
        used_at=None,
        version=1,
    )
    repository.save_support_grant(ctx.commit, grant)
    facts = {
        "admin_id": grant.admin_id,
        "scopes": " ".join(sorted(grant.scopes)),
        "expires_at": rfc3339(grant.expires_at),
    }
    # the change number makes two grants at once take turns, so that the bound above is exact
    ctx.commit.record(Change(kind="support_grant", id=grant.id, version=1, fields=facts))
    ctx.commit.tell(SupportGranted(user_id=grant.user_id, grant_id=grant.id), subject=grant.user_id)
    audit.enter(
        ctx,
        "support-granted",
        subject=grant.id,
        after={"admin_id": grant.admin_id, "hours": str(body.hours)},
    )
    return _out(grant)


def withdraw_support_grant(ctx: Context, grant_id: str) -> None:
    """Withdraw a grant, effective on the very next request; raise `SupportGrantNotFound`."""
    grant = repository.get_support_grant(ctx.owner.id, grant_id)
    repository.remove_support_grant(ctx.commit, grant)
    gone = Change(kind="support_grant", id=grant.id, version=grant.version + 1, op="delete")
    ctx.commit.record(gone)
    audit.enter(ctx, "support-revoked", subject=grant.id)


def _out(grant: SupportGrant) -> SupportGrantOut:
    return SupportGrantOut(
        id=grant.id,
        handle=handle(grant.user_id, grant.id),
        scopes=sorted(grant.scopes),
        admin_id=grant.admin_id or None,
        created_at=rfc3339(grant.created_at),
        expires_at=rfc3339(grant.expires_at),
        last_used_at=rfc3339(grant.used_at) if grant.used_at else None,
    )
