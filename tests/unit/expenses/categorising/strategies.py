"""Random lines and condition trees, for the properties of rules."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from chalicelib.expenses.model.conditions import (
    AllOf,
    AmountRange,
    AmountTest,
    AnyOf,
    CalendarTest,
    ChoiceTest,
    Condition,
    DateRange,
    DateTest,
    Line,
    Not,
    PatternTest,
    PresenceTest,
    TextChoice,
    TextTest,
)

ACCOUNTS = ("0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e3f", "0190b5a8-7c3e-7b1a-9d55-0a6f0c1d2e40")
TEXTS = st.sampled_from(["REWE", "rewe markt", "Café", "CAFE", "a", "Miete", "é"])
DAYS = st.dates(date(2025, 1, 1), date(2025, 1, 9))

lines = st.builds(
    Line,
    payee=st.sampled_from(["REWE Markt 1", "CAFÉ Krone", "cafe krone", "Anna", ""]),
    notes=st.sampled_from(["", "Miete  Oktober", "miete", "é"]),
    amount_minor=st.integers(-600, 600),
    currency=st.sampled_from(["EUR", "USD"]),
    account_id=st.sampled_from(ACCOUNTS),
    booked_on=DAYS,
    shown_payee=st.sampled_from(["", "REWE", "Café Krone"]),
    category_id=st.sampled_from([None, *ACCOUNTS]),
    tags=st.sampled_from([(), ("Holiday",), ("home", "Café")]),
    status=st.sampled_from(["pending", "posted"]),
    source=st.sampled_from(["manual", "import"]),
    has=st.sampled_from([frozenset[str](), frozenset({"parts"}), frozenset({"original"})]),
)

leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(
        TextTest,
        st.sampled_from(["payee", "shown_payee", "notes"]),
        st.sampled_from(["contains", "equals", "starts_with", "ends_with"]),
        TEXTS,
    ),
    st.builds(
        AmountTest,
        st.sampled_from(["equals", "less_than", "at_most", "at_least", "more_than"]),
        st.integers(0, 600),
        st.sampled_from(["EUR", "USD"]),
        st.booleans(),
    ),
    st.builds(
        lambda ends, currency, signed: AmountRange(min(ends), max(ends), currency, signed),
        st.tuples(st.integers(0, 600), st.integers(0, 600)),
        st.sampled_from(["EUR", "USD"]),
        st.booleans(),
    ),
    st.builds(
        TextChoice,
        st.sampled_from(["payee", "notes"]),
        st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(tuple),
    ),
    st.builds(
        PatternTest, st.sampled_from(["payee", "notes"]), st.sampled_from(["rewe", "^a", r"\d$"])
    ),
    st.builds(
        ChoiceTest,
        st.just("tag"),
        st.sampled_from([("holiday",), ("HOME", "x"), ("cafe",)]),
    ),
    st.builds(ChoiceTest, st.just("status"), st.sampled_from([("posted",), ("planned",)])),
    st.builds(ChoiceTest, st.just("kind"), st.sampled_from([("income",), ("expense",)])),
    st.builds(ChoiceTest, st.just("category_id"), st.just(ACCOUNTS[:1])),
    st.builds(
        PresenceTest,
        st.sampled_from(["payee", "notes", "tag", "category_id", "parts", "original"]),
        st.booleans(),
    ),
    st.builds(
        lambda ends: DateRange(min(ends), max(ends)),
        st.tuples(DAYS, DAYS),
    ),
    st.builds(CalendarTest, st.just("weekday"), st.sampled_from([(0,), (2, 6)])),
    st.builds(CalendarTest, st.just("day_of_month"), st.sampled_from([(-1, 3), (5,)])),
    st.builds(CalendarTest, st.just("month"), st.sampled_from([(1,), (2, 12)])),
    st.builds(ChoiceTest, st.just("direction"), st.sampled_from([("in",), ("out",)])),
    st.builds(ChoiceTest, st.just("currency"), st.sampled_from([("EUR",), ("EUR", "USD")])),
    st.builds(ChoiceTest, st.just("account_id"), st.sampled_from([ACCOUNTS, ACCOUNTS[:1]])),
    st.builds(DateTest, st.sampled_from(["on", "before", "after"]), DAYS),
)


def _grown(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(AllOf, parts), st.builds(AnyOf, parts), st.builds(Not, inner))


conditions = st.one_of(
    leaves, _grown(leaves), _grown(_grown(leaves)), _grown(_grown(_grown(leaves)))
)
