"""Administrators: they look after accounts, by id and state, and never see what is inside."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.wire import PageOut
from chalicelib.users import repository
from chalicelib.users.errors import AdminUntouchable, NotChangeable, UserNotFound
from chalicelib.users.events import UserRestored, UserSuspended
from chalicelib.users.model.addresses import normalise
from chalicelib.users.model.users import User
from chalicelib.users.schemas.admin import AdminUserOut, ChangeUser, FoundUsersOut, UsersQuery
from chalicelib.users.service import audit
from chalicelib.users.service.unit import in_one_write


def list_users(ctx: Context, query: UsersQuery) -> PageOut[AdminUserOut]:
    """Give a page of the users in a state."""
    place = {"owner": str(ctx.owner), "question": f"users.admin.{query.state}"}
    start = decode_cursor(query.cursor, **place)
    page = repository.find_users(query.state, limit=query.limit, start=start)
    return PageOut(
        items=[_out(user) for user in page.items],
        next_cursor=encode_cursor(page.resume, **place),
    )


def read_user(user_id: str) -> AdminUserOut:
    """Give a user by id; raise `UserNotFound`."""
    return _out(repository.get_user(user_id))


def find_by_email(ctx: Context, text: str) -> FoundUsersOut:
    """Find the user of an exact address by its keyed hash; whom an administrator looked up is entered.

    Refuses what is no address.
    """
    found = repository.find_address(repository.address_key(normalise(text)))
    user = repository.find_user(found.user_id) if found else None
    audit.enter(ctx, "user-looked-up", subject=user.id if user else "")
    return FoundUsersOut(items=[_out(user)] if user else [])


def change_user(ctx: Context, user_id: str, body: ChangeUser) -> AdminUserOut:
    """Disable, enable or sign out a user, effective on the very next request.

    Refuses a stale `If-Match`, an administrator, and a user who never verified the address. Entered in the
    audit logs of both; tells `UserSuspended` or `UserRestored`.
    """
    unit = ctx.commit.beside(repository.owner_of(user_id)) if user_id != ctx.owner.id else None
    user = repository.get_user(user_id)
    ctx.expect_version(user.version)
    if unit is None or user.admin:
        raise AdminUntouchable
    if user.state == "pending" or _is_going(user, ctx.now):
        raise NotChangeable
    state = body.state or user.state
    if state == user.state and not body.sign_out:
        return _out(user)
    # enabling must not bring sessions of before back to life
    ends = body.sign_out or state == "disabled"
    changed = replace(
        user,
        state=state,
        signed_out_at=ctx.now if ends else user.signed_out_at,
        version=user.version + 1,
    )
    repository.save_user(unit, changed)
    unit.record(
        Change(kind="user", id=user.id, version=changed.version, fields={"state": changed.state})
    )
    action = "sessions-revoked"
    if state != user.state:
        action = "user-suspended" if state == "disabled" else "user-restored"
        fact = UserSuspended if state == "disabled" else UserRestored
        unit.tell(fact(user_id=user.id), subject=user.id)
    for where in (unit, ctx.commit):
        audit.enter(
            ctx,
            action,
            on=where,
            subject=user.id,
            before={"state": user.state},
            after={"state": changed.state, "reason": body.reason},
        )
    return _out(changed)


def _is_going(user: User, now: datetime) -> bool:
    """Tell whether the user is being erased, which nobody can take back by enabling them."""
    return user.erase_after is not None and user.erase_after <= now


def appoint(visit: Visit, email: str, *, admin: bool) -> str:
    """Make the user of a verified address an administrator, or an ordinary user again; give the user's id.

    For the operator's command alone: no route leads here. Raises `UserNotFound`.
    """
    found = repository.find_address(repository.address_key(normalise(email)))
    if found is None or not found.verified:
        raise UserNotFound
    owner = repository.owner_of(found.user_id)
    in_one_write(visit, owner, lambda ctx: _appoint(ctx, admin=admin))
    return found.user_id


def _appoint(ctx: Context, *, admin: bool) -> None:
    ctx.commit.open()
    user = repository.get_user(ctx.owner.id)
    if user.state != "active":
        raise UserNotFound
    if user.admin == admin:
        return
    changed = replace(user, admin=admin, version=user.version + 1)
    repository.save_user(ctx.commit, changed)
    ctx.commit.record(
        Change(
            kind="user",
            id=user.id,
            version=changed.version,
            fields={"state": changed.state, "admin": admin},
        )
    )
    audit.enter(ctx, "admin-granted" if admin else "admin-revoked", subject=user.id)


def _out(user: User) -> AdminUserOut:
    return AdminUserOut(
        id=user.id,
        state=user.state,
        admin=user.admin,
        created_at=rfc3339(user.created_at),
        signed_out_at=rfc3339(user.signed_out_at) if user.signed_out_at else None,
        erase_after=rfc3339(user.erase_after) if user.erase_after else None,
        version=user.version,
    )
