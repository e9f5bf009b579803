"""Transactions over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.repository import TABLE
from chalicelib.kernel.clock import now
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.tables import Table
from tests.factories.expenses import (
    ACCOUNTS,
    CATEGORIES,
    TRANSACTIONS,
    Ears,
    balance,
    everything,
    matching,
    opened,
    recorded,
)
from tests.factories.users import SignedIn
from tests.support.budget import budget

pytestmark = pytest.mark.slice
GROCERIES = default_id("groceries")
RENT = default_id("rent")


def body_of(account_id: str, **more: Any) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "amount": {"amount": "-12.34", "currency": "EUR"},
        "booked_on": "2026-11-02",
        **more,
    }


def test_a_transaction_moves_its_accounts_balance(person: SignedIn, account: str) -> None:
    reply = person.client.post(
        TRANSACTIONS,
        body_of(account, payee=" Corner Bakery ", notes="cake", category_id=GROCERIES),
    )

    assert reply.status == 201
    assert reply.headers["Location"] == f"{TRANSACTIONS}/{reply.json['id']}"
    assert reply.json["kind"] == "expense"
    assert reply.json["payee"] == "Corner Bakery"
    assert (reply.json["category_id"], reply.json["category_source"]) == (GROCERIES, "user")
    assert (reply.json["status"], reply.json["source"]) == ("posted", "manual")
    assert balance(person, account) == "-12.34"
    assert person.client.get(f"{TRANSACTIONS}/{reply.json['id']}").json == reply.json


def test_money_coming_in_is_income(person: SignedIn, account: str) -> None:
    assert recorded(person, account, "2150.00")["kind"] == "income"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"amount": {"amount": "NaN", "currency": "EUR"}}, "/amount"),
        ({"amount": {"amount": "1e400", "currency": "EUR"}}, "/amount"),
        ({"amount": {"amount": "1.001", "currency": "EUR"}}, "/amount"),
        ({"amount": {"amount": "1", "currency": "USD"}}, "/amount/currency"),
        ({"amount": -12.34}, "/amount"),
        ({"booked_on": "2026-02-30"}, "/booked_on"),
        ({"booked_on": "1815-06-18"}, "/booked_on"),
        ({"booked_on": "9999-12-31"}, "/booked_on"),
        ({"payee": "a" * 201}, "/payee"),
        ({"payee": "a\x07"}, "/payee"),
        ({"notes": "a" * 1_001}, "/notes"),
        ({"category_id": "food"}, "/category_id"),
        ({"status": "reconciled"}, "/status"),
        ({"tags": ["a"] * 21}, "/tags"),
        ({"tags": ["a" * 51]}, "/tags/0"),
        ({"tags": [" "]}, "/tags/0"),
        ({"amount": None}, "/amount"),
        ({"original_amount": {"amount": "-1", "currency": "EUR"}}, "/original_amount"),
        ({"original_amount": {"amount": "1", "currency": "USD"}}, "/original_amount"),
        ({"owner": "me"}, "/owner"),
    ],
)
def test_a_bad_field_is_named(
    person: SignedIn, account: str, change: dict[str, Any], pointer: str
) -> None:
    reply = person.client.post(TRANSACTIONS, body_of(account, **change))

    assert reply.status == 422
    assert pointer in [error["pointer"] for error in reply.json["errors"]]
    assert balance(person, account) == "0.00"


def test_next_years_rent_can_be_booked_and_the_year_after_cannot(
    person: SignedIn, account: str
) -> None:
    today = now().date()

    soon = (today + timedelta(days=300)).isoformat()
    assert recorded(person, account, booked_on=soon)["booked_on"] == soon
    far = body_of(account, booked_on=(today + timedelta(days=400)).isoformat())
    reply = person.client.post(TRANSACTIONS, far)
    assert (reply.status, reply.problem) == (422, "future-transaction")


def test_a_clients_own_id_and_body_again_is_the_same_transaction(
    person: SignedIn, account: str
) -> None:
    identity = new_id()
    first = recorded(person, account, id=identity)
    again = recorded(person, account, id=identity)
    other = person.client.post(TRANSACTIONS, body_of(account, id=identity, payee="Else"))

    assert again == first
    assert (other.status, other.problem) == (409, "id-taken")
    assert balance(person, account) == "-12.34"


def test_a_deleted_transactions_id_is_never_used_again(person: SignedIn, account: str) -> None:
    identity = new_id()
    one = recorded(person, account, id=identity)
    person.client.delete(f"{TRANSACTIONS}/{identity}", headers=matching(one))

    reply = person.client.post(TRANSACTIONS, body_of(account, id=identity, payee="Corner Bakery"))

    assert (reply.status, reply.problem) == (409, "id-taken")
    assert balance(person, account) == "0.00"


def test_payee_and_notes_are_sealed_everywhere_in_the_table(person: SignedIn, account: str) -> None:
    one = recorded(person, account, payee="Dr Secret", notes="hush hush", category_id=GROCERIES)
    person.client.patch(
        f"{TRANSACTIONS}/{one['id']}", {"notes": "hush again"}, headers=matching(one)
    )

    items = list(Table(TABLE).query_all(str(person.owner), "0", "~", most=100))
    assert {item["sk"]["S"][:3] for item in items} >= {"TXN", "CHG", "LRN", "ACC", "MET"}
    for word in ("secret", "hush"):
        assert word not in repr(items).lower()


def test_without_if_match_nothing_moves(person: SignedIn, account: str) -> None:
    one = recorded(person, account)
    url = f"{TRANSACTIONS}/{one['id']}"

    assert person.client.patch(url, {"notes": "x"}).status == 428
    assert person.client.delete(url).status == 428
    stale = {"If-Match": '"9"'}
    assert person.client.patch(url, {"notes": "x"}, headers=stale).status == 412
    assert person.client.delete(url, headers=stale).status == 412
    assert person.client.get(url).json == one


def test_a_changed_amount_moves_the_balance_by_the_difference(
    ears: Ears, person: SignedIn, account: str
) -> None:
    one = recorded(person, account, category_id=GROCERIES)
    patch = {"amount": {"amount": "-20.00", "currency": "EUR"}, "booked_on": "2026-10-31"}
    reply = person.client.patch(f"{TRANSACTIONS}/{one['id']}", patch, headers=matching(one))

    assert (reply.status, reply.etag) == (200, '"2"')
    assert balance(person, account) == "-20.00"
    (first, _), (second, change) = ears.about(one["id"])
    assert (first, second) == ("transaction_recorded", "transaction_changed")
    (before,), (after,) = change["before"], change["after"]
    assert before["amount_minor"] == -1234
    assert after["booked_on"] == "2026-10-31"


def test_a_move_to_another_account_moves_both_balances(person: SignedIn, account: str) -> None:
    other = opened(person)["id"]
    one = recorded(person, account)

    person.client.patch(f"{TRANSACTIONS}/{one['id']}", {"account_id": other}, headers=matching(one))

    assert (balance(person, account), balance(person, other)) == ("0.00", "-12.34")
    assert person.client.get(f"{ACCOUNTS}/{account}").json["entries"] == 0
    assert person.client.get(f"{ACCOUNTS}/{other}").json["entries"] == 1


def test_a_move_to_an_account_in_another_currency_is_refused(
    person: SignedIn, account: str
) -> None:
    dollars = opened(person, currency="USD")["id"]
    one = recorded(person, account)
    url = f"{TRANSACTIONS}/{one['id']}"

    moved = person.client.patch(url, {"account_id": dollars}, headers=matching(one))
    paid = person.client.patch(
        url, {"amount": {"amount": "-1", "currency": "USD"}}, headers=matching(one)
    )

    assert (moved.status, moved.problem) == (422, "wrong-currency")
    assert (paid.status, paid.problem) == (422, "wrong-currency")


def test_an_edit_of_texts_alone_is_not_told(ears: Ears, person: SignedIn, account: str) -> None:
    one = recorded(person, account)
    reply = person.client.patch(
        f"{TRANSACTIONS}/{one['id']}", {"payee": "Else", "notes": "x"}, headers=matching(one)
    )

    assert (reply.json["payee"], reply.json["version"]) == ("Else", 2)
    assert len(ears.about(one["id"])) == 1


def test_a_null_category_is_the_users_word(person: SignedIn, account: str) -> None:
    one = recorded(person, account, category_id=GROCERIES)
    reply = person.client.patch(
        f"{TRANSACTIONS}/{one['id']}", {"category_id": None}, headers=matching(one)
    )

    assert (reply.json["category_id"], reply.json["category_source"]) == (None, "user")


def test_a_deleted_transaction_is_gone_and_its_money_with_it(
    ears: Ears, person: SignedIn, account: str
) -> None:
    one = recorded(person, account)
    url = f"{TRANSACTIONS}/{one['id']}"

    assert person.client.delete(url, headers=matching(one)).status == 204
    assert person.client.delete(url, headers=matching(one)).status == 204
    assert person.client.delete(url).status == 204

    assert balance(person, account) == "0.00"
    gone = person.client.get(url)
    assert (gone.status, gone.problem) == (404, "transaction-not-found")
    assert person.client.patch(url, {}, headers=matching(one)).status == 404
    assert everything(person) == []
    assert [name for name, _ in ears.about(one["id"])][1:] == ["transaction_removed"]


def test_a_tombstone_keeps_nothing_personal(person: SignedIn, account: str) -> None:
    one = recorded(person, account, notes="x")
    person.client.delete(f"{TRANSACTIONS}/{one['id']}", headers=matching(one))

    item = Table(TABLE).get((str(person.owner), f"TXN#{one['id']}"))

    assert item is not None
    assert set(item) == {"pk", "sk", "layout", "version", "deleted_at", "change"}


def test_an_idempotency_key_gives_the_first_answer_again(person: SignedIn, account: str) -> None:
    key = {"Idempotency-Key": new_id()}
    body = body_of(account)

    first = person.client.post(TRANSACTIONS, body, headers=key)
    again = person.client.post(TRANSACTIONS, body, headers=key)
    other = person.client.post(TRANSACTIONS, body_of(account, notes="x"), headers=key)

    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.status == 422
    assert balance(person, account) == "-12.34"


class TestForeignIds:
    """Somebody else's ids name nothing, in paths and in bodies."""

    def test_in_a_path(self, person: SignedIn, stranger: SignedIn, account: str) -> None:
        url = f"{TRANSACTIONS}/{recorded(person, account)['id']}"
        match = {"If-Match": '"1"'}
        for reply in (
            stranger.client.get(url),
            stranger.client.patch(url, {"notes": "mine"}, headers=match),
            stranger.client.delete(url, headers=match),
        ):
            assert (reply.status, reply.problem) == (404, "transaction-not-found")

    def test_an_account_in_a_body(self, person: SignedIn, stranger: SignedIn, account: str) -> None:
        mine = opened(stranger)["id"]
        one = recorded(stranger, mine)
        made = stranger.client.post(TRANSACTIONS, body_of(account))
        moved = stranger.client.patch(
            f"{TRANSACTIONS}/{one['id']}", {"account_id": account}, headers=matching(one)
        )

        assert (made.status, made.problem) == (404, "account-not-found")
        assert (moved.status, moved.problem) == (404, "account-not-found")
        assert balance(person, account) == "0.00"

    def test_a_category_in_a_body(self, person: SignedIn, stranger: SignedIn, account: str) -> None:
        category = person.client.post(CATEGORIES, {"name": "Mine", "kind": "expense"}).json["id"]
        mine = opened(stranger)["id"]
        one = recorded(stranger, mine)
        made = stranger.client.post(TRANSACTIONS, body_of(mine, category_id=category))
        filed = stranger.client.patch(
            f"{TRANSACTIONS}/{one['id']}", {"category_id": category}, headers=matching(one)
        )

        assert (made.status, made.problem) == (404, "category-not-found")
        assert (filed.status, filed.problem) == (404, "category-not-found")

    def test_the_same_client_made_id_lives_once_per_person(
        self, person: SignedIn, stranger: SignedIn, account: str
    ) -> None:
        identity = new_id()
        recorded(person, account, id=identity, payee="Mine")
        recorded(stranger, opened(stranger)["id"], id=identity, payee="Theirs")

        assert person.client.get(f"{TRANSACTIONS}/{identity}").json["payee"] == "Mine"
        assert stranger.client.get(f"{TRANSACTIONS}/{identity}").json["payee"] == "Theirs"


class TestLearning:
    """What the user says about a payee is remembered for the next time."""

    def test_a_correction_is_remembered_at_once(self, person: SignedIn, account: str) -> None:
        one = recorded(person, account, payee="ZXCV QWERTZ 4711")
        assert one["category_source"] == "none"
        person.client.patch(
            f"{TRANSACTIONS}/{one['id']}", {"category_id": RENT}, headers=matching(one)
        )

        next_one = recorded(person, account, payee="Zxcv Qwertz 4712")

        assert (next_one["category_id"], next_one["category_source"]) == (RENT, "learned")
        assert next_one["category_confidence"] > 50

    def test_a_category_given_at_first_is_remembered_too(
        self, person: SignedIn, account: str
    ) -> None:
        recorded(person, account, payee="ZXCV QWERTZ", category_id=RENT)

        assert recorded(person, account, payee="ZXCV QWERTZ")["category_source"] == "learned"

    def test_the_last_word_counts(self, person: SignedIn, account: str) -> None:
        recorded(person, account, payee="ZXCV QWERTZ", category_id=RENT)
        recorded(person, account, payee="ZXCV QWERTZ", category_id=GROCERIES)

        assert recorded(person, account, payee="ZXCV QWERTZ")["category_id"] == GROCERIES

    def test_what_one_person_taught_nobody_else_knows(
        self, person: SignedIn, stranger: SignedIn, account: str
    ) -> None:
        recorded(person, account, payee="ZXCV QWERTZ", category_id=RENT)

        other = recorded(stranger, opened(stranger)["id"], payee="ZXCV QWERTZ")

        assert other["category_source"] == "none"

    def test_an_archived_category_is_not_guessed(self, person: SignedIn, account: str) -> None:
        recorded(person, account, payee="ZXCV QWERTZ", category_id=RENT)
        person.client.patch(f"{CATEGORIES}/{RENT}", {"archived": True})

        assert recorded(person, account, payee="ZXCV QWERTZ")["category_id"] is None


class TestCosts:
    """Calls and items of each use-case, exactly."""

    def test_of_recording(self, person: SignedIn, account: str) -> None:
        recorded(person, account)

        with budget() as spent:
            recorded(person, account, category_id=GROCERIES)
        # session and user; META; account and category; the rest in one write
        assert spent.calls == {"BatchGetItem": 3, "TransactWriteItems": 1}
        # transaction, account and its month, META, CHG, outbox; habits, the payee's page, and those of the
        # account and the payee's words, of which two may be one
        assert spent.writes in {6 + 3, 6 + 4, 6 + 5}
        with budget() as spent:
            recorded(person, account)
        # rules and categories in one query; account and what was taught with one read
        assert spent.calls == {"BatchGetItem": 3, "Query": 1, "TransactWriteItems": 1}
        # transaction, account and its month with the count of guesses, META, CHG, outbox
        assert spent.writes == 6

    def test_of_recording_under_a_key(self, person: SignedIn, account: str) -> None:
        key = {"Idempotency-Key": new_id()}
        with budget() as spent:
            person.client.post(TRANSACTIONS, body_of(account), headers=key)
        assert spent.calls == {"BatchGetItem": 3, "Query": 1, "TransactWriteItems": 1}
        with budget() as spent:
            person.client.post(TRANSACTIONS, body_of(account), headers=key)
        assert spent.calls == {"BatchGetItem": 2}

    def test_of_amending_and_removing(self, person: SignedIn, account: str) -> None:
        one = recorded(person, account)
        url = f"{TRANSACTIONS}/{one['id']}"
        with budget() as spent:
            one = person.client.patch(url, {"category_id": RENT}, headers=matching(one)).json
        # one read more for what was taught so far
        assert spent.calls == {"BatchGetItem": 4, "TransactWriteItems": 1}
        # transaction, META, CHG, outbox: the balance does not move; pages as above, the month's count
        assert spent.writes in {4 + 4, 4 + 5, 4 + 6}
        with budget() as spent:
            person.client.delete(url, headers=matching(one))
        # the query asks whether there are attachments, which go too
        assert spent.calls == {"BatchGetItem": 3, "Query": 1, "TransactWriteItems": 1}
        assert spent.writes == 6

    def test_of_reading_and_listing(self, person: SignedIn, account: str) -> None:
        one = recorded(person, account)
        with budget() as spent:
            person.client.get(f"{TRANSACTIONS}/{one['id']}")
        assert spent.calls == {"BatchGetItem": 2}
        with budget() as spent:
            person.client.get(TRANSACTIONS)
        assert spent.calls == {"BatchGetItem": 1, "Query": 1}
