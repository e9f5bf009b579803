"""Parts are exactly the whole, in every currency and in every form that they are said in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.errors import PartsMismatch, RefundedMore
from chalicelib.expenses.model.parts import Part, Share, allotted, rescaled
from chalicelib.expenses.model.refunds import Refunded
from chalicelib.expenses.model.transactions import Filing, Transaction, check_links, with_amount
from chalicelib.kernel.money import Money

AT = datetime(2026, 11, 2, tzinfo=UTC)
CURRENCIES = ("EUR", "JPY", "KWD", "BTC")
"""Two, no, three and eight digits behind the point."""
currencies = st.sampled_from(CURRENCIES)
minors = st.integers(-(10**12), 10**12)
percents = st.decimals("0.000001", "100", places=6)


@given(currencies, minors, st.lists(minors, max_size=4), st.integers(1, 5))
def test_fixed_amounts_and_what_is_left_are_the_whole(
    currency: str, total: int, fixed: list[int], rests: int
) -> None:
    shares = [Share(fixed=Money(one, currency)) for one in fixed] + [Share()] * rests
    left = total - sum(fixed)
    if left * total < 0:
        with pytest.raises(PartsMismatch):
            allotted(Money(total, currency), shares)
        return

    amounts = [one.amount_minor for one in allotted(Money(total, currency), shares)]

    assert sum(amounts) == total
    assert amounts[: len(fixed)] == fixed
    assert max(amounts[len(fixed) :]) - min(amounts[len(fixed) :]) <= 1


@given(currencies, minors, st.lists(percents, min_size=1, max_size=6))
def test_percentages_with_a_rest_are_less_than_a_unit_off(
    currency: str, total: int, said: list[Decimal]
) -> None:
    whole = Money(total, currency)
    shares = [Share(percent=one) for one in said] + [Share()]
    if sum(said) > 100:
        return

    amounts = [one.amount_minor for one in allotted(whole, shares)]

    assert sum(amounts) == total
    for amount, percent in zip(amounts, said, strict=False):
        assert abs(amount - Fraction(percent) * total / 100) < 1


@given(currencies, minors, st.lists(st.integers(1, 10**8), min_size=2, max_size=6))
def test_percentages_of_a_hundred_are_the_whole(
    currency: str, total: int, weights: list[int]
) -> None:
    said = [Decimal(100 * weight // sum(weights)) for weight in weights[:-1]]
    said.append(100 - sum(said, Decimal(0)))

    amounts = allotted(Money(total, currency), [Share(percent=one) for one in said])

    assert sum(one.amount_minor for one in amounts) == total


def test_a_fixed_amount_and_the_percentage_that_rounds_to_the_rest_are_the_whole() -> None:
    shares = [Share(fixed=Money(-1111, "EUR")), Share(percent=Decimal("66.67"))]

    assert [one.amount_minor for one in allotted(Money(-3333, "EUR"), shares)] == [-1111, -2222]


@pytest.mark.parametrize(
    "shares",
    [
        [Share(fixed=Money(-60, "EUR")), Share(fixed=Money(-50, "EUR"))],
        [Share(percent=Decimal(50)), Share(percent=Decimal(49))],
        [Share(fixed=Money(-120, "EUR")), Share()],
        [Share(percent=Decimal(80)), Share(percent=Decimal(80)), Share()],
    ],
)
def test_parts_that_are_not_the_whole_are_refused(shares: list[Share]) -> None:
    with pytest.raises(PartsMismatch):
        allotted(Money(-100, "EUR"), shares)


def test_a_coupon_is_a_part_of_the_other_sign() -> None:
    shares = [Share(fixed=Money(-5000, "EUR")), Share(fixed=Money(500, "EUR"))]

    assert [one.amount_minor for one in allotted(Money(-4500, "EUR"), shares)] == [-5000, 500]


@given(currencies, st.lists(minors, min_size=1, max_size=8), minors)
def test_parts_follow_a_new_amount(currency: str, old: list[int], new: int) -> None:
    parts = [
        Part(id=str(n), category_id=None, amount=Money(m, currency)) for n, m in enumerate(old)
    ]

    after = rescaled(parts, Money(new, currency))

    assert sum(part.amount.amount_minor for part in after) == new
    assert [part.id for part in after] == [part.id for part in parts]
    if new == sum(old):
        assert list(after) == parts


def purchase(**more: Any) -> Transaction:
    given: dict[str, Any] = {
        "id": "t",
        "version": 1,
        "account_id": "a",
        "amount": Money(-10000, "EUR"),
        "booked_on": date(2026, 11, 2),
        "payee": "",
        "payee_id": "p",
        "notes": "",
        "filing": Filing(category_id="food", by="user"),
        "source": "manual",
        "created_at": AT,
        "updated_at": AT,
        **more,
    }
    return Transaction(**given)


PARTS = (
    Part(id="x", category_id="food", amount=Money(-6000, "EUR")),
    Part(id="y", category_id=None, amount=Money(-4000, "EUR"), account_id="b"),
)


def test_parts_are_what_balances_and_sums_are_made_of() -> None:
    postings = purchase(parts=PARTS).postings

    assert [(one.account_id, one.category_id, one.amount_minor) for one in postings] == [
        ("a", "food", -6000),
        ("b", None, -4000),
    ]


@given(st.integers(0, 10000), st.integers(0, 6000))
def test_what_came_back_is_taken_from_the_parts_exactly(common: int, of_x: int) -> None:
    refunded = (
        Refunded(refund_id="r", amount_minor=common),
        Refunded(refund_id="s", amount_minor=of_x, part_id="x"),
    )
    one = purchase(parts=PARTS, refunded=refunded)
    if common + of_x > 10000:
        with pytest.raises(RefundedMore):
            check_links(one, one)
        return

    check_links(one, one)

    counted = [posting.counted_minor for posting in one.postings]
    assert sum(counted) == -10000 + common + of_x
    assert all(minor <= 0 for minor in counted)
    assert counted[0] >= -6000 + of_x


def test_a_purchase_is_never_worth_less_than_came_back_for_it() -> None:
    one = purchase(refunded=(Refunded(refund_id="r", amount_minor=5000),))

    check_links(one, with_amount(one, Money(-5000, "EUR")))
    for amount in (-4999, 0, 5000):
        with pytest.raises(RefundedMore):
            check_links(one, with_amount(one, Money(amount, "EUR")))
