"""Statements meet what the ledger has: copies stay out, pending and planned ones come true, twins both live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pytest

from chalicelib.expenses.commands import ROWS_PER_CHUNK, ImportRow
from chalicelib.expenses.model.categories import default_id
from tests.factories.expenses import (
    TRANSACTIONS,
    Ears,
    balance,
    envelope,
    everything,
    handed,
    imported,
    laid,
    matching,
    opened,
    recorded,
    row,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud
from tests.support.taps import every_point, killed_at

pytestmark = pytest.mark.slice
DAY: Final = date(2026, 11, 2)
DINING: Final = default_id("restaurants")


def later(days: int) -> date:
    return DAY + timedelta(days=days)


class Ledger:
    """One person's account, and statements for it."""

    def __init__(self, cloud: Cloud, ears: Ears, person: SignedIn, account: str) -> None:
        self.cloud, self.ears, self.person, self.account = cloud, ears, person, account

    def bring(self, *rows: ImportRow) -> tuple[int, int]:
        """Import rows; gives how many were recorded, and how many were duplicates."""
        facts = imported(self.cloud, self.ears, self.person, laid(self.person, rows, self.account))
        told = [fact for fact in facts if "recorded" in fact]
        return sum(one["recorded"] for one in told), sum(one["duplicates"] for one in told)

    def all(self) -> list[Any]:
        return everything(self.person, limit="200")

    def one(self) -> Any:
        (only,) = self.all()
        return only

    def balance(self) -> str:
        return balance(self.person, self.account)

    def write(self, amount: str, **more: Any) -> Any:
        return recorded(self.person, self.account, amount, **more)


@pytest.fixture
def ledger(cloud: Cloud, ears: Ears, person: SignedIn, account: str) -> Ledger:
    return Ledger(cloud, ears, person, account)


class TestWrittenByHand:
    def test_what_was_written_down_and_what_the_bank_says_are_one(self, ledger: Ledger) -> None:
        mine = ledger.write("-48.17", payee="Lotus", notes="with Ines", category_id=DINING)

        brought = ledger.bring(
            row(1, -4817, payee="LOTUS GARDEN BERLIN", provider_id="F-1", booked_on=later(1))
        )

        one = ledger.one()
        assert brought == (0, 1)
        assert (one["id"], one["payee"], one["notes"]) == (mine["id"], "Lotus", "with Ines")
        assert (one["bank_payee"], one["booked_on"]) == ("LOTUS GARDEN BERLIN", "2026-11-02")
        assert (one["category_id"], one["category_source"]) == (DINING, "user")
        assert ledger.balance() == "-48.17"

    def test_the_statement_again_brings_nothing_even_when_it_is_deleted(
        self, ledger: Ledger
    ) -> None:
        ledger.write("-48.17", payee="Lotus Garden")
        statement = row(1, -4817, payee="LOTUS GARDEN", provider_id="F-1")
        ledger.bring(statement)
        assert ledger.bring(statement) == (0, 1)

        one = ledger.one()
        ledger.person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))

        assert ledger.bring(statement) == (0, 1)
        assert ledger.all() == []

    def test_one_entry_is_claimed_by_one_row(self, ledger: Ledger) -> None:
        ledger.write("-4.20", payee="Corner Bakery")

        brought = ledger.bring(
            *(row(at, -420, payee="CORNER BAKERY", provider_id=f"F-{at}") for at in (1, 2))
        )

        assert brought == (1, 1)
        assert ledger.balance() == "-8.40"

    def test_another_amount_or_account_is_another_movement(
        self, ledger: Ledger, person: SignedIn
    ) -> None:
        ledger.write("-48.17", payee="Lotus Garden")
        recorded(person, opened(person)["id"], "-48.20", payee="Lotus Garden")

        assert ledger.bring(row(1, -4820, payee="LOTUS GARDEN")) == (1, 0)


class TestPlanned:
    def test_a_plan_comes_true_with_the_banks_day(self, ledger: Ledger) -> None:
        plan = ledger.write("-940.00", payee="Hausverwaltung", status="planned")
        assert ledger.balance() == "0.00"

        ledger.bring(row(1, -94_000, payee="Hausverwaltung Lang", booked_on=later(2)))

        one = ledger.one()
        assert (one["id"], one["status"], one["booked_on"]) == (plan["id"], "posted", "2026-11-04")
        assert ledger.balance() == "-940.00"

    def test_a_plan_that_the_account_cannot_hold_stops_the_import(
        self, cloud: Cloud, ears: Ears, person: SignedIn
    ) -> None:
        large = 10**38 - 1
        coins = Ledger(cloud, ears, person, opened(person, currency="ETH")["id"])
        coins.bring(row(1, large, currency="ETH", payee="Mine"))
        amount = f"{large // 10**18}.{large % 10**18:018d}"
        coins.write(amount, currency="ETH", payee="Pool Payout", status="planned")

        rows = [row(1, large, currency="ETH", payee="Pool Payout")]
        facts = imported(cloud, ears, person, laid(person, rows, coins.account))

        assert [one["reason"] for one in facts] == ["balance-out-of-range"]
        assert cloud.dead_letters("expenses") == []


class TestPending:
    def pending(self, ledger: Ledger, amount: int, payee: str, **more: Any) -> Any:
        ledger.bring(row(1, amount, payee=payee, kind="pending", provider_id="P-1", **more))
        one = ledger.one()
        assert one["status"] == "pending"
        return one

    @pytest.mark.parametrize(
        ("held", "booked", "payee"),
        [
            (-3912, -3912, "Homeware Depot"),
            (-10_000, -6412, "SHELL"),
            (-1, -1, "Homeware Depot"),
        ],
    )
    def test_it_is_booked_under_another_id_day_and_amount(
        self, ledger: Ledger, held: int, booked: int, payee: str
    ) -> None:
        before = self.pending(ledger, held, payee)

        ledger.bring(row(1, booked, payee=payee, provider_id="B-9", booked_on=later(2)))

        one = ledger.one()
        assert (one["id"], one["status"], one["booked_on"]) == (
            before["id"],
            "posted",
            "2026-11-04",
        )
        assert ledger.balance() == f"{booked / 100:.2f}"

    def test_under_its_own_id_it_is_the_same_whatever_changed(self, ledger: Ledger) -> None:
        before = self.pending(ledger, -4000, "Lotus Garden")

        ledger.bring(row(1, -5100, payee="LOTUS", provider_id="P-1", booked_on=later(9)))

        assert (ledger.one()["id"], ledger.balance()) == (before["id"], "-51.00")

    def test_what_the_user_said_stays(self, ledger: Ledger) -> None:
        before = self.pending(ledger, -3912, "Homeware Depot")
        patch = {"payee": "Lamp", "category_id": DINING, "booked_on": "2026-11-01"}
        url = f"{TRANSACTIONS}/{before['id']}"
        assert ledger.person.client.patch(url, patch, headers=matching(before)).status == 200

        ledger.bring(row(1, -3912, payee="HOMEWARE DEPOT", provider_id="B-9", booked_on=later(1)))

        one = ledger.one()
        assert (one["payee"], one["booked_on"], one["status"]) == ("Lamp", "2026-11-01", "posted")
        assert (one["category_source"], one["bank_payee"]) == ("user", "HOMEWARE DEPOT")


class TestCopies:
    def rows(self, count: int, ids: str = "", **more: Any) -> list[ImportRow]:
        shops = ("Homeware Depot", "Lotus Garden", "Fuelway", "Corner Bakery", "Gadget Galaxy")
        return [
            row(
                at,
                -1017 - 31 * at,
                payee=shops[at % 5],
                booked_on=later(at),
                provider_id=f"{ids}{at}" if ids else "",
                **more,
            )
            for at in range(count)
        ]

    def test_the_same_weeks_from_another_source_add_nothing(self, ledger: Ledger) -> None:
        ledger.bring(*self.rows(8, "A"))
        before = ledger.all()
        shouted = [
            row(
                at,
                one.amount_minor,
                payee=one.payee.upper() + " LONDON GB",
                booked_on=one.booked_on,
            )
            for at, one in enumerate(self.rows(8))
        ]

        assert ledger.bring(*shouted) == (0, 8)
        assert ledger.bring(*shouted) == (0, 8)
        assert ledger.all() == before

    def test_a_provider_that_changes_its_ids_doubles_nothing(self, ledger: Ledger) -> None:
        ledger.bring(*self.rows(8, "A"))
        before = ledger.all()

        assert ledger.bring(*self.rows(8, "B")) == (0, 8)
        assert ledger.all() == before
        assert ledger.bring(*self.rows(9, "B")) == (1, 8)

    def test_two_equal_purchases_of_a_day_both_live(self, ledger: Ledger) -> None:
        ledger.bring(row(1, -320, payee="City Tram", provider_id="A1"))
        ledger.bring(row(1, -320, payee="City Tram", provider_id="A2"))
        assert len(ledger.all()) == 2

        twice = [row(at, -320, payee="CITY TRAM", ordinal=at) for at in (0, 1, 2)]
        assert ledger.bring(*twice) == (1, 2)
        assert ledger.balance() == "-9.60"

    def test_charge_and_refund_of_a_day_both_live(self, ledger: Ledger) -> None:
        rows = [row(1, -5000, payee="Fashionista"), row(2, 5000, payee="Fashionista")]

        assert ledger.bring(*rows) == (2, 0)
        assert ledger.bring(*(row(9, one.amount_minor, payee="FASHIONISTA.") for one in rows)) == (
            0,
            2,
        )

    def test_a_foreign_ledger_is_not_looked_at(
        self, cloud: Cloud, ears: Ears, ledger: Ledger, stranger: SignedIn
    ) -> None:
        ledger.bring(*self.rows(4, "A"))
        theirs = Ledger(cloud, ears, stranger, opened(stranger)["id"])

        assert theirs.bring(*self.rows(4)) == (4, 0)


def pendings(count: int) -> list[ImportRow]:
    return [
        row(at, -2017 - 13 * at, payee="Homeware Depot", kind="pending", provider_id=f"P{at}")
        for at in range(count)
    ]


def booked(rows: Sequence[ImportRow]) -> list[ImportRow]:
    return [
        row(at, one.amount_minor, payee=one.payee, provider_id=f"B{at}", booked_on=later(2))
        for at, one in enumerate(rows)
    ]


@pytest.mark.durable
def test_a_full_chunk_of_pending_rows_is_settled_in_steps_and_told_once(ledger: Ledger) -> None:
    held = pendings(ROWS_PER_CHUNK)
    ledger.bring(*held)
    before = ledger.balance()

    facts = imported(
        ledger.cloud, ledger.ears, ledger.person, laid(ledger.person, booked(held), ledger.account)
    )

    assert [(one["recorded"], one["duplicates"]) for one in facts] == [(0, ROWS_PER_CHUNK)]
    assert {one["status"] for one in ledger.all()} == {"posted"}
    assert len(ledger.all()) == ROWS_PER_CHUNK
    assert ledger.balance() == before


def test_what_meeting_costs(cloud: Cloud, person: SignedIn, ledger: Ledger) -> None:
    held = pendings(5)
    ledger.bring(*held)
    fresh = [row(50, -9_999, payee="Fuelway")]
    order = laid(person, [*booked(held), *fresh], ledger.account)

    with budget() as spent:
        handed(cloud, envelope(person, order))

    # META and mark; rows and account; the five as they are now; payees
    assert spent.calls == {
        "s3.GetObject": 1,
        "BatchGetItem": 4,
        "Query": 2,
        "TransactWriteItems": 1,
    }
    # five and their tombstones, the new one, its account and month, META, CHG, mark, facts, an order, the count
    assert spent.writes == 10 + 1 + 8


@pytest.mark.durable
def test_settling_survives_a_death_at_every_call(
    cloud: Cloud, person: SignedIn, ledger: Ledger
) -> None:
    def scene(number: int) -> Callable[[], object]:
        day = later(40 * number)
        plan = {"payee": "Hausverwaltung Lang", "booked_on": day.isoformat(), "status": "planned"}
        ledger.write("-940.00", **plan)
        rows = [row(1, -94_000, payee="Hausverwaltung Lang", booked_on=day + timedelta(days=1))]
        body = envelope(person, laid(person, rows, ledger.account))
        return lambda: handed(cloud, body)

    points = list(every_point(scene(-12)))
    for number, (point, side) in enumerate(points, start=-11):
        act = scene(number)
        assert killed_at(point, side, act) is not None
        assert act() == []

    assert {one["status"] for one in ledger.all()} == {"posted"}
    assert len(ledger.all()) == len(points) + 1
    assert ledger.balance() == f"{-940 * (len(points) + 1)}.00"


def _cafes(payee: str, fillers: int = 0) -> list[ImportRow]:
    """Two equal purchases of a day, with so many other rows between them."""
    between = [
        row(at + 2, -10_000 - 37 * at, payee=f"Filler {at}", booked_on=later(-40 - at))
        for at in range(fillers)
    ]
    return [row(1, -420, payee=payee), *between, row(99, -420, payee=payee, ordinal=1)]


class TestAcrossChunks:
    """A file is one, however many chunks it takes: found when 200 rows that came thrice at once left 85."""

    @pytest.mark.durable
    @pytest.mark.parametrize("known", [0, 1, 2])
    def test_equal_rows_of_one_file_both_live_where_another_bank_told_of_some_of_them(
        self, ledger: Ledger, known: int
    ) -> None:
        ledger.bring(*_cafes("Cafe Mitte Berlin")[:known])

        ledger.bring(*_cafes("CAFE MITTE BERLIN DE", fillers=ROWS_PER_CHUNK))

        cafes = [one for one in ledger.all() if one["amount"]["amount"] == "-4.20"]
        assert len(cafes) == 2

    @pytest.mark.durable
    def test_of_two_equal_rows_only_one_takes_in_what_was_written_by_hand(
        self, ledger: Ledger
    ) -> None:
        mine = ledger.write("-4.20", payee="Cafe Mitte")

        ledger.bring(*_cafes("CAFE MITTE BERLIN DE", fillers=ROWS_PER_CHUNK))

        cafes = [one for one in ledger.all() if one["amount"]["amount"] == "-4.20"]
        assert len(cafes) == 2
        assert mine["id"] in {one["id"] for one in cafes}

    @pytest.mark.durable
    def test_one_file_that_comes_twice_at_once_is_recorded_once(self, ledger: Ledger) -> None:
        rows = [row(at, -100 * (at % 5 + 1), payee="Shop", ordinal=at // 5) for at in range(200)]
        twice = [laid(ledger.person, rows, ledger.account) for _ in range(2)]

        for chunk in range(twice[0].chunks):
            for order in twice:
                body = envelope(ledger.person, replace(order, chunk=chunk))
                assert handed(ledger.cloud, body) == []

        assert len(ledger.all()) == 200
        assert ledger.balance() == "-600.00"
