"""Categories and rules together: what the categoriser stands on, in one query."""

from __future__ import annotations

from chalicelib.expenses.model.catalogue import StoredCategory
from chalicelib.expenses.model.rulebook import StoredRule
from chalicelib.expenses.repository import table
from chalicelib.expenses.repository.categories import stored_category
from chalicelib.expenses.repository.rules import stored_rule
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.values import dataclass
from chalicelib.kernel.vault import Vault


@dataclass(frozen=True, slots=True)
class Setup:
    """An owner's categories and rules; `items` counts tombstones as well."""

    categories: tuple[StoredCategory, ...]
    rules: tuple[StoredRule, ...]
    items: int


def read_setup(owner: Owner, vault: Vault, *, prefix: str = table.SETUP) -> Setup:
    """Read categories and rules together, or with their `prefix` those of one kind alone."""
    categories: list[StoredCategory] = []
    rules: list[StoredRule] = []
    items = 0
    for item in table.setup_items(owner, prefix):
        items += 1
        if table.is_deleted(item):
            continue
        if item["sk"]["S"].startswith(table.RULE):
            rules.append(stored_rule(item, vault))
        else:
            categories.append(stored_category(item, vault))
    return Setup(tuple(categories), tuple(rules), items)
