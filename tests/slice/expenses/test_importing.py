"""Recording statements chunk by chunk: every row once, whatever comes twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.expenses.commands import ROWS_PER_CHUNK, ImportRow
from chalicelib.expenses.model.categories import default_id
from chalicelib.kernel import blobs
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    ACCOUNTS,
    CATEGORIES,
    RULES,
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
    row,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
GROCERIES, RENT = default_id("groceries"), default_id("rent")


def many(count: int, **more: Any) -> list[ImportRow]:
    return [row(line, -line, **more) for line in range(1, count + 1)]


def test_rows_become_transactions_and_move_the_balance(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    rows = [
        row(1, -420, payee="Corner Bakery", memo="cake"),
        row(2, 215_000, payee="Employer Ltd", booked_on=date(2026, 10, 30)),
        row(3, None, importable=False, booked_on=None),
    ]
    order = laid(person, rows, account)
    facts = imported(cloud, ears, person, order)

    newest, oldest = everything(person)
    assert (newest["payee"], newest["notes"]) == ("Corner Bakery", "cake")
    assert (newest["source"], newest["import_id"]) == ("import", order.import_id)
    assert oldest["booked_on"] == "2026-10-30"
    assert balance(person, account) == "2145.80"
    assert person.client.get(f"{ACCOUNTS}/{account}").json["entries"] == 2
    (fact,) = facts
    assert (fact["recorded"], fact["duplicates"]) == (2, 0)
    assert fact["change"] > 0
    assert {
        (one["month"], one["income_minor"], one["expense_minor"], one["count"])
        for one in fact["totals"]
    } == {
        ("2026-11", 0, 420, 1),
        ("2026-10", 215_000, 0, 1),
    }


def test_chunks_follow_each_other_to_the_end(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    count = 2 * ROWS_PER_CHUNK + 30
    facts = imported(cloud, ears, person, laid(person, many(count), account))

    assert [(fact["chunk"], fact["chunks"], fact["recorded"]) for fact in facts] == [
        (0, 3, ROWS_PER_CHUNK),
        (1, 3, ROWS_PER_CHUNK),
        (2, 3, 30),
    ]
    assert len(everything(person, limit="200")) == count
    assert balance(person, account) == f"-{count * (count + 1) // 2 / 100:.2f}"


def test_a_chunk_of_another_page_is_read_from_there(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    order = laid(person, many(10), account)
    page = [one.to_json() for one in many(ROWS_PER_CHUNK + 3)]
    blobs.put(person.vault, f"{order.prefix}00001", page)

    imported(cloud, ears, person, replace(order, chunk=7, chunks=8))

    assert sorted(one["payee"] for one in everything(person)) == [
        f"Shop {line}" for line in range(ROWS_PER_CHUNK + 1, ROWS_PER_CHUNK + 4)
    ]


def test_the_same_statement_again_adds_nothing(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    rows = many(ROWS_PER_CHUNK + 5)
    imported(cloud, ears, person, laid(person, rows, account))
    before = everything(person, limit="200")

    facts = imported(cloud, ears, person, laid(person, rows, account))

    assert [(fact["recorded"], fact["duplicates"]) for fact in facts] == [(0, 85), (0, 5)]
    assert [fact["totals"] for fact in facts] == [[], []]
    assert everything(person, limit="200") == before


def test_equal_rows_of_one_file_are_told_apart_by_their_ordinal(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    coffee = [row(line, payee="Kiosk", ordinal=line) for line in range(3)]

    facts = imported(cloud, ears, person, laid(person, coffee, account))
    again = imported(cloud, ears, person, laid(person, coffee[:2], account))

    assert facts[0]["recorded"] == 3
    assert (again[0]["recorded"], again[0]["duplicates"]) == (0, 2)


def test_one_row_twice_in_a_chunk_is_one_row(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    twice = [row(1, payee="Kiosk"), row(2, payee=" KIOSK ", statement=1)]
    order = laid(person, twice, account, accounts={"0": account, "1": account})

    (fact,) = imported(cloud, ears, person, order)

    assert (fact["recorded"], fact["duplicates"]) == (1, 1)
    assert balance(person, account) == "-4.20"


def test_the_banks_own_id_goes_before_the_text(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    first = row(1, payee="KIOSK", provider_id="F-1")
    imported(cloud, ears, person, laid(person, [first], account))

    renamed = replace(first, payee="Kiosk Ltd", booked_on=date(2026, 11, 3))
    tipped = replace(first, amount_minor=-500)
    (fact,) = imported(cloud, ears, person, laid(person, [renamed, tipped], account))

    assert (fact["recorded"], fact["duplicates"]) == (1, 1)


def test_a_deleted_row_does_not_come_back(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    imported(cloud, ears, person, laid(person, many(3), account))
    victim = everything(person)[0]
    person.client.delete(f"{TRANSACTIONS}/{victim['id']}", headers=matching(victim))

    (fact,) = imported(cloud, ears, person, laid(person, many(3), account))

    assert (fact["recorded"], fact["duplicates"]) == (0, 3)
    assert victim["id"] not in {one["id"] for one in everything(person)}


def test_an_edited_row_stays_as_edited(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    imported(cloud, ears, person, laid(person, many(1), account))
    one = everything(person)[0]
    patch = {"payee": "Mine", "amount": {"amount": "-9.99", "currency": "EUR"}}
    person.client.patch(f"{TRANSACTIONS}/{one['id']}", patch, headers=matching(one))

    imported(cloud, ears, person, laid(person, many(1), account))

    (kept,) = everything(person)
    assert (kept["payee"], kept["bank_payee"]) == ("Mine", "Shop 1")
    assert kept["amount"]["amount"] == "-9.99"


def test_the_same_rows_in_another_account_are_other_rows(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    other = opened(person)["id"]
    imported(cloud, ears, person, laid(person, many(2), account))
    imported(cloud, ears, person, laid(person, many(2), other))

    assert len(everything(person)) == 4


def test_statements_without_an_account_are_left_out(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    rows = [row(1), row(2, statement=1), row(3, statement=2)]
    order = laid(person, rows, account, accounts={"0": account, "2": account})

    (fact,) = imported(cloud, ears, person, order)

    assert (fact["recorded"], fact["duplicates"]) == (2, 0)


class TestFiling:
    """Rules, memory, merchant codes and the prior look at every new row."""

    def test_rules_rename_and_annotate(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        rule = {
            "name": "Shop",
            "when": {"field": "payee", "operator": "starts_with", "value": "shop"},
            "then": {"category_id": RENT, "payee": "The Shop", "notes": "by rule"},
        }
        assert person.client.post(RULES, rule).status == 201

        imported(cloud, ears, person, laid(person, [row(1, memo="from the bank")], account))

        (one,) = everything(person)
        assert (one["payee"], one["bank_payee"]) == ("The Shop", "Shop 1")
        assert one["notes"] == "from the bank\nby rule"
        assert (one["category_id"], one["category_source"]) == (RENT, "rule")

    def test_a_correction_counts_for_the_next_statement(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        imported(cloud, ears, person, laid(person, [row(1, payee="POS ZXCV 12/10")], account))
        one = everything(person)[0]
        patch = {"category_id": RENT, "payee": "My landlord"}
        person.client.patch(f"{TRANSACTIONS}/{one['id']}", patch, headers=matching(one))

        next_month = row(1, payee="POS ZXCV 12/11", booked_on=date(2026, 12, 1))
        imported(cloud, ears, person, laid(person, [next_month], account))

        newest = everything(person)[0]
        assert (newest["category_id"], newest["category_source"]) == (RENT, "learned")

    def test_the_shipped_prior_knows_what_everybody_knows(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        rows = [
            row(1, payee="LIDL DIENSTLEISTUNG 1234"),
            row(2, payee="XQZV", mcc="5411"),
            row(3, payee="XQZW"),
        ]
        imported(cloud, ears, person, laid(person, rows, account))

        filed = {one["category_source"]: one for one in everything(person)}
        assert filed["prior"]["category_id"] == GROCERIES
        assert filed["mcc"]["category_id"] == GROCERIES
        assert 60 <= filed["prior"]["category_confidence"] <= 100
        assert filed["none"]["category_id"] is None
        assert filed["none"]["category_confidence"] is None

    def test_an_archived_category_is_not_used(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        person.client.patch(f"{CATEGORIES}/{GROCERIES}", {"archived": True})

        imported(cloud, ears, person, laid(person, [row(1, payee="LIDL")], account))

        assert everything(person)[0]["category_id"] is None


class TestStopping:
    """What no second try can mend is told once, and no later chunk is ordered."""

    def stopped(self, facts: list[dict[str, Any]]) -> str:
        (fact,) = facts
        assert fact["chunk"] == 0
        reason: str = fact["reason"]
        return reason

    def test_at_an_account_that_is_gone(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        order = laid(person, many(90), account)
        now = person.client.get(f"{ACCOUNTS}/{account}").json
        person.client.delete(f"{ACCOUNTS}/{account}", headers=matching(now))

        assert self.stopped(imported(cloud, ears, person, order)) == "account-not-found"
        assert everything(person) == []

    def test_at_a_foreign_account(
        self, cloud: Cloud, ears: Ears, person: SignedIn, stranger: SignedIn, account: str
    ) -> None:
        order = laid(stranger, many(2), account)

        assert self.stopped(imported(cloud, ears, stranger, order)) == "account-not-found"
        assert balance(person, account) == "0.00"

    def test_at_an_archived_account(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        imported(cloud, ears, person, laid(person, many(2), account))
        now = person.client.get(f"{ACCOUNTS}/{account}").json
        person.client.patch(f"{ACCOUNTS}/{account}", {"archived": True}, headers=matching(now))

        again = imported(cloud, ears, person, laid(person, many(2), account))
        more = imported(cloud, ears, person, laid(person, many(3), account))

        assert again[0]["duplicates"] == 2
        assert self.stopped(more) == "account-archived"

    def test_at_another_currency(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        order = laid(person, [row(1, currency="USD")], account)
        assert self.stopped(imported(cloud, ears, person, order)) == "wrong-currency"

    def test_at_rows_that_expired(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str
    ) -> None:
        order = laid(person, many(2), account)
        blobs.remove([f"{order.prefix}00000"])
        assert self.stopped(imported(cloud, ears, person, order)) == "blob-gone"

    @pytest.mark.parametrize(
        "bad",
        [
            [1, 2],
            "not a row at all",
            None,
            row(1, None).to_json(),
            row(1, booked_on=None).to_json(),
            row(1, currency="XXY").to_json(),
            row(1, 10**18).to_json(),
            [0, 1, "2026-02-30", *row(1).to_json()[3:]],
        ],
    )
    def test_at_rows_that_cannot_be_read(
        self, cloud: Cloud, ears: Ears, person: SignedIn, account: str, bad: object
    ) -> None:
        order = laid(person, many(1), account)
        blobs.put(person.vault, f"{order.prefix}00000", [bad])

        assert self.stopped(imported(cloud, ears, person, order)) == "unreadable-rows"
        assert cloud.dead_letters("expenses") == []

    def test_at_a_balance_that_the_store_cannot_hold(
        self, cloud: Cloud, ears: Ears, person: SignedIn
    ) -> None:
        account = opened(person, currency="ETH")["id"]
        rows = [row(line, 10**38 - 1, currency="ETH") for line in (1, 2)]

        order = laid(person, rows, account)

        assert self.stopped(imported(cloud, ears, person, order)) == "balance-out-of-range"


def test_texts_longer_than_ours_are_cut(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    long = row(1, payee="p" * 5_000, memo="m" * 50_000)

    imported(cloud, ears, person, laid(person, [long], account))

    (one,) = everything(person)
    assert (len(one["payee"]), len(one["notes"])) == (200, 1_000)


def test_the_largest_chunk_fits_one_transaction(cloud: Cloud, person: SignedIn) -> None:
    accounts = {str(place): opened(person)["id"] for place in range(8)}
    text = "".join(chr(0x4E00 + place * 7 % 20_000) for place in range(1_000))
    rows = [
        row(line, -line, statement=line % 8, payee=text[line : line + 200], memo=text, mcc="5411")
        for line in range(2 * ROWS_PER_CHUNK)
    ]
    order = laid(person, rows, "", accounts=accounts)

    with budget() as spent:
        assert handed(cloud, envelope(person, order)) == []

    # 85 rows, 8 accounts, movements that wait for their months, META, CHG, inbox mark, fact, orders
    assert spent.writes == 99


def test_a_chunk_costs_the_same_calls_whatever_is_stored(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    order = laid(person, many(40), account)
    expected = {"s3.GetObject": 1, "BatchGetItem": 3, "Query": 2, "TransactWriteItems": 1}
    with budget() as spent:
        handed(cloud, envelope(person, order))
    # META and mark; rows and account; what lies around them; payees; then rules and categories
    assert spent.calls == expected
    # the rows, their account and its month, META, CHG, mark, fact, the orders, that it was not taken back
    assert spent.writes == 40 + 8

    again = {"s3.GetObject": 1, "BatchGetItem": 2, "TransactWriteItems": 1}
    with budget() as spent:
        handed(cloud, envelope(person, replace(order, import_id=new_id())))
    assert spent.calls == again
    assert spent.writes == 2

    with budget() as spent:
        handed(cloud, envelope(person, order))
    assert spent.calls == again
    assert spent.writes == 3  # its own rows are looked at: nobody knows whether they were


def test_an_order_that_comes_twice_is_done_once(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    body = envelope(person, laid(person, many(3), account), identity=new_id())

    assert handed(cloud, body, body) == []
    assert handed(cloud, body) == []

    assert len(everything(person)) == 3
    assert balance(person, account) == "-0.06"
