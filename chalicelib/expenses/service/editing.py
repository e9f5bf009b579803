"""Bulk edits by query: a preview keeps what it showed, and carrying it out does exactly that.

Up to fifty transactions change together or not at all; more of them go in steps, each transaction in the version
that was shown or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from chalicelib.expenses.errors import TransactionNotFound, TransactionReconciled
from chalicelib.expenses.errors.editing import (
    PreviewOutdated,
    PreviewUnfinished,
    TooManyMatches,
)
from chalicelib.expenses.model.plans import MOST_EDITED, TOGETHER, Plan
from chalicelib.expenses.model.runs import Run, Step
from chalicelib.expenses.model.tags import MAX_TAGS, distinct, folded
from chalicelib.expenses.model.transactions import Transaction, check_lock
from chalicelib.expenses.repository.decode import transaction_of
from chalicelib.expenses.repository.lookup import Found, look_up
from chalicelib.expenses.repository.plans import Plans
from chalicelib.expenses.repository.transactions import Filter, scan
from chalicelib.expenses.schemas.editing import EditChanges, EditPreview
from chalicelib.expenses.schemas.transactions import PatchTransaction
from chalicelib.expenses.service import ledger, runs
from chalicelib.expenses.service.categorising import Choice, learn
from chalicelib.expenses.service.ledger import Together
from chalicelib.expenses.service.searching import search_of
from chalicelib.expenses.service.transactions import revised
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.paging import BadCursor, decode_cursor, encode_cursor
from chalicelib.kernel.values import dataclass

_STILL_TO_COME: Final = 4
"""Operations after the rows: the run, the next order, and what waits of movements."""
_ROOM: Final = 12
"""Operations that one more transaction, with its accounts and their months, may need."""
_SPLIT: Final = "split-transaction"
_LINKED: Final = "linked"
_TOO_MANY_TAGS: Final = "too-many-tags"


@dataclass(frozen=True, slots=True)
class Edit:
    """What a bulk edit makes of a transaction, None where it deletes it; with a `problem` nothing."""

    before: Transaction
    after: Transaction | None
    problem: str | None = None

    @property
    def changes(self) -> bool:
        """Whether there is anything to be done."""
        return self.problem is None and self.after is not self.before


@dataclass(frozen=True, slots=True)
class Preview:
    """A page of a preview: `token` once all of it was shown."""

    token: str | None
    matched: int
    changing: int
    edits: tuple[Edit, ...]
    next_cursor: str | None


def preview(ctx: Context, body: EditPreview) -> Preview:
    """Show what a bulk edit would change, page by page, and keep what was shown for an hour.

    Refuses queries that cannot be read, categories that are not there, and more than a thousand matches.
    """
    spec = json.dumps(body.spec(), separators=(",", ":"), sort_keys=True)
    plan = _plan(ctx, body, spec)
    search = search_of(ctx, body.query, pointer="/query")
    found = look_up(ctx, category=_categories(body.changes))
    for category_id in _categories(body.changes):
        found.require_category(category_id)
    wanted = Filter(first=search.bounds.first, last=search.bounds.last, test=search.holds)
    start = {"at": plan.at} if plan.at else None
    raws, resume = (
        ([], None)
        if search.bounds.empty
        else scan(ctx.owner, wanted, start=start, limit=body.limit)
    )
    matches = [transaction_of(item, ctx.vault) for item in raws]
    edits = [_edit(ctx, found, one, body.changes) for one in matches]
    rows = tuple((one.before.id, one.before.version) for one in edits if one.changes)
    plan = plan.shown(rows, matched=len(matches), at=resume["at"] if resume else "")
    if len(plan.rows) > MOST_EDITED:
        raise TooManyMatches
    Plans(ctx).save(plan)
    cursor = {"at": plan.at, "plan": plan.id} if plan.at else None
    return Preview(
        token=None if plan.at else plan.id,
        matched=plan.matched,
        changing=len(plan.rows),
        edits=tuple(edits),
        next_cursor=encode_cursor(cursor, owner=str(ctx.owner), question=_question(spec)),
    )


def _plan(ctx: Context, body: EditPreview, spec: str) -> Plan:
    """Begin a plan, or go on with that of a cursor, where it stands."""
    start = decode_cursor(body.cursor, owner=str(ctx.owner), question=_question(spec))
    if start is None:
        return Plan(id=new_id(), version=0, spec=spec, rows=(), created_at=ctx.now)
    plan = Plans(ctx).get(start["plan"])
    if plan.at != start["at"]:
        raise BadCursor
    return plan


def _question(spec: str) -> str:
    return f"bulk-edit:{spec}"


def _categories(changes: EditChanges) -> list[str]:
    given = "category_id" in changes.model_fields_set and changes.category_id
    return [given] if given else []


def _edit(ctx: Context, found: Found, one: Transaction, changes: EditChanges) -> Edit:
    """Say what becomes of a transaction, or why nothing may."""
    if _deletes(changes):
        return _deleted(one)
    patch = _patch(one, changes)
    if one.parts and "category_id" in patch.model_fields_set:
        return Edit(one, one, _SPLIT)
    if len(distinct(patch.tags or ())) > MAX_TAGS:
        return Edit(one, one, _TOO_MANY_TAGS)
    try:
        return Edit(one, revised(ctx, found, one, patch))
    except Refusal as refusal:
        return Edit(one, one, refusal.slug)


def _deletes(changes: EditChanges) -> bool:
    return "delete" in changes.model_fields_set


def _deleted(one: Transaction) -> Edit:
    """Delete a transaction, but for one that is locked, or tied to another that would have to change with it."""
    if one.refunds or one.refunded:
        return Edit(one, one, _LINKED)
    try:
        check_lock(one, None)
    except TransactionReconciled as refusal:
        return Edit(one, one, refusal.slug)
    return Edit(one, None)


def _patch(one: Transaction, changes: EditChanges) -> PatchTransaction:
    """Write the changes as a patch of one transaction."""
    plain = ("category_id", "payee", "notes", "status")
    values = {name: getattr(changes, name) for name in plain if name in changes.model_fields_set}
    if changes.add_tags or changes.remove_tags:
        gone = set(map(folded, changes.remove_tags))
        kept = [name for name in one.tags if folded(name) not in gone]
        values["tags"] = [*kept, *changes.add_tags]
    return PatchTransaction.model_construct(_fields_set=set(values), **values)


def carry_out(ctx: Context, token: str) -> Run:
    """Do what a preview showed; again gives the same run.

    Raises `PreviewNotFound`, `PreviewUnfinished`, and `PreviewOutdated` where a transaction was changed since.
    """
    plan = Plans(ctx).get(token)
    if plan.run_id is not None:
        return runs.read(ctx, plan.run_id, {"bulk-edit"})
    if plan.at:
        raise PreviewUnfinished
    changes = _changes(plan)
    found = look_up(ctx, transaction=_ids(plan.rows), category=_categories(changes))
    if any(_still(found, *row) is None for row in plan.rows):
        plan = Plans(ctx).get(token)
        if plan.run_id is None:
            raise PreviewOutdated
        # it was carried out between the two reads
        return runs.read(ctx, plan.run_id, {"bulk-edit"})
    spec = {"plan": plan.id}
    if _fits(found, plan):
        run = runs.finished(ctx, "bulk-edit", spec, changed=len(plan.rows))
        _do(ctx, found, plan, run)
    else:
        run = runs.start(ctx, "bulk-edit", spec, total=len(plan.rows))
    Plans(ctx).save(replace(plan, version=plan.version + 1, run_id=run.id))
    return run


def _changes(plan: Plan) -> EditChanges:
    return EditChanges.model_validate(json.loads(plan.spec)["changes"])


def _ids(rows: Iterable[tuple[str, int]]) -> list[str]:
    return [identity for identity, _ in rows]


def _still(found: Found, identity: str, version: int) -> Transaction | None:
    """Give a transaction that is still what was shown."""
    try:
        one = found.transaction(identity)
    except TransactionNotFound:
        return None
    return one if one.version == version else None


def _fits(found: Found, plan: Plan) -> bool:
    """Tell whether all of it fits one transaction: where money moves, each account and its month do as well."""
    if len(plan.rows) > TOGETHER:
        return False
    if not {"status", "delete"} & _changes(plan).model_fields_set:
        return True
    touched = {
        (account_id, found.transaction(one).booked_on.strftime("%Y-%m"))
        for one in _ids(plan.rows)
        for account_id in found.transaction(one).accounts
    }
    return len(plan.rows) + 2 * len(touched) <= TOGETHER


def _do(ctx: Context, found: Found, plan: Plan, run: Run) -> None:
    """Change all transactions of a plan, and remember what that says about payees."""
    changes, together = _changes(plan), Together()
    done = []
    for identity in _ids(plan.rows):
        one = found.transaction(identity)
        # what is not allowed any more refuses all of it
        after = None if _deletes(changes) else revised(ctx, found, one, _patch(one, changes))
        done.append(_book(ctx, one, after, together))
    together.tell(ctx, run.id)
    _learn(ctx, changes, done)


def _book(
    ctx: Context, before: Transaction, after: Transaction | None, together: Together
) -> Choice:
    """Do it through the ledger, and give the last that is known of the transaction, and how it was."""
    if after is None:
        ledger.strike(ctx, before, together)
        return Choice(before, before)
    ledger.correct(ctx, before, after, together)
    return Choice(after, before)


def _learn(ctx: Context, changes: EditChanges, done: Sequence[Choice]) -> None:
    if "category_id" in changes.model_fields_set:
        learn(ctx, *done, keep=_STILL_TO_COME)


def edit_step(ctx: Context, run: Run) -> Step:
    """Change the next transactions of a run; what was touched since the preview is left."""
    plan = Plans(ctx).get(json.loads(run.spec)["plan"])
    changes = _changes(plan)
    rows = plan.rows[run.done : run.done + _STEP]
    found = look_up(ctx, transaction=_ids(rows), category=_categories(changes))
    done: list[Choice] = []
    together, left = Together(), 0
    for row in rows:
        if ctx.commit.room() < _ROOM:
            break
        one = _still(found, *row)
        edit = None if one is None else _edit(ctx, found, one, changes)
        if edit is None or not edit.changes:
            left += 1
            continue
        done.append(_book(ctx, edit.before, edit.after, together))
    together.tell(ctx, run.id)
    _learn(ctx, changes, done)
    seen = len(done) + left
    end = run.done + seen
    return Step(
        after=str(end) if end < len(plan.rows) else None, done=seen, changed=len(done), left=left
    )


_STEP: Final = 40
"""Transactions of one step: with their payees, accounts and months they fit one transaction of 100."""
