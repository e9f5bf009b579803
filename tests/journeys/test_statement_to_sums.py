"""The product's main job on real files: sign up, upload, look, commit, list, sum, and again without effect.

What the sums must be is not asked of the product: `tests/corpus/expectations.json` says what a person read in
each file, and the months are summed here from the plain list of transactions.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from tests.journeys.product import (
    ACCOUNTS,
    CATEGORIES,
    IMPORTS,
    ROOT,
    RULES,
    SPENDING,
    TRANSACTIONS,
    TRENDS,
    Person,
    Product,
    sign_up,
    until,
)
from tools.statements import digest

pytestmark = [pytest.mark.journey, pytest.mark.corpus]

OFX: Final = (
    "asgrim+ofxparser/fixtures__ofx-multiple-accounts-xml.ofx",
    "asgrim+ofxparser/fixtures__ofxdata-oneline.ofx",
    "beancount+beangulp/CreditCard__2013-12-03.bofa.ofx",
    "beancount+beangulp/file_type_testdata__example.qbo",
    "egh+ledger-autosync/fixtures__accented_characters_latin1.ofx",
    "jbms+beancount-import/ofx__checking2.ofx",
    "jseutter+ofxparse/fixtures__suncorp.ofx",
    "kedder+ofxstatement/ofx_sample_files__ofx_spec201_stmtrs_example.xml",
    "sebastienrousseau+bankstatementparser/test_data__sample.qfx",
)
CSV: Final = (
    "OCA+bank-statement-import/fixtures__meta_data_separated_credit_debit.csv",
    "bank2ynab+bank2ynab/test-data__CSV_A_20180414_112204.csv",
    "bank2ynab+bank2ynab/test-data__MS_JANE_SMITH_01-12-2019_14-12-2019.csv",
    "bank2ynab+bank2ynab/test-data__TransactionHistory_20180418043121.csv",
    "bank2ynab+bank2ynab/test-data__W80844_EBH_201945.202122.csv",
    "bank2ynab+bank2ynab/test-data__test_raiffeisen_01.csv",
    "beancount+beangulp/UTrade__2014-07-13.utrade.UTrade20140713.csv",
    "deb-sig+double-entry-generator/wechat__example-wechat-records.csv",
    "kedder+ofxstatement-lithuanian/samples__swedbank.csv",
    "kedder+ofxstatement-transferwise/tests__sample-statement.csv",
    "mlaitinen+ofxstatement-revolut/samples__2022-january.csv",
    "nblock+ofxstatement-austrian/samples__easybank-giro.csv",
    "sebastienrousseau+bankstatementparser/golden__csv_french_headers.csv",
)
FILES: Final = tuple(f"ofx/{name}" for name in OFX) + tuple(f"csv/{name}" for name in CSV)
ZERO: Final = Decimal(0)


@dataclass(slots=True)
class File:
    """One file on its way, with what a person read in it."""

    path: Path
    known: Mapping[str, Any]
    job: Any = None
    accounts: dict[str, str | None] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """The file's only currency; EUR where it names none."""
        (code,) = self.known["sums"]
        return "EUR" if code == "-" else str(code)

    @property
    def importable(self) -> int:
        return int(self.known["rows"] - self.known["problems"])


@dataclass(slots=True)
class Ledger:
    """A person with all files imported."""

    person: Person
    files: list[File]


def _load(statements: Path) -> list[File]:
    known = json.loads((ROOT / "tests/corpus/expectations.json").read_text(encoding="utf-8"))
    return [File(statements / name, known["files"][name]) for name in FILES]


def _upload(person: Person, file: File, account_id: str) -> None:
    """Ask for an upload, and send the file as it lies there."""
    file.job = person.start(account_id, file.path.name)
    status, said = person.product.upload(
        file.job["upload"], file.path.read_bytes(), filename=file.path.name
    )
    assert status == 204, said


def _look(person: Person, file: File) -> None:
    """Wait until the file was read, and compare the preview with what a person read."""
    job = person.wait(file.job["id"], "ready", "failed")
    assert job["state"] == "ready", (file.path, job["problem"])
    counts = {"rows": file.known["rows"], "problems": file.known["problems"]}
    assert job["counts"].items() >= {**counts, "importable": file.importable}.items(), file.path
    rows = person.every(f"{IMPORTS}/{job['id']}/rows")
    assert [row["index"] for row in rows] == list(range(file.known["rows"]))
    assert all(row["problems"] for row in rows if not row["importable"])
    flawed = person.every(f"{IMPORTS}/{job['id']}/rows", only="problems")
    assert flawed == [row for row in rows if row["problems"]]
    file.job = job


def _order(person: Person, file: File) -> None:
    """Commit: into the import's account, or each of several statements into one of its own."""
    filled = [part for part in file.job["statements"] if part["rows"]]
    first, *others = filled
    file.accounts.setdefault(str(first["index"]), file.job["account_id"])
    for part in others:
        file.accounts.setdefault(str(part["index"]), person.account(part["currency"]))
    body = {"accounts": file.accounts} if others else {}
    person.post(f"{IMPORTS}/{file.job['id']}/commit", body, 202)


@pytest.fixture(scope="module")
def ledger(product: Product, statements: Path) -> Ledger:
    """Bring all files in, all on their way at once."""
    person = sign_up(product)
    files = _load(statements)
    for file in files:
        _upload(person, file, person.account(file.currency, name=file.path.stem[:60]))
    for file in files:
        _look(person, file)
        _order(person, file)
    for file in files:
        file.job = person.wait(file.job["id"], "done", "failed")
    product.settle()
    return Ledger(person, files)


def test_every_importable_row_is_recorded_to_the_cent(ledger: Ledger) -> None:
    person = ledger.person
    for file in ledger.files:
        assert file.job["state"] == "done", file.path
        assert file.job["result"] == {"recorded": file.importable, "duplicates": 0}, file.path
        rows = [
            row
            for account_id in file.accounts.values()
            for row in person.every(TRANSACTIONS, account_id=account_id)
        ]
        code = next(iter(file.known["sums"]))
        facts = [f"{row['booked_on']} {row['amount']['amount']} {code}" for row in rows]
        assert digest(facts) == file.known["digest"], file.path

        balances = [
            Decimal(person.get(f"{ACCOUNTS}/{one}")["balance"]["amount"])
            for one in file.accounts.values()
        ]
        total = sum((Decimal(row["amount"]["amount"]) for row in rows), ZERO)
        assert sum(balances, ZERO) == total == Decimal(file.known["sums"][code]).scaleb(-2)


def test_small_pages_give_every_row_exactly_once_newest_first(ledger: Ledger) -> None:
    pages = list(ledger.person.pages(TRANSACTIONS, limit=7))

    rows = [row for page in pages for row in page]
    assert max(len(page) for page in pages) <= 7
    assert len(rows) == len({row["id"] for row in rows}) == sum(x.importable for x in ledger.files)
    assert rows == ledger.person.every(TRANSACTIONS)
    days = [row["booked_on"] for row in rows]
    assert days == sorted(days, reverse=True)


Sums = dict[tuple[str | None, str], Decimal]


def _summed(rows: Iterable[Mapping[str, Any]], transfers: set[str]) -> dict[str, dict[str, Any]]:
    """Sum a month's rows by currency and category, transfers apart, with nothing but additions."""
    books: dict[str, dict[str, Any]] = {}
    for row in rows:
        amount = Decimal(row["amount"]["amount"])
        book = books.setdefault(row["amount"]["currency"], {"own": {}, "transfers": [ZERO, ZERO]})
        if row["category_id"] in transfers:
            sums = book["transfers"]
        else:
            sums = book["own"].setdefault(row["category_id"], [ZERO, ZERO, 0])
            sums[2] += 1
        sums[0 if amount >= 0 else 1] += abs(amount)
    return books


def _told(report: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Write the product's answer in the same form, checking its own totals on the way."""
    books = {}
    for one in report["currencies"]:
        own = {
            line["category_id"]: [_of(line["income"]), _of(line["expense"]), line["count"]]
            for line in one["categories"]
            if line["count"]  # the others only show what lies below them
        }
        for place, name in enumerate(("income", "expense")):
            assert _of(one[name]) == sum((line[place] for line in own.values()), ZERO)
        assert _of(one["net"]) == _of(one["income"]) - _of(one["expense"])
        assert one["count"] == sum(line[2] for line in own.values())
        shares = [Decimal(line["share"]) for line in one["categories"]]
        assert sum(shares, ZERO) == (1 if one["expense"]["amount"].strip("0.") else 0)
        moved = [_of(one["transfers_in"]), _of(one["transfers_out"])]
        books[one["currency"]] = {"own": own, "transfers": moved}
    return books


def _of(money: Mapping[str, str]) -> Decimal:
    return Decimal(money["amount"])


def _by_month(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    months: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        months.setdefault(row["booked_on"][:7], []).append(row)
    return months


def _transfers(person: Person) -> set[str]:
    return {one["id"] for one in person.every(CATEGORIES) if one["kind"] == "transfer"}


def test_each_month_is_summed_to_the_cent_by_category(ledger: Ledger) -> None:
    person = ledger.person
    transfers = _transfers(person)

    months = _by_month(person.every(TRANSACTIONS))
    assert len(months) > 20
    for month, rows in months.items():
        expected = _summed(rows, transfers)
        assert _told(person.get(SPENDING, month=month)) == expected, month


def test_a_month_of_one_account_is_summed_alone(ledger: Ledger) -> None:
    person = ledger.person
    transfers = _transfers(person)
    for file in ledger.files[:6]:
        for account_id in file.accounts.values():
            months = _by_month(person.every(TRANSACTIONS, account_id=account_id))
            for month, rows in months.items():
                report = person.get(SPENDING, month=month, account_id=account_id)
                assert _told(report) == _summed(rows, transfers)


def test_trends_agree_with_the_months(ledger: Ledger) -> None:
    person = ledger.person
    transfers = _transfers(person)
    expected = {
        (month, code): _totals(book["own"].values())
        for month, rows in _by_month(person.every(TRANSACTIONS)).items()
        for code, book in _summed(rows, transfers).items()
    }
    newest = max(month for month, _ in expected)
    oldest = min(month for month, _ in expected)

    found = {}
    end = newest
    while end >= oldest:
        report = person.get(TRENDS, months=24, until=end)
        assert report["until"] == end
        for one in report["currencies"]:
            assert len(one["months"]) == 24
            for line in one["months"]:
                sums = (_of(line["income"]), _of(line["expense"]), line["count"])
                assert _of(line["net"]) == sums[0] - sums[1]
                if any(sums):
                    found[line["month"], one["currency"]] = sums
        end = _before(report["since"])
    assert found == {key: sums for key, sums in expected.items() if any(sums)}


def _totals(lines: Iterable[list[Any]]) -> tuple[Any, ...]:
    return tuple(map(sum, zip(*lines, strict=True))) or (ZERO, ZERO, 0)


def _before(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"


def test_the_same_files_again_add_nothing(ledger: Ledger) -> None:
    person = ledger.person
    before = person.every(TRANSACTIONS)
    months = sorted(_by_month(before))
    sums = [person.get(SPENDING, month=month) for month in months]
    known = ledger.files[::2]
    again = [File(one.path, one.known, accounts=one.accounts) for one in known]

    for file in again:
        account_id = next(iter(file.accounts.values()))
        assert account_id is not None
        _upload(person, file, account_id)
    for file, first in zip(again, known, strict=True):
        _look(person, file)
        assert file.job["same_file"] == first.job["id"]
        assert file.job["notes"][0]["code"] == "same-file"
        _order(person, file)
    for file in again:
        done = person.wait(file.job["id"], "done", "failed")
        assert done["result"] == {"recorded": 0, "duplicates": file.importable}, file.path
    person.product.settle()

    assert person.every(TRANSACTIONS) == before
    assert [person.get(SPENDING, month=month) for month in months] == sums


def test_a_rule_and_a_change_of_category_move_the_sums(person: Person, statements: Path) -> None:
    category = person.post(CATEGORIES, {"name": "Lanterns", "kind": "expense"})["id"]
    when = {"field": "payee", "operator": "contains", "value": "prune"}
    rule = {"name": "Prune", "when": when, "then": {"category_id": category}}
    person.post(RULES, rule)
    path = statements / f"ofx/{OFX[2]}"
    job = person.read(person.account("USD"), path.read_bytes(), path.name)
    assert person.commit(job["id"])["state"] == "done"
    rows = person.every(TRANSACTIONS, category_id=category)
    assert rows
    assert {row["category_source"] for row in rows} == {"rule"}
    assert {"PRUNE" in row["payee"].upper() for row in rows} == {True}

    other = next(
        row for row in person.every(TRANSACTIONS) if row["category_id"] not in {category, None}
    )
    month = other["booked_on"][:7]
    changed = person.change(f"{TRANSACTIONS}/{other['id']}", {"category_id": category})
    assert changed["category_source"] == "user"
    person.product.settle()

    rows = person.every(TRANSACTIONS)
    transfers = _transfers(person)
    for month, its in _by_month(rows).items():
        assert _told(person.get(SPENDING, month=month)) == _summed(its, transfers)
    moved = {row["id"] for row in person.every(TRANSACTIONS, category_id=category)}
    assert other["id"] in moved
    trends = person.get(TRENDS, months=24, until=max(_by_month(rows)))
    counts = Counter(row["booked_on"][:7] for row in rows if row["category_id"] not in transfers)
    (usd,) = trends["currencies"]
    assert {one["month"]: one["count"] for one in usd["months"] if one["count"]} == counts


def test_a_transaction_that_is_deleted_leaves_the_sums_and_does_not_come_back(
    person: Person,
) -> None:
    account = person.account()
    data = b"Date,Amount,Payee\n2026-03-01,-10.00,Shop\n2026-03-02,-2.50,Kiosk\n"
    job = person.read(account, data)
    assert person.commit(job["id"])["result"]["recorded"] == 2
    kiosk = next(row for row in person.every(TRANSACTIONS) if row["payee"] == "Kiosk")

    path = f"{TRANSACTIONS}/{kiosk['id']}"
    assert person.call("DELETE", path, headers={"If-Match": '"1"'}).status == 204
    assert person.commit(person.read(account, data)["id"])["result"]["recorded"] == 0
    until(lambda: _expense(person, "2026-03") == Decimal("10.00"), "the sum follows")
    assert [row["payee"] for row in person.every(TRANSACTIONS)] == ["Shop"]
    assert person.get(f"{ACCOUNTS}/{account}")["balance"]["amount"] == "-10.00"


def _expense(person: Person, month: str) -> Decimal:
    found = person.get(SPENDING, month=month)["currencies"]
    return sum((_of(one["expense"]) for one in found), ZERO)
