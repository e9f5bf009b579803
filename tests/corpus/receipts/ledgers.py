"""Bank rows around made-up receipts, with the one that each receipt belongs to, or none where it was paid in cash."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

from chalicelib.expenses.model.receipts.draft import Draft
from chalicelib.expenses.model.receipts.learning import START
from chalicelib.expenses.model.receipts.matching import Candidate, Decision, decide
from chalicelib.expenses.model.receipts.parsing import parse
from chalicelib.kernel.money import Money
from tests.corpus.receipts.generator import TODAY, Receipt, Truth, receipts

SHOPS: Final = (
    "AMZN MKTP", "SHELL 0412", "CITY PARKING", "GYM BERLIN", "NETFLIX.COM", "PHARMACY PLUS", "H&M 0123", "IKEA", "DB VERTRIEB",
    "CINEMA ROYAL", "BOOKS & MORE", "PIZZA NAPOLI", "TAXI 4711", "TELECOM AG", "FLORIST ROSE", "HARDWARE HALL", "BIO LADEN",
)  # fmt: skip
_RATES: Final = {
    "EUR": 1.0,
    "GBP": 1.16,
    "USD": 0.92,
    "CHF": 1.04,
    "PLN": 0.23,
    "SEK": 0.088,
    "JPY": 0.0061,
    "KWD": 2.98,
}
_DIGITS: Final = {"JPY": 0, "KWD": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A receipt among bank rows; `right` are the rows that it may be attached to: two where two purchases are equal."""

    receipt: Receipt
    rows: tuple[Candidate, ...]
    right: frozenset[str]
    rates: dict[str, int]


def scenes(*, seeds: int, first: int = 0) -> Iterator[Scene]:
    """Make a ledger around each receipt."""
    for place, receipt in enumerate(receipts(seeds=seeds, first=first)):
        some = random.Random(f"ledger/{first}/{place}")
        yield _scene(receipt, some)


def _scene(receipt: Receipt, some: random.Random) -> Scene:
    truth = receipt.truth
    abroad = some.random() < 0.12 and truth.currency != "EUR"
    rate = _RATES[truth.currency] * 10 ** (2 - _DIGITS.get(truth.currency, 2))
    converted = round(truth.total_minor * rate)
    account = "EUR" if abroad else truth.currency
    whole = converted if abroad else truth.total_minor
    rows = [_other(truth, account, whole, some, number) for number in range(40)]
    right: set[str] = set()
    if some.random() >= 0.15:
        rows.append(_row("right", truth, account, _paid(whole, some, abroad=abroad), some))
        right.add("right")
        if some.random() < 0.08:
            again = truth.bought_on + timedelta(days=some.randrange(6))
            rows.append(replace(rows[-1], id="twin", booked_on=again))
            right.add("twin")
    some.shuffle(rows)
    rates = {"EUR": converted} if abroad else {}
    return Scene(receipt=receipt, rows=tuple(rows), right=frozenset(right), rates=rates)


def _paid(whole: int, some: random.Random, *, abroad: bool) -> int:
    luck = some.random()
    if abroad:
        return round(whole * some.uniform(0.985, 1.015))
    if luck < 0.06:
        return round(whole * some.uniform(1.05, 1.2))
    return whole + some.choice((-2, 2)) if luck < 0.09 else whole


def _row(identity: str, truth: Truth, account: str, paid: int, some: random.Random) -> Candidate:
    delay = some.choice((0, 0, 1, 1, 1, 2, 3, 4, 5))
    return Candidate(
        id=identity,
        amount=Money(-paid, account),
        booked_on=truth.bought_on + timedelta(days=delay),
        payee=_as_banks_write(truth.merchant, some),
    )


def _as_banks_write(merchant: str, some: random.Random) -> str:
    luck = some.random()
    if luck < 0.08:
        return some.choice(("CARD PAYMENT", "SUMUP *4711", "KARTENZAHLUNG"))
    name = merchant.upper()[: some.choice((14, 18, 22, 60))]
    return some.choice(
        (f"{name} {some.randrange(10_000):04d}", f"{name}//BERLIN/DE", f"SQ *{name}", name)
    )


def _other(truth: Truth, account: str, whole: int, some: random.Random, number: int) -> Candidate:
    """Other rows: other shops, the same shop at other times, and another shop's equal amount."""
    day = truth.bought_on + timedelta(days=some.randrange(-10, 20))
    payee, amount = some.choice(SHOPS), some.randrange(100, 2 * whole + 200)
    if number < 3:
        payee = _as_banks_write(truth.merchant, some)
    elif number == 3 and some.random() < 0.4:
        amount = whole
    return Candidate(
        id=f"other {number}", amount=Money(-amount, account), booked_on=day, payee=payee
    )


@dataclass(slots=True)
class Found:
    """What was made of all scenes; `certain` are those that were decided without asking."""

    scenes: int = 0
    with_row: int = 0
    certain: int = 0
    certain_right: int = 0
    first_right: int = 0
    among_right: int = 0
    wrong: list[Scene] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.certain_right / self.certain if self.certain else 1.0

    def count(self, scene: Scene, certain: str | None, proposed: list[str]) -> None:
        self.scenes += 1
        self.with_row += bool(scene.right)
        if certain is not None:
            self.certain += 1
            # of two equal purchases neither is certain: whoever takes one has guessed
            right = scene.right == {certain}
            self.certain_right += right
            if not right:
                self.wrong.append(scene)
        self.first_right += bool(proposed) and proposed[0] in scene.right
        self.among_right += bool(scene.right & set(proposed))


def ours(some: list[Scene]) -> Found:
    """Read each receipt and decide as the product does."""
    found = Found()
    for scene in some:
        draft = parse(scene.receipt.text, today=TODAY, currency=scene.receipt.usual)
        made: Decision = decide(draft, scene.rows, rates=scene.rates, auto=START)
        certain = made.certain.transaction_id if made.certain else None
        found.count(scene, certain, [one.transaction_id for one in made.proposed])
    return found


def by_amount(some: list[Scene], *, days: int = 7) -> Found:
    """The plain way: the nearest row of the very amount within a week."""
    found = Found()
    for scene in some:
        draft = parse(scene.receipt.text, today=TODAY, currency=scene.receipt.usual)
        rows = sorted(_equal(draft, scene, days), key=lambda one: _away(one, draft))
        ids = [one.id for one in rows]
        found.count(scene, ids[0] if ids else None, ids[:5])
    return found


def _equal(draft: Draft, scene: Scene, days: int) -> list[Candidate]:
    if draft.total_minor is None or draft.bought_on is None:
        return []
    return [
        one
        for one in scene.rows
        if -one.amount.amount_minor == draft.total_minor.value and _away(one, draft) <= days
    ]


def _away(one: Candidate, draft: Draft) -> int:
    day: date = draft.bought_on.value if draft.bought_on else TODAY
    return abs((one.booked_on - day).days)
