"""Merging a category into another: what stood under the one stands under the other, everywhere.

The first step closes the category and points from it to the other, so nothing new comes under it; then categories
and rules that name it, and at last all transactions, are changed in the steps of a run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final, TypeAlias

from chalicelib.expenses.errors import CategoryArchived, CategoryMerged, CategoryNotFound
from chalicelib.expenses.model.catalogue import StoredCategory, catalogue
from chalicelib.expenses.model.categories import merge_problems
from chalicelib.expenses.model.rulebook import recategorised
from chalicelib.expenses.model.runs import Run, RunKind, Step
from chalicelib.expenses.model.transactions import Transaction, next_version
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.categories import Categories
from chalicelib.expenses.repository.recurring import Recurrings
from chalicelib.expenses.repository.rules import Rules
from chalicelib.expenses.repository.setup import Setup, read_setup
from chalicelib.expenses.repository.walks import next_live
from chalicelib.expenses.schemas.categories import MergeCategory
from chalicelib.expenses.service import ledger, runs
from chalicelib.expenses.service.categories import row_of
from chalicelib.expenses.service.ledger import Together
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Invalid

_Change: TypeAlias = Callable[[], None]
_KINDS: Final[frozenset[RunKind]] = frozenset({"merge", "undo"})
_WALKED: Final = 500
_CHANGED: Final = 40
"""Transactions that one step changes at most."""
_REWRITTEN: Final = 25
"""Categories, rules and templates that one step changes: a template moves its place among what is due as well."""
_TRANSACTIONS: Final = "transactions:"
_ROOM: Final = 8


def merge_category(ctx: Context, category_id: str, body: MergeCategory) -> Run:
    """Close a category and begin to put everything under another; gives the run that does it.

    Refuses a category that is absent, was merged before, or is to go into an archived one, into one of another
    kind, into itself or into one that stands under it.
    """
    setup = read_setup(ctx.owner, ctx.vault)
    entries = catalogue(setup.categories)
    if category_id not in entries or body.into not in entries:
        raise CategoryNotFound
    source, target = entries[category_id], entries[body.into]
    ctx.expect_version(source.version)
    if source.category.merged_into is not None:
        raise CategoryMerged
    if target.category.archived:
        raise CategoryArchived
    tree = {identity: entry.category for identity, entry in entries.items()}
    problems = merge_problems(source.category, target.category, tree)
    if problems:
        raise Invalid(errors=problems)
    before, base = row_of(ctx, setup, category_id)
    after = replace(
        base,
        archived=True,
        merged_into=body.into,
        version=source.version + 1,
        updated_at=ctx.now,
    )
    Categories(ctx).save(after, before)
    spec = {"from": category_id, "into": body.into}
    return runs.start(ctx, "merge", spec, total=Accounts(ctx).entries(), begun=True)


def read_merge(ctx: Context, run_id: str) -> Run:
    """Give the run of a merge, or of undoing one; raises `RunNotFound`."""
    return runs.read(ctx, run_id, _KINDS)


def undo_merge(ctx: Context, run_id: str) -> Run:
    """Put back all that a merge changed, and open the category again; refuses one that is under way."""
    return runs.undo(ctx, run_id, _KINDS)


def merge_step(ctx: Context, run: Run) -> Step:
    """Change the next of what names the merged category: categories and rules first, then transactions."""
    named: dict[str, str] = json.loads(run.spec)
    source, into = named["from"], named["into"]
    if not run.after.startswith(_TRANSACTIONS):
        changed = _change_setup(ctx, source, into)
        # those that were changed do not name it any more, so a full step is followed by one of its kind
        after = "" if changed == _REWRITTEN else _TRANSACTIONS
        return Step(after=after or "setup", done=0, changed=changed)
    return _change_transactions(ctx, run, source, into)


def _change_setup(ctx: Context, source: str, into: str) -> int:
    """Change categories, rules and templates of what comes again, as many as one step may; count them."""
    setup = read_setup(ctx.owner, ctx.vault)
    changes = [
        *_categories(ctx, setup, source, into),
        *_rules(ctx, setup, source, into),
        *_templates(ctx, source, into),
    ][:_REWRITTEN]
    for change in changes:
        change()
    return len(changes)


def _categories(ctx: Context, setup: Setup, source: str, into: str) -> Iterator[_Change]:
    for before in setup.categories:
        after = _placed(before, source, into)
        if after is not before:
            after = replace(after, version=before.version + 1, updated_at=ctx.now)
            yield partial(Categories(ctx).save, after, before)


def _rules(ctx: Context, setup: Setup, source: str, into: str) -> Iterator[_Change]:
    for before in setup.rules:
        after = recategorised(before, source, into, ctx.now)
        if after is not before:
            yield partial(Rules(ctx).save, after, before)


def _templates(ctx: Context, source: str, into: str) -> Iterator[_Change]:
    for before in Recurrings(ctx).all():
        if before.template.category_id == source:
            template = replace(before.template, category_id=into)
            version = before.version + 1
            after = replace(before, template=template, version=version, updated_at=ctx.now)
            yield partial(Recurrings(ctx).save, after, before)


def _placed(one: StoredCategory, source: str, into: str) -> StoredCategory:
    """Hang a child under the other category, and turn the pointer of what was merged before."""
    if one.parent_id == source:
        return replace(one, parent_id=into)
    return replace(one, merged_into=into) if one.merged_into == source else one


def _change_transactions(ctx: Context, run: Run, source: str, into: str) -> Step:
    found, last = next_live(ctx, after=run.after.removeprefix(_TRANSACTIONS), limit=_WALKED)
    together, done, changed = Together(), 0, 0
    for one in found:
        after = _moved(one, source, into)
        if after is not one:
            if changed == _CHANGED or ctx.commit.room() < _ROOM:
                last = found[done - 1].id
                break
            ledger.correct(ctx, one, next_version(one, after, ctx.now), together)
            changed += 1
        done += 1
    together.tell(ctx, run.id)
    return Step(after=None if last is None else _TRANSACTIONS + last, done=done, changed=changed)


def _moved(one: Transaction, source: str, into: str) -> Transaction:
    """Give a transaction, its parts and its fee under the other category; the very same where none is under the one."""
    named = {part.category_id for part in one.parts} | {one.filing.category_id}
    fee = one.transfer.fee_category_id if one.transfer else None
    if source not in named | {fee}:
        return one

    def other(category_id: str | None) -> str | None:
        return into if category_id == source else category_id

    return replace(
        one,
        filing=replace(one.filing, category_id=other(one.filing.category_id)),
        parts=tuple(replace(part, category_id=other(part.category_id)) for part in one.parts),
        transfer=replace(one.transfer, fee_category_id=other(fee)) if one.transfer else None,
    )
