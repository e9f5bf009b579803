"""Carrying an erasure out, from the day it is due to its receipt.

Everything here runs in units of the erasure's own id, so nothing that is written belongs to the user. Each
step can come again: what it does a second time is nothing. A household that was deleted goes the same way,
but for its beginning (service/households.py) and the mail.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.kernel import parts
from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context, Visit
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.log import logger
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.races import until_won
from chalicelib.kernel.transaction import LostRace
from chalicelib.security.api import OwnerKeyAbsent
from chalicelib.security.api import erasure as security_erasure
from chalicelib.users import repository
from chalicelib.users.commands import ContinueErasure, PartErased, ReceiptMailed
from chalicelib.users.errors import LastOwner, MemberNotFound, ReceiptNotFound
from chalicelib.users.events import ErasureReceiptReady, ErasureStarted
from chalicelib.users.model import erasure as model
from chalicelib.users.model.erasure import ErasedPart, Erasure
from chalicelib.users.model.users import User
from chalicelib.users.repository import due as dues
from chalicelib.users.repository import erasure as rows
from chalicelib.users.repository import memberships
from chalicelib.users.repository.due import Due
from chalicelib.users.service import data_export
from chalicelib.users.service.data_rights import LAST, OWN
from chalicelib.users.service.households import beside
from chalicelib.users.service.households_members import end_membership
from chalicelib.users.service.unit import write

_MOST_DUE: Final = 50
"""Of one shard in one run of the schedule."""
_MOST_STEPS: Final = 40
"""Pages of what is left at the end: the user's item and what was written while it waited."""


def run_due(visit: Visit) -> int:
    """Do what is due: begin erasures, begin their second rounds, and go on where a mail never came back."""
    done = 0
    for one in dues.find_due(visit.now, most=_MOST_DUE):
        try:
            until_won(lambda one=one: _run(visit, one))  # type: ignore[misc] # mypy cannot infer a lambda's default
        except OwnerKeyAbsent:
            # whatever made this one's key vanish, the others' turn has come all the same
            logger().exception(
                "a user's erasure cannot begin: their key is gone", extra={"id": one.id}
            )
        done += 1
    return done


def _run(visit: Visit, one: Due) -> None:
    if one.what == "erase":
        _begin(visit, one)
        return
    act = {"settle": _settle, "mail": _give_up_mailing, "expire": _expire}[one.what]
    write(visit, repository.owner_of(one.id.partition(".")[0]), lambda ctx: act(ctx, one))


def _expire(ctx: Context, one: Due) -> None:
    user_id, _, job_id = one.id.partition(".")
    data_export.expire(user_id, job_id)
    dues.remove_due(ctx.commit, one.key)


# --- the beginning


def _begin(visit: Visit, one: Due) -> None:
    """Let the user in no more, in the transaction that the erasure begins with; there is no way back."""
    owner = repository.owner_of(one.id)
    user = repository.find_user(one.id)
    if user is None or user.erase_after is None or user.erase_after > visit.now:
        write(visit, owner, lambda ctx: dues.remove_due(ctx.commit, one.key))
        return
    try:
        _leave_households(visit, owner)
    except LastOwner:
        _postpone(visit, one, user)
        return
    erasure = model.begun(
        new_id(), owner, requested_at=user.erase_after - model.GRACE, now=visit.now
    )
    closed = replace(user, state="disabled", version=user.version + 1)

    def begin(ctx: Context) -> None:
        theirs = ctx.commit.beside(owner)
        if memberships.find_memberships(owner.id):
            raise LostRace  # they joined one since; after this read the log's head lets nobody in
        repository.save_user(ctx.commit, closed)
        fields = {"state": closed.state}
        theirs.record(Change(kind="user", id=closed.id, version=closed.version, fields=fields))
        rows.save_erasure(ctx.commit, erasure)
        dues.remove_due(ctx.commit, one.key)
        ctx.commit.order(ContinueErasure(stage="close"), subject=erasure.id)

    write(visit, repository.owner_of(erasure.id), begin)


def _leave_households(visit: Visit, owner: Owner) -> None:
    """End every membership, each in a write of its own; raise `LastOwner`, with those before it ended."""
    for one in memberships.find_memberships(owner.id):
        household_id = one.household_id
        write(visit, owner, lambda ctx, at=household_id: _leave(ctx, at))  # type: ignore[misc] # see run_due


def _leave(ctx: Context, household_id: str) -> None:
    ctx.commit.open()
    beside(ctx, household_id)
    try:
        member = memberships.get_member(household_id, ctx.owner.id)
    except MemberNotFound:
        return  # an owner was quicker
    end_membership(ctx, member, removed=False)


def _postpone(visit: Visit, one: Due, user: User) -> None:
    logger().warning("an erasure waits for a household to be handed over")
    later = visit.now + model.POSTPONED
    postponed = replace(user, erase_after=later, version=user.version + 1)

    def postpone(ctx: Context) -> None:
        repository.save_user(ctx.commit, postponed)
        dues.remove_due(ctx.commit, one.key)
        dues.save_due(ctx.commit, "erase", user.id, later)

    write(visit, repository.owner_of(user.id), postpone)


def continue_erasure(ctx: Context, order: ContinueErasure) -> None:
    """Do the next step of the users service itself."""
    erasure = rows.find_erasure(ctx.owner.id)
    if erasure is None:
        raise ReceiptNotFound
    {"close": _close, "own": _erase_own, "finish": _finish}[order.stage](ctx, erasure, order)


def _close(ctx: Context, erasure: Erasure, _order: ContinueErasure) -> None:
    """Close the key, then let every service erase its part."""
    if erasure.stage != "closing":
        return
    security_erasure.close_key(_erased(erasure), now=ctx.now)
    _ask(ctx, model.moved(erasure, "erasing"), again=ctx.now + model.SETTLING)


def _erased(erasure: Erasure) -> Owner:
    """Give whose data goes; a final erasure has nobody left, and nothing to do."""
    if erasure.owner is None:
        raise ReceiptNotFound
    return erasure.owner


def _ask(ctx: Context, erasure: Erasure, *, again: datetime) -> None:
    rows.save_erasure(ctx.commit, erasure)
    started = ErasureStarted(owner=str(_erased(erasure)), round=erasure.round)
    ctx.commit.tell(started, subject=erasure.id)
    dues.save_due(ctx.commit, "settle", erasure.id, again)


# --- the two rounds


def part_erased(ctx: Context, order: PartErased) -> None:
    """Note that a service has nothing left; after the second round users goes on with its own."""
    erasure = rows.find_erasure(ctx.owner.id)
    if erasure is None:
        raise ReceiptNotFound
    part = ErasedPart(
        rows=order.rows, objects=order.objects, number=order.root.number, root=order.root.hash
    )
    after = model.with_answer(erasure, order.service, part, round=order.round)
    if after is None:
        return
    if after.stage == "settling" and not after.waiting:
        after = replace(after, stage="own")
        ctx.commit.order(ContinueErasure(stage="own"), subject=erasure.id)
    rows.save_erasure(ctx.commit, after)


def _settle(ctx: Context, one: Due) -> None:
    """Begin the second round when the first is over; ask again who has not answered."""
    erasure = rows.find_erasure(one.id)
    dues.remove_due(ctx.commit, one.key)
    if erasure is None or erasure.round == 0:
        return
    again = ctx.now + model.AGAIN
    if erasure.waiting:
        logger().warning("a part of an erasure is late", extra={"parts": sorted(erasure.waiting)})
        _ask(ctx, replace(erasure, version=erasure.version + 1), again=again)
    elif erasure.stage == "erasing":
        _ask(ctx, model.moved(erasure, "settling"), again=again)


# --- the end


def _erase_own(ctx: Context, erasure: Erasure, order: ContinueErasure) -> None:
    """Erase a page of what users and the services below have; then sign the receipt and let it be mailed."""
    if erasure.stage != "own":
        return
    names = tuple(OWN)
    part = OWN[names[order.part]]
    owner = _erased(erasure)
    fresh = order.walk == parts.Walk()
    root = parts.root(part, owner) if fresh else order.root
    walk, gone = parts.erase(part, owner, order.walk)
    if not gone:
        more = replace(order, root=root, walk=walk)
        ctx.commit.order(more, subject=erasure.id)
        return
    done = ErasedPart(rows=walk.rows, objects=walk.objects, number=root.number, root=root.hash)
    after = model.with_part(erasure, names[order.part], done)
    if order.part + 1 < len(names):
        rows.save_erasure(ctx.commit, replace(after, version=after.version + 1))
        ctx.commit.order(ContinueErasure(stage="own", part=order.part + 1), subject=erasure.id)
    else:
        _seal(ctx, after)


def _seal(ctx: Context, erasure: Erasure) -> None:
    latest = ctx.now + model.MAIL_WAIT
    payload = model.receipt_of(erasure, key_destroyed=latest, exact=False)
    receipt = security_erasure.sign_receipt(payload, now=ctx.now)
    rows.save_erasure(ctx.commit, replace(model.moved(erasure, "mailing"), receipt=receipt))
    if not model.has_address(erasure):
        ctx.commit.order(ContinueErasure(stage="finish"), subject=erasure.id)
        return
    ctx.commit.tell(ErasureReceiptReady(erasure_id=erasure.id), subject=erasure.id)
    dues.save_due(ctx.commit, "mail", erasure.id, latest)


def receipt_mailed(ctx: Context, _order: ReceiptMailed) -> None:
    """Let the address go: the receipt is on its way."""
    ctx.commit.order(ContinueErasure(stage="finish"), subject=ctx.owner.id)


def _give_up_mailing(ctx: Context, one: Due) -> None:
    """End an erasure whose receipt could not be mailed in a day; it can still be read by its id."""
    dues.remove_due(ctx.commit, one.key)
    ctx.commit.order(ContinueErasure(stage="finish"), subject=one.id)


def _finish(ctx: Context, erasure: Erasure, _order: ContinueErasure) -> None:
    """Delete what is left of the user, destroy the key, and sign the receipt that says when."""
    if erasure.stage != "mailing":
        return
    owner = _erased(erasure)
    walk, gone = parts.Walk(), False
    for _ in range(_MOST_STEPS):
        walk, gone = parts.erase(LAST, owner, walk)
        if gone:
            break
    else:
        ctx.commit.order(ContinueErasure(stage="finish"), subject=erasure.id)
        return
    security_erasure.destroy_key(owner, now=ctx.now)
    after = model.with_part(erasure, "users", ErasedPart(rows=walk.rows, objects=walk.objects))
    payload = model.receipt_of(after, key_destroyed=ctx.now, exact=True)
    receipt = security_erasure.sign_receipt(payload, now=ctx.now)
    rows.save_erasure(ctx.commit, model.final(after, receipt, ctx.now))
    logger().info("an erasure is final", extra={"at": rfc3339(ctx.now)})
