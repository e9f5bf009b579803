"""From a query's text to its tokens, in one pass from left to right."""

from __future__ import annotations

import re
from typing import Final, Literal

from chalicelib.expenses.model.query.tree import BadQuery
from chalicelib.kernel.regex import regex
from chalicelib.kernel.values import dataclass

Kind = Literal["word", "quoted", "operator", "(", ")", "-", "end"]
OPERATORS: Final = (":=", ">=", "<=", ":", "=", ">", "<")
_TOKEN: Final = regex(
    r'(?P<space>\s+)|(?P<quoted>"(?:[^"\\]|\\["\\])*")|(?P<operator>:=|>=|<=|[:=<>])'
    r'|(?P<bracket>[()])|(?P<word>[^\s()":=<>]+)'
)
_ESCAPED: Final = regex(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query. `glued`: no space before it. `star`: a `*` ended it."""

    kind: Kind
    text: str
    at: int
    glued: bool = False
    star: bool = False


def tokens(text: str) -> list[Token]:
    """Take a query apart; the last token is the `end`."""
    found: list[Token] = []
    at, glued = 0, False
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadQuery(at, "expected a closing quotation mark")
        if match.lastgroup != "space":
            at = _take(found, match, glued=glued)
            glued = True
        else:
            at, glued = match.end(), False
    found.append(Token("end", "", len(text)))
    return found


def _take(found: list[Token], match: re.Match[str], *, glued: bool) -> int:
    """Add the token of a match, and say where the next one begins."""
    text, at = match.group(), match.start()
    if match.lastgroup == "operator":
        found.append(Token("operator", text, at, glued))
    elif match.lastgroup == "bracket":
        found.append(Token("(" if text == "(" else ")", text, at, glued))
    elif match.lastgroup == "quoted":
        star = match.string.startswith("*", match.end())
        found.append(Token("quoted", _ESCAPED.sub(r"\1", text[1:-1]), at, glued, star))
        return match.end() + star
    elif text[0] == "-" and not (glued and found and found[-1].kind == "operator"):
        found.append(Token("-", "-", at, glued))
        return at + 1
    else:
        found.append(_word(text, at, glued=glued))
    return match.end()


def _word(text: str, at: int, *, glued: bool) -> Token:
    body = text.removesuffix("*")
    if not body or "*" in body:
        raise BadQuery(at + text.index("*"), "a * may only end a word")
    return Token("word", body, at, glued, star=body != text)
