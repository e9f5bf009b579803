"""What an owner's choices add up to: votes for categories under what the lines looked like.

A *context* is something that lines have in common, such as a word of the payee or an account; it is known
by a hash alone. Contexts lie on *pages*, each a small item: twelve that an owner's payees share, by hash,
and one a payee. Each choice lets older votes of its contexts fade a little, so that weights stay bounded
and habits may change; a page that is full forgets what was not touched for longest. Whole numbers only, so
that what is measured is exactly what is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import Final, NamedTuple

from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.payee import merchant_tokens, read_payee
from chalicelib.kernel.values import dataclass

UNIT: Final = 1_024
"""The weight of a choice when it is made."""
PAGES: Final = 12
PAGE_CONTEXTS: Final = 256
PAYEE_CONTEXTS: Final = 512
MOST_CHOICES: Final = 12
"""Categories that one context remembers."""
MOST_CATEGORIES: Final = 250
"""Categories that one page remembers, and that an owner's habits have."""
_TOKENS: Final = 3
"""Words of a payee that lend what they were taught to other payees."""
_WHOLE: Final = 4_096
_HABITS_KEEP: Final = 4_094
"""What a choice leaves of older ones, in 4,096ths: after 1,400 choices half."""
SHARED_KEEP: Final = 4_014
PAYEE_KEEP: Final = 3_686
CLOSE_KEEP: Final = 3_277

Votes = Mapping[int, int]
"""Weights by category code, the latest choice last."""
NO_VOTES: Final[Votes] = {}


class Mark(NamedTuple):
    """Where a shared context lies: its page and its hash."""

    page: int
    context: int


@lru_cache(maxsize=4_096)
def code_of(category_id: str) -> int:
    """Give the four bytes that stand for a category in what is kept."""
    return int.from_bytes(blake2b(category_id.encode(), digest_size=4).digest(), "big")


def _hash(*parts: str) -> bytes:
    return blake2b("\x1f".join(parts).encode(errors="replace"), digest_size=5).digest()


def _mark(*parts: str) -> Mark:
    digest = _hash(*parts)
    return Mark(digest[4] % PAGES, int.from_bytes(digest[:4], "big"))


def _context(*parts: str) -> int:
    return int.from_bytes(_hash(*parts)[:4], "big")


PAYEE: Final = _context("payee")
"""The context on a payee's page that all its lines have in common."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a line looks like: its payee's key, all words of payee and notes, and its contexts.

    On the payee's page `on_account` stands for the line's account, `worded` for the account and all words.
    """

    key: str
    spoken: tuple[str, ...]
    noted: tuple[str, ...]
    account: Mark
    words: tuple[Mark, ...]
    on_account: int
    worded: int

    @property
    def pages(self) -> set[int]:
        """Give the shared pages that a guess needs and a lesson changes."""
        return {self.account.page, *(mark.page for mark in self.words)}


def traits_of(line: Line) -> Traits:
    """Read a line."""
    return traits(line.payee, line.notes, line.account_id)


def traits(payee: str, notes: str, account_id: str) -> Traits:
    """Read the texts of a line; notes name the payee only where the payee's text names nobody."""
    key, spoken = read_payee(payee)
    noted: tuple[str, ...] = ()
    if notes:
        second, noted = read_payee(notes)
        key = key or second
    tokens = dict.fromkeys(merchant_tokens(key))
    return Traits(
        key=key,
        spoken=spoken,
        noted=noted,
        account=_mark("account", account_id),
        words=tuple(_mark("word", token) for token in list(tokens)[:_TOKENS]),
        on_account=_context("account", account_id),
        worded=_context("words", account_id, *spoken),
    )


_CODE: Final = Struct("<I")
_CONTEXT: Final = Struct("<IB")
_VOTE: Final = Struct("<BH")
_WIDE: Final = Struct("<II")
_LEADS: Final = 0x80
_FORM: Final = 1


@dataclass(slots=True)
class Page:
    """The contexts of one item, the one that was touched last at the end.

    In a context that `leads`, the user has put a guess right: the latest choice goes before all others.
    """

    most: int = PAGE_CONTEXTS
    votes: dict[int, dict[int, int]] = field(default_factory=dict)
    leads: set[int] = field(default_factory=set)

    def teach(self, context: int, code: int, keep: int, *, corrected: bool = False) -> None:
        """Take a choice in; a correction leads until another category is chosen."""
        before = self.votes.pop(context, {})
        latest = next(reversed(before), None)
        self.votes[context] = taught(before, code, keep, MOST_CHOICES)
        if corrected:
            self.leads.add(context)
        elif code != latest:
            self.leads.discard(context)
        while len(self.votes) > self.most:
            oldest = next(iter(self.votes))
            del self.votes[oldest]
            self.leads.discard(oldest)

    def latest(self, context: int) -> int | None:
        """Give the category that leads a context whatever the votes say, or None."""
        return next(reversed(self.votes[context])) if context in self.leads else None

    def to_bytes(self) -> bytes:
        """Write the page: codes once, then contexts with numbers of codes and weights."""
        codes = list(dict.fromkeys(c for votes in self.votes.values() for c in votes))
        # the newest contexts are at the end: what does not fit was not touched for longest
        numbers = {code: number for number, code in enumerate(codes[-MOST_CATEGORIES:])}
        parts = [bytes((_FORM, len(numbers))), *map(_CODE.pack, numbers)]
        for context, votes in self.votes.items():
            kept = [(numbers[code], weight) for code, weight in votes.items() if code in numbers]
            count = len(kept) | (_LEADS if context in self.leads else 0)
            parts.append(_CONTEXT.pack(context, count))
            parts += [_VOTE.pack(*vote) for vote in kept]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes, most: int = PAGE_CONTEXTS) -> Page:
        """Read what `to_bytes` wrote."""
        at = 2 + _CODE.size * data[1]
        codes = [code for (code,) in _CODE.iter_unpack(data[2:at])]
        page = cls(most)
        while at < len(data):
            context, count = _CONTEXT.unpack_from(data, at)
            at += _CONTEXT.size
            end = at + _VOTE.size * (count & ~_LEADS)
            votes = {codes[number]: weight for number, weight in _VOTE.iter_unpack(data[at:end])}
            at = end
            if votes:
                page.votes[context] = votes
                if count & _LEADS:
                    page.leads.add(context)
        return page


@dataclass(slots=True)
class Habits:
    """How often an owner chooses each category at all."""

    votes: dict[int, int] = field(default_factory=dict)

    def teach(self, code: int) -> None:
        """Take a choice in."""
        self.votes = taught(self.votes, code, _HABITS_KEEP, MOST_CATEGORIES)

    def to_bytes(self) -> bytes:
        """Write the habits."""
        votes = b"".join(_WIDE.pack(*vote) for vote in self.votes.items())
        return bytes((_FORM,)) + votes

    @classmethod
    def from_bytes(cls, data: bytes) -> Habits:
        """Read what `to_bytes` wrote."""
        return cls(dict(_WIDE.iter_unpack(data[1:])))


def taught(before: Votes, code: int, keep: int, most: int) -> dict[int, int]:
    """Let older votes fade and add one for a category, which comes last; keep the heaviest."""
    votes = {known: left for known, weight in before.items() if (left := weight * keep // _WHOLE)}
    weight = votes.pop(code, 0) + UNIT
    while len(votes) >= most:
        del votes[min(votes, key=votes.__getitem__)]
    votes[code] = weight
    return votes


def merged(votes: Votes, merges: Mapping[int, int]) -> Votes:
    """Count votes of categories that were merged under where they went; the latest choice stays last."""
    if merges.keys().isdisjoint(votes):
        return votes
    joint: dict[int, int] = {}
    for code, weight in votes.items():
        into = merges.get(code, code)
        joint[into] = joint.pop(into, 0) + weight
    return joint


def _itself(key: str) -> str:
    return key


@dataclass(slots=True)
class Memory:
    """All that an owner's choices taught, or the pages of it that some lines need.

    `identify` gives the name under which a payee's page is known by the payee's key.
    """

    habits: Habits = field(default_factory=Habits)
    pages: dict[int, Page] = field(default_factory=dict)
    payees: dict[str, Page] = field(default_factory=dict)
    identify: Callable[[str], str] = _itself

    def payee(self, traits: Traits) -> Page | None:
        """Give the page of a line's payee, where it was ever taught."""
        return self.payees.get(self.identify(traits.key)) if traits.key else None

    def shared(self, mark: Mark) -> Votes:
        """Give the votes of a context that payees share."""
        page = self.pages.get(mark.page)
        return page.votes.get(mark.context, NO_VOTES) if page else NO_VOTES

    def teach(self, traits: Traits, code: int, *, corrected: bool = False) -> None:
        """Take in what the user chose for a line; `corrected` where a guess or choice was put right."""
        self.habits.teach(code)
        for mark in (traits.account, *traits.words):
            self.pages.setdefault(mark.page, Page()).teach(mark.context, code, SHARED_KEEP)
        if traits.key:
            name = self.identify(traits.key)
            page = self.payees.setdefault(name, Page(PAYEE_CONTEXTS))
            page.teach(PAYEE, code, PAYEE_KEEP, corrected=corrected)
            page.teach(traits.on_account, code, CLOSE_KEEP, corrected=corrected)
            page.teach(traits.worded, code, CLOSE_KEEP, corrected=corrected)


def lessons(taught_lines: Iterable[tuple[Line, str]]) -> Memory:
    """Make a memory of lines and the category ids that were chosen for them, in their order."""
    memory = Memory()
    for line, category_id in taught_lines:
        memory.teach(traits_of(line), code_of(category_id))
    return memory
