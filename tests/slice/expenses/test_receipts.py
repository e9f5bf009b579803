"""Receipts: sent as text or uploaded, read, held against the ledger, and confirmed with what the user corrects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, cast

import pytest

from chalicelib.expenses.gateways import readers
from chalicelib.expenses.gateways.readers import Setting, Unread
from chalicelib.expenses.model.receipts.learning import MIN_SAMPLES, START, STEP
from chalicelib.expenses.repository.receipts import Receipts
from chalicelib.expenses.repository.table import TABLE
from chalicelib.kernel.context import system_context
from chalicelib.kernel.ids import new_id
from chalicelib.security import api as security
from tests.factories import papers
from tests.factories.attachments import notify, papers_of, put_file, url_of
from tests.factories.expenses import (
    TRANSACTIONS,
    Ears,
    balance,
    everything,
    imported,
    laid,
    matching,
    opened,
    recorded,
    row,
)
from tests.factories.households import joined, made, within
from tests.factories.users import SignedIn, signed_in
from tests.support.budget import budget
from tests.support.client import Client, Reply
from tests.support.cloud import Cloud
from tests.support.taps import every_point, interleaved, killed_at, orders

pytestmark = pytest.mark.slice
URL = "/v1/expenses/receipts"
TEXT = """Corner Bakery Ltd
12 High Street
02.11.2026 10:12
Rye loaf                5.20
Seeded roll            10.48
TOTAL EUR              15.68
incl. VAT 19%           2.50
"""
SURE = {"amount": "-15.68", "payee": "CORNER BAKERY 0412", "booked_on": "2026-11-03"}


def sent(person: SignedIn, text: str = TEXT, **more: Any) -> Any:
    reply = person.client.post(URL, {"text": text, **more})
    assert reply.status == 201, reply.text
    return reply.json


def read(person: SignedIn, receipt: Any) -> Any:
    return person.client.get(f"{URL}/{receipt['id']}").json


def confirmed(person: SignedIn, receipt: Any, **body: Any) -> Reply:
    return person.client.post(f"{URL}/{receipt['id']}/confirm", body)


def attachments(person: SignedIn, transaction_id: str) -> list[Any]:
    items: list[Any] = person.client.get(url_of(transaction_id)).json["items"]
    return items


def test_a_text_is_read_at_once(person: SignedIn) -> None:
    one = sent(person)

    draft = one["draft"]
    assert one["state"] == "ready"
    assert draft["merchant"]["value"] == "Corner Bakery Ltd"
    assert draft["bought_on"]["value"] == "2026-11-02"
    assert draft["total"]["value"] == {"amount": "15.68", "currency": "EUR"}
    assert draft["tax"]["value"] == {"amount": "2.50", "currency": "EUR"}
    assert [line["amount"]["amount"] for line in draft["lines"]] == ["5.20", "10.48"]
    assert draft["adds_up"] is True
    assert {**read(person, one), "download": None} == one
    assert len(papers_of(person)) == 1


def test_a_certain_transaction_gets_its_receipt_without_asking(
    person: SignedIn, account: str
) -> None:
    bakery = recorded(person, account, **SURE)

    one = sent(person)

    assert (one["state"], one["transaction_id"], one["attached_by"]) == (
        "attached",
        bakery["id"],
        "auto",
    )
    (file,) = attachments(person, bakery["id"])
    assert (file["id"], file["state"], file["type"]) == (one["id"], "ready", "text/plain")
    link = person.client.get(url_of(bakery["id"], file["id"])).json["download"]
    assert link["url"].startswith("http")


def test_what_is_not_certain_is_proposed_and_confirmed(person: SignedIn, account: str) -> None:
    first, second = (recorded(person, account, **SURE) for _ in range(2))

    one = sent(person)
    assert one["state"] == "ready"
    assert {match["transaction_id"] for match in one["matches"]} == {first["id"], second["id"]}
    done = confirmed(person, one, transaction_id=second["id"])

    assert done.status == 200, done.text
    assert (done.json["state"], done.json["attached_by"]) == ("attached", "user")
    assert attachments(person, first["id"]) == []
    assert len(attachments(person, second["id"])) == 1
    assert confirmed(person, one, transaction_id=first["id"]).problem == "receipt-attached"


def test_a_wrong_attachment_of_ours_moves_to_where_the_user_says(
    person: SignedIn, account: str
) -> None:
    wrong = recorded(person, account, **SURE)
    one = sent(person)
    right = recorded(person, account, "-15.68", payee="Corner Bakery", booked_on="2026-11-02")
    assert one["transaction_id"] == wrong["id"]

    done = confirmed(person, one, transaction_id=right["id"])

    assert done.json["transaction_id"] == right["id"]
    assert attachments(person, wrong["id"]) == []
    (file,) = attachments(person, right["id"])
    assert file["id"] == one["id"]
    assert len(papers_of(person)) == 1


def test_a_receipt_becomes_a_transaction(person: SignedIn, account: str) -> None:
    one = sent(person)

    done = confirmed(person, one, account_id=account, notes="with Ann")

    (entry,) = everything(person)
    assert done.json["transaction_id"] == entry["id"]
    assert entry["amount"] == {"amount": "-15.68", "currency": "EUR"}
    assert (entry["payee"], entry["booked_on"]) == ("Corner Bakery Ltd", "2026-11-02")
    assert (entry["source"], entry["notes"]) == ("receipt", "with Ann")
    assert len(attachments(person, entry["id"])) == 1
    assert balance(person, account) == "-15.68"


def test_the_banks_row_of_a_receipt_is_no_second_purchase(
    cloud: Cloud, person: SignedIn, account: str, ears: Ears
) -> None:
    confirmed(person, sent(person), account_id=account)
    (mine,) = everything(person)

    bank = row(amount_minor=-1_568, payee="CORNER BAKERY 0412", booked_on=date(2026, 11, 3))
    imported(cloud, ears, person, laid(person, [bank], account))

    (entry,) = everything(person)
    assert entry["id"] == mine["id"]
    assert len(attachments(person, entry["id"])) == 1
    assert balance(person, account) == "-15.68"


def test_what_the_user_corrects_counts(person: SignedIn, account: str) -> None:
    one = sent(person)
    total = {"amount": "16.00", "currency": "EUR"}

    confirmed(
        person, one, account_id=account, merchant="Bakery", bought_on="2026-11-01", total=total
    )

    (entry,) = everything(person)
    assert entry["amount"]["amount"] == "-16.00"
    assert (entry["payee"], entry["booked_on"]) == ("Bakery", "2026-11-01")


def test_another_currency_is_booked_at_the_rate_of_its_day(person: SignedIn) -> None:
    account = opened(person, currency="EUR")["id"]
    one = sent(person, TEXT.replace("EUR", "USD").replace("02.11.2026", "2024-11-04"))

    done = confirmed(person, one, account_id=account)

    assert done.status == 200, done.text
    (entry,) = everything(person)
    assert entry["original_amount"] == {"amount": "-15.68", "currency": "USD"}
    assert entry["amount"]["currency"] == "EUR"


def test_fields_that_nobody_knows_are_asked_for(person: SignedIn, account: str) -> None:
    one = sent(person, "thank you for your visit")

    reply = confirmed(person, one, account_id=account)

    assert (reply.status, reply.problem) == (422, "field-unread")
    assert [one["pointer"] for one in reply.json["errors"]] == ["/total", "/bought_on"]
    total = {"amount": "5.00", "currency": "EUR"}
    again = confirmed(person, one, account_id=account, total=total, bought_on="2026-11-02")
    assert again.status == 200, again.text


def test_lines_of_several_categories_are_proposed_as_a_split(
    person: SignedIn, account: str
) -> None:
    ids = []
    for payee, name in (("Rye loaf", "Food of mine"), ("Seeded roll", "Gifts of mine")):
        made_one = person.client.post("/v1/expenses/categories", {"name": name, "kind": "expense"})
        ids.append(made_one.json["id"])
        for _ in range(3):
            recorded(person, account, payee=payee, category_id=ids[-1])

    one = sent(person)

    assert [(part["category_id"], part["amount"]["amount"]) for part in one["split"]] == [
        (ids[0], "-5.20"),
        (ids[1], "-10.48"),
    ]
    parts = [
        {"amount": {"amount": "-5.20", "currency": "EUR"}, "notes": "loaf"},
        {"remainder": True, "notes": "rolls"},
    ]
    done = confirmed(person, one, account_id=account, parts=parts)
    assert done.status == 200, done.text
    entry = person.client.get(f"{TRANSACTIONS}/{done.json['transaction_id']}").json
    assert [part["amount"]["amount"] for part in entry["parts"]] == ["-5.20", "-10.48"]
    again = confirmed(person, sent(person, f"{TEXT}copy"), account_id=account, parts=one["split"])
    assert again.status == 200, again.text


def test_splitting_a_transaction_that_is_there_needs_its_version(
    person: SignedIn, account: str
) -> None:
    bakery = recorded(person, account, **SURE)
    one = sent(person)
    parts = [{"amount": {"amount": "-5.20", "currency": "EUR"}}, {"remainder": True}]

    bare = confirmed(person, one, transaction_id=bakery["id"], parts=parts)
    stale = confirmed(
        person,
        one,
        transaction_id=bakery["id"],
        parts=parts,
        transaction_version=bakery["version"] + 1,
    )
    done = confirmed(
        person, one, transaction_id=bakery["id"], parts=parts, transaction_version=bakery["version"]
    )

    assert (bare.status, stale.status, done.status) == (428, 412, 200)
    entry = person.client.get(f"{TRANSACTIONS}/{bakery['id']}").json
    assert len(entry["parts"]) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "x", "upload": {"name": "a.jpg", "type": "image/jpeg", "size": 1}},
        {"text": ""},
        {"text": "a" * 20_001},
        {"text": "<svg onload=alert(1)>"},
        {"text": "control \u0007"},
        {"text": "x", "currency": "XX"},
        {"upload": {"name": "a.html", "type": "image/jpeg", "size": 1}},
        {"upload": {"name": "a.jpg", "type": "image/jpeg", "size": 10_000_001}},
    ],
)
def test_what_is_no_receipt_is_refused(person: SignedIn, body: dict[str, Any]) -> None:
    reply = person.client.post(URL, body)

    assert reply.status == 422
    assert reply.json["errors"]


def test_confirming_names_one_place_and_only_fields_that_fit(
    person: SignedIn, account: str
) -> None:
    one = sent(person)
    for body in (
        {},
        {"account_id": account, "transaction_id": new_id()},
        {"transaction_id": new_id(), "merchant": "x"},
        {"account_id": account, "transaction_version": 1},
        {"account_id": account, "total": {"amount": "-1.00", "currency": "EUR"}},
    ):
        assert confirmed(person, one, **body).status == 422, body
    for body in ({"account_id": new_id()}, {"transaction_id": new_id()}):
        assert confirmed(person, one, **body).status == 404, body
    assert everything(person) == []


def test_the_same_id_and_body_is_the_same_receipt(person: SignedIn) -> None:
    mine = new_id()
    first = sent(person, id=mine)

    assert sent(person, id=mine)["created_at"] == first["created_at"]
    other = person.client.post(URL, {"text": "Shop\nTOTAL 2.00", "id": mine})
    assert other.problem == "id-taken"
    assert person.client.delete(f"{URL}/{mine}").status == 204
    assert person.client.post(URL, {"text": TEXT, "id": mine}).problem == "id-taken"


def test_receipts_are_listed_and_deleted_with_their_files(cloud: Cloud, person: SignedIn) -> None:
    ids = [sent(person)["id"] for _ in range(3)]

    first = person.client.get(URL, query={"limit": "2"}).json
    rest = person.client.get(URL, query={"limit": "2", "cursor": first["next_cursor"]}).json
    assert [one["id"] for one in (*first["items"], *rest["items"])] == ids[::-1]
    for _ in range(2):
        assert person.client.delete(f"{URL}/{ids[0]}").status == 204
    cloud.drain()

    assert person.client.get(f"{URL}/{ids[0]}").problem == "receipt-not-found"
    assert len(papers_of(person)) == 2


def test_a_deleted_receipt_leaves_the_attachment_that_it_became(
    cloud: Cloud, person: SignedIn, account: str
) -> None:
    bakery = recorded(person, account, **SURE)
    one = sent(person)

    assert person.client.delete(f"{URL}/{one['id']}").status == 204
    cloud.drain()

    assert len(attachments(person, bakery["id"])) == 1
    assert len(papers_of(person)) == 1


# --- uploads, with a reader of our own


class Fake:
    """A reader that says what it was told to."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[tuple[str, Setting]] = []

    def read(self, data: bytes, type: str, setting: Setting) -> Any:
        self.asked.append((type, setting))
        return self.answer(data, type, setting) if callable(self.answer) else self.answer


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    from chalicelib.expenses.model.receipts.parsing import parse

    def answer(_data: bytes, _type: str, setting: Setting) -> Any:
        return parse(TEXT, today=setting.today, currency=setting.currency)

    one = Fake(answer)
    monkeypatch.setitem(readers._READERS, "local", lambda: one)
    return one


def uploading(person: SignedIn, data: bytes, type: str = "image/jpeg", name: str = "r.jpg") -> Any:
    body = {"upload": {"name": name, "type": type, "size": len(data)}, "currency": "EUR"}
    reply = person.client.post(URL, body)
    assert reply.status == 201, reply.text
    assert reply.json["state"] == "waiting"
    put_file(reply.json, data)
    return reply.json


def test_a_picture_is_checked_cleaned_and_read(
    cloud: Cloud, person: SignedIn, fake: Fake, ears: Ears
) -> None:
    job = uploading(person, papers.jpeg())
    cloud.deliver("expenses-uploads")

    one = read(person, job)
    assert (one["state"], one["draft"]["total"]["value"]["amount"]) == ("ready", "15.68")
    assert one["download"]["url"].startswith("http")
    assert [type for type, _ in fake.asked] == ["image/jpeg"]
    assert fake.asked[0][1].currency == "EUR"
    told = {"receipt_id": one["id"], "state": "ready", "transaction_id": None}
    assert ears.about(one["id"]) == [("receipt_read", told)]


def test_what_cannot_be_read_is_kept_and_can_be_filled_in(
    cloud: Cloud, person: SignedIn, account: str, fake: Fake
) -> None:
    fake.answer = Unread(slug="no-reader", detail="apt install tesseract-ocr")
    job = uploading(person, papers.jpeg())
    cloud.deliver("expenses-uploads")

    one = read(person, job)
    assert (one["state"], one["problem"]["slug"], one["draft"]) == ("ready", "no-reader", None)
    total = {"amount": "5.00", "currency": "EUR"}
    done = confirmed(person, one, account_id=account, total=total, bought_on="2026-11-02")
    assert done.status == 200, done.text
    assert len(attachments(person, done.json["transaction_id"])) == 1


def test_an_unfit_file_fails_the_receipt(cloud: Cloud, person: SignedIn, fake: Fake) -> None:
    job = uploading(person, papers.png())
    cloud.deliver("expenses-uploads")

    one = read(person, job)
    assert (one["state"], one["problem"]["slug"]) == ("failed", "another-type")
    assert fake.asked == []
    assert papers_of(person) == []
    assert confirmed(person, one, transaction_id=new_id()).problem == "receipt-not-ready"


@pytest.mark.durable
def test_reading_survives_a_death_at_every_call(
    cloud: Cloud, person: SignedIn, account: str, fake: Fake
) -> None:
    bakery = recorded(person, account, **SURE)

    def fresh() -> tuple[Any, Callable[[], object]]:
        job = uploading(person, papers.jpeg(papers.pixels(seed=len(papers_of(person)))))
        return job, lambda: notify(cloud, job["upload"]["fields"]["key"])

    for point, side in every_point(fresh()[1]):
        for old in attachments(person, bakery["id"]):
            person.client.delete(url_of(bakery["id"], old["id"]))
        job, act = fresh()
        assert killed_at(point, side, act) is not None

        act()

        one = read(person, job)
        assert (one["state"], one["transaction_id"]) == ("attached", bakery["id"]), (point, side)
        assert [file["id"] for file in attachments(person, bakery["id"])] == [job["id"]]


@pytest.mark.durable
def test_confirming_survives_a_death_at_every_call(person: SignedIn, account: str) -> None:
    def fresh() -> tuple[Any, Callable[[], object]]:
        one = sent(person, f"Shop\n02.11.2026\nTOTAL EUR 15.68\nno {new_id()}")
        key = {"Idempotency-Key": one["id"]}

        def act() -> object:
            reply = person.client.post(
                f"{URL}/{one['id']}/confirm", {"account_id": account}, headers=key
            )
            assert reply.status in {200, 409}, reply.text
            return reply

        return one, act

    points = list(every_point(fresh()[1]))
    for count, (point, side) in enumerate(points, 2):
        one, act = fresh()
        killed_at(point, side, act)

        act()

        mine = read(person, one)
        assert mine["state"] == "attached", (point, side)
        assert len(attachments(person, mine["transaction_id"])) == 1
        assert balance(person, account) == f"-{1568 * count // 100}.{1568 * count % 100:02d}", (
            point,
            side,
        )


@pytest.mark.durable
def test_of_two_confirmations_at_once_one_records_a_transaction(
    person: SignedIn, account: str
) -> None:
    for count, order in enumerate(orders(8, 8, most=10, seed=11), 1):
        one = sent(person, f"Shop\n02.11.2026\nTOTAL EUR 15.68\nno {new_id()}")
        confirm = partial(confirmed, person, one, account_id=account)

        results = interleaved(order, a=confirm, b=confirm)

        assert sorted(cast("Reply", it).status for it in results.values()) == [200, 409], order
        assert len(everything(person)) == count, order
        mine = read(person, one)
        assert len(attachments(person, mine["transaction_id"])) == 1, order


# --- learning, rights and costs


@pytest.mark.durable
def test_the_threshold_learns_from_the_owner_alone(
    person: SignedIn, stranger: SignedIn, account: str
) -> None:
    for _ in range(MIN_SAMPLES):
        bakery = recorded(person, account, **SURE)
        one = sent(person)
        other = recorded(person, account, **SURE)
        assert one["attached_by"] == "auto"
        confirmed(person, one, transaction_id=other["id"])
        for entry in (bakery, other):
            person.client.delete(f"{TRANSACTIONS}/{entry['id']}", headers=matching(entry))

    def auto(who: SignedIn) -> int:
        return Receipts(system_context(who.owner, TABLE, vaults=security.vault)).habit().auto

    assert (auto(person), auto(stranger)) == (START + STEP, START)


def test_a_household_has_receipts_and_a_limited_member_none(cloud: Cloud) -> None:
    owner, guest = signed_in(Client(cloud.app)), signed_in(Client(cloud.app))
    home = made(owner)
    ada = within(owner, home)
    account = opened(ada)["id"]
    joined(owner, home, guest, role="editor", accounts={account: "editor"})
    bob = within(guest, home)

    one = sent(ada)
    done = confirmed(ada, one, account_id=account)

    assert done.status == 200, done.text
    assert owner.client.get(f"{URL}/{one['id']}").status == 404
    assert bob.client.post(URL, {"text": TEXT}).status == 403
    assert bob.client.get(f"{URL}/{one['id']}").status == 403
    assert len(attachments(bob, done.json["transaction_id"])) == 1


def test_what_it_costs(person: SignedIn, account: str) -> None:
    recorded(person, account, **{**SURE, "payee": "Elsewhere"})
    with budget() as spent:
        one = sent(person)
    assert spent.calls == {
        "BatchGetItem": 3,  # session; META; what the payee taught
        "GetItem": 3,  # preferences; what is kept so far; habit
        "Query": 2,  # the days' transactions; rules and categories
        "UpdateItem": 1,  # the limit's counter
        "s3.PutObject": 1,
        "TransactWriteItems": 1,
    }
    assert spent.writes == 4 + 1  # receipt, storage, META, change; the counter
    with budget() as spent:
        confirmed(person, one, account_id=account)
    assert spent.calls["TransactWriteItems"] == 1
    assert spent.calls["GetItem"] == 2  # receipt; habit
