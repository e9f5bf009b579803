"""Transactions as double entry, before any syntax: what each account gains, summing to nothing.

The sign is the journal's own: what the user spends leaves the account and arrives at the category.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import date
from typing import Final, NamedTuple

from chalicelib.interchange.model.formats.journals.own import (
    FEE_KEY,
    HOME_KEY,
    ID_KEY,
    LIES_ON_KEY,
    ORIGINAL_KEY,
    PART_KEY,
    REFUND_KEY,
    TAG_KEY,
)
from chalicelib.interchange.model.writers.journal_names import Names
from chalicelib.interchange.model.writers.texts import Digits, refund_text
from chalicelib.interchange.model.writers.types import AccountLine, Book, Line, TransferLine
from chalicelib.kernel.money import wire_amount
from chalicelib.kernel.values import dataclass

EXACT: Final = 10**27
"""Minor units up to which Beancount's sums and prices, of 28 digits, are exact."""
_LOW: Final = 10**19


class Leg(NamedTuple):
    """What an account gains in minor units; `worth` is what all of it counts for in another currency.

    `more` says that it belongs to an earlier leg of the account. Of a part it is known which one it is and, where a
    transaction lies on several accounts, on which; there `home` is what it does on its own. `fee` is what a transfer cost.
    """

    account: str
    amount_minor: int
    currency: str
    worth: tuple[int, str] | None = None
    note: str = ""
    day: date | None = None
    account_id: str = ""
    more: bool = False
    part: str = ""
    lies_on: str = ""
    home: bool = False
    fee: bool = False

    @property
    def said(self) -> Iterator[tuple[str, str]]:
        """What stands beside it for us alone, by keys."""
        if self.part:
            yield PART_KEY, self.part
        if self.lies_on:
            yield LIES_ON_KEY, self.lies_on
        if self.home:
            yield HOME_KEY, "yes"
        if self.fee:
            yield FEE_KEY, "yes"


@dataclass(slots=True)
class Standing:
    """An account as far as the writer has come; `exact` is false once a sum has outgrown 28 digits."""

    line: AccountLine
    name: str
    balance_minor: int = 0
    opened_on: date | None = None
    exact: bool = True


@dataclass(slots=True)
class Entries:
    """Makes the legs of lines and keeps what the accounts stand at; no more than that is kept."""

    book: Book
    names: Names
    left_out: Counter[str]
    last: date | None = None
    standings: dict[str, Standing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with every account of the book."""
        for one in self.book.accounts:
            self.standings[one.id] = Standing(one, self.names.accounts[one.id])

    def legs(self, line: Line) -> list[Leg]:
        """Give what a line does; nothing for one that is only planned, or lies on no account of the book."""
        if line.status == "planned":
            self.left_out["planned"] += 1
            return []
        legs = self._transfer(line, line.transfer) if line.transfer else list(self._spent(line))
        if not any(leg.account_id for leg in legs):
            self.left_out["account"] += 1
            return []
        for leg in legs:
            self._count(leg, leg.day or line.booked_on)
        return legs

    def _count(self, leg: Leg, day: date) -> None:
        self.last = max(self.last or day, day)
        standing = self.standings.get(leg.account_id)
        if standing is not None:
            standing.balance_minor += leg.amount_minor
            standing.exact &= max(abs(leg.amount_minor), abs(standing.balance_minor)) < EXACT

    def _money(
        self,
        account_id: str,
        amount_minor: int,
        currency: str,
        *,
        worth: tuple[int, str] | None = None,
        day: date | None = None,
    ) -> Leg:
        return Leg(
            self._name(account_id),
            amount_minor,
            currency,
            worth,
            day=day,
            account_id=account_id if account_id in self.standings else "",
        )

    def _name(self, account_id: str) -> str:
        seen = account_id in self.standings
        return self.names.accounts[account_id] if seen else self.names.unseen

    def _spent(self, line: Line) -> Iterator[Leg]:
        if not line.parts:
            yield self._money(line.account_id, line.amount_minor, line.currency)
            yield self._reason(line, line.amount_minor, line.category_id)
            return
        totals: dict[str, int] = {}
        for part in line.parts:
            account_id = part.account_id or line.account_id
            totals[account_id] = totals.get(account_id, 0) + part.amount_minor
        apart = len(totals) > 1
        for account_id, total in totals.items():
            leg = self._money(account_id, total, line.currency)
            yield leg._replace(home=apart and account_id == line.account_id)
        for part in line.parts:
            there = self._name(part.account_id or line.account_id) if apart else ""
            leg = self._reason(line, part.amount_minor, part.category_id, part.notes)
            yield leg._replace(part=part.id, lies_on=there)

    def _reason(self, line: Line, minor: int, category_id: str | None, note: str = "") -> Leg:
        return Leg(self.names.category(category_id, minor), -minor, line.currency, note=note)

    def _transfer(self, line: Line, transfer: TransferLine) -> list[Leg]:
        gone, come = line.amount_minor, transfer.amount_minor
        received = transfer.received_on if transfer.received_on != line.booked_on else None
        fee = transfer.fee_minor
        arrives = self._money(transfer.account_id, come, transfer.currency, day=received)
        legs: list[Leg] = []
        if transfer.currency == line.currency and gone == -come:
            legs = [self._money(line.account_id, gone - fee, line.currency), arrives]
        elif transfer.currency != line.currency and -EXACT < gone < 0 < come < EXACT:
            worth = (-come, transfer.currency)
            legs = [self._money(line.account_id, gone, line.currency, worth=worth), arrives]
        else:
            # No rate says this exactly: each currency is balanced by itself.
            legs = [self._money(line.account_id, gone, line.currency), arrives]
            legs.append(Leg(self.names.conversions, -gone, line.currency))
            legs.append(Leg(self.names.conversions, -come, transfer.currency))
        if fee:
            if legs[0].amount_minor == gone:
                legs.append(self._money(line.account_id, -fee, line.currency))
            legs.append(
                Leg(
                    self.names.category(transfer.fee_category_id, -fee),
                    fee,
                    line.currency,
                    fee=True,
                )
            )
        return legs


def shortened(legs: list[Leg]) -> list[Leg]:
    """Write legs that are longer than Beancount's numbers as several, in pairs that cancel out exactly."""
    if all(abs(leg.amount_minor) < EXACT for leg in legs):
        return legs
    short: list[Leg] = []
    begun: set[int] = set()
    for code in dict.fromkeys(leg.currency for leg in legs):
        left = [(at, leg) for at, leg in enumerate(legs) if leg.currency == code]
        gone = [[at, -leg.amount_minor] for at, leg in reversed(left) if leg.amount_minor < 0]
        come = [[at, leg.amount_minor] for at, leg in reversed(left) if leg.amount_minor >= 0]
        while gone and come:
            both = min(gone[-1][1], come[-1][1])
            for minor in filter(None, (both - both % _LOW, both % _LOW)):
                for side, signed in ((gone[-1], -minor), (come[-1], minor)):
                    leg = legs[side[0]]._replace(amount_minor=signed, more=side[0] in begun)
                    short.append(leg)
                    begun.add(side[0])
            for sides in (gone, come):
                sides[-1][1] -= both
                if not sides[-1][1]:
                    sides.pop()
    silent = [leg for at, leg in enumerate(legs) if at not in begun]
    return [*short, *silent]


def facts(line: Line, tags: tuple[str, ...]) -> dict[str, str]:
    """Give what stands beside a transaction: its id, what its tags and amount were before, and what it is a refund of."""
    said = {ID_KEY: line.id}
    digits = Digits()
    for at, one in enumerate(line.refunds, 1):
        said[f"{REFUND_KEY}-{at}"] = refund_text(one, line.currency, digits)
    if line.original_minor is not None and line.original_currency:
        said[ORIGINAL_KEY] = amount_text(line.original_minor, line.original_currency)
    if tags != line.tags:
        said |= {f"{TAG_KEY}-{at}": tag for at, tag in enumerate(line.tags, 1)}
    return said


def amount_text(minor: int, currency: str) -> str:
    """Write `-12.34 EUR`, as both programs read it."""
    return f"{wire_amount(minor, currency)} {currency}"


def worth_text(leg: Leg) -> str:
    """Write what a leg gains, and what all of it counts for in another currency."""
    amount = amount_text(leg.amount_minor, leg.currency)
    if leg.worth is None:
        return amount
    minor, currency = leg.worth
    return f"{amount} @@ {amount_text(abs(minor), currency)}"


def joined(lines: Iterable[str]) -> bytes:
    """Give lines as a piece of the file."""
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")
