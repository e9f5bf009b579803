"""Putting categories, rules and kept queries back, also over the tombstones of deleted ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from chalicelib.expenses.model.catalogue import (
    Entry,
    StoredCategory,
    catalogue,
    children_of,
    is_shipped,
)
from chalicelib.expenses.model.categories import Category
from chalicelib.expenses.model.history import State, Touched
from chalicelib.expenses.model.rulebook import StoredRule
from chalicelib.expenses.model.rules import decode_rule
from chalicelib.expenses.model.searches import SavedSearch
from chalicelib.expenses.model.undoing import Reason
from chalicelib.expenses.repository.categories import (
    Categories,
    logged_category,
    read_categories,
    stored_category,
)
from chalicelib.expenses.repository.rules import Rules, logged_rule, stored_rule
from chalicelib.expenses.repository.searches import Searches, logged_search, stored_search
from chalicelib.expenses.repository.table import is_deleted
from chalicelib.expenses.service.categories import check_place
from chalicelib.expenses.service.undoing.common import Plan, Scene
from chalicelib.kernel.errors import Invalid, NotFound


def plan_category(scene: Scene, touched: Touched) -> Plan | Reason:
    """Say how a category gets back to what it was, or why it cannot."""
    item = scene.found.raw("category", touched.id)
    now = stored_category(item, scene.ctx.vault) if item and not is_deleted(item) else None
    if not _is_as_made(scene, touched, None if now is None else logged_category(now)):
        return "changed-since"
    version = scene.version_of(touched)
    entries = _opened(catalogue(read_categories(scene.ctx.owner, scene.ctx.vault)))
    kept = Categories(scene.ctx)
    if touched.before is None and now is not None and not is_shipped(touched.id):
        if children_of(touched.id, entries):
            return "in-use"
        return Plan(touched, lambda _: kept.remove(now))
    again = _category(scene, touched, now, version + 1)
    if again.kind is not None:
        try:
            check_place(
                Category(again.id, again.name, again.kind, parent_id=again.parent_id), entries
            )
        except (Invalid, NotFound):
            return "parent-gone"
    return Plan(touched, lambda _: kept.save(again, now, over=version))


def _opened(entries: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """Take all categories as open: what stood under an archived one may stand there again."""
    return {
        one: replace(entry, category=replace(entry.category, archived=False))
        for one, entry in entries.items()
    }


def _is_as_made(scene: Scene, touched: Touched, now: State | None) -> bool:
    """Tell whether an object is what the change made of it; a deletion must be the last that happened."""
    if touched.after is None:
        return now is None and scene.version_of(touched) in {touched.version, 0}
    return now == touched.after


def _category(
    scene: Scene, touched: Touched, now: StoredCategory | None, version: int
) -> StoredCategory:
    """Give the row from before; of a shipped category that had none, one that changes nothing."""
    before: State = touched.before or {}
    return StoredCategory(
        id=touched.id,
        version=version,
        name=before.get("name", ""),
        kind=before.get("kind"),
        parent_id=before.get("parent_id"),
        archived=before.get("archived", False),
        merged_into=before.get("merged_into"),
        created_at=now.created_at if now else scene.ctx.now,
        updated_at=scene.ctx.now,
        made=now.made if now else None,
    )


def plan_rule(scene: Scene, touched: Touched) -> Plan | Reason:
    """Say how a rule gets back to what it was, or why it cannot."""
    item = scene.found.raw("rule", touched.id)
    now = stored_rule(item, scene.ctx.vault) if item and not is_deleted(item) else None
    if not _is_as_made(scene, touched, None if now is None else logged_rule(now)):
        return "changed-since"
    version = scene.version_of(touched)
    kept = Rules(scene.ctx)
    if touched.before is None:
        return "not-undoable" if now is None else Plan(touched, lambda _: kept.remove(now))
    base = now or StoredRule(
        rule=decode_rule(touched.before["rule"]),
        version=version,
        created_at=scene.ctx.now,
        updated_at=scene.ctx.now,
    )
    again = replace(
        base,
        rule=decode_rule(touched.before["rule"]),
        version=version + 1,
        updated_at=scene.ctx.now,
    )
    return Plan(touched, lambda _: kept.save(again, now, over=version))


def plan_search(scene: Scene, touched: Touched) -> Plan | Reason:
    """Say how a kept query gets back to what it was, or why it cannot."""
    item = scene.found.raw("search", touched.id)
    now = stored_search(item, scene.ctx.vault) if item and not is_deleted(item) else None
    if not _is_as_made(scene, touched, None if now is None else logged_search(now)):
        return "changed-since"
    version = scene.version_of(touched)
    kept = Searches(scene.ctx)
    before = touched.before
    if before is None:
        return "not-undoable" if now is None else Plan(touched, lambda _: kept.remove(now))
    again = SavedSearch(
        id=touched.id,
        version=version + 1,
        name=before["name"],
        query=before["query"],
        created_at=now.created_at if now else scene.ctx.now,
        updated_at=scene.ctx.now,
        made=now.made if now else None,
    )
    return Plan(touched, lambda _: kept.save(again, now, over=version))
