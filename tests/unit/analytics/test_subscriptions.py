"""Bills audited: a price that was steady and rose, and what may be paid twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.analytics.model.anomalies import Anomaly, Judgement
from chalicelib.analytics.model.forecast import AccountPath, Day
from chalicelib.analytics.model.insights import MOST_CARDS, cards, left
from chalicelib.analytics.model.subscriptions import Bill, Payment, audit, rise

FIRST = date(2026, 1, 14)


def bill(
    *amounts: int,
    identity: str = "b",
    payee: str = "Film Club",
    category: str | None = None,
    period: str = "monthly",
) -> Bill:
    days = [FIRST + timedelta(days=30 * at) for at in range(len(amounts) + 12)]
    return Bill(
        id=identity,
        source="detected",
        payee=payee,
        account_id="a",
        category_id=category,
        currency="EUR",
        minor=amounts[-1],
        period=period,
        score=0.9,
        payments=tuple(
            Payment(day, amount, f"{identity}{at}")
            for at, (day, amount) in enumerate(zip(days, amounts, strict=False))
        ),
        coming=tuple(Payment(day, amounts[-1], None) for day in days[len(amounts) :]),
    )


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ((999, 999, 1299), (999, 1299, 300 * 12)),
        ((999, 999, 999, 1299, 1299), (999, 1299, 300 * 12)),
        ((999, 1000, 1299), (1000, 1299, 299 * 12)),  # within 2 % it is one price
        ((999, 999, 999), None),
        ((1299, 1299, 999), None),  # it fell
        ((999, 1299), None),  # one payment is no steady price
        ((5000, 6200, 4800, 7000), None),  # what varies has no price
        ((999, 999, 1010), None),
    ],
)
def test_a_steady_price_that_rose_is_told(
    amounts: tuple[int, ...], said: tuple[int, int, int] | None
) -> None:
    found = rise(bill(*amounts))

    assert (None if found is None else (found.before, found.after, found.yearly)) == said


def test_a_rise_is_since_the_first_payment_of_the_new_price() -> None:
    found = rise(bill(999, 999, 1299, 1299))

    assert found is not None
    assert found.since == FIRST + timedelta(days=60)


def test_what_may_be_paid_twice_is_told_from_both_sides() -> None:
    one = bill(999, 999, identity="a")
    same = bill(1_040, 1_040, identity="b", payee=" FILM club ")
    other = bill(5_000, 5_000, identity="c")  # a payee with two contracts
    weekly = bill(999, 999, identity="d", period="weekly")

    found = {
        audited.bill.id: [(twin.id, twin.why) for twin in audited.doubles]
        for audited in audit([one, same, other, weekly])
    }

    assert found == {"a": [("b", "same-payee")], "b": [("a", "same-payee")], "c": [], "d": []}


def test_equal_bills_of_one_category_may_be_the_same() -> None:
    one = bill(999, 999, identity="a", payee="Film Club", category="fun")
    same = bill(999, 999, identity="b", payee="Cinema at home", category="fun")
    near = bill(1_001, 1_001, identity="c", payee="Radio", category="fun")

    assert [len(one.doubles) for one in audit([one, same, near])] == [0, 1, 1]


def test_the_dearest_of_a_year_comes_first() -> None:
    weekly = bill(500, 500, identity="w", payee="Choir")

    assert [one.bill.id for one in audit([weekly, bill(999, 999, identity="m")])] == ["m", "w"]
    assert audit([weekly])[0].bill.yearly == 12 * 500


# --- cards


def anomaly(minor: int) -> Anomaly:
    why = Judgement(usual=100, spread=15, highest=110, limit=160, compared=12, score=9.0)
    return Anomaly(
        id="0190b5a8-7c3e-8b1a-9d55-0a6f0c1d2e44",
        kind="category",
        month="2026-11",
        currency="EUR",
        category_id="food",
        minor=minor,
        why=why,
        evidence=(),
    )


def account(balance: int, *days: tuple[int, int]) -> AccountPath:
    return AccountPath(
        id="acc",
        name="Giro",
        currency="EUR",
        balance=balance,
        days=tuple(Day(FIRST + timedelta(days=at), 0, amount) for at, amount in days),
    )


def test_a_card_is_there_once_and_keeps_its_id() -> None:
    bills = audit([bill(999, 999, 1299, identity="a"), bill(1_300, 1_300, identity="b")])
    found = cards([anomaly(200)], bills, [account(5, (1, 3), (2, -4), (40, -9))], {"food": "Food"})

    assert [(one.kind, one.minor, one.before) for one in found] == [
        ("low-balance", -4, 5),
        ("unusual-category", 200, 100),
        ("price-rise", 1299, 999),
        ("double-bill", 1299, None),
    ]
    assert found[1].name == "Food"
    assert len({one.id for one in found}) == 4


def test_a_dismissed_card_comes_back_when_it_matters() -> None:
    def bucket(minor: int) -> tuple[str, str]:
        (one,) = cards([anomaly(minor)], [], [], {})
        return one.id, one.bucket

    seen = dict([bucket(170)])

    assert left(cards([anomaly(199)], [], [], {}), seen) == ()
    assert (
        len(left(cards([anomaly(201)], [], [], {}), seen)) == 1
    )  # a quarter above the limit of 160


def test_a_new_price_is_a_new_card_of_the_same_bill() -> None:
    def rise_of(*amounts: int) -> tuple[str, str]:
        (one,) = cards([], audit([bill(*amounts)]), [], {})
        return one.id, one.bucket

    first, again, later = (
        rise_of(999, 999, 1299),
        rise_of(999, 999, 1299, 1299),
        rise_of(999, 1299, 1299, 1499),
    )
    assert first == again
    assert (later[0], later[1]) == (first[0], "1499")


def test_an_account_that_is_below_zero_already_is_no_news() -> None:
    assert cards([], [], [account(-1, (1, -4))], {}) == ()
    assert cards([], [], [account(5, (1, 0))], {}) == ()


def test_there_are_no_more_cards_than_anybody_reads() -> None:
    bills = [bill(999, 999, 1299, identity=f"{at:03}", payee=f"P{at}") for at in range(80)]

    assert len(cards([], audit(bills), [], {})) == MOST_CARDS
