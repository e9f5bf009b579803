"""The category tree: a shipped default set that exists without rows, and what a user makes of it.

Defaults have fixed ids, so that a user's row with the same id only renames or archives one, and a
guess of the categoriser means the same category for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, Literal

from chalicelib.kernel.errors import FieldProblem
from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.values import dataclass

Kind = Literal["expense", "income", "transfer"]
KINDS: Final[tuple[Kind, ...]] = ("expense", "income", "transfer")
MAX_DEPTH: Final = 20
"""Levels of a tree; the defaults have two."""
MAX_OWN: Final = 500
"""Categories that one owner may make."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category of one kind; a child has the kind of its parent. `merged_into` names what took its place."""

    id: str
    name: str
    kind: Kind
    parent_id: str | None = None
    archived: bool = False
    builtin: bool = False
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """What a user changed on a default category; a name of None keeps the shipped one."""

    id: str
    name: str | None = None
    archived: bool = False
    merged_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCategory:
    """A category that a file names by its path, outermost name first; `kind` where none stands above it.

    Where one that `must` be there cannot be, none is made.
    """

    path: tuple[str, ...]
    kind: Kind
    must: bool = False


def default_id(slug: str) -> str:
    """Give the fixed id of a default category by its slug, such as `groceries`."""
    return derived_id("xpense:category", slug)


# slug, name; the first of each block is the parent of the rest.
_TREE: Final[tuple[tuple[Kind, tuple[tuple[str, str], ...]], ...]] = (
    (
        "expense",
        (
            ("food", "Food and drink"),
            ("groceries", "Groceries"),
            ("restaurants", "Restaurants and takeaway"),
            ("cafes", "Cafés and bakeries"),
        ),
    ),
    (
        "expense",
        (
            ("housing", "Housing"),
            ("rent", "Rent"),
            ("mortgage", "Mortgage"),
            ("utilities", "Electricity, gas and water"),
            ("telecom", "Internet and phone"),
            ("furnishing", "Furniture and household"),
            ("repairs", "Repairs and garden"),
        ),
    ),
    (
        "expense",
        (
            ("transport", "Transport"),
            ("fuel", "Fuel and charging"),
            ("transit", "Trains and public transport"),
            ("taxi", "Taxi and car sharing"),
            ("parking", "Parking and tolls"),
            ("car", "Car upkeep"),
        ),
    ),
    (
        "expense",
        (
            ("health", "Health and care"),
            ("medical", "Doctors and pharmacy"),
            ("fitness", "Fitness"),
            ("beauty", "Hair and beauty"),
        ),
    ),
    (
        "expense",
        (
            ("shopping", "Shopping"),
            ("general", "Online and department stores"),
            ("clothing", "Clothing and shoes"),
            ("electronics", "Electronics and software"),
        ),
    ),
    (
        "expense",
        (
            ("leisure", "Leisure"),
            ("subscriptions", "Streaming and subscriptions"),
            ("entertainment", "Cinema, culture and events"),
            ("hobbies", "Hobbies, books and games"),
        ),
    ),
    (
        "expense",
        (
            ("travel", "Travel"),
            ("flights", "Flights and journeys"),
            ("lodging", "Hotels and lodging"),
        ),
    ),
    (
        "expense",
        (
            ("family", "Family and giving"),
            ("children", "Children"),
            ("education", "Education"),
            ("pets", "Pets"),
            ("giving", "Gifts and donations"),
        ),
    ),
    (
        "expense",
        (
            ("finance", "Finance and duties"),
            ("insurance", "Insurance"),
            ("fees", "Bank fees and interest"),
            ("loans", "Loan payments"),
            ("taxes", "Taxes and authorities"),
        ),
    ),
    (
        "income",
        (
            ("income", "Income"),
            ("salary", "Salary"),
            ("benefits", "Pensions and benefits"),
            ("investments", "Interest and dividends"),
            ("refunds", "Refunds and cashback"),
            ("other-income", "Other income"),
        ),
    ),
    (
        "transfer",
        (
            ("transfers", "Transfers"),
            ("own-accounts", "Between own accounts"),
            ("card-payments", "Credit card payments"),
            ("savings", "Savings and investments"),
            ("cash", "Cash withdrawals"),
            ("adjustments", "Balance adjustments"),
        ),
    ),
)


def _shipped() -> Iterator[tuple[str, Category]]:
    for kind, members in _TREE:
        parent: str | None = None
        for slug, name in members:
            category = Category(default_id(slug), name, kind, parent_id=parent, builtin=True)
            parent = parent or category.id
            yield slug, category


BY_SLUG: Final[Mapping[str, Category]] = dict(_shipped())
"""The default categories by slug."""
DEFAULTS: Final[tuple[Category, ...]] = tuple(BY_SLUG.values())
"""The default categories, each parent before its children."""
_BY_ID: Final[Mapping[str, Category]] = {category.id: category for category in DEFAULTS}


def is_default(category_id: str) -> bool:
    """Tell whether the id is that of a shipped category."""
    return category_id in _BY_ID


def default_kind(category_id: str) -> Kind | None:
    """Give the kind of a shipped category, or None for one that is not."""
    found = _BY_ID.get(category_id)
    return found.kind if found else None


def merge(own: Iterable[Category] = (), overrides: Iterable[Override] = ()) -> dict[str, Category]:
    """Give the user's whole tree by id: defaults as overridden, then the user's own categories.

    The order is stable: each category stands after its parent, defaults as shipped, own ones by
    name. An own category never replaces a default, and an override of no default does nothing.
    """
    changed = {override.id: override for override in overrides}
    tree = {base.id: _overridden(base, changed.get(base.id)) for base in DEFAULTS}
    added = sorted(
        (one for one in own if one.id not in _BY_ID), key=lambda one: (one.name.casefold(), one.id)
    )
    children: dict[str | None, list[Category]] = {}
    for category in (*tree.values(), *added):
        children.setdefault(category.parent_id, []).append(category)
    ordered: dict[str, Category] = {}
    _walk(children, None, ordered)
    # A parent that is gone or a cycle must not hide anything: what was not reached comes last.
    for category in added:
        ordered.setdefault(category.id, category)
    return ordered


def _overridden(base: Category, change: Override | None) -> Category:
    if change is None:
        return base
    return replace(
        base,
        name=change.name or base.name,
        archived=change.archived,
        merged_into=change.merged_into,
    )


def _walk(
    children: Mapping[str | None, list[Category]], parent: str | None, into: dict[str, Category]
) -> None:
    stack = list(reversed(children.get(parent, ())))
    while stack:
        category = stack.pop()
        if category.id not in into:
            into[category.id] = category
            stack.extend(reversed(children.get(category.id, ())))


def place_problems(category: Category, tree: Mapping[str, Category]) -> tuple[FieldProblem, ...]:
    """Say what is wrong with where a category hangs: its parent, its kind, its depth, a cycle."""
    if category.parent_id is None:
        return ()
    parent = tree.get(category.parent_id)
    if parent is None:
        return (FieldProblem("/parent_id", "there is no such category"),)
    if parent.archived:
        return (FieldProblem("/parent_id", "the parent is archived"),)
    if parent.kind != category.kind:
        return (FieldProblem("/kind", f"a child of this parent is of kind {parent.kind}"),)
    above = [one.id for one in ancestors(parent, tree)]
    if category.id in {parent.id, *above}:
        return (FieldProblem("/parent_id", "a category cannot stand under itself"),)
    if len(above) + 1 + _height(category.id, tree) > MAX_DEPTH:
        return (FieldProblem("/parent_id", f"a tree has at most {MAX_DEPTH} levels"),)
    return ()


def merge_problems(
    source: Category, target: Category, tree: Mapping[str, Category]
) -> tuple[FieldProblem, ...]:
    """Say why a category cannot be merged into another: its kind, its place, or what would hang too deep."""
    if target.id == source.id:
        return (FieldProblem("/into", "a category cannot be merged into itself"),)
    if target.kind != source.kind:
        return (FieldProblem("/into", f"this category is of kind {source.kind}"),)
    above = [one.id for one in ancestors(target, tree)]
    if source.id in above:
        return (FieldProblem("/into", "a category cannot be merged into one that stands under it"),)
    if len(above) + _height(source.id, tree) > MAX_DEPTH:
        return (FieldProblem("/into", f"a tree has at most {MAX_DEPTH} levels"),)
    return ()


def standing_in(category_id: str, tree: Mapping[str, Category]) -> str:
    """Give a category, or the one that it was merged into."""
    for _ in range(MAX_DEPTH):
        category = tree.get(category_id)
        if category is None or category.merged_into is None:
            break
        category_id = category.merged_into
    return category_id


def _height(category_id: str, tree: Mapping[str, Category]) -> int:
    """Count the levels from a category down, itself included; no more than needed to refuse."""
    level, height = {category_id}, 1
    while height <= MAX_DEPTH:
        level = {one.id for one in tree.values() if one.parent_id in level}
        if not level:
            break
        height += 1
    return height


def ancestors(category: Category, tree: Mapping[str, Category]) -> tuple[Category, ...]:
    """Give the categories above, nearest first; ends at a missing parent and within `MAX_DEPTH`."""
    found: list[Category] = []
    parent_id = category.parent_id
    while parent_id is not None and len(found) < MAX_DEPTH:
        parent = tree.get(parent_id)
        if parent is None:
            break
        found.append(parent)
        parent_id = parent.parent_id
    return tuple(found)
