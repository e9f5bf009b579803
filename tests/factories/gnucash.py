"""Books of GnuCash: accounts, transactions and what else lies in the file, in its own XML."""

from __future__ import annotations

import random
from datetime import date, timedelta
from xml.sax.saxutils import escape

NAMESPACES = " ".join(
    f'xmlns:{name}="http://www.gnucash.org/XML/{name}"'
    for name in ("gnc", "act", "book", "cd", "cmdty", "price", "slot", "split", "sx", "trn", "ts")
)
ACCOUNTS = (
    # guid, name, type, currency, parent
    ("root", "Root Account", "ROOT", "", ""),
    ("assets", "Assets", "ASSET", "EUR", "root"),
    ("bank", "Bank", "BANK", "EUR", "assets"),
    ("cash", "Cash & coins", "CASH", "EUR", "assets"),
    ("abroad", "Abroad", "BANK", "USD", "assets"),
    ("shares", "Shares", "STOCK", "NASDAQ:ALL", "assets"),
    ("card", "Card", "CREDIT", "EUR", "root"),
    ("expenses", "Expenses", "EXPENSE", "EUR", "root"),
    ("food", "Food", "EXPENSE", "EUR", "expenses"),
    ("fees", "Fees", "EXPENSE", "EUR", "expenses"),
    ("income", "Income", "INCOME", "EUR", "root"),
    ("salary", "Salary", "INCOME", "EUR", "income"),
    ("equity", "Opening", "EQUITY", "EUR", "root"),
)
Split = tuple[str, int, int]
"""Account, value in cents of the transaction's currency, quantity in cents of the account's."""


def commodity(tag: str, code: str) -> str:
    space, _, name = code.rpartition(":")
    inner = f"<cmdty:space>{space or 'CURRENCY'}</cmdty:space><cmdty:id>{name}</cmdty:id>"
    return f"<{tag}>{inner}</{tag}>" if code else ""


def account(guid: str, name: str, kind: str, code: str, parent: str) -> str:
    above = f'<act:parent type="guid">{parent}</act:parent>' if parent else ""
    return (
        f'<gnc:account version="2.0.0"><act:name>{escape(name)}</act:name><act:id type="guid">{guid}</act:id>'
        f"<act:type>{kind}</act:type>{commodity('act:commodity', code)}{above}</gnc:account>\n"
    )


def transaction(
    guid: str,
    day: date,
    text: str,
    splits: list[Split],
    *,
    code: str = "EUR",
    slots: str = "",
    memo: str = "",
) -> str:
    inner = "".join(
        f'<trn:split><split:id type="guid">{guid}-{at}</split:id><split:reconciled-state>n</split:reconciled-state>'
        f"<split:memo>{escape(memo)}</split:memo><split:value>{value}/100</split:value>"
        f'<split:quantity>{quantity}/100</split:quantity><split:account type="guid">{name}</split:account></trn:split>'
        for at, (name, value, quantity) in enumerate(splits)
    )
    return (
        f'<gnc:transaction version="2.0.0"><trn:id type="guid">{guid}</trn:id>{commodity("trn:currency", code)}'
        f"<trn:date-posted><ts:date>{day} 10:59:00 +0000</ts:date></trn:date-posted>"
        f"<trn:date-entered><ts:date>2030-01-01 10:59:00 +0000</ts:date></trn:date-entered>"
        f"<trn:description>{escape(text)}</trn:description><trn:slots>{slots}</trn:slots>"
        f"<trn:splits>{inner}</trn:splits></gnc:transaction>\n"
    )


def slot(key: str, value: str) -> str:
    return f'<slot><slot:key>{key}</slot:key><slot:value type="string">{escape(value)}</slot:value></slot>'


def file(*transactions: str, rest: str = "") -> bytes:
    accounts = "".join(account(*one) for one in ACCOUNTS)
    return (
        f'<?xml version="1.0" encoding="utf-8" ?>\n<gnc-v2 {NAMESPACES}>\n<gnc:book version="2.0.0">\n'
        f'<gnc:count-data cd:type="transaction">{len(transactions)}</gnc:count-data>\n'
        f"{accounts}{''.join(transactions)}{rest}</gnc:book>\n</gnc-v2>\n"
    ).encode()


def book(seed: int = 1, count: int = 8) -> bytes:
    """Make a book of random transactions that balance."""
    rng = random.Random(seed)
    made = []
    for at in range(count):
        day = date(2024, 1, 1) + timedelta(days=rng.randint(0, 300))
        names = rng.sample(["bank", "cash", "card", "food", "fees", "salary"], rng.randint(2, 4))
        cents = [rng.randint(-9_999, 9_999) for _ in names[1:]]
        splits = [
            (name, value, value) for name, value in zip(names, [*cents, -sum(cents)], strict=True)
        ]
        if rng.random() < 0.3:
            value = rng.randint(1, 9_999)
            splits = [("bank", -value, -value), ("abroad", value, value * 11 // 10)]
        made.append(transaction(f"t{at}", day, f"Text {at}", splits, memo="memo"))
    return file(*made)
