"""What must hold of a whole ledger, computed slowly from its live rows as the API gives them.

Nothing here calls the product's own sums: balances, roll-ups, links and counts are worked out anew from what a
client sees, so that two wrongs of one code do not agree.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final, NamedTuple, cast

from chalicelib.expenses.repository import TABLE
from chalicelib.expenses.repository.storage import STORAGE
from chalicelib.kernel import aws
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Table
from tests.factories.attachments import content, papers_of
from tests.factories.expenses import ACCOUNTS, CATEGORIES, TRANSACTIONS, everything, stored
from tests.factories.users import SignedIn
from tests.support.cloud import Cloud
from tools.verify_audit import check_chain

DIGITS: Final = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}


def minor(money: Mapping[str, str]) -> int:
    """An amount of the wire in minor units."""
    return int(Decimal(money["amount"]).scaleb(DIGITS[money["currency"]]))


def wire(amount: int, currency: str) -> dict[str, str]:
    """Minor units as an amount of the wire."""
    digits = DIGITS[currency]
    return {"amount": f"{Decimal(amount).scaleb(-digits):.{digits}f}", "currency": currency}


class Piece(NamedTuple):
    """What one transaction moves on one account."""

    account: str
    category: str | None
    amount: int
    counted: int
    currency: str
    day: date
    transfer: bool


def pieces(one: Any, covered: int) -> list[Piece]:
    """What a transaction moves and counts; `covered` is what of a refund belongs to purchases."""
    if one["status"] == "planned":
        return []
    day, amount = date.fromisoformat(one["booked_on"]), minor(one["amount"])
    currency, account = one["amount"]["currency"], one["account_id"]
    if one["transfer"]:
        leg = one["transfer"]
        sent = Piece(account, None, amount, amount, currency, day, True)
        arrived = minor(leg["received"])
        came = Piece(
            leg["to_account_id"],
            None,
            arrived,
            arrived,
            leg["received"]["currency"],
            date.fromisoformat(leg["received_on"]),
            True,
        )
        if leg["fee"] is None:
            return [sent, came]
        fee = -minor(leg["fee"])
        return [sent, came, Piece(account, leg["fee_category_id"], fee, fee, currency, day, False)]
    back = sum(minor(link["amount"]) for link in one["refunded_by"])
    if not one["parts"]:
        counted = amount - covered + back
        return [Piece(account, one["category_id"], amount, counted, currency, day, False)]
    shares = _shares_of_parts(one)
    return [
        Piece(
            part["account_id"] or account,
            part["category_id"],
            minor(part["amount"]),
            minor(part["amount"]) + shares[part["id"]],
            currency,
            day,
            False,
        )
        for part in one["parts"]
    ]


def _shares_of_parts(one: Any) -> dict[str, int]:
    """What came back for each part: its own, and of the rest a share by what is left, largest remainders first."""
    back = {part["id"]: 0 for part in one["parts"]}
    rest = 0
    for link in one["refunded_by"]:
        if link["part_id"] in back:
            back[link["part_id"]] += minor(link["amount"])
        else:
            rest += minor(link["amount"])
    left = {part["id"]: max(-minor(part["amount"]) - back[part["id"]], 0) for part in one["parts"]}
    whole = sum(left.values())
    if not rest or not whole:
        return back
    exact = {part: Decimal(rest) * weight / whole for part, weight in left.items()}
    floors = {part: rest * weight // whole for part, weight in left.items()}
    short = rest - sum(floors.values())
    ranked = sorted(left, key=lambda part: floors[part] - exact[part])
    return {part: back[part] + floors[part] + (part in ranked[:short]) for part in left}


@dataclass(frozen=True, slots=True)
class Books:
    """The live rows of a ledger, and what they move."""

    rows: dict[str, Any]
    moved: dict[str, list[Piece]]

    def of(self, account: str) -> Iterator[tuple[Any, Piece]]:
        """Whatever moves an account, with its transaction."""
        for identity, found in self.moved.items():
            for piece in found:
                if piece.account == account:
                    yield self.rows[identity], piece


def read(person: SignedIn) -> Books:
    """Read all live rows; only what a refund in another currency covers is not on the wire."""
    rows = everything(person, limit="200")
    moved = {one["id"]: pieces(one, _covered(person, one)) for one in rows}
    assert len(moved) == len(rows), "a list names a transaction twice"
    return Books({one["id"]: one for one in rows}, moved)


def _covered(person: SignedIn, one: Any) -> int:
    code = one["amount"]["currency"]
    if all(link["amount"]["currency"] == code for link in one["refunds"]):
        return sum(minor(link["amount"]) for link in one["refunds"])
    return sum(link.covered_minor for link in stored(person, one["id"]).refunds)


def check(cloud: Cloud, person: SignedIn, rng: Random) -> Books:
    """Hold a drained ledger to everything that must be so; gives its rows."""
    books = read(person)
    _check_accounts(person, books, rng)
    _check_sums(person, books)
    _check_shapes(books)
    _check_tags(person, books)
    _check_storage(person)
    _check_log(person, books, rng)
    _check_queues(cloud)
    return books


def _listed(person: SignedIn, url: str, **query: str) -> list[Any]:
    found: list[Any] = []
    cursor = ""
    while True:
        asked = {"limit": "200", **query, **({"cursor": cursor} if cursor else {})}
        reply = person.client.get(url, query=asked)
        assert reply.status == 200, reply.text
        found += reply.json["items"]
        cursor = reply.json["next_cursor"]
        if cursor is None:
            return found


def _check_accounts(person: SignedIn, books: Books, rng: Random) -> None:
    for account in _listed(person, ACCOUNTS):
        opening = minor(account["opening_balance"])
        found = list(books.of(account["id"]))
        total = opening + sum(piece.amount for _, piece in found)
        pending = sum(piece.amount for one, piece in found if one["status"] == "pending")
        said = (minor(account["balance"]), minor(account["booked_balance"]), account["entries"])
        entries = sum(account["id"] in accounts_of(one) for one in books.rows.values())
        assert said == (total, total - pending, entries), account["name"]
        _check_days(person, account, found, rng)


def accounts_of(one: Any) -> set[str]:
    """The accounts that a transaction lies on."""
    leg = [one["transfer"]["to_account_id"]] if one["transfer"] else []
    return {one["account_id"], *leg, *(part["account_id"] for part in one["parts"])} - {None}


def _check_days(
    person: SignedIn, account: Any, found: Iterable[tuple[Any, Piece]], rng: Random
) -> None:
    days = [piece.day for _, piece in found] or [date(2026, 11, 2)]
    first = rng.choice(days) - timedelta(days=rng.randrange(3))
    last = first + timedelta(days=rng.randrange(1, 5))
    url = f"{ACCOUNTS}/{account['id']}/balances"
    reply = person.client.get(url, query={"from": str(first), "to": str(last)})
    assert reply.status == 200, reply.text
    opening = minor(account["opening_balance"])
    for point in reply.json["items"]:
        until = [(one, p.amount) for one, p in found if p.day <= date.fromisoformat(point["on"])]
        booked = sum(amount for one, amount in until if one["status"] != "pending")
        locked = sum(amount for one, amount in until if one["status"] == "reconciled")
        wanted = [opening + sum(amount for _, amount in until), opening + booked, opening + locked]
        names = ("balance", "booked_balance", "reconciled_balance")
        assert [minor(point[name]) for name in names] == wanted, (account["name"], point["on"])


# --- sums

Sums = list[int]
"""Income, expense, count."""


def _sums() -> defaultdict[Any, Sums]:
    return defaultdict(lambda: [0, 0, 0])


def _add(sums: Sums, piece: Piece) -> None:
    sums[0] += max(piece.counted, 0)
    sums[1] += max(-piece.counted, 0)
    sums[2] += piece.counted != 0 or piece.amount <= 0


def _wired(one: Any) -> Sums:
    return [minor(one["income"]), minor(one["expense"]), one["count"]]


def _check_sums(person: SignedIn, books: Books) -> None:
    labels = {one["id"]: one for one in _listed(person, CATEGORIES)}
    found = [piece for some in books.moved.values() for piece in some]
    months = sorted({f"{piece.day:%Y-%m}" for piece in found})
    own, legs, all_of = _sums(), _sums(), _sums()
    for piece in found:
        month = f"{piece.day:%Y-%m}"
        label = labels.get(piece.category or "")
        if piece.transfer or (label and label["kind"] == "transfer"):
            _add(legs[month, piece.currency], piece)
            continue
        _add(own[month, piece.currency, piece.category], piece)
        _add(all_of[month, piece.currency], piece)
    rolled = _sums()
    for (month, currency, category), sums in own.items():
        for place in (category, *_above(category, labels)):
            for position in range(3):
                rolled[month, currency, place][position] += sums[position]
    said_own, said_rolled, said_legs, said_all = _spending(person, months)
    for name, said, wanted in (
        ("own", said_own, own),
        ("rolled up", said_rolled, rolled),
        ("transfers", said_legs, {key: sums[:2] for key, sums in legs.items()}),
        ("all", said_all, all_of),
        ("trends", _trends(person, months), all_of),
    ):
        assert _something(said) == _something(wanted), name


def _above(category: str | None, labels: Mapping[str, Any]) -> Iterator[str]:
    label = labels.get(category or "")
    while label and label["parent_id"]:
        label = labels.get(label["parent_id"])
        if label:
            yield label["id"]


def _something(sums: Mapping[Any, Sums]) -> dict[Any, Sums]:
    return {key: one for key, one in sums.items() if any(one)}


def _spending(person: SignedIn, months: list[str]) -> tuple[dict[Any, Sums], ...]:
    own: dict[Any, Sums] = {}
    rolled: dict[Any, Sums] = {}
    legs: dict[Any, Sums] = {}
    whole: dict[Any, Sums] = {}
    for month in months:
        reply = person.client.get("/v1/analytics/spending", query={"month": month})
        assert reply.status == 200, reply.text
        for one in reply.json["currencies"]:
            code = one["currency"]
            whole[month, code] = _wired(one)
            legs[month, code] = [minor(one["transfers_in"]), minor(one["transfers_out"])]
            for category in one["categories"]:
                key = (month, code, category["category_id"])
                own[key] = _wired(category)
                rolled[key] = _wired(category["rolled_up"])
    return own, rolled, legs, whole


def _trends(person: SignedIn, months: list[str]) -> dict[Any, Sums]:
    if not months:
        return {}
    query = {"months": "24", "until": months[-1]}
    reply = person.client.get("/v1/analytics/trends", query=query)
    assert reply.status == 200, reply.text
    return {
        (month["month"], one["currency"]): _wired(month)
        for one in reply.json["currencies"]
        for month in one["months"]
    }


# --- shapes


def _check_shapes(books: Books) -> None:
    linked: Counter[Any] = Counter()
    for one in books.rows.values():
        amount, code = minor(one["amount"]), one["amount"]["currency"]
        if one["parts"]:
            assert sum(minor(part["amount"]) for part in one["parts"]) == amount, one
            assert {part["amount"]["currency"] for part in one["parts"]} == {code}, one
        if one["transfer"]:
            _check_transfer(one)
        back = sum(minor(link["amount"]) for link in one["refunded_by"])
        assert 0 <= back <= max(-amount, 0), one
        for link in one["refunded_by"]:
            linked[link["refund_id"], one["id"], minor(link["amount"])] += 1
        for link in one["refunds"]:
            linked[one["id"], link["transaction_id"], minor(link["amount"])] -= 1
        if one["refunds"] and all(link["amount"]["currency"] == code for link in one["refunds"]):
            assert sum(minor(link["amount"]) for link in one["refunds"]) <= amount, one
    assert not {link: count for link, count in linked.items() if count}, "a link has one side"


def _check_transfer(one: Any) -> None:
    leg = one["transfer"]
    assert (one["kind"], one["parts"], one["refunds"], one["category_id"]) == (
        "transfer",
        [],
        [],
        None,
    ), one
    assert minor(one["amount"]) < 0 < minor(leg["received"]), one
    assert leg["to_account_id"] != one["account_id"], one
    if leg["received"]["currency"] == one["amount"]["currency"]:
        assert minor(leg["received"]) == -minor(one["amount"]), one
    assert leg["fee"] is None or minor(leg["fee"]) > 0, one


def _check_tags(person: SignedIn, books: Books) -> None:
    wanted = Counter(tag.casefold() for one in books.rows.values() for tag in one["tags"])
    said = {one["name"].casefold(): one["uses"] for one in _listed(person, "/v1/expenses/tags")}
    assert said == wanted


def _check_storage(person: SignedIn) -> None:
    item = Table(TABLE).get((str(person.owner), STORAGE)) or {}
    said = [int(item[name]["N"]) if name in item else 0 for name in ("files", "bytes")]
    keys = papers_of(person)
    assert said == [len(keys), sum(len(content(person, key)) for key in keys)]


# --- what was and what waits


def _check_log(person: SignedIn, books: Books, rng: Random) -> None:
    entries: list[Any] = []
    owner, first = "", 1
    while first:
        reply = person.client.get("/v1/expenses/ledger", query={"seq": str(first), "limit": "100"})
        assert reply.status == 200, reply.text
        entries += reply.json["entries"]
        owner, first = reply.json["owner"], reply.json["next_seq"]
    check_chain(owner, entries)
    for one in rng.sample(
        sorted(books.rows.values(), key=lambda row: row["id"]), k=min(2, len(books.rows))
    ):
        reply = person.client.get(f"{TRANSACTIONS}/{one['id']}/history")
        assert reply.status == 200, reply.text
        newest = reply.json["items"][0]
        assert newest["version"] == one["version"]
        assert all(one[field["field"]] == field["after"] for field in newest["fields"])


def _check_queues(cloud: Cloud) -> None:
    sqs = cast("Any", aws.sqs())
    for queue in cloud.queues():
        for name in (queue, f"{queue}-dead"):
            left = sqs.receive_message(QueueUrl=settings().queue_url(name))
            assert "Messages" not in left, left
