"""Account names for journals: near to what their owner wrote, valid for the program, and each one once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

from chalicelib.interchange.model.writers.types import (
    AccountKind,
    Book,
    CategoryKind,
    CategoryLine,
)

OPENING: Final = ("Equity", "Opening-Balances")
CONVERSIONS: Final = ("Equity", "Conversions")
UNSEEN: Final = ("Equity", "Other-Accounts")
"""Where money goes to and comes from that lies on accounts which the reader may not see."""
_UNCATEGORISED: Final = "Uncategorised"
_LIABILITIES: Final[frozenset[AccountKind]] = frozenset({"card", "loan"})
_ROOTS: Final[dict[CategoryKind, tuple[str, ...]]] = {
    "expense": ("Expenses",),
    "income": ("Income",),
    "transfer": ("Equity", "Transfers"),
}
_MOST: Final = 60
"""Characters of one part of a name; the whole stands beside it."""
Component = Callable[[str], str]
"""Makes one part of a name valid; it may give an empty text."""


class Names:
    """The name of every account and category of a book in one program's syntax."""

    def __init__(self, book: Book, component: Component) -> None:
        self._component = component
        self._taken: set[str] = set()
        self._prefixes: dict[tuple[str, ...], str] = {}
        self._filed: set[str] = set()
        self.opening = self._fixed(*OPENING)
        self.conversions = self._fixed(*CONVERSIONS)
        self.unseen = self._fixed(*UNSEEN)
        self._without = {root: self._fixed(root, _UNCATEGORISED) for root in ("Expenses", "Income")}
        self.accounts = {
            one.id: self._claim("Liabilities" if one.kind in _LIABILITIES else "Assets", one.name)
            for one in book.accounts
        }
        self.categories: dict[str, str] = {}
        for category in book.categories:
            self.categories[category.id] = self._place(_ROOTS[category.kind], category.path)

    def category(self, category_id: str | None, amount_minor: int) -> str:
        """Name a category; what has none is an expense or an income by its sign, as money leaves or comes."""
        named = self.categories.get(category_id or "")
        return named or self._without["Income" if amount_minor > 0 else "Expenses"]

    def lost(self, category: CategoryLine) -> tuple[str, ...]:
        """Give the path of a category whose name here does not say it; nothing where it does."""
        root = _ROOTS[category.kind]
        said = len(root) == 1 and ":".join((*root, *category.path)) == self.categories[category.id]
        return () if said else category.path

    @property
    def nameless(self) -> tuple[str, ...]:
        """The accounts that stand for no category."""
        return tuple(self._without.values())

    def _fixed(self, *names: str) -> str:
        full = ":".join(names)
        self._taken.add(full)
        return full

    def _claim(self, above: str, name: str) -> str:
        part = self._component(name)[:_MOST].rstrip("- ") or "X"
        full, at = f"{above}:{part}", 1
        while full in self._taken:
            at += 1
            full = f"{above}:{part}-{at}"
        self._taken.add(full)
        return full

    def _place(self, root: tuple[str, ...], path: tuple[str, ...]) -> str:
        """Name a category below its parents, which have names of their own even if nothing is filed there."""
        above = ":".join(root)
        for depth in range(1, len(path)):
            prefix = (*root, *path[:depth])
            known = self._prefixes.get(prefix)
            if known is None:
                known = self._prefixes[prefix] = self._claim(above, path[depth - 1])
            above = known
        whole = (*root, *path)
        known = self._prefixes.get(whole)
        if known is None or known in self._filed:
            known = self._claim(above, path[-1] if path else "")
            self._prefixes.setdefault(whole, known)
        self._filed.add(known)
        return known


def plain(text: str, *, keep: Callable[[str], bool], instead: str) -> str:
    """Replace runs of what is not kept by one sign, none of them at the ends."""
    words: list[str] = []
    word: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        if keep(char):
            word.append(char)
        elif word:
            words.append("".join(word))
            word = []
    if word:
        words.append("".join(word))
    return instead.join(words)
