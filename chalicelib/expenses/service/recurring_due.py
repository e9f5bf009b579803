"""Booking what is due by the schedule: each occurrence exactly once, however often and late the schedule runs.

A template's occurrences, its place in time and its next turn change in one transaction, so a crash repeats a
step or none, and two runs at once lose a race. An occurrence's id is derived from its day: one that is there, or
was deleted, is passed over. After an outage all that was missed is booked, a bounded number a transaction and a
run; the rest stays due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from chalicelib.expenses.model.accounts import accept
from chalicelib.expenses.model.legs import BETWEEN_OWN
from chalicelib.expenses.model.memory import traits
from chalicelib.expenses.model.recurring import Recurring, passed
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.expenses.repository.due import Due, find_due
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.memory import needed
from chalicelib.expenses.repository.recurring import Recurrings, recurring_of
from chalicelib.expenses.repository.table import RECURRING, TABLE, key, payee_id
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.filing import filer_of
from chalicelib.kernel.context import Context, Visit, system_context
from chalicelib.kernel.errors import Refusal, Unavailable
from chalicelib.kernel.log import logger
from chalicelib.kernel.money import Money
from chalicelib.kernel.races import until_won
from chalicelib.kernel.transaction import LostRace
from chalicelib.security import api as security

MOST_DUE: Final = 50
"""Templates of one shard in one run of the schedule."""
MOST_AT_ONCE: Final = 12
"""Occurrences in one transaction: with a movement each on two accounts and their tags they must fit."""
_ROOM: Final = 20
"""Items that rules may add to them."""
MOST_PASSED: Final = 200
"""Days that one transaction passes over, those that are left out included."""
MOST_STEPS: Final = 8
"""Transactions for one template in one run."""
_SAID: Final = ("account_id", "payee", "notes", "tags")


def run_due(visit: Visit) -> int:
    """Make what is due, up to bounds; give the number of occurrences. What is left stays due."""
    return sum(_run(visit, one) for one in find_due(visit.now, most=MOST_DUE))


def _run(visit: Visit, due: Due) -> int:
    made = 0
    turn: Due | None = due
    try:
        for _ in range(MOST_STEPS):
            if turn is None:
                break
            count, turn = until_won(lambda at=turn: _step(_context(visit, at), at))  # type: ignore[misc] # mypy cannot infer a lambda's default
            made += count
    except (LostRace, Unavailable):
        logger().warning("a recurring transaction waits for the next run", extra={"id": due.id})
    except security.OwnerKeyAbsent:
        # an erasure is on its way and takes the template along; the others' turn has come all the same
        logger().warning("a recurring transaction has no key any more", extra={"id": due.id})
    except Refusal as refusal:
        reason = refusal.slug
        logger().info("a recurring transaction stops", extra={"id": due.id, "reason": reason})
        until_won(lambda: _stop(_context(visit, due), due, reason))
    return made


def _context(visit: Visit, due: Due) -> Context:
    return system_context(
        due.owner, TABLE, vaults=security.vault, request_id=visit.request_id, at=visit.now
    )


def _opened(ctx: Context, due: Due) -> Recurring | None:
    """Give the template whose turn it is, or forget a turn that is no more."""
    ctx.commit.open()
    found = look_up(ctx, recurring=[due.id])
    if not found.is_live("recurring", due.id):
        ctx.commit.delete(due.key)
        return None
    one = recurring_of(found.live("recurring", due.id), ctx.vault)
    if Recurrings(ctx).turn_of(one) == due.key:
        return one
    # the template has to be as it was read: else this could be its new turn
    ctx.commit.check(key(due.owner, RECURRING, due.id), expect=one.version, refusal=LostRace())
    ctx.commit.delete(due.key)
    return None


def _step(ctx: Context, due: Due) -> tuple[int, Due | None]:
    """Make some occurrences of a template; give how many, and its turn where that has come again."""
    before = _opened(ctx, due)
    if before is None:
        ctx.commit.write()
        return 0, None
    after, occurrences = _walked(before, ctx.now)
    made = _made(ctx, before, occurrences)
    after = replace(after, version=before.version + 1, updated_at=ctx.now)
    Recurrings(ctx).save(after, before)
    ctx.commit.write()
    turn, at = Recurrings(ctx).turn_of(after), after.due_at()
    still = turn is not None and at is not None and at <= ctx.now
    return made, Due(turn, due.owner, due.id) if turn and still else None


def _stop(ctx: Context, due: Due, reason: str) -> None:
    before = _opened(ctx, due)
    if before is not None:
        after = replace(before, stopped=reason, version=before.version + 1, updated_at=ctx.now)
        Recurrings(ctx).save(after, before)
    ctx.commit.write()


def _walked(one: Recurring, now: datetime) -> tuple[Recurring, list[tuple[date, date]]]:
    """Walk over the days that are due, and give those that are booked with their booking days."""
    occurrences: list[tuple[date, date]] = []
    for _ in range(MOST_PASSED):
        at, day = one.due_at(), one.next_on
        if at is None or day is None or at > now or len(occurrences) == MOST_AT_ONCE:
            break
        booked_on = one.booked_on(day)
        if booked_on is not None:
            occurrences.append((day, booked_on))
        one = passed(one)
    return one, occurrences


def _made(ctx: Context, one: Recurring, occurrences: list[tuple[date, date]]) -> int:
    """Enter the occurrences that were not entered before."""
    template = one.template
    seen = traits(template.payee, template.notes, template.account_id)
    payee = payee_id(ctx.vault, seen.key)
    found = look_up(
        ctx,
        account=template.accounts,
        transaction=[one.transaction_id(day) for day, _ in occurrences],
        category=[template.category_id] if template.category_id else [],
        memory=needed(ctx.vault, [seen]),
        known=[payee],
    )
    new = [
        (day, on)
        for day, on in occurrences
        if found.raw("transaction", one.transaction_id(day)) is None
    ]
    if new:
        for account_id in template.accounts:
            accept(found.account(account_id), template.amount)
        finish = _finishing(ctx, one, found)
        together = ledger.Together() if len(new) > 1 else None
        for day, booked_on in new:
            made = finish(_transaction(ctx, one, day, booked_on, payee=payee))
            ledger.enter(ctx, made, together)
        if together:
            together.tell(ctx, one.id)
    return len(new)


def _finishing(ctx: Context, one: Recurring, found: Found) -> Callable[[Transaction], Transaction]:
    """Give what files an occurrence: the user's category while it is there, else rules and the categoriser."""
    template = one.template
    if template.to_account_id is not None:
        return lambda made: replace(made, filing=BETWEEN_OWN)
    if template.category_id is not None and found.takes_category(template.category_id):
        chosen = Filing(category_id=template.category_id, by="user")
        return lambda made: replace(made, filing=chosen)
    return filer_of(ctx, found, room=_ROOM).carried


def _transaction(
    ctx: Context, one: Recurring, day: date, booked_on: date, *, payee: str
) -> Transaction:
    template, amount = one.template, one.amount_on(day)
    transfer = None
    if template.to_account_id is not None:
        received = Money(-amount.amount_minor, amount.currency)
        transfer = Transfer(to_account_id=template.to_account_id, received=received)
    made = Transaction(
        id=one.transaction_id(day),
        version=1,
        account_id=template.account_id,
        amount=amount,
        booked_on=booked_on,
        payee=template.payee,
        payee_id=payee,
        notes=one.notes_on(day),
        tags=template.tags,
        filing=Filing(category_id=None, by="none"),
        status="planned" if one.mode == "draft" else "posted",
        source="recurring",
        transfer=transfer,
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    # what the template says, the user said: no rule makes something else of it
    said = [name for name in _SAID if getattr(made, name)]
    return replace(made, set_by=dict.fromkeys(said, "user"))
