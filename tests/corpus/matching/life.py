"""What happens to a household in four months: purchases, bills, pay, transfers, refunds, and near misses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from tests.corpus.matching.banks import EMPLOYERS, OWNERS, PEOPLE, SHOPS, Shop, order_number

DAYS: Final = 130
START: Final = date(2026, 6, 1)
HOME: Final = "checking"
_ABROAD: Final = ("USD", "GBP", "CHF")
_PER_DAY: Final = {
    "grocery": 0.45,
    "cafe": 0.5,
    "transit": 0.55,
    "restaurant": 0.16,
    "fuel": 0.08,
    "online": 0.2,
    "taxi": 0.08,
    "hotel": 0.02,
    "pharmacy": 0.1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Money that really moved, on one account."""

    id: str
    account: str
    day: date
    amount: int
    currency: str
    name: str
    trade: str
    legal: str = ""
    tail: str = ""
    original: tuple[int, str] | None = None
    twin_of: str = ""
    leaves: str = ""
    """The leg that left, where this one arrived."""
    gives_back: str = ""
    """The purchase that this one refunds."""


class Life:
    """Makes the movements of one household; the same seed makes the same life."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.owner = rng.choice(OWNERS)
        self.abroad = rng.choice(_ABROAD)
        self.accounts = {
            HOME: ("Everyday", "EUR"),
            "card": ("Credit card", "EUR"),
            "savings": ("Rainy day", "EUR"),
            "abroad": ("Travel money", self.abroad),
        }
        self.rates = {one: self._walk(level) for one, level in
                      (("USD", 1.09), ("GBP", 0.86), ("CHF", 0.95))}  # fmt: skip
        self.shops = {
            trade: rng.sample([one for one in SHOPS if one.trade == trade], k)
            for trade, k in (("grocery", 3), ("cafe", 2), ("restaurant", 4), ("transit", 1),
                             ("fuel", 2), ("online", 4), ("taxi", 1), ("hotel", 1), ("pharmacy", 2),
                             ("subscription", 3), ("utility", 2), ("rent", 1))
        }  # fmt: skip
        self.movements: list[Movement] = []

    def _walk(self, level: float) -> tuple[float, ...]:
        rates = []
        for _ in range(DAYS + 30):
            level *= 1 + self.rng.gauss(0, 0.004)
            rates.append(round(level, 5))
        return tuple(rates)

    def rate(self, currency: str, day: date) -> float:
        return 1.0 if currency == "EUR" else self.rates[currency][(day - START).days]

    def live(self) -> list[Movement]:
        """Live through all days, then let shops give money back."""
        for at in range(DAYS):
            day = START + timedelta(days=at)
            for trade, rate in _PER_DAY.items():
                if self.rng.random() < rate:
                    self._buy(day, self.rng.choice(self.shops[trade]))
            if day.day <= 28:
                self._month(day)
            self._friends(day)
            self._move(day)
        for one in list(self.movements):
            if one.trade in {"online", "hotel"} or self.rng.random() < 0.012:
                self._give_back(one)
        return self.movements

    def _add(self, account: str, day: date, amount: int, name: str, trade: str, **more: str) -> str:
        one = Movement(
            id=f"m{len(self.movements)}",
            account=account,
            day=day,
            amount=amount,
            currency=self.accounts[account][1],
            name=name,
            trade=trade,
            **more,  # type: ignore[arg-type]
        )
        self.movements.append(one)
        return one.id

    # ------------------------------------------------------------------------------- spending

    def _buy(self, day: date, shop: Shop) -> None:
        account = self.rng.choice((HOME, "card", "card"))
        amount = self._price(shop)
        tail = f"Order {order_number(self.rng)}" if shop.trade == "online" else ""
        self._add(account, day, -amount, shop.name, shop.trade, legal=shop.legal, tail=tail)
        last = self.movements[-1]
        if shop.trade in {"restaurant", "hotel", "online"} and self.rng.random() < 0.12:
            foreign = round(amount * self.rate(self.abroad, day))
            self.movements[-1] = replace(last, original=(foreign, self.abroad))
        if shop.trade in {"cafe", "transit"} and self.rng.random() < 0.12:
            again = replace(last, id=f"m{len(self.movements)}", twin_of=last.id)
            self.movements.append(again)

    def _price(self, shop: Shop) -> int:
        if shop.trade == "transit" or (shop.trade == "cafe" and self.rng.random() < 0.6):
            return shop.price
        if shop.trade == "online" and self.rng.random() < 0.5:
            return 100 * max(1, round(shop.price * self.rng.uniform(0.4, 1.6) / 100)) - 1
        return max(90, round(shop.price * self.rng.lognormvariate(0, 0.35)))

    def _month(self, day: date) -> None:
        rng = self.rng
        for place, shop in enumerate((*self.shops["subscription"], *self.shops["utility"])):
            if day.day == 3 + 5 * place:
                drift = rng.uniform(0.88, 1.12) if shop.trade == "utility" else 1
                where = HOME if shop.trade == "utility" else "card"
                self._add(where, day, -round(shop.price * drift), shop.name, shop.trade)
        if day.day == 1:
            rent = self.shops["rent"][0]
            self._add(HOME, day, -rent.price, rent.name, "rent")
            self._add("savings", day, rng.randrange(90, 1500), "Interest", "interest",
                      tail=rng.choice(("Zinsen", "interest paid", "")))  # fmt: skip
        if day.day == 26:
            pay = 100 * rng.randrange(1_900, 3_900)
            self._add(HOME, day, pay, EMPLOYERS[len(self.owner) % 4], "salary",
                      tail=rng.choice(("Salary", "Gehalt", "SALAIRE", "")))  # fmt: skip
        if day.day == 15 and rng.random() < 0.5:
            shop = rng.choice(self.shops["online"])
            self._add("card", day, rng.randrange(150, 2500), shop.name, "cashback",
                      tail=rng.choice(("Cashback", "loyalty bonus")))  # fmt: skip

    def _friends(self, day: date) -> None:
        """Friends pay back and are paid, often the amount of something else that day."""
        rng = self.rng
        if rng.random() < 0.07:
            amount = rng.choice((1000, 1500, 2000, 2500, 5000, 10000, rng.randrange(500, 9000)))
            self._add(HOME, day, rng.choice((1, -1)) * amount, rng.choice(PEOPLE), "friend",
                      tail=rng.choice(("", "dinner", "thanks!", "tickets")))  # fmt: skip
        if rng.random() < 0.02 and self.movements:
            last = self.movements[-1]
            if last.amount < 0 and last.account == "card":  # a friend pays it all: no transfer
                self._add(HOME, day, -last.amount, rng.choice(PEOPLE), "friend")

    # ----------------------------------------------------------------------- transfers, refunds

    def _move(self, day: date) -> None:
        rng = self.rng
        if day.day == 2:
            self._transfer(HOME, "savings", day, 100 * rng.choice((50, 100, 200, 250, 300)))
        if day.day == 20:
            self._transfer(HOME, "card", day, rng.randrange(30_000, 160_000))
        if rng.random() < 0.06:
            where = rng.choice((("savings", HOME), (HOME, "savings"), (HOME, "card")))
            amount = rng.choice((5000, 10000, 20000, rng.randrange(2000, 60000)))
            self._transfer(*where, day, amount)
        if rng.random() < 0.03:
            where = rng.choice(((HOME, "abroad"), ("savings", "abroad"), ("abroad", HOME)))
            self._transfer(
                *where, day, rng.choice((10000, 25000, 50000, rng.randrange(3000, 90000)))
            )

    def _transfer(self, out: str, to: str, day: date, amount: int) -> None:
        rng = self.rng
        there = day + timedelta(days=rng.choice((0, 0, 0, 1, 1, 2, 3, 4)))
        came = amount
        sent, received = self.accounts[out][1], self.accounts[to][1]
        if sent != received:
            worth = amount * self.rate(received, day) / self.rate(sent, day)
            came = round(worth * (1 - rng.uniform(-0.003, 0.028)))
        elif rng.random() < 0.06:
            came -= rng.choice((50, 100, 150, 250))
        if came <= 0:
            return
        words = rng.choice(("Transfer", "Umbuchung", "", "", "Own account", "Virement interne"))
        shown = [self.owner, rng.choice((self.accounts[to][0], words or self.owner))]
        left = self._add(out, day, -amount, rng.choice(shown), "transfer", tail=words)
        back = rng.choice(
            (self.owner, self.owner, "Transfer from " + self.accounts[out][0], "Payment received")
        )
        self._add(to, there, came, back, "transfer", tail=rng.choice((words, "")), leaves=left)

    def _give_back(self, bought: Movement) -> None:
        rng = self.rng
        if bought.amount > -200 or bought.trade in {"transfer", "friend", "rent", "salary"}:
            return
        for amount, wait in self._amounts_back(-bought.amount):
            day = bought.day + timedelta(days=wait)
            if (day - START).days >= DAYS:
                continue
            words = rng.choice(("Refund", "Gutschrift", "", "", "AVOIR", "Credit", "Retoure"))
            tail = f"{words} {bought.tail if rng.random() < 0.5 else ''}".strip()
            self._add(bought.account, day, amount, bought.name, "refund", legal=bought.legal,
                      tail=tail, gives_back=bought.id)  # fmt: skip

    def _amounts_back(self, amount: int) -> Iterator[tuple[int, int]]:
        way = self.rng.random()
        wait = self.rng.choice((0, 3, 6, 9, 14, 21, 35))
        if way < 0.22:
            yield amount, wait
        elif way < 0.30:
            yield max(100, round(amount * self.rng.uniform(0.15, 0.8))), wait + 2
        elif way < 0.34:
            part = round(amount * self.rng.uniform(0.2, 0.5))
            yield part, wait + 2
            yield amount - part, wait + 11
