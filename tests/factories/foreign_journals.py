"""Journals as strangers keep them: random transactions in the language of either program."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

HELD = ("Assets:Bank", "Assets:Bank:Sub", "Assets:Cash", "Liabilities:Card", "Assets:Abroad")
REASONS = ("Expenses:Food", "Expenses:Rent", "Income:Salary", "Expenses:Fees")
CURRENCIES = ("EUR", "USD", "GBP", "JPY")


@dataclass
class Move:
    """A posting: what an account gains, if that is written, and what it counts for."""

    account: str
    number: Decimal
    currency: str
    price: tuple[str, Decimal, str] | None = None
    silent: bool = False


def moves(rng: random.Random) -> list[Move]:
    """Make postings that balance: within a currency, or over a price."""
    shape = rng.random()
    currency = rng.choice(CURRENCIES)

    def amount() -> Decimal:
        cents = rng.randint(1, 99_999)
        return Decimal(cents) if currency == "JPY" else Decimal(cents).scaleb(-2)

    if shape < 0.15:
        units, total = amount(), Decimal(rng.randint(1, 9999)).scaleb(-2)
        other = rng.choice([code for code in CURRENCIES if code not in {currency, "JPY"}])
        price = ("@@", total, other)
        target = rng.choice((*HELD, *REASONS))
        return [
            Move(rng.choice(HELD), -units, currency, price),
            Move(target, total, other, silent=rng.random() < 0.5),
        ]
    if shape < 0.25:
        units, each = amount(), Decimal(rng.randint(2, 9))
        other = rng.choice([code for code in CURRENCIES if code not in {currency, "JPY"}])
        return [
            Move(rng.choice(REASONS), units, currency, ("@", each, other)),
            Move(rng.choice(HELD), -units * each, other, silent=rng.random() < 0.5),
        ]
    count = rng.randint(2, 5)
    made = []
    for _ in range(count - 1):
        number = amount() * rng.choice((1, -1))
        made.append(Move(rng.choice((*HELD, *REASONS)), number, currency))
    rest = -sum((one.number for one in made), Decimal(0))
    made.append(Move(rng.choice((*HELD, *REASONS)), rest, currency, silent=rng.random() < 0.5))
    rng.shuffle(made)
    return made


def days(rng: random.Random, count: int) -> list[date]:
    """Make days that are not in order, as people write them."""
    return [date(2024, 1, 1) + timedelta(days=rng.randint(0, 400)) for _ in range(count)]


def beancount_journal(seed: int, count: int = 40) -> str:
    """Write transactions in Beancount's language, with assertions of which some are false."""
    rng = random.Random(seed)
    lines = [f"2020-01-01 open {name}" for name in (*HELD, *REASONS, "Equity:Opening")]
    # Beancount pads an account also for an assertion on one below it; nobody means that, and we do not.
    padded = [name for name in HELD if "Bank" not in name]
    lines += [f"2020-01-0{at} pad {name} Equity:Opening" for at, name in enumerate(padded, 2)]
    for day in days(rng, count):
        lines.append(f'{day} {rng.choice("*!")} "Payee {rng.randint(1, 9)}" "note" #tag')
        for move in moves(rng):
            amount = "" if move.silent else f"  {move.number} {move.currency}"
            if move.price and not move.silent:
                amount += f" {move.price[0]} {move.price[1]} {move.price[2]}"
            lines.append(f"  {move.account}{amount}")
        if rng.random() < 0.2:
            lines.append("")
            number = Decimal(rng.randint(-9999, 9999)).scaleb(-2)
            lines.append(f"{day} balance {rng.choice(HELD)}  {number} EUR")
    return "\n".join(lines) + "\n"


def _writers(rng: random.Random) -> dict[str, str]:
    """Choose for each currency how this journal writes it; hledger takes `$` and `USD` for two."""
    signs = {"EUR": "€", "USD": "$", "GBP": "£"}
    return {
        code: rng.choice(
            (f"{signs.get(code, code)} {{}}", f"{{}} {signs.get(code, code)}", f"{{}} {code}")
        )
        for code in CURRENCIES
    }


def _said(shown: dict[str, str], rng: random.Random) -> str:
    return shown["EUR"].format(f"{rng.randint(-99, 99)}.00")


def hledger_journal(seed: int, count: int = 40) -> str:
    """Write transactions in hledger's language."""
    rng = random.Random(seed)
    shown = _writers(rng)
    lines = ["decimal-mark .", ""]
    for day in sorted(days(rng, count)):
        written = rng.choice((f"{day}", f"{day:%Y/%m/%d}", f"{day:%Y.%m.%d}"))
        mark = rng.choice(("", "", "! ", "* "))
        lines.append(f"{written} {mark}{rng.choice(('', '(12) '))}Payee | note  ; tag:, key: value")
        for move in moves(rng):
            amount = "" if move.silent else "  " + shown[move.currency].format(f"{move.number:,}")
            if move.price and not move.silent:
                mark, price, other = move.price
                amount += f" {mark} " + shown[other].format(f"{price:,}")
            lines.append(f"    {move.account.lower()}{amount}")
        if rng.random() < 0.2:
            lines.append("    (assets:budget)  10 EUR")
        if rng.random() < 0.3:
            lines += ["", f"{day} check or set", f"    {HELD[4].lower()}  = {_said(shown, rng)}"]
            lines.append("    equity:adjustment")
        lines.append("")
    return "\n".join(lines) + "\n"
