"""Items by hand and items by definition must be read alike, and lists must be cheap to read."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date
from statistics import median
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.expenses.model.parts import Part
from chalicelib.expenses.model.refunds import Refunded, RefundLink
from chalicelib.expenses.model.transactions import SetBy, Source, Status, Transaction, UsedRate
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.expenses.repository import folding, table
from chalicelib.expenses.repository.decode import account_of, transaction_of
from chalicelib.expenses.repository.transactions import Transactions
from chalicelib.expenses.schemas.transactions import TransactionOut
from chalicelib.kernel import aws
from chalicelib.kernel.clock import rfc3339
from chalicelib.kernel.folding import FOLDED
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.keys import derive
from chalicelib.kernel.money import Money
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.tables import Raw, Table
from chalicelib.kernel.vault import Vault
from tests.factories.expenses import (
    Ears,
    imported,
    laid,
    matching,
    recorded,
    row,
    stored,
    unit_of,
)
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud
from tools.cost_storage import size

TRANSACTION = folding.TRANSACTION
pytestmark = pytest.mark.slice


def raw(person: SignedIn, prefix: str, identity: str) -> Raw:
    item = Table(table.TABLE).get(table.key(person.owner, prefix, identity))
    assert item is not None
    return item


def test_a_transaction_is_read_as_it_is_defined(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    one = recorded(person, account, id=new_id(), notes="x")
    item = raw(person, table.TRANSACTION, one["id"])
    defined = table.TransactionRow.from_raw_data(dict(item))

    read = transaction_of(item, person.vault)

    assert (read.id, read.version) == (defined.sk.removeprefix("TXN#"), defined.version)
    assert read.amount == Money(defined.amount, defined.currency)
    assert f"{read.booked_on}#{read.id}" == defined.by_day
    assert (read.account_id, read.payee_id) == (defined.account_id, defined.payee_id)
    assert (read.filing.category_id, read.filing.by) == (defined.category_id, defined.filed_by)
    assert (read.filing.confidence, read.made) == (defined.confidence, defined.made)
    assert (read.status, read.source) == (defined.status, defined.source)
    assert read.import_id is None
    assert read.payee == person.vault.open(defined.payee, "expenses", defined.sk, "payee")
    assert read.notes == person.vault.open(defined.notes, "expenses", defined.sk, "notes")


def test_an_account_is_read_as_it_is_defined(person: SignedIn, account: str) -> None:
    item = raw(person, table.ACCOUNT, account)
    defined = table.AccountRow.from_raw_data(dict(item))

    read = account_of(item, person.vault, {})

    assert (read.id, read.version) == (account, defined.version)
    assert (read.kind, read.currency) == (defined.kind, defined.currency)
    assert (read.opening_minor, read.balance_minor) == (defined.opening, defined.balance)
    assert (read.entries, read.archived) == (defined.entries, defined.archived)


def test_an_imported_transaction_comes_back_as_it_was_written(
    cloud: Cloud, ears: Ears, person: SignedIn, account: str
) -> None:
    order = laid(person, [row(1, payee="Kiosk", memo="x", booked_on=date(2024, 2, 29))], account)
    imported(cloud, ears, person, order)
    (item,) = Table(table.TABLE).query_all(str(person.owner), "TXN#", "TXN#~", most=2)

    read = transaction_of(item, person.vault)

    assert (read.payee, read.notes, read.bank_payee) == ("Kiosk", "x", "")
    assert (read.booked_on, read.import_id) == (date(2024, 2, 29), order.import_id)
    assert read.made is None


def test_what_few_transactions_have_comes_back_as_it_was_written(
    person: SignedIn, account: str
) -> None:
    one = stored(person, recorded(person, account, "-10.00")["id"])
    euro = Money(-500, "EUR")
    full = replace(
        one,
        version=2,
        tags=("Sea side", "x"),
        set_by={"payee": "rule"},
        original=Money(-1_234, "USD"),
        rate=UsedRate(rate="0.81", day=date(2026, 10, 30), source="ecb"),
        parts=(
            Part(id=new_id(), category_id=None, amount=euro, notes="bread"),
            Part(id=new_id(), category_id=new_id(), amount=euro, account_id=account),
        ),
        refunded=(Refunded(refund_id=new_id(), amount_minor=3, part_id=new_id()),),
        bank_ref=b"ref",
        absorbed="{}",
        status="pending",
    )
    with unit_of(person) as ctx:
        Transactions(ctx).replace(one, full)
    read = stored(person, one.id)
    assert replace(read, change=one.change) == full

    moved = replace(
        full,
        version=3,
        parts=(),
        refunded=(),
        refunds=(
            RefundLink(transaction_id=new_id(), amount_minor=1, currency="USD", covered_minor=2),
        ),
        transfer=Transfer(
            to_account_id=new_id(),
            received=Money(10**30, "ETH"),
            received_on=date(2026, 11, 3),
            fee=Money(7, "EUR"),
            fee_category_id=new_id(),
        ),
    )
    with unit_of(person) as ctx:
        Transactions(ctx).replace(read, moved)
    assert replace(stored(person, one.id), change=one.change) == moved
    assert "bread" not in repr(raw(person, table.TRANSACTION, one.id))


def test_a_number_that_an_engine_writes_its_own_way_is_read() -> None:
    item = {"amount": {"N": "1E+1"}, "version": {"N": "12"}}
    assert (table.number(item, "amount"), table.number(item, "version")) == (10, 12)


def test_only_live_transactions_stand_in_the_index(person: SignedIn, account: str) -> None:
    one = recorded(person, account)
    two = recorded(person, account)
    person.client.delete(f"/v1/expenses/transactions/{two['id']}", headers=matching(two))

    piece = Table(table.TABLE).query(str(person.owner), "0", "~", limit=100, index=table.BY_DAY)

    assert [item["sk"]["S"] for item in piece.items] == [f"TXN#{one['id']}"]


def test_a_transaction_stays_within_one_write_unit(person: SignedIn, account: str) -> None:
    one = recorded(
        person, account, payee="A payee of forty characters, more or less", notes="n" * 80
    )
    item = raw(person, table.TRANSACTION, one["id"])

    assert size(item) <= 1_024, "as rows of before are"
    assert size(TRANSACTION.fold(item)) <= 600


def test_a_stored_row_is_folded_and_one_of_before_is_read_alike(
    person: SignedIn, account: str
) -> None:
    one = recorded(person, account, id=new_id(), notes="x")
    where = table.key(person.owner, table.TRANSACTION, one["id"])
    key = {"pk": {"S": where[0]}, "sk": {"S": where[1]}}
    stored_form = aws.dynamodb().get_item(TableName=table.TABLE.name, Key=key)["Item"]
    whole = raw(person, table.TRANSACTION, one["id"])
    assert set(stored_form) == {"pk", "sk", "by_day", "version", "payee", "notes", FOLDED}

    aws.dynamodb().put_item(TableName=table.TABLE.name, Item=whole)

    assert raw(person, table.TRANSACTION, one["id"]) == whole == TRANSACTION.unfold(stored_form)


IDS = st.uuids().map(str)
CLEAR = st.fixed_dictionaries(
    {"pk": st.just({"S": "U#x"}), "payee": st.just({"B": b"\x01sealed"})},
    optional={
        "account_id": st.builds(lambda text: {"S": text}, IDS | st.text(max_size=40)),
        "category_id": st.builds(lambda text: {"S": text}, IDS | st.just("A" * 36)),
        "amount": st.builds(lambda n: {"N": str(n)}, st.integers(-(10**38), 10**38)),
        "currency": st.builds(lambda text: {"S": text}, st.text(max_size=300)),
        "created_at": st.builds(
            lambda at: {"S": at},
            st.datetimes(timezones=st.just(UTC)).map(rfc3339) | st.text(max_size=30),
        ),
        "status": st.builds(lambda text: {"S": text}, st.sampled_from(["posted", "new one"])),
        "made": st.builds(lambda data: {"B": data}, st.binary(max_size=300)),
        "unknown": st.just({"BOOL": True}),
    },
)


@given(CLEAR)
def test_whatever_stands_in_an_item_comes_back_from_its_fold(item: dict[str, Any]) -> None:
    folded = TRANSACTION.fold(item)

    assert TRANSACTION.unfold(folded) == item
    assert "unknown" not in item or "unknown" in folded


def test_each_word_that_is_folded_is_one_of_the_model() -> None:
    assert set(folding.SOURCES) == set(get_args(Source))
    assert set(folding.STATUSES) == set(get_args(Status))
    assert set(folding.SETTERS) == set(get_args(SetBy))


def test_a_hundred_rows_are_read_and_written_in_few_milliseconds() -> None:
    owner = Owner("U", new_id())
    vault = Vault(str(owner), derive(b"k" * 32, "test"))
    items = [item_of(owner, vault) for _ in range(100)]

    def read() -> list[Transaction]:
        return [transaction_of(TRANSACTION.unfold(item), vault) for item in items]

    def write() -> list[str]:
        return [TransactionOut.of(one).model_dump_json() for one in read()]

    # the goal is 3 ms on a quiet machine; the bound leaves room for a busy one
    assert _milliseconds(write) < 15


def _milliseconds(act: object) -> float:
    times = []
    for _ in range(15):
        start = time.process_time()
        act()  # type: ignore[operator]
        times.append(time.process_time() - start)
    return median(times) * 1_000


def item_of(owner: Owner, vault: Vault) -> Raw:
    pk, sk = table.key(owner, table.TRANSACTION, identity := new_id())
    return table.TransactionRow(
        pk,
        sk,
        layout=1,
        version=1,
        by_day=f"2026-11-02#{identity}",
        account_id=new_id(),
        amount=-1234,
        currency="EUR",
        payee_id=new_id(),
        payee=vault.seal("Corner Bakery", "expenses", sk, "payee"),
        notes=vault.seal("birthday cake", "expenses", sk, "notes"),
        category_id=new_id(),
        filed_by="user",
        status="posted",
        source="manual",
        created_at="2026-11-02T09:30:00.000Z",
        updated_at="2026-11-02T09:30:00.000Z",
    ).raw()
