"""Deleting the categories that an import made, when it was taken back and nothing came of them.

A category goes if nobody changed it, and no transaction, rule, template, payee or other category needs it. To know
that, all transactions are looked through, in steps. Writes of an owner are serial, so what holds at the last step
holds for its transaction; what changed between the first step and the last lets them begin anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

from chalicelib.expenses.commands import DropCategories
from chalicelib.expenses.model.catalogue import StoredCategory
from chalicelib.expenses.model.rulebook import references
from chalicelib.expenses.repository.categories import Categories
from chalicelib.expenses.repository.payee_book import PayeeBook
from chalicelib.expenses.repository.recurring import Recurrings
from chalicelib.expenses.repository.setup import Setup, read_setup
from chalicelib.expenses.repository.walks import categories_in_use
from chalicelib.kernel.context import Context

_WALKED: Final = 20_000
"""Transactions, and tombstones of such, that one step looks at."""
_MOST_PASSES: Final = 5
"""Beginnings: somebody who never stops writing keeps the categories."""
_BESIDE: Final = 2


def drop_categories(ctx: Context, order: DropCategories) -> None:
    """Look through some transactions and order the next step; the last one deletes what nobody needs."""
    ctx.commit.on_behalf(order.asked_by)
    setup = read_setup(ctx.owner, ctx.vault)
    made = {one.id: one for one in setup.categories if _is_as_made(one, order.import_id)}
    left = (
        made.keys() & set(order.unused) if order.after else made.keys() - _named(ctx, setup, made)
    )
    if not left:
        return
    used, last = categories_in_use(ctx, after=order.after, most=_WALKED)
    left -= used
    number = ctx.commit.sequence
    if last is not None:
        if left:
            following = replace(
                order, after=last, unused=tuple(sorted(left)), since=order.since or number
            )
            ctx.commit.order(following, subject=order.import_id)
        return
    if order.since and order.since != number:
        _again(ctx, order, passes=order.passes + 1)
        return
    going = [*_leaving(setup, left)]
    room = ctx.commit.room() - _BESIDE
    for one in going[:room]:
        Categories(ctx).remove(one)
    if len(going) > room:
        _again(ctx, order, passes=order.passes)


def _again(ctx: Context, order: DropCategories, *, passes: int) -> None:
    if passes < _MOST_PASSES:
        anew = replace(order, after="", unused=(), since=0, passes=passes)
        ctx.commit.order(anew, subject=order.import_id)


def _is_as_made(one: StoredCategory, import_id: str) -> bool:
    return one.import_id == import_id and one.updated_at == one.created_at


def _named(ctx: Context, setup: Setup, made: Collection[str]) -> set[str]:
    """Collect what rules, templates of what comes again, and payees name; nothing is read where nothing was made."""
    if not made:
        return set()
    found = {one for rule in setup.rules for one in references(rule.rule)["category"]}
    found |= {one.template.category_id or "" for one in Recurrings(ctx).all()}
    found |= {one.category_id or "" for one in PayeeBook(ctx).all().values()}
    return found


def _leaving(setup: Setup, unused: Collection[str]) -> Iterator[StoredCategory]:
    """Give the categories below which nothing stays, children first."""
    below: dict[str, list[StoredCategory]] = {}
    for one in setup.categories:
        for above in filter(None, {one.parent_id, one.merged_into}):
            below.setdefault(above, []).append(one)
    gone: dict[str, bool] = {}
    for one in setup.categories:
        yield from _fall(one, unused, below, gone)


def _fall(
    one: StoredCategory,
    unused: Collection[str],
    below: Mapping[str, list[StoredCategory]],
    gone: dict[str, bool],
) -> Iterator[StoredCategory]:
    if one.id in gone:
        return
    gone[one.id] = False  # also while those below it are asked: a circle stays
    for other in below.get(one.id, ()):
        yield from _fall(other, unused, below, gone)
    if one.id in unused and all(gone[other.id] for other in below.get(one.id, ())):
        gone[one.id] = True
        yield one
