"""Which payees may be one and the same: names that differ by a slip, a space or a word more.

Works on merchant keys, from which banks' noise is gone already. It looks for a reason why two keys would be one
name, and stays silent without one: "Hotel Bern" and "Hotel Berlin" are near, and yet two houses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

from chalicelib.expenses.model.payee import merchant_tokens
from chalicelib.kernel.values import dataclass

MOST_KEYS: Final = 2_000
"""Names that one call compares."""
MOST_PAIRS: Final = 40_000
"""Comparisons of one call: two seconds at most on a slow core."""
LEAST: Final = 0.8
_BLOCK: Final = 40
"""A beginning that more names share than so many says nothing about any two of them."""
_HEAD: Final = 3
_SLIPS_BESIDE: Final = ((9, 2), (5, 1))
_SLIPS_ALONE: Final = ((12, 2), (7, 1))
"""From so many letters on, so many slips still leave it the same word: beside another one that is the same, or alone."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two keys that may be one payee, and how sure that is from 0 to 1."""

    one: str
    other: str
    score: float


def alike(keys: Iterable[str]) -> list[Likeness]:
    """Give the pairs of keys that may be one payee, the surest first; looks at `MOST_KEYS` at most."""
    known = sorted({key for key in keys if key})[:MOST_KEYS]
    found = [
        Likeness(one, other, score)
        for one, other in _candidates(known)
        if (score := likeness(one, other)) >= LEAST
    ]
    return sorted(found, key=lambda pair: (-pair.score, pair.one, pair.other))


def likeness(one: str, other: str) -> float:
    """Say how sure it is that two keys name the same: 1 where they differ in spaces alone, 0 without a reason."""
    if one.replace(" ", "") == other.replace(" ", ""):
        return 1.0
    fewer, more = sorted(map(merchant_tokens, (one, other)), key=lambda words: (len(words), words))
    return max(_by_words(fewer, more), _as_one_word(one, other))


def _candidates(known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pair keys of which a word, or the whole without spaces, begins or ends alike."""
    blocks: dict[str, list[str]] = {}
    for key in known:
        whole = key.replace(" ", "")
        ends = {f"^{whole[:_HEAD]}", f"{whole[-_HEAD:]}$"}
        starts = {word[:_HEAD] for word in merchant_tokens(key) if len(word) >= _HEAD}
        for mark in ends | starts:
            blocks.setdefault(mark, []).append(key)
    seen: set[tuple[str, str]] = set()
    for members in sorted(blocks.values(), key=len):
        if len(members) > _BLOCK:
            return
        for pair in combinations(members, 2):
            if pair not in seen and len(seen) < MOST_PAIRS:
                seen.add(pair)
                yield pair


def _by_words(fewer: Sequence[str], more: Sequence[str]) -> float:
    """Compare word by word: each of the fewer must stand among the others."""
    left = list(more)
    anchored = any(len(word) > _HEAD and word in left for word in fewer)
    same = whole = 0.0
    for word in fewer:
        match = max(left, key=lambda other: _word(word, other, anchored=anchored))
        value = _word(word, match, anchored=anchored)
        if not value:
            return 0.0
        same += value * max(len(word), len(match))
        whole += max(len(word), len(match))
        left.remove(match)
    if left and (len(fewer) == 1 or fewer[0] != more[0]):
        # one word more makes another shop of a single word: "shell" and "shell energy"
        return 0.0
    # what was said beside the whole name counts for a quarter
    return same / (whole + sum(map(len, left)) / 4)


def _as_one_word(one: str, other: str) -> float:
    """Compare without spaces where only one of them has a space there: it may come with a slip."""
    if one.count(" ") == other.count(" "):
        return 0.0
    return _word(one.replace(" ", ""), other.replace(" ", ""), anchored=False)


def _word(one: str, other: str, *, anchored: bool) -> float:
    """Say how sure two words are the same: 0 unless they are equal or differ by a slip behind the first letter."""
    if one == other:
        return 1.0
    short, long = sorted((one, other), key=len)
    allowed = _SLIPS_BESIDE if anchored else _SLIPS_ALONE
    most = next((slips for length, slips in allowed if len(short) >= length), 0)
    if short[0] != long[0] or len(long) - len(short) > most:
        return 0.0
    slips = _slips(short, long, most)
    return 1 - 0.5 * slips / len(short) if slips <= most else 0.0


def _slips(one: str, other: str, most: int) -> int:
    """Count letters that are missing, too many, wrong or swapped; gives up beyond `most`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [at]
        for to, wanted in enumerate(other, start=1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            swapped = at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted
            row.append(min(cost, earlier[to - 2] + 1) if swapped else cost)
        if min(row) > most:
            return most + 1
    return row[-1]
