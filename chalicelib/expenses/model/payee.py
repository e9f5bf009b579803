"""What a bank writes about the other side, reduced to a stable merchant key.

Banks wrap a merchant's name in terminal numbers, dates, cities, payment words and SEPA fields. Two
purchases in one shop must give one key, so that a correction made once is remembered. Every step is
linear in a bounded text; the key of a key is the key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from chalicelib.expenses.model import payee_noise as noise
from chalicelib.kernel.regex import regex

MAX_TEXT: Final = 512
"""Characters of a bank's text that are looked at."""
MAX_KEY: Final = 80
MAX_KEY_TOKENS: Final = 6
MAX_WORDS: Final = 32

_LATIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d", "ħ": "h"}
)
_MARKS: Final = regex("[\u0300-\u036f]+")
# The letters and digits of any alphabet with their marks, and `&`; all else parts words.
_WORD: Final = regex(
    "[^\\s!-%'-/:-@\\[-`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7"
    "\u2000-\u206f\u2190-\u2bff\u3000-\u303f\ufeff]+"
)


def fold(text: str) -> str:
    """Fold case, Latin accents and white space away, for comparing texts; looks at 512 characters."""
    text = text[:MAX_TEXT]
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(_strip(_strip(text).casefold()).translate(_LATIN).split())


def _strip(text: str) -> str:
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", bare)


# ------------------------------------------------------------------------- fields within the text

# German booking texts: "EREF+...MREF+...SVWZ+what it is for", often glued together.
_PLUS_TAG: Final = regex(
    r"(?:eref|kref|mref|cred|debt|coam|oamt|svwz|abwa|abwe|iban|bic|purp|mdat|ivcd|mtlg|ulta|ultb)\+"
)
_PLUS_KEPT: Final = frozenset({"svwz+", "abwa+"})
# Dutch and MT940: "/TRTP/.../IBAN/.../NAME/who/REMI/what/EREF/..."
_SLASH_TAG: Final = regex(
    r"/(?:trtp|iban|bic|name|remi|eref|csid|marf|ordp|bene|cntp|purp|isdt|ustd|addr|swod|kref)/"
)
# Labels and colons, as Dutch and German exports write them.
_COLON_TAG: Final = regex(
    r"\b(?:naam|omschrijving|iban|bic|kenmerk|machtiging id|incassant id|machtiging|valutadatum"
    r"|pasvolgnr|transactie|term|doorlopende incasso|zahlungsempfanger|auftraggeber|empfanger"
    r"|verwendungszweck|empfanger-kennung|mandatsreferenz|glaubiger-id|kundenreferenz|ref|motif)"
    r"\s?:\s?"
)
_COLON_NAMES: Final = ("naam", "zahlungsempfanger", "auftraggeber", "empfanger")


def _unwrap(text: str) -> str:
    if "+" in text:
        text = _plus_fields(text)
    if text.count("/") > 2:
        text = _slash_fields(text)
    if ":" in text:
        text = _colon_fields(text)
    # "REWE SAGT DANKE//HAMBURG/DE 2026-..": what follows is where and when.
    head, _, tail = text.partition("//")
    return head if tail and _has_letters(head) else text


def _plus_fields(text: str) -> str:
    head, fields = _fields(_PLUS_TAG, text)
    kept = [value for tag, value in fields if tag in _PLUS_KEPT and _has_letters(value)]
    return " ".join((head, *kept)) if fields else text


def _slash_fields(text: str) -> str:
    head, fields = _fields(_SLASH_TAG, text)
    for wanted in ("/name/", "/remi/", "/ustd/"):
        for tag, value in fields:
            if tag == wanted and _has_letters(value):
                return value
    return head if _has_letters(head) else text


def _colon_fields(text: str) -> str:
    head, fields = _fields(_COLON_TAG, text)
    for tag, value in fields:
        if tag.startswith(_COLON_NAMES) and not tag.startswith("empfanger-") and value.strip():
            return value
    return head if _has_letters(head) else text


def _fields(tag: re.Pattern[str], text: str) -> tuple[str, list[tuple[str, str]]]:
    marks = list(tag.finditer(text))
    if not marks:
        return text, []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    fields = [(mark.group(), text[mark.end() : end]) for mark, end in zip(marks, ends, strict=True)]
    return text[: marks[0].start()], fields


def _has_letters(text: str) -> bool:
    return sum(map(str.isalpha, text[:60])) >= 2


# ---------------------------------------------------------------------------------- words and key

# "PAYPAL *SHOP", "SQ *SHOP", "SUMUP *SHOP": the shop is behind the star.
_AGENT: Final = regex(rf"^.{{0,24}}?\b(?:{'|'.join(noise.AGENTS)})\s?\*\s?(?=[^\W\d_]{{2}})")
_INITIALS: Final = regex(r"\b[^\W\d_](?:\.[^\W\d_])+\b\.?")
_AMPERSAND: Final = regex(r"(?<![^\W_])([^\W_]{1,2}) ?& ?([^\W_]{1,2})(?![^\W_])")
_DOMAIN: Final = regex(rf"\.(?:co\.uk|com\.[a-z]{{2}}|{'|'.join(noise.DOMAINS)})(?![^\W_])")
_ELISION: Final = regex(r"\b(?:l|d|dell|all|nell|sull|dall)['’](?=[^\W\d_])")
_ELEVEN: Final = regex(r"\b7[ -]eleven\b")
_ZEROS: Final = regex(r"\b0+(?=[^\W\d_]{2})")
_GAP: Final = regex(r" {3,}")
_QUOTE: Final = regex("['’`´]")
_APOSTROPHE: Final = regex(r"(?<=\w)['’`´](?=\w)")


def _words(text: str) -> list[str]:
    found: list[str] = []
    dated = False
    for raw in _candidates(_plain(text)):
        word = noise.ALIASES.get(raw, raw)
        if _is_code(word):
            dated = True
            if found and found[-1] in noise.MONTHS:
                found.pop()
        elif not (dated and word in noise.MONTHS):
            found.append(word)
            dated = False
            if len(found) == MAX_WORDS:
                break
    return found


def _plain(text: str) -> str:
    text = _ELEVEN.sub("7eleven", _ZEROS.sub("", _AGENT.sub("", _unwrap(text))))
    if "." in text:
        text = _DOMAIN.sub(" ", _INITIALS.sub(_joined, text.replace("www.", " ")))
    if _QUOTE.search(text):
        text = _APOSTROPHE.sub("", _ELISION.sub("", text))
    return _AMPERSAND.sub(r"\1&\2", text) if "&" in text else text


def _candidates(text: str) -> Iterator[str]:
    """Part into words; `h&m` and `1&1` stay whole, `barnes&noble` is two words."""
    for word in _WORD.findall(text):
        if "&" not in word or _AMPERSAND.fullmatch(word):
            yield word
        else:
            yield from filter(None, word.split("&"))


def _joined(match: re.Match[str]) -> str:
    return match.group().replace(".", "")


def _is_code(word: str) -> bool:
    """Tell numbers, dates, terminals and references from names such as o2 or car2go."""
    if word.isalpha() or word in noise.NAMES_WITH_DIGITS or "&" in word:
        return False
    digits = sum(map(str.isdigit, word))
    if digits != 1:
        return digits > 1
    if len(word) <= 3:
        return len(word) == 1 or word[0] == "k"
    return word[0].isdigit() or word[-1].isdigit()


_NONE: Final[frozenset[str]] = frozenset()
_Step = Callable[[list[str]], list[str]]


def merchant_key(payee: str, memo: str = "") -> str:
    """Give the stable key of the other side, or "" when nothing names it; the memo is second best."""
    return read_payee(payee)[0] or read_payee(memo)[0]


def read_payee(text: str) -> tuple[str, tuple[str, ...]]:
    """Give the key of one text, and all its words that can carry meaning, without its numbers."""
    text = text[:MAX_TEXT]
    found = _words(fold(text))
    # Wide gaps are columns: "DELIVEROO      LONDON      GBR". The first that names somebody counts.
    if "   " in text:
        for column in _GAP.split(text):
            shorter = _shortened(_words(fold(column)))
            if _names(shorter):
                return " ".join(shorter), tuple(found)
    return " ".join(_shortened(found)), tuple(found)


def merchant_tokens(key: str) -> tuple[str, ...]:
    """Give the words of a key."""
    return tuple(key.split())


def _shortened(found: list[str]) -> list[str]:
    """Take noise off until none is left; each round only drops words, so the rounds end."""
    while True:
        shorter = found
        for step in _STEPS:
            shorter = step(shorter)
        if shorter == found:
            return found
        found = shorter


def _without_repeats(found: list[str]) -> list[str]:
    return [word for word, _ in groupby(found)]


def _without_thanks(found: list[str]) -> list[str]:
    """Cut "REWE SAGT DANKE ..." and "HOFER DANKT ..." behind the name."""
    for at, word in enumerate(found[1:], start=1):
        if word in {"dankt", "sagt"}:
            return found[:at]
    return found


def _without_lead(found: list[str]) -> list[str]:
    """Drop payment words such as "card purchase" in front, while a name stays behind them."""
    for size in (4, 3, 2, 1):
        if len(found) > size and tuple(found[:size]) in noise.LEADS and _names(found[size:]):
            return found[size:]
    return found


def _without_tail(found: list[str]) -> list[str]:
    """Drop places, countries, legal forms and courtesies at the end, while a name stays."""
    for size in (3, 2, 1):
        rest = found[:-size]
        if tuple(found[-size:]) in noise.TAILS and _names(rest) and rest[-1] not in noise.LINKS:
            return rest
    if len(found) > 1 and len(found[-1]) == 1 and found[-1].isascii() and _names(found[:-1]):
        return found[:-1]
    return found


def _without_forms(found: list[str]) -> list[str]:
    """Drop legal forms and filler behind the first word, and what its house adds to itself."""
    filler = noise.HOUSES.get(found[0], _NONE) if found else _NONE
    return found[:1] + [w for w in found[1:] if w not in noise.FILLER and w not in filler]


def _bounded(found: list[str]) -> list[str]:
    found = [word[:MAX_KEY] for word in found[:MAX_KEY_TOKENS]]
    while len(found) > 1 and len(" ".join(found)) > MAX_KEY:
        found = found[:-1]
    return found


def _names(rest: list[str]) -> bool:
    """Tell whether words are left that can name somebody."""
    return any(len(word) > 2 or "&" in word for word in rest) and not noise.EMPTY.issuperset(rest)


_STEPS: Final[tuple[_Step, ...]] = (
    _without_repeats,
    _without_thanks,
    _without_lead,
    _without_tail,
    _without_forms,
    _bounded,
)
