"""Taking accounts of a household along after the end of a membership: a job that the ledger does."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.kernel.changes import Change
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.wire import Progress
from chalicelib.users.commands import SplitAdvanced
from chalicelib.users.errors import AlreadyMember, HouseholdNotFound, NotYours, TooManySplits
from chalicelib.users.events import SplitRequested
from chalicelib.users.model.households import (
    MOST_SPLITS,
    FormerMember,
    Split,
    TakenAccount,
    advanced,
    may_take,
)
from chalicelib.users.repository import households, memberships
from chalicelib.users.schemas.households import SplitOut, Take, TakenAccountOut
from chalicelib.users.service import audit


def request_split(ctx: Context, household_id: str, body: Take) -> SplitOut:
    """Take accounts along within 30 days of the end of one's membership; tells `SplitRequested`.

    Refuses `HouseholdNotFound` for who was no member lately, `AlreadyMember` for who is one again,
    `NotYours` and `TooManySplits`.
    """
    if memberships.find_membership(ctx.owner.id, household_id) is not None:
        raise AlreadyMember
    gone = memberships.find_former(ctx.owner.id, household_id)
    if gone is None or gone.how == "deleted":
        raise HouseholdNotFound
    return begin_split(ctx, gone, body)


def begin_split(ctx: Context, gone: FormerMember, body: Take) -> SplitOut:
    """Begin the job in the unit of the former member; what is theirs on an account the ledger knows."""
    if not all(may_take(gone, account_id) for account_id in body.accounts):
        raise NotYours
    if gone.splits >= MOST_SPLITS:
        raise TooManySplits
    split = Split(
        id=new_id(),
        household_id=gone.household_id,
        mode=body.mode,
        accounts=tuple(dict.fromkeys(body.accounts)),
        state="waiting",
        done=0,
        total=0,
        step=0,
        taken=(),
        created_at=ctx.now,
        version=1,
    )
    memberships.save_former(
        ctx.commit, replace(gone, splits=gone.splits + 1, version=gone.version + 1)
    )
    households.save_split(ctx.commit, ctx.owner.id, split)
    # in the log, so that two requests at once do not both count as the last one allowed
    ctx.commit.record(Change(kind="split", id=split.id, version=1, fields={"state": split.state}))
    ctx.commit.tell(
        SplitRequested(
            household_id=split.household_id,
            user_id=ctx.owner.id,
            split_id=split.id,
            mode=split.mode,
            accounts=split.accounts,
        ),
        subject=split.id,
    )
    audit.enter(ctx, "household-split", subject=split.household_id, after={"mode": split.mode})
    return _out(split)


def read_split(ctx: Context, split_id: str) -> SplitOut:
    """Give a job of the caller's as it stands; raises `SplitNotFound`."""
    return _out(households.get_split(ctx.owner.id, split_id))


def advance_split(ctx: Context, order: SplitAdvanced) -> None:
    """Note how far the ledger is; older news than what is known changes nothing."""
    before = households.get_split(ctx.owner.id, order.split_id)
    taken = order.taken
    after = advanced(
        before,
        step=order.step,
        done=order.done,
        total=order.total,
        taken=None
        if taken is None
        else tuple(
            TakenAccount(
                account_id=one.account_id,
                new_account_id=one.new_account_id,
                transactions=one.transactions,
                problem=one.problem,
            )
            for one in taken
        ),
    )
    if after is not before:
        households.save_split(ctx.commit, ctx.owner.id, after)


def _out(split: Split) -> SplitOut:
    result = [
        TakenAccountOut(
            account_id=one.account_id,
            new_account_id=one.new_account_id,
            transactions=one.transactions,
            problem=one.problem,
        )
        for one in split.taken
    ]
    return SplitOut(
        id=split.id,
        household_id=split.household_id,
        mode=split.mode,
        accounts=list(split.accounts),
        state=split.state,
        progress=Progress(done=split.done, total=split.total),
        result=result if split.state == "done" else None,
        created_at=rfc3339(split.created_at),
        version=split.version,
    )
