"""What names and words mean, as shipped: the prior of the categoriser before a user taught it anything.

Written by hand from general knowledge, for banks that write English, German, French, Spanish,
Italian, Dutch, Portuguese, Polish, Czech and the Nordic languages. A leading `*` marks an ending
(`*apotheke`), a trailing one a beginning (`versicher*`). Texts stand as `payee.read_payee` leaves words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, Literal

from chalicelib.expenses.model.lexicon.houses import DAILY
from chalicelib.expenses.model.lexicon.houses_more import ALONE, HOME_AND_MONEY
from chalicelib.expenses.model.lexicon.words import SPENDING
from chalicelib.expenses.model.lexicon.words_more import FAMILY_AND_MONEY, SURE

Sort = Literal["house", "alone", "word", "sure"]
Senses = tuple[tuple[str, Sort], ...]
"""Category slugs with the sort of entry each comes from."""
_LEAST_STEM: Final = 3


class Lexicon:
    """Phrases by their text, and where to look for them."""

    __slots__ = ("_beginnings", "_endings", "_last_letters", "_sizes", "longest", "phrases")

    def __init__(
        self,
        phrases: Mapping[str, Senses],
        endings: Mapping[str, Senses],
        beginnings: Mapping[str, Senses],
    ) -> None:
        """Note how long a phrase with a given first word may be, and how endings end."""
        self.phrases = phrases
        self.longest: dict[str, int] = {}
        for phrase in phrases:
            head = phrase.partition(" ")[0]
            self.longest[head] = max(self.longest.get(head, 1), phrase.count(" ") + 1)
        self._endings = endings
        self._beginnings = beginnings
        self._last_letters = frozenset(part[-3:] for part in endings)
        self._sizes = tuple(sorted({len(part) for part in endings}, reverse=True))

    def part_of(self, word: str) -> Senses:
        """Give the senses of a known ending or beginning of a longer word."""
        if word[-3:] in self._last_letters:
            for size in self._sizes:
                if len(word) >= size + _LEAST_STEM and (found := self._endings.get(word[-size:])):
                    return found
        for beginning, senses in self._beginnings.items():
            if word.startswith(beginning):
                return senses
        return ()


def entries() -> Iterator[tuple[str, Sort, str]]:
    """Give every entry as category slug, sort and text."""
    sources: tuple[tuple[Sort, Mapping[str, str]], ...] = (
        ("house", DAILY),
        ("house", HOME_AND_MONEY),
        ("alone", ALONE),
        ("word", SPENDING),
        ("word", FAMILY_AND_MONEY),
        ("sure", SURE),
    )
    for sort, source in sources:
        for slug, text in source.items():
            for entry in text.split(","):
                yield slug, sort, " ".join(entry.split())


@cache
def lexicon() -> Lexicon:
    """Index the entries, once a process and only when the first line is categorised."""
    phrases: dict[str, Senses] = {}
    endings: dict[str, Senses] = {}
    beginnings: dict[str, Senses] = {}
    for slug, sort, text in entries():
        sense = ((slug, sort),)
        if text.startswith("*"):
            endings[text[1:]] = endings.get(text[1:], ()) + sense
        elif text.endswith("*"):
            beginnings[text[:-1]] = beginnings.get(text[:-1], ()) + sense
        whole = text.strip("*")
        if sense[0] not in phrases.get(whole, ()):
            phrases[whole] = phrases.get(whole, ()) + sense
    return Lexicon(phrases, endings, beginnings)
