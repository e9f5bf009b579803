"""Questions of one's own: exactly the sums that are wanted, grouped, never across currencies."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analytics.model.pivot import Kind, Side, Wanted, kind_of, pivot
from chalicelib.analytics.model.sums import NOTHING, TRANSFER, Cell, Label, Sums

LABELS = {
    "food": Label("Food", None, "expense"),
    "bread": Label("Bread", "food", "expense"),
    "rye": Label("Rye bread", "bread", "expense"),
    "pay": Label("Pay", None, "income"),
    "moved": Label("Own accounts", None, "transfer"),
}
SIDES: tuple[Side, ...] = (
    "month",
    "quarter",
    "year",
    "category",
    "top_category",
    "account",
    "kind",
)
CELLS = st.lists(
    st.tuples(
        st.builds(
            Cell,
            month=st.sampled_from(["2025-12", "2026-01", "2026-02", "2026-04"]),
            currency=st.sampled_from(["EUR", "JPY"]),
            category_id=st.sampled_from([None, *LABELS, TRANSFER, "gone"]),
            account_id=st.sampled_from(["a", "b"]),
        ),
        st.builds(Sums, *[st.integers(0, 10**20)] * 2, st.integers(0, 9)),
    ),
    max_size=30,
)
WANTED = st.builds(
    Wanted,
    group_by=st.sampled_from(
        [(one,) for one in SIDES] + list(combinations(SIDES, 2)) + list(combinations(SIDES, 3))
    ),
    accounts=st.sampled_from([frozenset(), frozenset({"a"})]),
    categories=st.sampled_from(
        [frozenset(), frozenset({"bread"}), frozenset({"none"}), frozenset({"pay", "none"})]
    ),
    kinds=st.sampled_from([frozenset(), frozenset({"expense"}), frozenset({"transfer", "none"})]),
    currencies=st.sampled_from([frozenset(), frozenset({"JPY"})]),
)
UNDER: dict[str, set[str | None]] = {"bread": {"bread", "rye"}, "pay": {"pay"}, "none": {None}}


def slowly(cell: Cell, wanted: Wanted) -> bool:
    kinds: dict[str | None, Kind] = {
        None: "none",
        "gone": "none",
        "pay": "income",
        "moved": "transfer",
        TRANSFER: "transfer",
    }
    kind = kinds.get(cell.category_id, "expense")
    under = {one for name in wanted.categories for one in UNDER[name]}
    return (
        (kind in wanted.kinds if wanted.kinds else kind != "transfer")
        and (not wanted.accounts or cell.account_id in wanted.accounts)
        and (not wanted.currencies or cell.currency in wanted.currencies)
        and (not wanted.categories or cell.category_id in under)
    )


@given(CELLS, WANTED)
def test_rows_are_the_plain_sums_of_what_is_wanted(
    cells: list[tuple[Cell, Sums]], wanted: Wanted
) -> None:
    found = pivot(cells, LABELS, wanted)

    for code in ("EUR", "JPY"):
        plain = sum(
            (sums for cell, sums in cells if cell.currency == code and slowly(cell, wanted)),
            NOTHING,
        )
        assert dict(found.totals).get(code, NOTHING) == plain
        assert sum((one.sums for one in found.rows if one.currency == code), NOTHING) == plain
    assert len({(one.currency, one.key) for one in found.rows}) == len(found.rows)
    assert all(len(one.key) == len(wanted.group_by) for one in found.rows)


def test_each_side_has_its_value() -> None:
    cells = [(Cell("2026-04", "EUR", "rye", "a"), Sums(0, 5, 1))]

    (row,) = pivot(cells, LABELS, Wanted(group_by=SIDES)).rows

    assert row.key == ("2026-04", "2026-Q2", "2026", "rye", "food", "a", "expense")


def test_legs_of_transfers_have_a_kind_and_no_category() -> None:
    cells = [(Cell("2026-04", "EUR", TRANSFER, "a"), Sums(0, 5, 1))]
    wanted = Wanted(group_by=("category", "kind"), kinds=frozenset({"transfer"}))

    assert [one.key for one in pivot(cells, LABELS, wanted).rows] == [(None, "transfer")]
    assert pivot(cells, LABELS, Wanted(group_by=("category",))).rows == ()
    assert kind_of("gone", LABELS) == "none"
