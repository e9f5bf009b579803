"""Finding or making, in one ledger, the category that a transaction has in another."""

from __future__ import annotations

from chalicelib.expenses.model.catalogue import Entry, StoredCategory, catalogue, is_shipped
from chalicelib.expenses.model.categories import MAX_OWN
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.categories import Categories
from chalicelib.expenses.repository.lookup import look_up
from chalicelib.expenses.repository.setup import read_setup
from chalicelib.kernel.context import Context
from chalicelib.kernel.ids import derived_id


def derived(ctx: Context, household_id: str, kind: str, identity: str) -> str:
    """Give the id that an object of a household gets in the person's ledger: keyed, so nobody takes it first."""
    return derived_id(ctx.vault.fingerprint("split", household_id, kind, identity))


class CategoryMapping:
    """Maps categories of a household to the person's own, and makes those that are missing."""

    def __init__(self, ctx: Context, side: Context) -> None:
        """Bind to the person's unit and the household's; each ledger is read when first needed."""
        self._ctx = ctx
        self._side = side
        self._known: dict[str, str | None] = {}
        self._theirs: dict[str, StoredCategory] | None = None
        self._mine: dict[str, Entry] = {}
        self._own = 0

    def of(self, category_id: str | None) -> str | None:
        """Give the person's category; None where there is none any more, or no room for one more."""
        if category_id is None or is_shipped(category_id):
            return category_id
        if category_id not in self._known:
            self._read()
            self._known[category_id] = self._mapped(category_id)
        return self._known[category_id]

    def _read(self) -> None:
        if self._theirs is not None:
            return
        setup = read_setup(self._side.owner, self._side.vault, prefix=table.CATEGORY)
        self._theirs = {one.id: one for one in setup.categories if one.kind is not None}
        mine = read_setup(self._ctx.owner, self._ctx.vault, prefix=table.CATEGORY)
        self._mine = catalogue(mine.categories)
        self._own = len(mine.categories)

    def _mapped(self, category_id: str) -> str | None:
        there = (self._theirs or {}).get(category_id)
        if there is None:
            return None
        # parents are above for certain: the tree has few levels and no circle
        parent = self.of(there.parent_id)
        same = self._same(there, parent)
        if same is not None:
            return same
        identity = derived(self._ctx, self._side.owner.id, "category", category_id)
        if look_up(self._ctx, category=[identity]).raw("category", identity) is not None:
            return identity if identity in self._mine else None
        if self._own >= MAX_OWN:
            return None
        self._make(there, identity, parent)
        return identity

    def _same(self, there: StoredCategory, parent: str | None) -> str | None:
        """Find one of the person's own that is called the same at the same place."""
        for identity, entry in self._mine.items():
            mine = entry.category
            alike = mine.name.casefold() == there.name.casefold()
            if alike and (mine.kind, mine.parent_id) == (there.kind, parent) and not mine.archived:
                return identity
        return None

    def _make(self, there: StoredCategory, identity: str, parent: str | None) -> None:
        at = self._ctx.now
        made = StoredCategory(
            id=identity,
            version=1,
            name=there.name,
            kind=there.kind,
            parent_id=parent,
            archived=there.archived,
            created_at=at,
            updated_at=at,
        )
        Categories(self._ctx).save(made, None)
        self._own += 1
