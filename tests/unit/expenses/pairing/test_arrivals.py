"""Newcomers and what an account already has: copies, pending ones, plans, and twins that both live."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.pairing.arrivals import place
from chalicelib.expenses.model.pairing.candidate import Candidate
from chalicelib.expenses.model.pairing.proposals import Proposal, pair_key
from tests.unit.expenses.pairing.rows import DAY, row


def only(found: list[Proposal]) -> Proposal:
    (one,) = found
    return one


class TestDuplicates:
    def test_the_providers_own_id_is_certain(self) -> None:
        known = row(bank_ref=b"1", payee="A shop", day=DAY - 30)
        one = only(place([row(bank_ref=b"1", payee="Another name")], [known]))

        assert (one.kind, one.second, one.certain) == ("duplicate", known.id, True)
        assert one.reason == "same-bank-id"

    def test_one_id_with_two_amounts_is_two_movements(self) -> None:
        assert place([row(-500, bank_ref=b"1")], [row(-420, bank_ref=b"1")]) == []

    def test_two_ids_are_two_movements(self) -> None:
        assert place([row(bank_ref=b"1")], [row(bank_ref=b"2")]) == []

    def test_the_same_content_without_an_id_is_certain(self) -> None:
        known = row(-1234, "CARD PAYMENT TO CORNER BAKERY LONDON GB", bank_ref=b"1")
        one = only(place([row(-1234, "Corner Bakery")], [known]))

        assert one.certain
        assert one.reason == "same-day"

    def test_another_name_on_the_same_day_is_never_certain(self) -> None:
        assert not any(one.certain for one in place([row(payee="Petrol Nord")], [row()]))

    @pytest.mark.parametrize("apart", [1, 2, 3])
    def test_a_name_cut_off_and_days_between_are_found(self, apart: int) -> None:
        known = row(payee="CORNER BAKE", day=DAY - apart)
        one = only(place([row(payee="Corner Bakery Ltd")], [known]))

        assert one.reason == "near-day"
        assert one.confidence >= 90

    def test_other_accounts_and_currencies_are_other_movements(self) -> None:
        assert place([row()], [row(account_id="other"), row(currency="USD")]) == []

    def test_charge_and_refund_of_a_day_are_not_one_another(self) -> None:
        assert place([row(-500), row(500)], []) == []
        found = place([row(500)], [row(-500), row(500, day=DAY)])
        assert len(found) == 1

    def test_rows_of_one_file_are_never_one(self) -> None:
        assert place([row(batch="now")], [row(batch="now")]) == []


class TestIdsThatHold:
    def test_what_a_source_does_not_know_by_id_is_hardly_a_copy(self) -> None:
        known, again = row(-1234, day=DAY - 1), row(-1234)

        assert only(place([again], [known])).certain
        assert not any(one.certain for one in place([again], [known], held={"everyday": 5}))

    def test_another_account_has_its_own_source(self) -> None:
        assert only(place([row()], [row()], held={"other": 5})).certain


class TestTwins:
    @pytest.mark.parametrize(("known", "arriving"), [(1, 2), (2, 1), (2, 2), (1, 3), (0, 2)])
    def test_as_many_live_as_there_are(self, known: int, arriving: int) -> None:
        found = place([row(-320) for _ in range(arriving)], [row(-320) for _ in range(known)])

        assert len(found) == min(known, arriving)
        assert all(one.certain for one in found)


class TestPending:
    def pending(self, amount: int, **more: Any) -> Candidate:
        return row(amount, status="pending", bank_ref=b"p", **more)

    def test_the_same_amount_days_later_under_another_id(self) -> None:
        known = self.pending(-1234, day=DAY - 3)
        one = only(place([row(bank_ref=b"1")], [known]))

        assert (one.kind, one.certain) == ("pending", True)

    def test_a_tip_is_more_money_where_people_tip(self) -> None:
        known = self.pending(-4000, payee="Lotus Garden", day=DAY - 1, trade="tips")
        one = only(place([row(-4600, "LOTUS GARDEN BERLIN", bank_ref=b"1")], [known]))

        assert (one.kind, one.reason) == ("pending", "tip")

    def test_a_fuel_hold_becomes_what_was_filled(self) -> None:
        known = self.pending(-10_000, payee="Petrol Nord", day=DAY - 1, trade="fuel")
        one = only(place([row(-6412, "Petrol Nord", bank_ref=b"1")], [known]))

        assert (one.reason, one.certain) == ("preauthorisation", True)

    def test_a_foreign_purchase_settles_at_another_rate(self) -> None:
        known = self.pending(-9174, payee="Hotel Lisboa", day=DAY - 2, original=(10_000, "USD"))
        one = only(place([row(-9311, "Hotel Lisboa", original=(10_000, "USD"))], [known]))

        assert (one.reason, one.certain) == ("currency", True)

    def test_more_money_where_nobody_tips_is_another_purchase(self) -> None:
        known = self.pending(-4000, trade="other", day=DAY - 1)
        assert place([row(-4600, bank_ref=b"1")], [known]) == []

    def test_the_same_id_is_certain_whatever_the_amount(self) -> None:
        known = self.pending(-4000, payee="Hold", day=DAY - 9)
        assert only(place([row(-4600, bank_ref=b"p")], [known])).certain

    def test_still_pending_under_another_id_is_only_proposed(self) -> None:
        one = only(place([row(status="pending", bank_ref=b"1")], [self.pending(-1234)]))

        assert (one.reason, one.certain) == ("still-pending", False)
        assert place([row(status="pending", bank_ref=b"1")], [self.pending(-1300)]) == []


class TestPlanned:
    def test_a_plan_comes_true_days_later(self) -> None:
        known = row(-94_000, "Rent", status="planned", source="recurring", day=DAY + 3)
        one = only(place([row(-94_000, "Rent office Lang")], [known]))

        assert one.kind == "planned"

    def test_a_bill_that_varies_is_found_by_its_name(self) -> None:
        known = row(-8_700, "Stadtwerke", status="planned", source="recurring")
        assert only(place([row(-9_212, "Stadtwerke Energie")], [known])).reason == "planned-payee"

    def test_a_plan_is_claimed_once(self) -> None:
        known = row(-94_000, "Rent Lang", status="planned", source="recurring")
        found = place([row(-94_000, "Rent Lang"), row(-94_000, "Rent Lang", day=DAY + 1)], [known])

        assert len(found) == 1

    def test_what_somebody_wrote_down_is_booked(self) -> None:
        known = row(-4_217, "lunch", source="manual", day=DAY - 1)
        one = only(place([row(-4_217, "TST* LOTUS GARDEN", bank_ref=b"1")], [known]))

        assert (one.kind, one.reason) == ("planned", "entered-by-hand")


class TestIdsThatChange:
    def statement(self, ids: str, count: int) -> list[Candidate]:
        return [
            row(-1000 - at, f"Shop {'abcdefgh'[at]}", day=DAY + at, bank_ref=f"{ids}{at}".encode())
            for at in range(count)
        ]

    def test_many_rows_known_under_other_ids_are_the_same_rows(self) -> None:
        found = place(self.statement("new", 6), self.statement("old", 6))

        assert [one.reason for one in found] == ["ids-changed"] * 6
        assert all(one.certain for one in found)

    def test_one_equal_row_under_another_id_proves_nothing(self) -> None:
        known = self.statement("same", 6)
        twin = row(-1000, "Shop a", bank_ref=b"later", day=DAY)

        assert not any(one.certain for one in place([twin], known))

    def test_ids_that_hold_have_not_changed(self) -> None:
        known = self.statement("same", 6)
        twins = [
            row(one.amount, one.texts.key, bank_ref=b"x" + (one.bank_ref or b"")) for one in known
        ]
        again = self.statement("same", 6)

        found = place([*again, *twins], known)

        assert Counter(one.reason for one in found) == {"same-bank-id": 6}


_ROWS = st.lists(
    st.builds(
        row,
        st.sampled_from([-320, -320, -1234, 5_000, -10_000]),
        st.sampled_from(["Corner Bakery", "CORNER BAKE", "Petrol Nord", ""]),
        day=st.integers(DAY, DAY + 9),
        status=st.sampled_from(["posted", "pending", "planned", "reconciled"]),
        source=st.sampled_from(["manual", "import", "recurring"]),
        batch=st.sampled_from([None, "before", "now"]),
        bank_ref=st.sampled_from([None, b"1", b"2", b"3"]),
        trade=st.sampled_from([None, "tips", "fuel"]),
    ),
    max_size=14,
)


@given(_ROWS, _ROWS)
def test_every_row_is_claimed_once_and_nothing_is_paired_with_itself(
    arrivals: list[Candidate], known: list[Candidate]
) -> None:
    found = place(arrivals, known)

    by_id = {one.id: one for one in (*arrivals, *known)}
    assert len({one.first for one in found}) == len({one.second for one in found}) == len(found)
    for one in found:
        first, second = by_id[one.first], by_id[one.second]
        assert first in arrivals
        assert second in known
        assert (first.account_id, first.currency) == (second.account_id, second.currency)
        assert (first.amount > 0) == (second.amount > 0)
        assert one.kind == "duplicate" or second.status != "posted" or second.source != "import"


@given(_ROWS, _ROWS)
def test_what_was_rejected_is_never_said_again(
    arrivals: list[Candidate], known: list[Candidate]
) -> None:
    rejected = {pair_key(one.first, one.second) for one in place(arrivals, known)}

    again = place(arrivals, known, rejected=rejected)

    assert not rejected & {pair_key(one.first, one.second) for one in again}


def test_a_chunk_of_equal_rows_among_a_thousand_equal_ones_is_placed() -> None:
    known = [row(-320, day=DAY + at % 25) for at in range(1_000)]
    arrivals = [row(-320, day=DAY + at % 25) for at in range(85)]

    assert len(place(arrivals, known)) == 85
