"""What people do about their erasure: ask for it, take it back in time, and read the receipt."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context, Visit
from chalicelib.users import repository
from chalicelib.users.errors import LastOwner, ReceiptNotFound
from chalicelib.users.events import ErasureCancelled, ErasureRequested
from chalicelib.users.model.erasure import GRACE
from chalicelib.users.model.users import User
from chalicelib.users.repository import due as dues
from chalicelib.users.repository import erasure as rows
from chalicelib.users.schemas.erasure import ErasureOut, ReceiptOut
from chalicelib.users.service import audit


def request_erasure(ctx: Context) -> ErasureOut:
    """Let the caller be erased in seven days; again is no error and changes nothing.

    Refuses the last owner of a household. Tells `ErasureRequested`. Sessions stay: nothing is erased yet, and
    every device of theirs must be able to say so and to take it back.
    """
    user = repository.get_user(ctx.owner.id)
    if user.erase_after is None:
        household = rows.last_owner_of(user.id)
        if household is not None:
            raise LastOwner(f"household {household}")
        user = _marked(ctx, user, ctx.now + GRACE)
        due = rfc3339(ctx.now + GRACE)
        ctx.commit.tell(ErasureRequested(user_id=user.id, due=due), subject=user.id)
        dues.save_due(ctx.commit, "erase", user.id, ctx.now + GRACE)
        audit.enter(ctx, "erasure-requested", subject=user.id)
    return _out(user)


def restore(ctx: Context) -> ErasureOut:
    """Take an erasure back that has not begun; without one nothing happens. Tells `ErasureCancelled`."""
    user = repository.get_user(ctx.owner.id)
    if user.erase_after is not None:
        dues.remove_due(ctx.commit, dues.due_key("erase", user.id, user.erase_after))
        user = _marked(ctx, user, None)
        ctx.commit.tell(ErasureCancelled(user_id=user.id), subject=user.id)
        audit.enter(ctx, "erasure-cancelled", subject=user.id)
    return _out(user)


def read_erasure(ctx: Context) -> ErasureOut:
    """Say whether the caller is about to be erased."""
    return _out(repository.get_user(ctx.owner.id))


def read_receipt(_visit: Visit, receipt_id: str) -> ReceiptOut:
    """Give the receipt of an erasure, which names nobody; raise `ReceiptNotFound`."""
    erasure = rows.find_erasure(receipt_id)
    if erasure is None:
        raise ReceiptNotFound
    done = erasure.stage == "final"
    return ReceiptOut(
        id=erasure.id,
        state="final" if done else "erasing",
        started_at=rfc3339(erasure.started_at),
        finished_at=rfc3339(erasure.finished_at) if erasure.finished_at else None,
        receipt=erasure.receipt if done else None,
    )


def _marked(ctx: Context, user: User, erase_after: datetime | None) -> User:
    marked = replace(user, erase_after=erase_after, version=user.version + 1)
    repository.save_user(ctx.commit, marked)
    ctx.commit.record(
        Change(
            kind="user",
            id=user.id,
            version=marked.version,
            fields={"state": marked.state},
            after={"erase_after": rfc3339(erase_after) if erase_after else None},
        )
    )
    return marked


def _out(user: User) -> ErasureOut:
    return ErasureOut(
        state="none" if user.erase_after is None else "requested",
        erase_after=rfc3339(user.erase_after) if user.erase_after else None,
    )
