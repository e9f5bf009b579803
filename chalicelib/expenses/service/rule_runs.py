"""Rules over what is stored: simulated before they are saved, applied as a run, undone as one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from chalicelib.expenses.errors import RuleNotFound
from chalicelib.expenses.model.catalogue import catalogue
from chalicelib.expenses.model.doing import World
from chalicelib.expenses.model.rule_runs import (
    Scope,
    Seen,
    items_of,
    look,
    read_spec,
    spec_of,
    tally,
)
from chalicelib.expenses.model.rules import MAX_POSITION, Rule, RuleSet
from chalicelib.expenses.model.runs import Run, RunKind, Step
from chalicelib.expenses.model.transactions import next_version
from chalicelib.expenses.repository.accounts import Accounts
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.setup import Setup, read_setup
from chalicelib.expenses.repository.transactions import Filter, Transactions, day_key
from chalicelib.expenses.repository.walks import next_live
from chalicelib.expenses.schemas.rule_runs import ApplyRules, DraftRule, PreviewRules
from chalicelib.expenses.service import ledger, runs
from chalicelib.expenses.service.filing import world_of
from chalicelib.expenses.service.rules import (
    check_patterns,
    check_references,
    look_up_for,
    read_then,
    read_when,
    sound,
)
from chalicelib.kernel.context import Context
from chalicelib.kernel.errors import FieldProblem, Invalid
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.paging import decode_cursor, encode_cursor
from chalicelib.kernel.values import dataclass

_KINDS: Final[tuple[RunKind, ...]] = ("rules", "undo")
_EXAMINED: Final = 500
"""Transactions that one page of a preview looks at."""
_STEP: Final = 100
_WALKED: Final = 250
"""Transactions that one step of a run looks at."""
_CHANGED: Final = 40
"""Transactions that one step changes: with both texts before and after, they fit one entry of the change log."""
_ROOM: Final = 6
"""Operations of a step beside the transactions' own: the run, its messages, and movements that wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A page of what rules would do; `examined` were looked at for it."""

    items: tuple[Seen, ...]
    examined: int
    next_cursor: str | None


def preview(ctx: Context, body: PreviewRules) -> Preview:
    """Show what rules, saved or not, would make of stored transactions; newest day first, nothing is written.

    A page may be short or empty before the end. Refuses what making the rules would refuse.
    """
    setup = read_setup(ctx.owner, ctx.vault)
    rules = RuleSet(_simulated(ctx, setup, body))
    world = _world(ctx, setup)
    asked = body.model_copy(update={"cursor": None, "limit": 1}).model_dump_json()
    question = f"rules-preview:{hashlib.sha256(asked.encode()).hexdigest()}"
    start = decode_cursor(body.cursor, owner=str(ctx.owner), question=question)
    wanted = Filter(account_id=body.account_id, first=body.first, last=body.last)
    found: list[Seen] = []
    examined = 0
    while examined < _EXAMINED and len(found) < body.limit:
        page = Transactions(ctx).find(wanted, start=start, limit=_STEP)
        start = page.resume
        for one in page.items:
            examined += 1
            seen = look(rules, world, one)
            found += [seen] if seen.noteworthy else []
            if len(found) == body.limit:
                more = one is not page.items[-1] or page.resume
                start = {"at": day_key(one.booked_on, one.id)} if more else None
                break
        if start is None:
            break
    cursor = encode_cursor(start, owner=str(ctx.owner), question=question)
    return Preview(items=tuple(found), examined=examined, next_cursor=cursor)


def _simulated(ctx: Context, setup: Setup, body: PreviewRules) -> list[Rule]:
    """Give the saved rules, those that the caller names, with the drafts among them."""
    saved = _chosen(setup, body.rule_ids) if body.saved else []
    rules = {rule.id: rule for rule in saved}
    last = max((rule.position for rule in rules.values()), default=0)
    for place, draft in enumerate(body.rules):
        rule = _drafted(draft, f"/rules/{place}", min(last + place + 1, MAX_POSITION))
        check_references(look_up_for(ctx, rule), rule)
        rules[rule.id] = rule
    check_patterns(rules.values(), "/rules")
    return list(rules.values())


def _drafted(draft: DraftRule, pointer: str, position: int) -> Rule:
    return sound(
        Rule(
            id=draft.id or new_id(),
            name=draft.name,
            position=position if draft.position is None else draft.position,
            when=read_when(draft.when, f"{pointer}/when"),
            then=read_then(draft.then, f"{pointer}/then"),
            stop=draft.stop,
        )
    )


def _chosen(setup: Setup, rule_ids: Sequence[str] | None) -> list[Rule]:
    rules = {stored.rule.id: stored.rule for stored in setup.rules}
    if rule_ids is None:
        return list(rules.values())
    if not rules.keys() >= set(rule_ids):
        raise RuleNotFound
    return [rules[rule_id] for rule_id in dict.fromkeys(rule_ids)]


def _world(ctx: Context, setup: Setup) -> World:
    tree = {identity: entry.category for identity, entry in catalogue(setup.categories).items()}
    return world_of(ctx, tree)


def apply_rules(ctx: Context, body: ApplyRules) -> Run:
    """Apply saved rules to what is stored, in a run of the kind `rules`; the rules are taken as they are now.

    Refuses rules and an account that are not there.
    """
    if body.account_id is not None:
        look_up(ctx, account=[body.account_id]).live("account", body.account_id)
    rules = _chosen(read_setup(ctx.owner, ctx.vault), body.rule_ids)
    spec = spec_of(rules, Scope(account_id=body.account_id, first=body.first, last=body.last))
    if spec is None:
        problem = FieldProblem("/rule_ids", "together these rules are too long for one run")
        raise Invalid(errors=(problem,))
    return runs.start(ctx, "rules", spec, total=Accounts(ctx).entries())


def read_run(ctx: Context, run_id: str) -> Run:
    """Give a run of rules, or the undoing of one; raises `RunNotFound`."""
    return runs.read(ctx, run_id, _KINDS)


def undo_run(ctx: Context, run_id: str) -> Run:
    """Undo a run in a run of its own; again is the same one. Refuses one that is under way."""
    return runs.undo(ctx, run_id, _KINDS)


def apply_step(ctx: Context, run: Run) -> Step:
    """Apply a run's rules to the next transactions: as many as one transaction of the store holds."""
    rules, scope = read_spec(run.spec)
    world = _world(ctx, read_setup(ctx.owner, ctx.vault))
    found, after = next_live(ctx, after=run.after, limit=_WALKED)
    looked: list[Seen] = []
    together = ledger.Together()
    done = changed = too_large = 0
    for one in found:
        seen = look(rules, world, one) if scope.covers(one) else None
        if seen is not None and seen.changes:
            if changed == _CHANGED or (changed and not _fits(ctx, seen)):
                after = found[done - 1].id
                break
            if _fits(ctx, seen):
                after_it = next_version(one, seen.effect.after, ctx.now)
                ledger.correct(ctx, one, after_it, together)
                changed += 1
            else:  # a split over more accounts than one transaction of the store can touch
                too_large += 1
        looked += [] if seen is None else [seen]
        done += 1
    together.tell(ctx, run.id)
    counts = tally(looked) | ({"failed:too-large": too_large} if too_large else {})
    return Step(after=after, done=done, changed=changed, counts=counts)


def _fits(ctx: Context, seen: Seen) -> bool:
    return ctx.commit.room() >= _ROOM + items_of(seen)
