"""Making the categories that a file names and the owner does not have: by path, each once, whoever asks again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from chalicelib.expenses.errors import LimitReached
from chalicelib.expenses.model.catalogue import StoredCategory, catalogue
from chalicelib.expenses.model.categories import (
    MAX_OWN,
    Category,
    WantedCategory,
    place_problems,
    standing_in,
)
from chalicelib.expenses.model.tags import folded
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.categories import Categories
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.setup import read_setup
from chalicelib.expenses.repository.table import TABLE
from chalicelib.kernel.commit import Commit
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.races import until_won
from chalicelib.kernel.vault import Vault

_AT_ONCE: Final = 80
"""Categories of one transaction."""


def make_categories(
    ctx: Context, wanted: Sequence[WantedCategory], *, import_id: str
) -> list[str | None]:
    """Find or make the category of each path for an import, in transactions of this service's own; gives their ids in order.

    Ids are derived from the place in the tree, so that asking again after a crash goes on, and a category that
    was renamed since is still the one that its label became. None where one on the path is archived, or would
    stand too deep; if that one `must` be there, nothing is made. Raises `LimitReached`, before anything is made,
    where the owner may not have so many.
    """
    while True:
        found, left = until_won(lambda: _step(ctx, wanted, import_id))
        if not left:
            return found


def _step(
    ctx: Context, wanted: Sequence[WantedCategory], import_id: str
) -> tuple[list[str | None], bool]:
    commit = Commit(
        TABLE,
        ctx.owner,
        actor=ctx.actor,
        request_id=ctx.request_id,
        now=ctx.now,
        vaults=ctx.vaults,
    )
    here = replace(ctx, commit=commit, expected_version=None)
    commit.open()
    setup = read_setup(ctx.owner, ctx.vault, prefix=table.CATEGORY)
    tree = {one: entry.category for one, entry in catalogue(setup.categories).items()}
    walk = _Walk(ctx.vault, tree)
    found = [walk.down(one) for one in wanted]
    if any(one.must and it is None for one, it in zip(wanted, found, strict=True)):
        return found, False
    own, items = len(setup.categories), setup.items
    if walk.made and (own + len(walk.made) > MAX_OWN or items + len(walk.made) > table.MOST_ITEMS):
        raise LimitReached
    _save(here, walk.made[:_AT_ONCE], import_id)
    commit.write()
    return found, len(walk.made) > _AT_ONCE


def _save(ctx: Context, made: Sequence[Category], import_id: str) -> None:
    if not made:
        return
    there = look_up(ctx, category=[one.id for one in made])
    for one in made:
        # one that was deleted comes back under its id
        over = there.version_of("category", one.id)
        stored = StoredCategory(
            id=one.id,
            version=over + 1,
            name=one.name,
            kind=one.kind,
            parent_id=one.parent_id,
            archived=False,
            created_at=ctx.now,
            updated_at=ctx.now,
            import_id=import_id,
        )
        Categories(ctx).save(stored, None, over=over)


class _Walk:
    """Goes down a tree by names, and adds what is missing, parents first."""

    def __init__(self, vault: Vault, tree: Mapping[str, Category]) -> None:
        self._vault = vault
        self._tree = dict(tree)
        self._places: dict[tuple[str | None, str], list[str]] = {}
        self.made: list[Category] = []
        for one in tree.values():
            self._places.setdefault((one.parent_id, folded(one.name)), []).append(one.id)

    def down(self, wanted: WantedCategory) -> str | None:
        """Give the category at the end of a path; None where the path is closed."""
        at: str | None = None
        for name in wanted.path:
            at = self._under(at, name, wanted)
            if at is None:
                return None
        return at

    def _under(self, parent: str | None, name: str, wanted: WantedCategory) -> str | None:
        place = (parent, folded(name))
        there = self._places.get(place, [])
        if there:
            return next((one for identity in there if (one := self._in_use(identity))), None)
        identity = derived_id(self._vault.fingerprint("label", *(part or "" for part in place)))
        if identity in self._tree:  # renamed or moved since
            return self._in_use(identity)
        above = self._tree[parent] if parent is not None else None
        kind = above.kind if above is not None else wanted.kind
        category = Category(identity, name, kind, parent_id=parent)
        if place_problems(category, self._tree):
            return None
        self._tree[identity] = category
        self._places[place] = [identity]
        self.made.append(category)
        return identity

    def _in_use(self, identity: str) -> str | None:
        stands = standing_in(identity, self._tree)
        found = self._tree.get(stands)
        return stands if found is not None and not found.archived else None
