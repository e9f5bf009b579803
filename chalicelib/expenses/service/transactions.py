"""Transactions entered, read and changed by their owner."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.expenses.errors import (
    BadOriginal,
    HasRefunds,
    IdTaken,
    TransactionNotFound,
    WrongCurrency,
)
from chalicelib.expenses.model.accounts import accept
from chalicelib.expenses.model.listing import Listing
from chalicelib.expenses.model.memory import traits
from chalicelib.expenses.model.payee import merchant_key
from chalicelib.expenses.model.payee_book import named
from chalicelib.expenses.model.query import DayBounds
from chalicelib.expenses.model.tags import distinct
from chalicelib.expenses.model.transactions import (
    Filing,
    Source,
    Transaction,
    check_day,
    check_links,
    check_lock,
    next_version,
    said_by,
    with_amount,
)
from chalicelib.expenses.repository.lookup import Found, look_up, made_of
from chalicelib.expenses.repository.memory import needed
from chalicelib.expenses.repository.table import payee_id
from chalicelib.expenses.repository.transactions import Filter, Transactions
from chalicelib.expenses.schemas.common import given, money_of
from chalicelib.expenses.schemas.transactions import (
    CreateTransaction,
    PatchTransaction,
    TransactionQuery,
)
from chalicelib.expenses.service import ledger
from chalicelib.expenses.service.amounts import booked
from chalicelib.expenses.service.categorising import Choice, learn, tally
from chalicelib.expenses.service.filing import filer_of
from chalicelib.expenses.service.paging import listed, start_of
from chalicelib.expenses.service.parts import accounts_in, categories_in, made_parts
from chalicelib.expenses.service.rights import require_account, require_transaction, sees, sees_any
from chalicelib.expenses.service.searching import EVERYTHING, search_of
from chalicelib.expenses.service.transfers import check_edit, legs_edited, legs_of
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.paging import Page


def record_transaction(
    ctx: Context, body: CreateTransaction, *, source: Source = "manual"
) -> Transaction:
    """Record a transaction; the same id and body again is the same transaction.

    Refuses accounts and categories that are absent or archived, another currency than the account's, and
    a day too far ahead. Tells `TransactionRecorded`. Without a category one is looked for; with one,
    the payee is remembered under it.
    """
    require_account(ctx, body.account_id, "editor")
    check_day(body.booked_on, ctx.now.date())
    seen = traits(body.payee, body.notes, body.account_id)
    payee = payee_id(ctx.vault, seen.key)
    found = look_up(
        ctx,
        account=[body.account_id, *accounts_in(body.parts)],
        transaction=[body.id] if body.id else [],
        category=[*filter(None, [body.category_id]), *categories_in(body.parts)],
        memory=needed(ctx.vault, [seen]),
        known=[payee],
    )
    made = None
    if body.id is not None:
        made = made_of(ctx, body.model_dump(mode="json", exclude_unset=True))
        if found.repeats("transaction", body.id, made):
            return _repeated(ctx, found.transaction(body.id))
    transaction = replace(_made(ctx, body, found, payee=payee, made=made), source=source)
    if body.category_id is None:
        transaction = filer_of(ctx, found).carried(transaction)
    else:
        transaction = named(transaction, found.known())
    ledger.enter(ctx, transaction)
    learn(ctx, Choice(transaction), found=found)
    tally(ctx, [transaction])
    return transaction


def _made(
    ctx: Context, body: CreateTransaction, found: Found, *, payee: str, made: bytes | None
) -> Transaction:
    """Make the transaction of what a client sent, and check that its account takes it."""
    account = found.account(body.account_id)
    money = booked(
        ctx,
        amount=money_of(body.amount),
        original=money_of(body.original_amount),
        day=body.booked_on,
        into=account.currency,
    )
    accept(account, money.amount)
    whole = Transaction(
        id=body.id or new_id(),
        version=1,
        account_id=body.account_id,
        amount=money.amount,
        original=money.original,
        rate=money.rate,
        booked_on=body.booked_on,
        payee=body.payee,
        payee_id=payee,
        notes=body.notes,
        tags=distinct(body.tags),
        filing=_filed(found, body),
        status=body.status,
        source="manual",
        created_at=ctx.now,
        updated_at=ctx.now,
        made=made,
    )
    return replace(whole, parts=made_parts(ctx, found, body.parts, whole))


def _repeated(ctx: Context, transaction: Transaction) -> Transaction:
    """Give what the client made before, unless it went to an account meanwhile that the caller cannot see."""
    if not sees_any(ctx, transaction.accounts):
        raise IdTaken
    return transaction


def _filed(found: Found, body: CreateTransaction) -> Filing:
    """Take the category that the user gave."""
    if body.category_id is None:
        return Filing(category_id=None, by="none")
    return Filing(category_id=found.category_to_use(body.category_id), by="user")


def read_transaction(ctx: Context, transaction_id: str) -> Transaction:
    """Give a transaction; raises `TransactionNotFound`."""
    transaction = look_up(ctx, transaction=[transaction_id]).transaction(transaction_id)
    require_transaction(ctx, transaction, "viewer")
    return transaction


def list_transactions(ctx: Context, query: TransactionQuery) -> Listing[Transaction]:
    """List transactions, newest day first, from an index that may lag a moment behind a write.

    A filter by account or category or a query can make a page short or even empty before the end.
    """
    search = EVERYTHING if query.q is None else search_of(ctx, query.q, pointer="?q")
    days = search.bounds.within(DayBounds(query.first, query.last))
    wanted = Filter(
        account_id=query.account_id,
        category_id="" if query.category_id == "none" else query.category_id,
        first=days.first,
        last=days.last,
        accounts=None if ctx.accounts is None else frozenset(ctx.accounts),
        test=search.holds,
    )
    question = f"transactions:{query.account_id}:{query.category_id}:{query.first}:{query.last}"
    if query.q is not None:
        question += f":{query.q}"
    start = start_of(ctx, query, question)
    if days.empty:
        return listed(ctx, Page((), None), question)
    return listed(ctx, Transactions(ctx).find(wanted, start=start, limit=query.limit), question)


def amend_transaction(ctx: Context, transaction_id: str, patch: PatchTransaction) -> Transaction:
    """Change a transaction; what the user says about a category is the user's from then on.

    Refuses what `record_transaction` refuses, and a stale or missing `If-Match`. Tells
    `TransactionChanged` when account, category, amount or day change.
    """
    legs = legs_of(patch)
    found = look_up(
        ctx,
        transaction=[transaction_id],
        account=filter(None, (patch.account_id, legs.to_account_id)),
        category=filter(None, (patch.category_id, legs.fee_category_id)),
    )
    before = found.transaction(transaction_id)
    require_transaction(ctx, before, "editor")
    if patch.account_id:
        require_account(ctx, patch.account_id, "editor")
    ctx.expect_version(before.version, required=True)
    after = revised(ctx, found, before, patch)
    if after is before:
        return before
    ledger.correct(ctx, before, after)
    if "category_id" in patch.model_fields_set:
        learn(ctx, Choice(after, before))
    return after


def revised(
    ctx: Context, found: Found, before: Transaction, patch: PatchTransaction
) -> Transaction:
    """Give a transaction as a patch leaves it, the very same where nothing changes; refuses what may not be."""
    if patch.category_id and patch.category_id != before.filing.category_id:
        into = found.category_to_use(patch.category_id)
        patch = patch.model_copy(update={"category_id": into})
    after = next_version(before, _edited(ctx, found, before, patch), ctx.now)
    if after is not before:
        _check(ctx, found, before, after)
    return after


def _edited(
    ctx: Context, found: Found, before: Transaction, patch: PatchTransaction
) -> Transaction:
    filing = before.filing
    if "category_id" in patch.model_fields_set:
        filing = Filing(category_id=patch.category_id, by="user")
    after = replace(
        before,
        account_id=given(patch, "account_id", before.account_id),
        booked_on=given(patch, "booked_on", before.booked_on),
        payee=given(patch, "payee", before.payee),
        notes=given(patch, "notes", before.notes),
        tags=distinct(given(patch, "tags", before.tags)),
        status=given(patch, "status", before.status),
        filing=filing,
    )
    after = _with_money(ctx, found, after, patch)
    after = said_by(before, legs_edited(before, after, patch), "user")
    if after.payee == before.payee:
        return after
    if before.source == "import":
        # what the bank wrote stays, and stays the key under which the payee is remembered
        return replace(after, bank_payee=before.bank_payee or before.payee)
    return replace(after, payee_id=payee_id(ctx.vault, merchant_key(after.payee, after.notes)))


def _with_money(
    ctx: Context, found: Found, one: Transaction, patch: PatchTransaction
) -> Transaction:
    """Give it the amounts of a patch: an original one alone is converted, as for a new transaction."""
    amount = money_of(patch.amount)
    if "original_amount" not in patch.model_fields_set:
        # the user's own number: it was not made by the rate any more
        return one if amount is None else with_amount(replace(one, rate=None), amount)
    original = money_of(patch.original_amount)
    if original is None:
        return with_amount(replace(one, original=None, rate=None), amount or one.amount)
    if one.transfer is not None:
        raise BadOriginal("a transfer has an amount on either side")
    into = found.account(patch.account_id).currency if patch.account_id else one.amount.currency
    money = booked(ctx, amount=amount, original=original, day=one.booked_on, into=into)
    return with_amount(replace(one, original=money.original, rate=money.rate), money.amount)


def _check(ctx: Context, found: Found, before: Transaction, after: Transaction) -> None:
    check_lock(before, after)
    check_links(before, after)
    check_edit(ctx, found, before, after)
    if after.booked_on != before.booked_on:
        check_day(after.booked_on, ctx.now.date())
    if after.account_id != before.account_id:
        accept(found.account(after.account_id), after.amount)
    elif after.amount.currency != before.amount.currency:
        raise WrongCurrency("/amount/currency", before.amount.currency)
    if after.filing.category_id not in {None, before.filing.category_id}:
        found.require_category(str(after.filing.category_id))


def remove_transaction(ctx: Context, transaction_id: str) -> None:
    """Delete a transaction; again is no error. Its id stays taken, so no import brings it back.

    Refuses a stale or missing `If-Match`, and a purchase that something came back for (`HasRefunds`); a
    refund that goes leaves its purchases whole. Tells `TransactionRemoved`.
    """
    found = look_up(ctx, transaction=[transaction_id])
    if found.is_gone("transaction", transaction_id):
        if not sees(ctx, found.account_once(transaction_id)):
            raise TransactionNotFound
        return
    transaction = found.transaction(transaction_id)
    require_transaction(ctx, transaction, "editor")
    ctx.expect_version(transaction.version, required=True)
    check_lock(transaction, None)
    if transaction.refunded:
        raise HasRefunds
    ledger.strike(ctx, transaction)
