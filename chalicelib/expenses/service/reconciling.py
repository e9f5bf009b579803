"""Comparing an account with a statement, and locking what both have, in steps that are done exactly once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from chalicelib.expenses.errors import LimitReached, WrongCurrency
from chalicelib.expenses.errors.reconciliations import (
    DifferenceLeft,
    NewerReconciliation,
    ReconciliationFinished,
    ReconciliationUnderWay,
)
from chalicelib.expenses.errors.runs import RunNotFound
from chalicelib.expenses.model.accounts import Account, accept
from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.reconciliations import (
    MAX_RECONCILIATIONS,
    Comparison,
    Reconciliation,
    advanced,
    compare,
    on_statement,
)
from chalicelib.expenses.model.transactions import Filing, Transaction
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.lookup import look_up, made_of
from chalicelib.expenses.repository.movements import read_days
from chalicelib.expenses.repository.reconciliations import Reconciliations
from chalicelib.expenses.repository.table import payee_id
from chalicelib.expenses.schemas.reconciliations import FinishReconciliation, OpenReconciliation
from chalicelib.expenses.service import ledger, runs
from chalicelib.expenses.service.accounts import read_account
from chalicelib.expenses.service.paging import cut, listed, start_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.ids import derived_id, new_id
from chalicelib.kernel.money import Money
from chalicelib.kernel.wire import MoneyWire, PageQuery

ADJUSTMENTS: Final = default_id("adjustments")
_AHEAD: Final = timedelta(days=1)
"""Somewhere on earth it is tomorrow already; no statement is of a later day."""


def open_reconciliation(ctx: Context, account_id: str, body: OpenReconciliation) -> Comparison:
    """Begin to compare an account with a statement; the same id and body again is the same reconciliation.

    Refuses another currency, a day that an earlier statement covers or that has not come, a transaction to
    leave out that is absent or not on the statement, and a second one beside one that is not finished.
    """
    account = read_account(ctx, account_id)
    made = None
    if body.id is not None:
        made = made_of(ctx, body.model_dump(mode="json", exclude_unset=True))
        again = Reconciliations(ctx).repeated(account_id, body.id, made)
        if again is not None:
            return _compared(ctx, account, again)
    previous = _newest(ctx, account)
    if previous is not None and previous.state != "finished":
        raise ReconciliationUnderWay
    if Reconciliations(ctx).count(account_id) >= MAX_RECONCILIATIONS:
        raise LimitReached
    _check_days(ctx, body, previous)
    one = Reconciliation(
        id=body.id or new_id(),
        version=1,
        account_id=account_id,
        day=body.day,
        closing_minor=_minor(body.closing_balance, account, "/closing_balance"),
        state="open",
        first=body.first or (previous.day + timedelta(days=1) if previous else None),
        opening_minor=_minor(body.opening_balance, account, "/opening_balance")
        if body.opening_balance
        else None,
        left_out=tuple(dict.fromkeys(body.left_out)),
        previous_id=previous.id if previous else None,
        created_at=ctx.now,
        updated_at=ctx.now,
        made=made,
    )
    found = _compared(ctx, account, one, strict=True)
    Reconciliations(ctx).save(one, None)
    _note(ctx, account, newest=one.id, day=account.reconciled_on)
    return found


def _check_days(ctx: Context, body: OpenReconciliation, previous: Reconciliation | None) -> None:
    if body.day > ctx.now.date() + _AHEAD:
        raise Invalid(errors=(FieldProblem("/day", "the day has not come yet"),))
    if previous is not None and body.day <= previous.day:
        covered = f"later than the last statement, of {previous.day.isoformat()}"
        raise Invalid(errors=(FieldProblem("/day", covered),))
    if body.first is not None and body.first > body.day:
        raise Invalid(errors=(FieldProblem("/from", "not after the last day"),))


def _minor(balance: MoneyWire, account: Account, pointer: str) -> int:
    if balance.currency != account.currency:
        raise WrongCurrency(f"{pointer}/currency", account.currency)
    return balance.to_money().amount_minor


def read_reconciliation(ctx: Context, account_id: str, identity: str) -> Comparison:
    """Give a reconciliation and how it stands; raises `ReconciliationNotFound`."""
    account = read_account(ctx, account_id)
    return _compared(ctx, account, Reconciliations(ctx).get(account_id, identity))


def list_reconciliations(ctx: Context, account_id: str, query: PageQuery) -> Listing[Comparison]:
    """List an account's reconciliations with how they stand, the newest day first."""
    account = read_account(ctx, account_id)
    question = f"reconciliations:{account_id}"
    start = start_of(ctx, query, question)
    known = Reconciliations(ctx).find(account_id)
    page = cut(known, [one.id for one in known], start, query.limit)
    if not page.items:
        return Listing((), None)
    days = read_days(ctx.owner, account_id, until=page.items[0].day)
    named = {
        each for one in page.items if one.state in {"open", "locking"} for each in one.left_out
    }
    apart = live(ctx, sorted(named))
    found = tuple(compare(account, one, days, apart) for one in page.items)
    listing = listed(ctx, page, question)
    return Listing(found, listing.next_cursor)


def finish(ctx: Context, account_id: str, identity: str, body: FinishReconciliation) -> Comparison:
    """Lock what the statement and the books both have, in a run; raises `DifferenceLeft`.

    With `adjust` what is left becomes a transaction of its own, locked at once. Refuses what is not open.
    """
    account = read_account(ctx, account_id)
    before = _changeable(ctx, account, identity)
    if before.state != "open":
        raise ReconciliationFinished
    found = _compared(ctx, account, before)
    adjustments = before.adjustments
    if found.difference_minor:
        if not body.adjust:
            raise DifferenceLeft
        adjustments = (*adjustments, _adjust(ctx, account, found))
    run = runs.start(ctx, "reconcile", _spec(before), total=found.unreconciled)
    after = advanced(before, "locking", at=ctx.now, run_id=run.id)
    after = replace(after, adjustments=adjustments)
    Reconciliations(ctx).save(after, before)
    return replace(
        found,
        reconciliation=after,
        booked_minor=found.booked_minor + found.difference_minor,
    )


def _adjust(ctx: Context, account: Account, found: Comparison) -> str:
    """Book what nobody can explain, under an id that is the same when it is tried again."""
    one = found.reconciliation
    amount = Money(found.difference_minor, account.currency)
    accept(account, amount)
    mark = ctx.vault.fingerprint("adjustment", one.id, str(one.version))
    transaction = Transaction(
        id=derived_id(mark),
        version=1,
        account_id=account.id,
        amount=amount,
        booked_on=one.day,
        payee="",
        payee_id=payee_id(ctx.vault, ""),
        notes="",
        filing=Filing(category_id=ADJUSTMENTS, by="user"),
        source="reconciliation",
        status="reconciled",
        reconciled_in=one.id,
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    ledger.enter(ctx, transaction)
    return transaction.id


def undo(ctx: Context, account_id: str, identity: str) -> Comparison:
    """Unlock what the newest reconciliation locked, in a run, and take it away; its adjustments go too.

    One that never locked anything is gone at once. Refuses one that another stands on, and one whose
    transactions are being locked, unless that stands still.
    """
    account = read_account(ctx, account_id)
    before = _changeable(ctx, account, identity)
    found = _compared(ctx, account, before)
    if before.state in {"locking", "unlocking"} and not _stands_still(ctx, before):
        raise ReconciliationUnderWay
    if before.state == "open" and not before.locked and not before.adjustments:
        forget(ctx, account, before)
        return replace(found, reconciliation=advanced(before, "undone", at=ctx.now))
    run = runs.start(ctx, "unlock", _spec(before), total=before.locked)
    after = advanced(before, "unlocking", at=ctx.now, run_id=run.id)
    Reconciliations(ctx).save(after, before)
    return replace(found, reconciliation=after)


def _stands_still(ctx: Context, one: Reconciliation) -> bool:
    """Tell whether the work on a reconciliation was given up: nobody is to be shut out for ever."""
    try:
        run = runs.read(ctx, one.run_id or "", {"reconcile", "unlock"})
    except RunNotFound:
        return True
    return run.state_at(ctx.now) == "failed"


def forget(ctx: Context, account: Account, one: Reconciliation) -> None:
    """Take a reconciliation away that locks nothing any more; the one before it is the newest again."""
    previous = None
    if one.previous_id is not None:
        previous = Reconciliations(ctx).get(account.id, one.previous_id)
    Reconciliations(ctx).remove(one)
    newest, day = (previous.id, previous.day) if previous else (None, None)
    _note(ctx, account, newest=newest, day=day)


def _changeable(ctx: Context, account: Account, identity: str) -> Reconciliation:
    """Give the newest reconciliation of the version that the caller means."""
    one = Reconciliations(ctx).get(account.id, identity)
    if account.reconciliation_id != one.id:
        raise NewerReconciliation
    ctx.expect_version(one.version, required=True)
    return one


def _newest(ctx: Context, account: Account) -> Reconciliation | None:
    if account.reconciliation_id is None:
        return None
    return Reconciliations(ctx).get(account.id, account.reconciliation_id)


def _note(ctx: Context, account: Account, *, newest: str | None, day: date | None) -> None:
    """Note on the account which reconciliation is the newest, and what day the last finished one is of."""
    after = replace(
        account,
        reconciliation_id=newest,
        reconciled_on=day,
        version=account.version + 1,
        updated_at=ctx.now,
    )
    Accounts(ctx).replace(account, after)


def _compared(
    ctx: Context, account: Account, one: Reconciliation, *, strict: bool = False
) -> Comparison:
    """Compare with the books as they are; `strict` refuses what is left out without being on the statement."""
    apart = [] if one.state in {"finished", "unlocking"} else live(ctx, one.left_out, strict=strict)
    if strict:
        wrong = tuple(
            FieldProblem(f"/left_out/{place}", "not a posted transaction of this statement")
            for place, each in enumerate(apart)
            if on_statement(account.id, each, one.day) is None
        )
        if wrong:
            raise Invalid(errors=wrong)
    return compare(account, one, read_days(ctx.owner, account.id, until=one.day), apart)


def live(ctx: Context, identities: Sequence[str], *, strict: bool = False) -> list[Transaction]:
    """Give transactions by id; those that are gone are left out, or refused (`TransactionNotFound`)."""
    found = look_up(ctx, transaction=identities)
    return [
        found.transaction(one) for one in identities if strict or found.is_live("transaction", one)
    ]


def _spec(one: Reconciliation) -> dict[str, object]:
    return {"account_id": one.account_id, "id": one.id}


def of_run(ctx: Context, spec: str) -> tuple[Account, Reconciliation]:
    """Give the account and the reconciliation that a run works for."""
    named: dict[str, str] = json.loads(spec)
    account = look_up(ctx, account=[named["account_id"]]).account(named["account_id"])
    return account, Reconciliations(ctx).get(account.id, named["id"])
