"""What a file calls its categories, and which of the owner's categories that would be.

A label is the path of a category in another app. It means the owner's category of the same path, whatever case,
width and spaces; in files of other apps also the only one whose path ends so. What means none is made, unless one
of that path is archived: then its owner wants it no more, and its rows are left to rules and guesses.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, Protocol

from chalicelib.expenses.commands import PAIRS_PER_PAGE, Label, labels_key, page_key, pairs_key
from chalicelib.kernel.values import dataclass

MAX_LABELS: Final = 1_000
"""Labels of one file; those of the fewest rows beyond are left to rules and guesses."""
_BETWEEN: Final = ":"
_MOST_MERGES: Final = 20

Outcome = Literal["match", "new", "archived"]
Kind = Literal["expense", "income", "transfer"]


class CategoryView(Protocol):
    """What there is to see of a category, as the ledger shows it."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """Its name, as its owner has it."""

    @property
    def parent_id(self) -> str | None:
        """What it stands under."""

    @property
    def kind(self) -> Kind:
        """Spending, income, or transfers."""

    @property
    def archived(self) -> bool:
        """Whether it takes nothing new."""

    @property
    def merged_into(self) -> str | None:
        """What took the place of an archived one."""


class Named(NamedTuple):
    """A label, how many rows or parts stand under it, and in how many of them money comes in."""

    path: Label
    rows: int
    incoming: int
    own: bool
    """Whether the file is an export of ours, whose labels are exact."""

    @property
    def comes_in(self) -> bool:
        """Tell whether it is rather income than spending."""
        return 2 * self.incoming > self.rows

    def to_json(self) -> list[Any]:
        """Write the compact list that lies beside the pages."""
        return [list(self.path), self.rows, self.incoming, int(self.own)]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> Named:
        """Read what `to_json` wrote."""
        path, rows, incoming, own = raw
        return cls(tuple(path), rows, incoming, bool(own))


@dataclass(frozen=True, slots=True)
class Meant:
    """What a label means: a category, or none, which is then to be made or is archived."""

    named: Named
    outcome: Outcome
    category_id: str | None


def label_text(label: Label) -> str | None:
    """Write a path as one text; None where there is none."""
    return _BETWEEN.join(label) or None


def named_of(counted: Mapping[tuple[Label, bool], int], *, own: bool) -> list[Named]:
    """Give the labels of a file, those of the most rows first."""
    rows, incoming = Counter[Label](), Counter[Label]()
    for (label, comes_in), count in counted.items():
        rows[label] += count
        incoming[label] += count if comes_in else 0
    ranked = sorted(rows, key=lambda label: (-rows[label], label))
    return [Named(label, rows[label], incoming[label], own) for label in ranked]


def named_key(prefix: str) -> str:
    """Give the blob key of a file's labels, as they were found."""
    return f"{prefix}named"


def laid_keys(prefix: str, *, pages: int, pairs: int, labels: str) -> list[str]:
    """Give the keys of all that lies under a prefix for an import: pages, labels, what they became, and pairs."""
    keys = [page_key(prefix, page) for page in range(pages)]
    keys += [pairs_key(prefix, page) for page in range(-(-pairs // PAIRS_PER_PAGE))]
    return [*keys, named_key(prefix), *([labels_key(prefix, labels)] if labels else [])]


class Tree:
    """The owner's categories, to be found by what a file calls them."""

    def __init__(self, views: Mapping[str, CategoryView]) -> None:
        """Take the owner's categories by their ids."""
        self._views = views
        self._exact: dict[Label, list[CategoryView]] = {}
        self._endings: dict[Label, list[CategoryView]] = {}
        for view in views.values():
            path = self._path(view)
            self._exact.setdefault(path, []).append(view)
            for start in range(len(path)):
                self._endings.setdefault(path[start:], []).append(view)

    def _path(self, view: CategoryView) -> Label:
        names: list[str] = []
        at: CategoryView | None = view
        while at is not None and len(names) <= len(self._views):
            names.append(_folded(at.name))
            at = self._views.get(at.parent_id) if at.parent_id else None
        return tuple(reversed(names))

    def meaning(self, named: Named) -> Meant:
        """Say what a label means."""
        path = tuple(_folded(name) for name in named.path)
        found = self._exact.get(path, [])
        used = [standing for view in found if (standing := self._standing(view)) is not None]
        if not used and not named.own:
            used = self._alike(path, named)
        if used:
            return Meant(named, "match", used[0].id)
        closed = found or any(self._is_closed(path[:end]) for end in range(1, len(path)))
        return Meant(named, "archived" if closed else "new", None)

    def _alike(self, path: Label, named: Named) -> list[CategoryView]:
        """Find the only category whose path ends as the label does, or of two names and more with which it ends."""
        near = [*self._endings.get(path, ())]
        near += [
            view for start in range(1, len(path) - 1) for view in self._exact.get(path[start:], ())
        ]
        kinds = {"income" if named.comes_in else "expense", "transfer"}
        fit = {view.id: view for view in near if not view.archived and view.kind in kinds}
        return list(fit.values()) if len(fit) == 1 else []

    def _is_closed(self, path: Label) -> bool:
        found = self._exact.get(path, ())
        return bool(found) and all(self._standing(view) is None for view in found)

    def _standing(self, view: CategoryView) -> CategoryView | None:
        """Give a category in use, or what it was merged into; None for an archived one."""
        at: CategoryView | None = view
        for _ in range(_MOST_MERGES):
            if at is None or at.merged_into is None:
                break
            at = self._views.get(at.merged_into)
        return at if at is not None and not at.archived else None


def kinds_of(wanted: Iterable[Named]) -> list[Kind]:
    """Say of labels that are to be made which kind each is: a tree is of one, by most of the rows under its root."""
    named = list(wanted)
    rows, incoming = Counter[str](), Counter[str]()
    for one in named:
        root = _folded(one.path[0])
        rows[root] += one.rows
        incoming[root] += one.incoming
    roots = [_folded(one.path[0]) for one in named]
    return ["income" if 2 * incoming[root] > rows[root] else "expense" for root in roots]


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
