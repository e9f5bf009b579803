"""The one way to write a query: reading it back gives the same tree."""

from __future__ import annotations

from typing import Final

from chalicelib.expenses.model.query.tree import (
    Amounts,
    Choice,
    Days,
    Every,
    Query,
    Some,
    Span,
    Term,
    Unless,
    Words,
)
from chalicelib.kernel.regex import regex

_BARE: Final = regex(r'[^\s()":=<>*\-][^\s()":=<>*]*')
_KEYWORDS: Final = frozenset({"AND", "OR", "NOT"})


def print_query(query: Query) -> str:
    """Write a query."""
    match query:
        case Some(parts):
            return " OR ".join(_bracketed(part, Some) for part in parts)
        case Every(parts):
            return " ".join(_bracketed(part, Some, Every) for part in parts)
        case Unless(part):
            return "-" + _bracketed(part, Some, Every)
        case _:
            return _term(query)


def _bracketed(query: Query, *kinds: type) -> str:
    written = print_query(query)
    return f"({written})" if isinstance(query, kinds) else written


def _term(term: Term) -> str:
    match term:
        case Words("text", value, match) if match != "exact":
            return _quoted(value) + ("*" if match == "begins" else "")
        case Words(field, value, match):
            sign = ":=" if match == "exact" else ":"
            return f"{field}{sign}{_quoted(value)}" + ("*" if match == "begins" else "")
        case Amounts(field, span):
            return field + _span(span)
        case Days(span):
            return "date" + _span(span)
        case Choice(field, value):
            return f"{field}:{value}"


def _span(span: Span) -> str:
    if span.high is None:
        return f"{'>' if span.above else '>='}{span.low}"
    if span.low is None:
        return f"{'<' if span.below else '<='}{span.high}"
    return f":{span.low}" if span.low == span.high else f":{span.low}..{span.high}"


def _quoted(text: str) -> str:
    if _BARE.fullmatch(text) and text not in _KEYWORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
