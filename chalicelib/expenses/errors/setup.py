"""Refusals about categories and rules."""

from __future__ import annotations

from chalicelib.kernel.errors import Conflict, NotFound


class CategoryNotFound(NotFound):
    """No such category, or somebody else's."""

    slug = "category-not-found"
    title = "There is no such category"


class RuleNotFound(NotFound):
    """No such rule, or somebody else's."""

    slug = "rule-not-found"
    title = "There is no such rule"


class CategoryArchived(Conflict):
    """An archived category takes no new transactions."""

    slug = "category-archived"
    title = "The category is archived"


class CategoryMerged(Conflict):
    """Another category has taken its place already."""

    slug = "category-merged"
    title = "The category was merged into another already"


class CategoryHasChildren(Conflict):
    """Other categories stand under this one."""

    slug = "category-has-children"
    title = "Other categories stand under this one"


class ShippedCategory(Conflict):
    """A category that everybody has can be renamed and archived, not deleted or moved."""

    slug = "shipped-category"
    title = "A shipped category can only be renamed or archived"
