"""From tokens to a tree, by recursive descent over the grammar of `docs/search.md`.

Nothing is guessed: what is not understood is refused with its place.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final, cast, get_args

from chalicelib.expenses.model.payee import fold
from chalicelib.expenses.model.query.lexer import Token, tokens
from chalicelib.expenses.model.query.tree import (
    MAX_NESTING,
    MAX_QUERY,
    MAX_TERMS,
    MAX_VALUE,
    AmountField,
    Amounts,
    BadQuery,
    Choice,
    ChoiceField,
    Days,
    Every,
    Match,
    NameField,
    Query,
    QueryProblem,
    Some,
    Span,
    Term,
    TextField,
    Unless,
    Words,
)
from chalicelib.expenses.model.query.values import (
    RELATIVE,
    days_of,
    expected,
    is_day,
    read_amount,
    read_choice,
)

FIELDS: Final = (
    *get_args(TextField),
    *get_args(NameField),
    *get_args(AmountField),
    "date",
    "before",
    "after",
    *get_args(ChoiceField),
)
_ENDS: Final = {"end", ")"}
_UNBOUNDED: Final = {
    ">": lambda value: Span(value, None, above=True),
    ">=": lambda value: Span(value, None),
    "<": lambda value: Span(None, value, below=True),
    "<=": lambda value: Span(None, value),
}
_DAY_HINT: Final = (
    "expected a day such as 2026-11-02, a month, a year, or a word such as last-month"
)
_AMOUNT_HINT: Final = "expected a number such as 12.50"


def parse_query(text: str) -> Query | QueryProblem:
    """Read a query, or say what is wrong with it and where."""
    if len(text) > MAX_QUERY:
        return QueryProblem(MAX_QUERY + 1, f"a query has at most {MAX_QUERY} characters")
    try:
        return _Parser(tokens(text)).whole()
    except BadQuery as bad:
        return bad.problem


class _Parser:
    """Walks over the tokens once."""

    __slots__ = ("_place", "_terms", "_tokens")

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._place = 0
        self._terms = 0

    def whole(self) -> Query:
        query = self._some(0)
        if self._next.kind != "end":
            raise BadQuery(self._next.at, "expected the end: this bracket closes nothing")
        return query

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._next
        self._place += 1
        return token

    def _takes(self, keyword: str) -> bool:
        """Go past a keyword, if it is the next token."""
        token = self._next
        if token.kind == "word" and token.text == keyword and not self._is_field():
            self._place += 1
            return True
        return False

    def _some(self, depth: int) -> Query:
        parts = [self._every(depth)]
        while self._takes("OR"):
            parts.append(self._every(depth))
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _every(self, depth: int) -> Query:
        parts = [self._not(depth)]
        while self._takes("AND") or not self._ends():
            parts.append(self._not(depth))
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _ends(self) -> bool:
        token = self._next
        if token.kind == "word" and token.text == "OR":
            return not self._is_field()
        return token.kind in _ENDS

    def _not(self, depth: int) -> Query:
        token = self._next
        if depth > MAX_NESTING:
            raise BadQuery(token.at, f"brackets and negations nest at most {MAX_NESTING} deep")
        if token.kind == "-" or (token.kind == "word" and token.text == "NOT"):
            self._place += 1
            return Unless(self._not(depth + 1))
        if token.kind == "(":
            return self._bracket(depth)
        return self._term()

    def _bracket(self, depth: int) -> Query:
        opening = self._take()
        inner = self._some(depth + 1)
        if self._take().kind != ")":
            raise BadQuery(opening.at, "expected a closing bracket for this one")
        return inner

    def _is_field(self) -> bool:
        after = self._tokens[self._place + 1 : self._place + 2]
        return bool(after) and after[0].kind == "operator" and after[0].glued

    def _term(self) -> Term:
        self._terms += 1
        token = self._take()
        if self._terms > MAX_TERMS:
            raise BadQuery(token.at, f"a query has at most {MAX_TERMS} terms")
        if token.kind not in {"word", "quoted"} or (
            token.kind == "word" and token.text in {"AND", "OR"}
        ):
            raise BadQuery(token.at, "expected a word, a quoted text, a field or a bracket")
        if token.kind == "word" and self._next.kind == "operator" and self._next.glued:
            return self._field(token)
        if self._next.kind == "operator":
            raise BadQuery(self._next.at, "expected a field right before this sign")
        return _words("text", token, exact=False, at=token.at)

    def _field(self, name: Token) -> Term:
        field = name.text.lower()
        if field not in FIELDS or name.star:
            raise BadQuery(name.at, f"expected one of the fields {', '.join(FIELDS)}")
        operator, value = self._take(), self._next
        if value.kind not in {"word", "quoted"} or not value.glued:
            raise BadQuery(value.at, f"expected a value right after {operator.text}")
        return _READERS[field](field, operator, self._take(), name.at)


def _words(field: TextField | NameField, value: Token, *, exact: bool, at: int) -> Words:
    if not fold(value.text) or len(value.text) > MAX_VALUE:
        raise BadQuery(value.at, f"expected a text of 1 to {MAX_VALUE} characters")
    if exact and value.star:
        raise BadQuery(value.at, "a * cannot end a text that must be the same")
    match: Match = "exact" if exact else "begins" if value.star else "plain"
    return Words(field, value.text, match, at)


def _read_words(field: str, operator: Token, value: Token, at: int) -> Term:
    if operator.text not in {":", ":=", "="}:
        raise BadQuery(operator.at, f"{field} takes : or :=")
    named = cast("TextField | NameField", field)
    return _words(named, value, exact=operator.text != ":", at=at)


def _read_span(operator: Token, value: Token, read: Callable[[str], str | None], hint: str) -> Span:
    text = _bare(value)
    if operator.text in _UNBOUNDED:
        return _UNBOUNDED[operator.text](_read(text, read, value.at, hint))
    low, dots, high = text.partition("..")
    if not dots:
        same = _read(text, read, value.at, hint)
        return Span(same, same)
    if not low and not high:
        raise BadQuery(value.at, hint)
    return Span(
        _read(low, read, value.at, hint) if low else None,
        _read(high, read, value.at + len(low) + 2, hint) if high else None,
    )


def _read(text: str, read: Callable[[str], str | None], at: int, hint: str) -> str:
    found = read(text)
    if found is None:
        raise BadQuery(at, hint)
    return found


def _bare(value: Token) -> str:
    if value.star:
        raise BadQuery(value.at + len(value.text), "a * may only end a word of a text or name")
    return value.text


def _read_amounts(field: str, operator: Token, value: Token, at: int) -> Term:
    span = _read_span(operator, value, read_amount, _AMOUNT_HINT)
    if span.low and span.high and Decimal(span.low) > Decimal(span.high):
        raise BadQuery(value.at, "the first is greater than the second")
    if field == "amount" and "-" in f"{span.low}{span.high}":
        raise BadQuery(value.at, "amount has no sign: ask for signed, or is:expense")
    return Amounts(cast("AmountField", field), span, at)


def _read_days(field: str, operator: Token, value: Token, at: int) -> Term:
    if field == "date":
        return Days(_ordered(_read_span(operator, value, _day, _DAY_HINT), value), at)
    if operator.text != ":":
        raise BadQuery(operator.at, f"{field} takes :")
    day = _read(_bare(value), _day, value.at, _DAY_HINT)
    return Days(_UNBOUNDED[">" if field == "after" else "<"](day), at)


def _ordered(span: Span, value: Token) -> Span:
    """Refuse a span that no day is in; what words such as `today` mean is not known here."""
    ends = [end for end in (span.low, span.high) if end is not None and end not in RELATIVE]
    if len(ends) == 2 and days_of(ends[0], date.min)[0] > days_of(ends[1], date.min)[1]:
        raise BadQuery(value.at, "the first is later than the second")
    return span


def _day(text: str) -> str | None:
    lowered = text.lower()
    return lowered if is_day(lowered) else None


def _read_choice(field: str, operator: Token, value: Token, at: int) -> Term:
    if operator.text not in {":", "="}:
        raise BadQuery(operator.at, f"{field} takes :")
    chosen = cast("ChoiceField", field)
    found = read_choice(chosen, _bare(value))
    if found is None:
        raise BadQuery(value.at, expected(chosen))
    return Choice(chosen, found, at)


_Reader = Callable[[str, Token, Token, int], Term]
_READERS: Final[dict[str, _Reader]] = {
    **dict.fromkeys((*get_args(TextField), *get_args(NameField)), _read_words),
    **dict.fromkeys(get_args(AmountField), _read_amounts),
    **dict.fromkeys(("date", "before", "after"), _read_days),
    **dict.fromkeys(get_args(ChoiceField), _read_choice),
}
