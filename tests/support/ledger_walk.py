"""A seeded random walk through all that one owner can do to a ledger, over the real handlers.

A step asks for something that may be refused, as a careless client would; nothing may be answered with 5xx.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final

from chalicelib.expenses.commands import (
    ImportRow,
    ImportRows,
    RevertImport,
    RowExtras,
    RowPart,
)
from chalicelib.expenses.model.categories import default_id
from chalicelib.expenses.service import recurring_due
from chalicelib.kernel.clock import now
from chalicelib.kernel.context import Visit
from chalicelib.kernel.ids import new_id
from tests.factories.expenses import (
    ACCOUNTS,
    CATEGORIES,
    RECURRING,
    RULES,
    TRANSACTIONS,
    envelope,
    handed,
    laid,
    matching,
    opened,
    row,
)
from tests.factories.users import SignedIn
from tests.support.client import Reply
from tests.support.cloud import Cloud
from tests.support.ledger_check import DIGITS, minor, wire

EDIT: Final = f"{TRANSACTIONS}/bulk-edit"
RECEIPTS: Final = "/v1/expenses/receipts"
MATCHES: Final = "/v1/expenses/matches"
SHIPPED: Final = tuple(default_id(slug) for slug in ("groceries", "rent", "fees", "hobbies"))
SHOPS: Final = ("Corner Bakery", "Homeware Depot", "SHOP 12", "Kiosk", "City Rail", "Employer Ltd")
FUN: Final = ("Fun",)
TAGS: Final = ("Party", "party", "trip", "office")
FIRST: Final = date(2026, 10, 20)
DAYS: Final = 45
Step = Callable[["Walk"], None]


@dataclass(slots=True)
class Walk:
    """One owner on a walk; `did` counts what each step was answered with."""

    cloud: Cloud
    person: SignedIn
    rng: Random
    accounts: list[Any] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    statement: dict[str, list[ImportRow]] = field(default_factory=dict)
    orders: list[ImportRows] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)
    trail: list[str] = field(default_factory=list)
    step: str = ""

    def begin(self, *, lines: int = 0) -> None:
        """Open the accounts, make some categories, and enter something to walk through.

        `lines` of a statement make a ledger whose imports, runs and merges take several steps.
        """
        self.step = "begin"
        for name, currency in (
            ("Everyday", "EUR"),
            ("Savings", "EUR"),
            ("Travel", "USD"),
            ("Yen", "JPY"),
            ("Dinar", "KWD"),
        ):
            money = wire(self.rng.randrange(100_000), currency)
            self.accounts.append(
                opened(self.person, name=name, currency=currency, opening_balance=money)
            )
        for name in ("Bread", "Cakes"):
            body = {"name": name, "kind": "expense", "parent_id": self.rng.choice(SHIPPED)}
            self.own.append(self.ask("POST", CATEGORIES, body).json["id"])
        for act in (record,) * 8 + (transfer, statement, statement, rule):
            self.go(act.__name__, act)
        first = self.accounts[0]
        known = self.statement.setdefault(first["id"], [])
        known += [_line(self, first, len(known) + more) for more in range(lines)]

    def go(self, name: str, act: Step) -> None:
        """Take a step."""
        self.step = name
        act(self)

    def ask(self, method: str, path: str, body: Any = None, meant: Any = None) -> Reply:
        """Ask for something; any refusal will do, a failure will not."""
        headers = matching(meant) if meant else None
        reply = self.person.client.call(method, path, json=body, headers=headers)
        said = str(reply.status) if reply.status < 400 else f"{reply.status} {reply.problem}"
        self.did[f"{self.step}: {said}"] += 1
        self.trail.append(f"{self.step}: {method} {path} {body} -> {said}")
        assert reply.status < 500, reply.text
        assert reply.status != 429, reply.text
        return reply

    def settled(self) -> None:
        """See that with nothing left to deliver no job stands still on its way."""
        for url in self.runs[-4:]:
            state = self.person.client.get(url).json["state"]
            assert state == "done", (url, state)
        for account in self.accounts:
            for one in self.some(f"{ACCOUNTS}/{account['id']}/reconciliations", 20):
                assert one["state"] in {"open", "finished"}, one

    def some(self, url: str, limit: int = 100) -> list[Any]:
        """What a list has on its first page; of an account whose opening was undone, nothing."""
        query = {} if url.endswith("attachments") else {"limit": str(limit)}
        reply = self.person.client.get(url, query=query)
        assert reply.status in {200, 404}, reply.text
        items: list[Any] = reply.json.get("items", [])
        return items

    def one(self, fits: Callable[[Any], Any] = bool) -> Any:
        """Some live transaction, or None."""
        found = [one for one in self.some(TRANSACTIONS) if fits(one)]
        return self.rng.choice(found) if found else None

    def day(self) -> str:
        long_ago = timedelta(days=self.rng.randrange(300) if self.rng.random() < 0.05 else 0)
        return str(FIRST + timedelta(days=self.rng.randrange(DAYS)) - long_ago)

    def money(self, currency: str, *, most: int = 9_999) -> int:
        return self.rng.randrange(1, most) * (10 if DIGITS[currency] == 3 else 1)

    def category(self) -> str | None:
        return self.rng.choice([None, *SHIPPED, *self.own])

    def code(self, account_id: str) -> str:
        code: str = next(a["currency"] for a in self.accounts if a["id"] == account_id)
        return code

    def like(self, currency: str) -> str:
        """An account of a currency."""
        identity: str = self.rng.choice([a for a in self.accounts if a["currency"] == currency])[
            "id"
        ]
        return identity

    def account(self) -> Any:
        """An account, more often than not one of the first two, where things meet."""
        return self.rng.choice([*self.accounts, *self.accounts[:2] * 3])


def at(one: Any, verb: str = "") -> str:
    return f"{TRANSACTIONS}/{one['id']}" + (f"/{verb}" if verb else "")


# --- by hand


def record(walk: Walk) -> None:
    account, rng = walk.account(), walk.rng
    code = account["currency"]
    amount = walk.money(code) * (-1 if rng.random() < 0.7 else 1)
    body = {
        "account_id": account["id"],
        "amount": wire(amount, code),
        "booked_on": walk.day(),
        "payee": rng.choice(SHOPS),
        "tags": rng.sample(TAGS, k=rng.choice((0, 0, 1, 2))),
        "status": rng.choice(("posted", "posted", "pending", "planned")),
    }
    if rng.random() < 0.5:
        body["category_id"] = walk.category()
    if rng.random() < 0.3:
        body["parts"] = _parts(walk, account["id"], amount, code)
    walk.ask("POST", TRANSACTIONS, body)


def change(walk: Walk) -> None:
    one, rng = walk.one(), walk.rng
    if one is None:
        return
    code = one["amount"]["currency"]
    sign = -1 if minor(one["amount"]) < 0 or rng.random() < 0.2 else 1
    choices: dict[str, Any] = {
        "amount": wire(sign * walk.money(code), code),
        "booked_on": walk.day(),
        "account_id": walk.like(code),
        "status": rng.choice(("posted", "pending", "planned")),
        "category_id": walk.category(),
        "tags": rng.sample(TAGS, k=rng.randrange(3)),
        "payee": rng.choice(SHOPS),
        "notes": rng.choice(("", "cake", "mine")),
    }
    if one["transfer"]:
        del choices["category_id"]
        choices["transfer"] = rng.choice(
            (
                {"fee": None},
                {"fee": wire(walk.money(code, most=200), code), "fee_category_id": walk.category()},
                {"received_on": walk.day()},
                {"to_account_id": walk.like(one["transfer"]["received"]["currency"])},
            )
        )
    names = rng.sample(sorted(choices), k=rng.choice((1, 1, 2, 3)))
    walk.ask("PATCH", at(one), {name: choices[name] for name in names}, one)


def delete(walk: Walk) -> None:
    if one := walk.one():
        walk.ask("DELETE", at(one), meant=one)


def together(walk: Walk) -> None:
    """Several operations, together or one by one."""
    rng = walk.rng
    operations: list[Any] = []
    for one in rng.sample(found := walk.some(TRANSACTIONS), k=min(3, len(found))):
        same = {"id": one["id"], "version": one["version"]}
        changed = {"tags": [rng.choice(TAGS)], "booked_on": walk.day()}
        operations.append(
            {"op": "delete", **same}
            if rng.random() < 0.3
            else {"op": "update", **same, "value": changed}
        )
    account = walk.account()
    value = {
        "account_id": account["id"],
        "amount": wire(-walk.money(account["currency"]), account["currency"]),
        "booked_on": walk.day(),
        "tags": [rng.choice(TAGS)],
    }
    operations.append({"op": "create", "value": value})
    body = {"operations": operations, "atomic": rng.random() < 0.5}
    walk.ask("POST", f"{TRANSACTIONS}/bulk", body)


def _parts(walk: Walk, account: str, amount: int, code: str) -> list[Any]:
    rng = walk.rng
    fixed = round(amount * rng.random() / 2)
    parts: list[Any] = [
        {"amount": wire(fixed, code)},
        {"percent": str(rng.choice((10, "33.333", 50)))},
        {"remainder": True},
        {"remainder": True},
    ]
    for part in parts:
        part["category_id"] = walk.category()
        if rng.random() < 0.3:
            part["account_id"] = walk.like(code)
    return rng.sample(parts[:3], k=2) + parts[3:]


def split(walk: Walk) -> None:
    one, rng = walk.one(lambda one: not one["transfer"]), walk.rng
    if one is None:
        return
    amount, code = minor(one["amount"]), one["amount"]["currency"]
    if one["parts"] and rng.random() < 0.4:
        parts = []
    else:
        parts = _parts(walk, one["account_id"], amount, code)
        for part, old in zip(parts, one["parts"], strict=False):
            if rng.random() < 0.5:
                part["id"] = old["id"]
    walk.ask("PUT", at(one, "splits"), {"parts": parts}, one)


def transfer(walk: Walk) -> None:
    rng = walk.rng
    here, there = rng.sample(walk.accounts, k=2)
    body: dict[str, Any] = {
        "from_account_id": here["id"],
        "to_account_id": there["id"],
        "sent": wire(walk.money(here["currency"]), here["currency"]),
        "booked_on": walk.day(),
        "status": rng.choice(("posted", "posted", "pending", "planned")),
        "tags": rng.sample(TAGS, k=rng.choice((0, 1))),
    }
    if here["currency"] != there["currency"]:
        body["received"] = wire(walk.money(there["currency"]), there["currency"])
    if rng.random() < 0.5:
        body["received_on"] = walk.day()
    if rng.random() < 0.5:
        body["fee"] = wire(walk.money(here["currency"], most=200), here["currency"])
        body["fee_category_id"] = walk.category()
    walk.ask("POST", "/v1/expenses/transfers", body)


def refund(walk: Walk) -> None:
    rng = walk.rng
    purchase = walk.one(lambda one: one["kind"] == "expense")
    if purchase is None:
        return
    code, paid = purchase["amount"]["currency"], -minor(purchase["amount"])
    left = paid - sum(minor(link["amount"]) for link in purchase["refunded_by"])
    body: dict[str, Any] = {}
    if purchase["parts"] and rng.random() < 0.5:
        body["part_id"] = rng.choice(purchase["parts"])["id"]
    came = walk.one(lambda one: one["kind"] == "income" and one["amount"]["currency"] == code)
    if came and rng.random() < 0.5:
        body["refund_id"] = came["id"]
        body["amount"] = wire(min(max(left // 2, 1), minor(came["amount"])), code)
    else:
        amount = max(1, round(left * rng.random()))
        body["new"] = {
            "account_id": walk.like(code),
            "amount": wire(amount, code),
            "booked_on": walk.day(),
            "tags": rng.sample(TAGS, k=rng.choice((0, 1))),
        }
        if rng.random() < 0.3:
            body["amount"] = wire(max(1, amount // 2), code)
        if rng.random() < 0.15:
            other = walk.account()
            money = wire(walk.money(other["currency"]), other["currency"])
            body["new"] |= {"account_id": other["id"], "amount": money}
            body["amount"] = wire(max(1, amount), code)
    walk.ask("POST", at(purchase, "refunds"), body, purchase)


def unlink(walk: Walk) -> None:
    if purchase := walk.one(lambda one: one["refunded_by"]):
        link = walk.rng.choice(purchase["refunded_by"])
        walk.ask("DELETE", at(purchase, f"refunds/{link['refund_id']}"), meant=purchase)


def account_edit(walk: Walk) -> None:
    account = walk.account()
    url = f"{ACCOUNTS}/{account['id']}"
    found = walk.ask("GET", url)
    money = wire(walk.rng.randrange(100_000), account["currency"])
    if found.status == 200:
        archived = {"archived": not found.json["archived"] and walk.rng.random() < 0.5}
        change = walk.rng.choice(({"opening_balance": money}, archived))
        walk.ask("PATCH", url, change, found.json)


# --- statements


def statement(walk: Walk) -> None:
    """A file of an account: new rows, beside some that overlap; sometimes from a source without ids."""
    rng, account = walk.rng, walk.account()
    known = walk.statement.setdefault(account["id"], [])
    for _ in range(rng.randrange(5)):
        known.append(_line(walk, account, len(known)))
    rows = [one for one in known if rng.random() < 0.7]
    if rng.random() < 0.3:
        rows = [row(**{**_fields(one), "provider_id": "", "kind": ""}) for one in rows]
    if rng.random() < 0.3:
        walk.statement[account["id"]] = [
            row(**{**_fields(one), "kind": ""}) for one in known
        ]  # what was pending is booked now
    if not rows:
        return
    walk.trail.append(f"statement: {account['name']} {len(rows)} rows")
    walk.did["statement: sent"] += 1
    assert handed(walk.cloud, envelope(walk.person, laid(walk.person, rows, account["id"]))) == []


def journal(walk: Walk) -> None:
    """A file of another app over two accounts: categories, tags, parts, and rows that are legs of transfers."""
    rng = walk.rng
    first, second = rng.sample(walk.accounts, 2)
    rows = [_told(walk, first, number) for number in range(rng.randrange(1, 9))]
    for _ in range(rng.randrange(4)):
        sent, place = walk.money(first["currency"]), len(rows)
        fee = rng.choice((0, 0, 50)) if first["currency"] == second["currency"] else 0
        day = date.fromisoformat(walk.day())
        rows += [
            _leg(first, 0, -sent - fee, day, place + 1),
            _leg(second, 1, sent, day + timedelta(days=rng.randrange(3)), place),
        ]
        if rng.random() < 0.3:  # the bank has said so already, or will
            walk.statement.setdefault(first["id"], []).append(
                row(place, -sent, booked_on=day, currency=first["currency"], provider_id=new_id())
            )
    accounts = {"0": first["id"], "1": second["id"]}
    if rng.random() < 0.2:
        del accounts["1"]
    means = {FUN: rng.choice(SHIPPED), ("Own",): rng.choice(walk.own)}
    order = laid(walk.person, rows, "", accounts=accounts, means=means)
    walk.orders.append(order)
    walk.trail.append(f"journal: {first['name']} to {second['name']} {len(rows)} rows")
    walk.did["journal: sent"] += 1
    assert handed(walk.cloud, envelope(walk.person, order)) == []


def _told(walk: Walk, account: Any, number: int) -> ImportRow:
    rng = walk.rng
    one = replace(_line(walk, account, number), provider_id="")
    amount = one.amount_minor or 0
    part = rng.randrange(-abs(amount), abs(amount) + 1)
    label = rng.choice((FUN, ("Own",), ("Nobody",), ()))
    extras = RowExtras(
        label=label,
        tags=tuple(rng.sample(TAGS, k=rng.randrange(3))),
        parts=(
            (
                RowPart(amount_minor=part, label=label),
                RowPart(amount_minor=amount - part, memo="rest"),
            )
            if rng.random() < 0.4
            else ()
        ),
        own_id=new_id() if rng.random() < 0.2 else "",
    )
    return replace(one, extras=extras)


def _leg(account: Any, statement: int, amount: int, day: date, other: int) -> ImportRow:
    return row(
        other,
        amount,
        statement=statement,
        booked_on=day,
        currency=account["currency"],
        payee=f"Own {other}",
        extras=RowExtras(other_side=other, label=FUN if other % 2 else ()),
    )


def take_back(walk: Walk) -> None:
    """Take an import of another app back, whole or but for what was built on, also one that is still on its way."""
    if not walk.orders:
        return
    order = walk.rng.choice(walk.orders)
    back = RevertImport(
        import_id=order.import_id,
        prefix=order.prefix,
        chunk=order.chunks - 1,
        chunks=order.chunks,
        accounts=order.accounts,
        edited=walk.rng.choice(("keep", "revert")),
    )
    walk.trail.append(f"take back {order.import_id[-4:]} {back.edited}")
    walk.did["take_back: sent"] += 1
    assert handed(walk.cloud, envelope(walk.person, back)) == []


def _line(walk: Walk, account: Any, number: int) -> ImportRow:
    rng = walk.rng
    live = walk.one(lambda one: one["amount"]["currency"] == account["currency"])
    amount, day = -walk.money(account["currency"]), date.fromisoformat(walk.day())
    payee = rng.choice(SHOPS)
    if live and rng.random() < 0.6:
        # what the bank says of something that is there, or its other side
        amount = minor(live["amount"]) * rng.choice((1, 1, -1))
        day = date.fromisoformat(live["booked_on"]) + timedelta(days=rng.randrange(4))
        payee = live["payee"] or payee
    return row(
        number + 1,
        amount,
        booked_on=day,
        currency=account["currency"],
        payee=payee,
        provider_id=f"{account['id'][:8]}-{number}",
        kind=rng.choice(("", "", "pending")),
    )


def _fields(one: ImportRow) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ImportRow.__slots__}


def decide(walk: Walk) -> None:
    found = walk.some(MATCHES)
    for one in walk.rng.sample(found, k=min(2, len(found))):
        verb = walk.rng.choice(("accept", "accept", "accept", "reject"))
        walk.ask("POST", f"{MATCHES}/{one['id']}/{verb}", meant=one)


# --- rules, bulk edits, merges


def rule(walk: Walk) -> None:
    rng = walk.rng
    then = rng.sample(
        [
            {"action": "set_category", "value": rng.choice(SHIPPED)},
            {"action": "add_tags", "value": [rng.choice(TAGS)]},
            {"action": "set_payee", "value": rng.choice(SHOPS)},
            {"action": "split_evenly", "value": [SHIPPED[0], rng.choice(walk.own)]},
            {"action": "set_account", "value": walk.like("EUR")},
            {"action": "make_transfer", "value": walk.like("EUR")},
            {"action": "move_day", "value": rng.choice((-3, 2))},
            {"action": "set_status", "value": rng.choice(("pending", "posted"))},
            {"action": "join_parts"},
        ],
        k=rng.choice((1, 2)),
    )
    when = {"field": "payee", "operator": "contains", "value": rng.choice(SHOPS).split()[0]}
    walk.ask("POST", RULES, {"name": "r", "when": when, "then": then})


def apply(walk: Walk) -> None:
    reply = walk.ask("POST", f"{RULES}/apply", {})
    if reply.status == 202:
        walk.runs.append(f"{RULES}/runs/{reply.json['id']}")


def edit(walk: Walk) -> None:
    rng = walk.rng
    changes = rng.choice(
        (
            {"category_id": walk.category()},
            {"add_tags": [rng.choice(TAGS)], "remove_tags": [rng.choice(TAGS)]},
            {"status": rng.choice(("posted", "pending", "planned"))},
            {"payee": rng.choice(SHOPS), "category_id": walk.category()},
            {"delete": True},
        )
    )
    query = rng.choice(("bakery", "kiosk", "status:pending", "tag:party", "kind:transfer"))
    shown = walk.ask("POST", f"{EDIT}/preview", {"query": query, "changes": changes, "limit": 200})
    if shown.status == 200 and shown.json["token"]:
        reply = walk.ask("POST", EDIT, {"token": shown.json["token"]})
        if reply.status == 202:
            walk.runs.append(f"{EDIT}/{reply.json['id']}")


def merge(walk: Walk) -> None:
    gone = walk.rng.choice(walk.own)
    into = walk.rng.choice((*SHIPPED, *walk.own))
    reply = walk.ask("POST", f"{CATEGORIES}/{gone}/merge", {"into": into})
    if reply.status == 202:
        walk.runs.append(f"{CATEGORIES}/merges/{reply.json['id']}")


def category(walk: Walk) -> None:
    """Make, move or delete a category of one's own."""
    rng = walk.rng
    one = rng.choice(walk.own)
    pick = rng.randrange(3)
    if pick == 0:
        parent = rng.choice((*SHIPPED, *walk.own))
        reply = walk.ask(
            "POST", CATEGORIES, {"name": "New", "kind": "expense", "parent_id": parent}
        )
        if reply.status == 201:
            walk.own.append(reply.json["id"])
    elif pick == 1:
        above = rng.choice((None, *SHIPPED, *walk.own))
        walk.ask("PATCH", f"{CATEGORIES}/{one}", {"parent_id": above})
    else:
        walk.ask("DELETE", f"{CATEGORIES}/{one}")


def payees(walk: Walk) -> None:
    found = walk.some("/v1/expenses/payees")
    if len(found) > 1:
        one, other = walk.rng.sample(found, k=2)
        body = {"payees": [one["id"]], "into": other["id"]}
        walk.ask("POST", "/v1/expenses/payees/merge", body)


def undo_run(walk: Walk) -> None:
    if not walk.runs:
        return
    url = walk.rng.choice(walk.runs)
    reply = walk.ask("POST", f"{url}/undo")
    if reply.status == 202 and url.startswith(EDIT):
        walk.runs.append(f"{EDIT}/{reply.json['id']}")


def undo(walk: Walk) -> None:
    """Undo one of the newest changes, which may be an undoing itself."""
    found = walk.some("/v1/expenses/changes", 12)
    if found:
        walk.ask("POST", f"/v1/expenses/changes/{walk.rng.choice(found)['id']}/undo")


# --- reconciliations, the schedule, papers


def reconcile(walk: Walk) -> None:
    account = walk.account()
    url = f"{ACCOUNTS}/{account['id']}/reconciliations"
    waiting = [one for one in walk.some(url, 20) if one["state"] == "open"]
    if waiting and walk.rng.random() < 0.7:
        one = walk.rng.choice(waiting)
    else:
        body = {
            "day": walk.day(),
            "closing_balance": wire(walk.rng.randrange(90_000), account["currency"]),
        }
        one = walk.ask("POST", url, body).json
    if "id" in one:
        walk.ask("POST", f"{url}/{one['id']}/finish", {"adjust": True}, one)


def undo_reconciliation(walk: Walk) -> None:
    url = f"{ACCOUNTS}/{walk.account()['id']}/reconciliations"
    if found := walk.some(url, 20):
        one = walk.rng.choice(found)
        walk.ask("POST", f"{url}/{one['id']}/undo", meant=one)


def template(walk: Walk) -> None:
    rng, account, to = walk.rng, walk.account(), walk.account()
    body: dict[str, Any] = {
        "account_id": account["id"],
        "amount": wire(-walk.money(account["currency"]), account["currency"]),
        "payee": rng.choice(SHOPS),
        "tags": rng.sample(TAGS, k=1),
        "rule": {"rrule": "FREQ=WEEKLY"},
        "start": str(now().date() + timedelta(days=rng.randrange(5))),
        "mode": rng.choice(("draft", "automatic")),
    }
    if rng.random() < 0.3:
        body["to_account_id"] = to["id"]
    walk.ask("POST", RECURRING, body)


def due(walk: Walk) -> None:
    """Let the schedule run some days ahead."""
    day = now().date() + timedelta(days=walk.rng.randrange(1, 20))
    made = recurring_due.run_due(Visit(now=datetime.combine(day, time(7), UTC)))
    walk.did["due: made" if made else "due: nothing"] += 1
    walk.trail.append(f"due: {day} made {made}")


def receipt(walk: Walk) -> None:
    rng = walk.rng
    known = walk.one(lambda one: one["kind"] == "expense" and one["amount"]["currency"] == "EUR")
    amount = -minor(known["amount"]) if known and rng.random() < 0.5 else walk.money("EUR")
    shown = wire(amount, "EUR")["amount"]
    shop = (known or {}).get("payee") or rng.choice(SHOPS)
    text = f"{shop}\n{(known or {}).get('booked_on') or walk.day()}\nBread {shown}\nTOTAL EUR {shown}\n"
    sent = walk.ask("POST", RECEIPTS, {"text": text})
    if sent.status != 201:
        return
    body: dict[str, Any] = {"account_id": walk.like("EUR")}
    if known and rng.random() < 0.5:
        body = {"transaction_id": known["id"]}
    url = f"{RECEIPTS}/{sent.json['id']}"
    if rng.random() < 0.8:
        walk.ask("POST", f"{url}/confirm", body, sent.json)
    if rng.random() < 0.2:
        walk.ask("DELETE", url)


def unattach(walk: Walk) -> None:
    for one in walk.some(TRANSACTIONS):
        if found := walk.some(at(one, "attachments")):
            walk.ask("DELETE", at(one, f"attachments/{found[0]['id']}"))
            return


def work(walk: Walk) -> None:
    """Let the worker do a little of what waits, so that runs and chunks stand half done while a person goes on."""
    walk.cloud.sweep({"expenses"})
    walk.cloud.deliver("expenses-inbox", most=2)
    walk.trail.append("work")


STEPS: Final[dict[Step, int]] = {
    record: 14,
    change: 12,
    delete: 5,
    together: 4,
    split: 8,
    transfer: 6,
    refund: 10,
    unlink: 2,
    account_edit: 2,
    statement: 9,
    journal: 4,
    take_back: 1,
    decide: 6,
    rule: 2,
    apply: 4,
    edit: 6,
    merge: 2,
    category: 2,
    payees: 2,
    undo_run: 6,
    undo: 14,
    reconcile: 3,
    undo_reconciliation: 2,
    template: 2,
    due: 2,
    receipt: 4,
    unattach: 1,
    work: 6,
}


def step(walk: Walk) -> None:
    """Take one step of the walk."""
    (act,) = walk.rng.choices(list(STEPS), weights=list(STEPS.values()))
    walk.go(act.__name__, act)
