"""The shipped prior: weighs what the lexicon and the merchant code say about a line, and may abstain.

Weights are log-odds against a background of "nothing known": evidence for one category adds up with
diminishing returns, categories compete, and what is left for the background is doubt. The numbers
were set by hand against the labelled table of the tests; they are no learned model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from typing import Final, NamedTuple

from chalicelib.expenses.model.categories import BY_SLUG
from chalicelib.expenses.model.lexicon import Lexicon, Senses, Sort, lexicon
from chalicelib.expenses.model.merchant_codes import VAGUE, slugs_by_code

_WEIGHTS: Final[Mapping[Sort, float]] = {"house": 5.0, "alone": 5.0, "word": 4.0, "sure": 7.6}
_PART: Final = 3.6
_LONGER: Final = 0.6
"""More for each further word of a phrase."""
_CODE: Final = 4.4
_VAGUE_CODE: Final = 2.2
_BACKGROUND: Final = 2.0
_NOTES: Final = 0.7
_SURE_NOTES: Final = 0.9
"""What stands in the notes weighs less than what the payee is called."""
_LATE: Final = 0.85
"""A name stands in front; what is said later in the text weighs less."""
_EARLY_WORDS: Final = 3
_AGAIN: Final = 0.4
_MONEY_BACK: Final[Mapping[Sort, float]] = {"house": 0.86, "alone": 0.86, "word": 0.6, "sure": 0.6}
"""Money that comes in is a refund only now and then, so spending words weigh less."""
_KINDS: Final = {slug: category.kind for slug, category in BY_SLUG.items()}
_REFUND: Final = "refunds"


class Reading(NamedTuple):
    """The likeliest category by slug, and whether the merchant code alone says so."""

    slug: str
    confidence: float
    by_code: bool


_Hit = tuple[str, float]
"""A category slug and the weight of what was found for it."""


def read_line(
    payee: Sequence[str], notes: Sequence[str], *, key: str, comes_in: bool, code: str = ""
) -> Reading | None:
    """Weigh the words of payee and notes and the merchant code; None when nothing is known."""
    book = lexicon()
    scores: dict[str, float] = {}
    for place, words in enumerate((payee, notes)):
        for slug, weight in _hits(book, words, key, comes_in=comes_in, noted=place == 1):
            _add(scores, slug, weight)
    worded = scores.copy()
    by_code = slugs_by_code().get(code)
    if by_code is not None:
        _add(scores, by_code, _VAGUE_CODE if code in VAGUE else _CODE)
    return _decide(scores, worded)


def _decide(scores: dict[str, float], worded: dict[str, float]) -> Reading | None:
    # A refunded purchase keeps its category: "refund" only speaks where nothing else does.
    if _REFUND in scores and len(scores) > 1:
        back = scores.pop(_REFUND)
        scores = {slug: score + 0.2 * back for slug, score in scores.items()}
    if not scores:
        return None
    powers = {slug: exp(score) for slug, score in scores.items()}
    best = max(powers, key=powers.__getitem__)
    confidence = powers[best] / (sum(powers.values()) + exp(_BACKGROUND))
    return Reading(best, confidence, by_code=best not in worded)


def _add(scores: dict[str, float], slug: str, weight: float) -> None:
    known = scores.get(slug)
    if known is None:
        scores[slug] = weight
    else:
        scores[slug] = max(known, weight) + _AGAIN * min(known, weight)


def _hits(
    book: Lexicon, words: Sequence[str], key: str, *, comes_in: bool, noted: bool
) -> list[_Hit]:
    """Find the longest known phrase at each word; a word belongs to one phrase."""
    found: list[_Hit] = []
    at = 0
    while at < len(words):
        senses, size = _longest_at(book, words, at)
        if senses:
            usable = _usable(senses, whole=size == 1 and key == words[at], comes_in=comes_in)
            trust = (1.0 if at < _EARLY_WORDS else _LATE) * (_NOTES if noted else 1.0)
            for slug, sort in usable:
                weight = _weight(slug, sort, size, comes_in=comes_in)
                sure = _SURE_NOTES if noted else 1.0
                found.append((slug, weight * (sure if sort == "sure" else trust)))
        at += abs(size)
    return found


def _longest_at(book: Lexicon, words: Sequence[str], at: int) -> tuple[Senses, int]:
    """Give the senses and the number of words; -1 words for a part of one word."""
    word = words[at]
    longest = book.longest.get(word, 0)
    if longest == 0 and (plain := _without_e(word)) != word:
        word = plain
        longest = book.longest.get(word, 0)
    for size in range(min(longest, len(words) - at), 0, -1):
        phrase = " ".join((word, *words[at + 1 : at + size]))
        senses = book.phrases.get(phrase)
        if senses:
            return senses, size
    return (book.part_of(word) if len(word) > 5 else ()), -1


def _without_e(word: str) -> str:
    """Turn baeckerei into backerei, the way umlauts are folded."""
    if "e" not in word:
        return word
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _usable(senses: Senses, *, whole: bool, comes_in: bool) -> Senses:
    """Leave out shy names in company, income for money that goes out, spending beside income."""
    left = tuple(
        (slug, sort)
        for slug, sort in senses
        if (sort != "alone" or whole) and (comes_in or _KINDS[slug] != "income")
    )
    if comes_in and any(_KINDS[slug] == "income" for slug, _ in left):
        return tuple((slug, sort) for slug, sort in left if _KINDS[slug] != "expense")
    return left


def _weight(slug: str, sort: Sort, size: int, *, comes_in: bool) -> float:
    weight = _PART if size < 0 and sort == "word" else _WEIGHTS[sort]
    weight += _LONGER * (abs(size) - 1)
    return weight * _MONEY_BACK[sort] if comes_in and _KINDS[slug] == "expense" else weight
