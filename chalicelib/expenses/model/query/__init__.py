"""One language to ask for transactions: `docs/search.md` is its manual, for people.

Text to tokens to tree (`parse_query`), tree to text (`print_query`), tree to one function of a transaction
(`compile_query`), and the days that a query can be about at all (`day_bounds`).
"""

from __future__ import annotations

from chalicelib.expenses.model.query.bounds import DayBounds, day_bounds
from chalicelib.expenses.model.query.compiling import (
    Names,
    Subject,
    compile_query,
    names_needed,
)
from chalicelib.expenses.model.query.parser import parse_query
from chalicelib.expenses.model.query.printer import print_query
from chalicelib.expenses.model.query.tree import MAX_QUERY, Query, QueryProblem

__all__ = [
    "MAX_QUERY",
    "DayBounds",
    "Names",
    "Query",
    "QueryProblem",
    "Subject",
    "compile_query",
    "day_bounds",
    "names_needed",
    "parse_query",
    "print_query",
]
