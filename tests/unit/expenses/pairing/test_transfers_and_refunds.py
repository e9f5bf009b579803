"""One's own money between accounts, and money that comes back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.pairing.candidate import Candidate
from chalicelib.expenses.model.pairing.proposals import Proposal, pair_key
from chalicelib.expenses.model.pairing.refunds import link
from chalicelib.expenses.model.pairing.transfers import join
from tests.unit.expenses.pairing.rows import DAY, row

NAMES = {"everyday": frozenset({"everyday"}), "savings": frozenset({"rainy"})}


def by_rate(minor: int, source: str, target: str, day: int) -> int | None:
    per_euro = {"EUR": 100, "USD": 110}
    if source not in per_euro or target not in per_euro:
        return None
    return minor * per_euro[target] // per_euro[source]


def legs(*rows: Candidate, **more: Any) -> list[Proposal]:
    return join(rows, convert=by_rate, names=NAMES, **more)


def saved(amount: int, payee: str = "Transfer", **more: Any) -> Candidate:
    return row(amount, payee, account_id="savings", **more)


class TestTransfers:
    def test_opposite_legs_of_two_accounts_are_one_transfer(self) -> None:
        out, back = row(-20_000, "Transfer to Rainy day"), saved(20_000, day=DAY + 2)
        (one,) = legs(out, back)

        assert (one.first, one.second) == (out.id, back.id)
        assert (one.reason, one.certain) == ("same-amount", True)

    def test_equal_amounts_of_a_shop_and_a_friend_are_none(self) -> None:
        assert legs(row(-4_217, "Lotus Garden"), saved(4_217, "Tom Okafor")) == []

    def test_one_account_has_no_transfer_with_itself(self) -> None:
        assert legs(row(-20_000, "Transfer"), row(20_000, "Transfer")) == []

    def test_further_apart_than_a_week_is_another_one(self) -> None:
        assert legs(row(-20_000, "Transfer"), saved(20_000, day=DAY + 8)) == []

    def test_a_small_fee_may_be_missing(self) -> None:
        (one,) = legs(
            row(-20_000, "Transfer to Rainy day"), saved(19_850, "Transfer from Everyday")
        )
        assert one.reason == "less-a-fee"
        assert legs(row(-20_000, "Transfer"), saved(18_000)) == []

    def test_other_currencies_agree_within_a_tolerance_of_the_days_rate(self) -> None:
        out = row(-20_000, "Transfer to Rainy day")
        (one,) = legs(out, saved(21_700, "Transfer from Everyday", currency="USD"))
        assert one.reason == "day-rate"
        assert legs(out, saved(24_000, "Transfer from Everyday", currency="USD")) == []
        assert legs(out, saved(22_000, "Transfer from Everyday", currency="XAU")) == []

    def test_each_leg_is_used_once_and_all_together_fit_best(self) -> None:
        outs = [row(-10_000, "Transfer", day=DAY), row(-10_000, "Transfer", day=DAY + 3)]
        backs = [saved(10_000, day=DAY + 3), saved(10_000, day=DAY + 6)]
        found = legs(*outs, *backs)

        assert {(one.first, one.second) for one in found} == {
            (outs[0].id, backs[0].id),
            (outs[1].id, backs[1].id),
        }

    def test_a_rejected_pair_is_not_proposed_again(self) -> None:
        out, back = row(-20_000, "Transfer"), saved(20_000)
        assert legs(out, back, rejected={pair_key(back.id, out.id)}) == []

    @pytest.mark.parametrize("status", ["planned", "pending"])
    def test_what_is_not_booked_is_no_leg(self, status: str) -> None:
        assert legs(row(-20_000, "Transfer", status=status), saved(20_000)) == []


class TestRefunds:
    def test_the_whole_amount_of_the_same_shop_comes_back(self) -> None:
        bought, back = row(-8_999, "Elektro Versand"), row(8_999, "ELEKTRO VERSAND", day=DAY + 9)
        (one,) = link([bought, back], given_back={})

        assert (one.first, one.second, one.amount) == (back.id, bought.id, 8_999)
        assert one.reason == "whole"

    def test_two_parts_make_one_purchase_whole_and_never_more(self) -> None:
        bought = row(-10_000, "Elektro Versand", "Order AB1234567")
        parts = [
            row(amount, "Elektro Versand", "Refund Order AB1234567", day=DAY + at)
            for at, amount in enumerate((4_000, 6_000, 500), start=3)
        ]
        found = link([bought, *parts], given_back={})

        assert sum(one.amount for one in found) <= 10_000
        assert {one.first for one in found} >= {parts[0].id, parts[1].id}

    def test_what_was_given_back_before_is_not_given_back_again(self) -> None:
        rows = [row(-8_999, "Elektro Versand"), row(8_999, "Elektro Versand", "Refund")]
        assert link(rows, given_back={rows[0].id: 1}) == []

    def test_a_salary_of_a_shop_is_no_refund(self) -> None:
        rows = [row(-215_000, "Fashionista"), row(215_000, "Fashionista", "Salary", day=DAY + 3)]
        assert link(rows, given_back={}) == []

    def test_which_of_many_equal_rides_came_back_nobody_knows(self) -> None:
        rides = [row(-320, "City Tram", day=DAY + at) for at in range(5)]
        assert link([*rides, row(320, "City Tram", "Refund", day=DAY + 9)], given_back={}) == []

    def test_a_refund_does_not_come_before_its_purchase(self) -> None:
        assert link([row(-500), row(500, day=DAY - 1)], given_back={}) == []


_LEGS = st.lists(
    st.builds(
        row,
        st.sampled_from([-20_000, 20_000, -4_217, 4_217, 19_900, 22_000]),
        st.sampled_from(["Transfer", "Alex Morgan", "Elektro Versand", ""]),
        st.sampled_from(["", "Refund", "Order AB1234567"]),
        day=st.integers(DAY, DAY + 6),
        account_id=st.sampled_from(["everyday", "savings", "card"]),
        currency=st.sampled_from(["EUR", "EUR", "USD"]),
    ),
    max_size=16,
)


@given(_LEGS)
def test_legs_are_used_once_and_leave_one_account_for_another(rows: list[Candidate]) -> None:
    by_id = {one.id: one for one in rows}
    found = legs(*rows)

    used = [leg for one in found for leg in (one.first, one.second)]
    assert len(set(used)) == len(used)
    for one in found:
        out, back = by_id[one.first], by_id[one.second]
        assert out.amount < 0 < back.amount
        assert out.account_id != back.account_id


@given(_LEGS)
def test_no_purchase_gives_back_more_than_it_cost(rows: list[Candidate]) -> None:
    found = link(rows, given_back={})

    assert len({one.first for one in found}) == len(found)
    for bought in rows:
        back = sum(one.amount for one in found if one.second == bought.id)
        assert back <= max(0, -bought.amount)
