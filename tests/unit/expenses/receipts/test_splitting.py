"""A proposed split is the total to the minor unit, or none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.parts import MAX_PART_NOTES
from chalicelib.expenses.model.receipts.draft import Draft, DraftLine, Read
from chalicelib.expenses.model.receipts.splitting import propose


def draft(amounts: list[int], *, total: int, adds_up: bool = True, text: str = "thing") -> Draft:
    lines = [
        DraftLine(text=f"{text} {at}", amount_minor=one, confidence=95)
        for at, one in enumerate(amounts)
    ]
    return Draft(
        total_minor=Read(total, 95), currency=Read("EUR", 95), lines=tuple(lines), adds_up=adds_up
    )


@given(
    st.lists(
        st.tuples(st.integers(-500, 5_000), st.sampled_from(("a", "b", "c", None))), max_size=30
    ),
    st.integers(0, 900),
    st.sampled_from(("a", None)),
)
def test_proposed_parts_sum_to_the_total(
    rows: list[tuple[int, str | None]], tax: int, whole: str | None
) -> None:
    total = sum(amount for amount, _ in rows) + tax
    some = draft([amount for amount, _ in rows], total=total)

    shares = propose(some, [category for _, category in rows], whole)

    if shares:
        assert sum(one.amount_minor for one in shares) == -total
        assert len({one.category_id for one in shares}) == len(shares) >= 2
        assert all(len(one.notes) <= MAX_PART_NOTES for one in shares)


def test_tax_on_top_is_shared_by_size() -> None:
    shares = propose(draft([1_000, 3_000], total=4_400), ["a", "b"], None)

    assert [one.amount_minor for one in shares] == [-1_100, -3_300]


def test_one_category_or_lines_that_are_not_the_total_are_no_split() -> None:
    assert propose(draft([100, 200], total=300), ["a", None], "a") == ()
    assert propose(draft([100, 200], total=400, adds_up=False), ["a", "b"], None) == ()
    assert propose(draft([300, -400], total=100), ["a", "b"], None) == ()
