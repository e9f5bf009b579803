"""Queries of every form, in the form in which reading gives them."""

from __future__ import annotations

from typing import Final, get_args

from hypothesis import strategies as st

from chalicelib.expenses.model.payee import fold
from chalicelib.expenses.model.query import QueryProblem, parse_query
from chalicelib.expenses.model.query.tree import (
    Amounts,
    Choice,
    Days,
    Every,
    NameField,
    Query,
    Some,
    Span,
    TextField,
    Unless,
    Words,
)
from chalicelib.expenses.model.query.values import CHOICES, RELATIVE, read_amount

DAYS: Final = st.sampled_from(sorted(RELATIVE)) | st.sampled_from(
    ("1900", "2026", "9999", "2026-02", "2026-11", "2024-02-29", "2026-11-02", "2026-12-31")
)
_NUMBERS: Final = st.decimals(0, 10**6, places=3).map(lambda one: read_amount(f"{one:f}") or "0")
_SIGNED: Final = st.builds(
    lambda minus, one: f"-{one}" if minus and one != "0" else one, st.booleans(), _NUMBERS
)
_texts: Final = st.text(min_size=1, max_size=12).filter(lambda text: bool(fold(text)))


def spans(field: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[Span]:
    def ordered(span: Span) -> bool:
        return not isinstance(parse_query(f"{field}:{span.low}..{span.high}"), QueryProblem)

    return (
        st.builds(Span, values, values).filter(ordered)
        | st.builds(Span, values, st.none(), st.booleans())
        | st.builds(lambda high, below: Span(None, high, below=below), values, st.booleans())
        | values.map(lambda one: Span(one, one))
    )


def _words(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Query]:
    fields = st.sampled_from((*get_args(TextField), *get_args(NameField)))
    return st.builds(Words, fields, texts, st.sampled_from(("plain", "begins", "exact")))


def _amounts() -> st.SearchStrategy[Query]:
    unsigned = st.builds(Amounts, st.just("amount"), spans("amount", _NUMBERS))
    return unsigned | st.builds(Amounts, st.just("signed"), spans("signed", _SIGNED))


def _choices() -> st.SearchStrategy[Query]:
    pairs = [(field, value) for field, values in CHOICES.items() for value in values]
    pairs += [("currency", "EUR"), ("currency", "JPY")]
    pairs += [("import", "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f")]
    return st.sampled_from(pairs).map(lambda pair: Choice(*pair))


def queries(texts: st.SearchStrategy[str] = _texts) -> st.SearchStrategy[Query]:
    terms = _words(texts) | _amounts() | st.builds(Days, spans("date", DAYS)) | _choices()
    return st.recursive(
        terms,
        lambda parts: (
            st.lists(parts, min_size=2, max_size=3).map(lambda found: Every(tuple(found)))
            | st.lists(parts, min_size=2, max_size=3).map(lambda found: Some(tuple(found)))
            | parts.map(Unless)
        ),
        max_leaves=8,
    )
