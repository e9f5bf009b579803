"""The ledger's pure core against a plain one: whatever happens, balances and sums are those of what is left.

The plain ledger keeps lists of whole numbers and adds them up anew each time. The real one is driven as
`service/ledger.py` drives it: balances by the difference of `moved`, sums by the facts that analytics hears.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.analytics.model import sums as analytics
from chalicelib.analytics.model.sums import TRANSFER, Cell, Sums
from chalicelib.expenses.errors import (
    AlreadyLinked,
    BadLegs,
    HasRefunds,
    LimitReached,
    NotAPair,
    NotARefund,
    NotRefundable,
    RefundedMore,
    RefundUsedUp,
)
from chalicelib.expenses.events import TransactionChanged, TransactionRecorded, TransactionRemoved
from chalicelib.expenses.model.legs import BETWEEN_OWN, Absorbed, check_legs, paired, unpaired
from chalicelib.expenses.model.parts import Part, Share, allotted
from chalicelib.expenses.model.refunding import Back, linked, linked_to, without_links
from chalicelib.expenses.model.transactions import (
    Filing,
    Transaction,
    check_links,
    moved,
    with_amount,
)
from chalicelib.expenses.model.transfers import Transfer
from chalicelib.kernel.errors import Refusal
from chalicelib.kernel.events import encode
from chalicelib.kernel.money import Money

FULL: Final = bool(os.environ.get("XPENSE_FULL"))
RUNS, STEPS = (2_000, 30) if FULL else (100, 30)
AT: Final = datetime(2026, 11, 2, tzinfo=UTC)
ACCOUNTS: Final = ("a", "b", "c")
CATEGORIES: Final = ("food", "rent", None)
REFUSALS: Final = (
    AlreadyLinked,
    BadLegs,
    HasRefunds,
    LimitReached,
    NotAPair,
    NotARefund,
    NotRefundable,
    RefundUsedUp,
    RefundedMore,
)


@dataclass(slots=True)
class Plain:
    """A transaction as somebody would write it into a notebook."""

    account: str
    minor: int
    month: int
    category: str | None
    planned: bool = False
    parts: list[tuple[str, int]] = field(default_factory=list)
    """Account and amount of each."""
    to: str = ""
    fee: int = 0
    back_for: dict[int, int] = field(default_factory=dict)
    """On a refund: how much of it is for which purchase."""

    def lines(self) -> Iterator[tuple[str, int]]:
        if self.planned:
            return
        if self.to:
            yield from ((self.account, self.minor - self.fee), (self.to, -self.minor))
        elif self.parts:
            yield from self.parts
        else:
            yield self.account, self.minor


@dataclass(slots=True)
class Notebook:
    """All of them, and what they come to."""

    live: dict[int, Plain] = field(default_factory=dict)

    def balances(self) -> dict[str, int]:
        sums = Counter(dict.fromkeys(ACCOUNTS, 0))
        for one in self.live.values():
            for account, minor in one.lines():
                sums[account] += minor
        return dict(sums)

    def refunded(self, number: int) -> int:
        return sum(one.back_for.get(number, 0) for one in self.live.values())

    def nets(self) -> dict[int, int]:
        """What each month gained or lost, transfers left out."""
        sums: Counter[int] = Counter()
        for number, one in self.live.items():
            if one.planned:
                continue
            if one.to:
                sums[one.month] -= one.fee
            else:
                sums[one.month] += one.minor - sum(one.back_for.values()) + self.refunded(number)
        return {month: minor for month, minor in sums.items() if minor}


@dataclass(slots=True)
class Books:
    """The real core."""

    live: dict[int, Transaction] = field(default_factory=dict)
    balances: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(ACCOUNTS, 0)))
    entries: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(ACCOUNTS, 0)))
    sums: dict[Cell, Sums] = field(default_factory=dict)

    def write(self, number: int, after: Transaction | None) -> None:
        before = self.live.get(number)
        was, now = moved(before), moved(after)
        for account in {**was, **now}:
            self.balances[account] += now.get(account, 0) - was.get(account, 0)
            self.entries[account] += (account in now) - (account in was)
        self._tell(before, after)
        if after is None:
            del self.live[number]
        else:
            self.live[number] = after

    def _tell(self, before: Transaction | None, after: Transaction | None) -> None:
        was, now = before.postings if before else (), after.postings if after else ()
        if was == now:
            return
        if before is None or not was:
            told = TransactionRecorded(transaction_id="t", postings=now, source="manual")
            self._add(analytics.recorded(told))
        elif after is None:
            self._add(analytics.removed(TransactionRemoved(transaction_id="t", postings=was)))
        else:
            fact = TransactionChanged(transaction_id="t", before=was, after=now)
            assert encode(fact)
            self._add(analytics.changed(fact))

    def _add(self, deltas: analytics.Deltas) -> None:
        for cell, sums in deltas.items():
            self.sums[cell] = self.sums.get(cell, Sums()) + sums

    def nets(self) -> dict[int, int]:
        found: Counter[int] = Counter()
        for cell, sums in self.sums.items():
            if cell.category_id != TRANSFER:
                found[int(cell.month[-2:])] += sums.net
        return {month: minor for month, minor in found.items() if minor}

    def check(self) -> None:
        """Nothing is counted twice: sums are never below nothing, and counts are of what is there."""
        for sums in self.sums.values():
            assert min(sums.income, sums.expense, sums.count) >= 0
        for account in ACCOUNTS:
            there = [one for one in self.live.values() if account in one.accounts]
            assert self.entries[account] == len(there)
        left = {
            cell: sums
            for one in self.live.values()
            for cell, sums in analytics.recorded(
                TransactionRecorded(transaction_id="t", postings=one.postings, source="manual")
            ).items()
        }
        assert {cell for cell, sums in self.sums.items() if sums} <= left.keys()


def made(account: str, minor: int, month: int, category: str | None) -> Transaction:
    return Transaction(
        id="",
        version=1,
        account_id=account,
        amount=Money(minor, "EUR"),
        booked_on=date(2026, month, 5),
        payee="",
        payee_id="p",
        notes="",
        filing=Filing(category_id=category, by="user"),
        source="manual",
        created_at=AT,
        updated_at=AT,
    )


accounts = st.sampled_from(ACCOUNTS)
minors = st.integers(-5_000, 5_000)
numbers = st.integers(0, 100)
steps = st.one_of(
    st.tuples(st.just("create"), accounts, minors, st.integers(1, 3)),
    st.tuples(st.just("create"), accounts, minors, st.integers(1, 3)),
    st.tuples(st.just("transfer"), accounts, st.integers(1, 5_000), st.integers(0, 50)),
    st.tuples(st.just("amend"), numbers, minors, numbers),
    st.tuples(st.just("move"), numbers, accounts, numbers),
    st.tuples(st.just("day"), numbers, st.integers(1, 3), numbers),
    st.tuples(st.just("plan"), numbers, st.booleans(), numbers),
    st.tuples(st.just("split"), numbers, accounts, st.integers(0, 100)),
    st.tuples(st.just("refund"), numbers, numbers, st.integers(1, 3_000)),
    st.tuples(st.just("unlink"), numbers, numbers, numbers),
    st.tuples(st.just("refund"), numbers, numbers, st.integers(1, 300)),
    st.tuples(st.just("pair"), numbers, numbers, numbers),
    st.tuples(st.just("twin"), numbers, accounts, st.integers(0, 3)),
    st.tuples(st.just("delete"), numbers, numbers, numbers),
)


@dataclass(slots=True)
class Both:
    """One after the other; a refusal of the real one must be one that the plain one would make, too."""

    books: Books = field(default_factory=Books)
    notes: Notebook = field(default_factory=Notebook)
    count: int = 0

    def pick(self, number: int, sign: int = 0) -> int | None:
        """Choose one of those that are there, perhaps only of those in one direction."""
        live = [one for one, note in self.notes.live.items() if note.minor * sign > 0 or not sign]
        return live[number % len(live)] if live else None

    def step(self, what: str, one: object, two: object, three: object) -> None:
        getattr(self, what)(one, two, three)
        self.books.check()
        assert dict(self.books.balances) == self.notes.balances()
        assert self.books.nets() == self.notes.nets()

    def new(self, real: Transaction, plain: Plain) -> None:
        self.count += 1
        self.books.write(self.count, replace(real, id=str(self.count)))
        self.notes.live[self.count] = plain

    def create(self, account: str, minor: int, month: int) -> None:
        category = CATEGORIES[minor % 3]
        real = made(account, minor, month, category)
        self.new(real, Plain(account, minor, month, category))

    def twin(self, place: int, account: str, fee: int) -> None:
        """Let as much arrive on another account as was spent, and make one transfer of the two."""
        number = self.pick(place, -1)
        if number is not None and -self.notes.live[number].minor > fee:
            self.create(account, -self.notes.live[number].minor - fee, 1)
            self._pair(number, self.count)

    def transfer(self, account: str, minor: int, fee: int) -> None:
        to = ACCOUNTS[(ACCOUNTS.index(account) + 1) % 3]
        real = replace(
            made(account, -minor, 1, None),
            filing=BETWEEN_OWN,
            transfer=Transfer(
                to_account_id=to,
                received=Money(minor, "EUR"),
                fee=Money(fee, "EUR") if fee else None,
                fee_category_id="fees",
            ),
        )
        check_legs(real)
        self.new(real, Plain(account, -minor, 1, None, to=to, fee=fee))

    def edited(self, number: int, after: Transaction) -> bool:
        """Write an edit unless links refuse it; the notebook says that it had to be refused."""
        before, note = self.books.live[number], self.notes.live[number]
        try:
            check_links(before, after)
        except REFUSALS:
            assert note.back_for or self.notes.refunded(number)
            return False
        self.books.write(number, after)
        return True

    def amend(self, place: int, minor: int, _: int) -> None:
        number = self.pick(place)
        if number is None or self.notes.live[number].to:
            return
        note = self.notes.live[number]
        enough = sum(note.back_for.values()) <= max(minor, 0)
        enough = enough and self.notes.refunded(number) <= max(-minor, 0)
        before = self.books.live[number]
        after = with_amount(before, Money(minor, "EUR"))
        done = self.edited(number, after)
        assert done <= enough
        assert done or not enough or note.parts
        if done:
            note.minor = minor
            note.parts = [
                (p.account_id or note.account, p.amount.amount_minor) for p in after.parts
            ]
            assert sum(part for _, part in note.parts) in {minor, 0}

    def move(self, place: int, account: str, _: int) -> None:
        number = self.pick(place)
        if number is None:
            return
        note, before = self.notes.live[number], self.books.live[number]
        if note.to == account:
            return
        self.books.write(number, replace(before, account_id=account))
        note.parts = [
            (account if part.account_id is None else part.account_id, minor)
            for part, (_, minor) in zip(before.parts, note.parts, strict=True)
        ]
        note.account = account

    def day(self, place: int, month: int, _: int) -> None:
        number = self.pick(place)
        if number is not None:
            day = date(2026, month, 6)
            self.books.write(number, replace(self.books.live[number], booked_on=day))
            self.notes.live[number].month = month

    def plan(self, place: int, planned: bool, _: int) -> None:
        number = self.pick(place)
        if number is None:
            return
        status = "planned" if planned else "posted"
        before = self.books.live[number]
        if self.edited(number, replace(before, status=status)):  # type: ignore[arg-type]
            self.notes.live[number].planned = planned

    def split(self, place: int, account: str, percent: int) -> None:
        number = self.pick(place)
        if number is None:
            return
        note, before = self.notes.live[number], self.books.live[number]
        if note.to or note.back_for:
            return
        first = Share(fixed=Money(note.minor * percent // 100, "EUR"))
        amounts = allotted(before.amount, [first, Share(), Share()])
        parts = tuple(
            Part(id=f"{index}", category_id=CATEGORIES[index], amount=amount, account_id=where)
            for index, (amount, where) in enumerate(
                zip(amounts, (None, account, ACCOUNTS[0]), strict=True)
            )
        )
        if self.edited(number, replace(before, parts=parts)):
            rest = note.minor - note.minor * percent // 100
            # the minor unit that is left over goes to the first, in the direction of the whole
            half = abs(rest) // 2 * (1 if rest > 0 else -1)
            note.parts = [
                (note.account, note.minor * percent // 100),
                (account, rest - half),
                (ACCOUNTS[0], half),
            ]

    def refund(self, place: int, other: int, minor: int) -> None:
        # what came in for what was spent, where there is such; anything else in every fourth step
        came = self.pick(place, 1 if minor % 4 else 0)
        paid = self.pick(other, -1 if minor % 4 else 0)
        if came is None or paid is None or came == paid:
            return
        refund, purchase = self.books.live[came], self.books.live[paid]
        note, bought = self.notes.live[came], self.notes.live[paid]
        allowed = (
            not (note.to or bought.to or note.parts or note.planned or bought.planned)
            and note.minor > 0
            and bought.minor < 0
            and paid not in note.back_for
            and sum(note.back_for.values()) + minor <= note.minor
            and self.notes.refunded(paid) + minor <= -bought.minor
        )
        said = Back(amount=Money(minor, "EUR"))
        try:
            after, less = linked(refund, purchase, said, worth=refund.amount)
        except REFUSALS:
            assert not allowed or bought.parts
            return
        assert allowed
        self.books.write(came, after)
        self.books.write(paid, less)
        note.back_for[paid] = minor

    def unlink(self, place: int, _: int, __: int) -> None:
        number = self.pick(place)
        if number is not None:
            self._release(number)

    def _release(self, number: int) -> None:
        one = self.books.live[number]
        for other in map(int, linked_to(one)):
            self.books.write(other, without_links(self.books.live[other], str(number)))
            one = without_links(one, str(other))
            self.notes.live[other].back_for.pop(number, None)
        self.books.write(number, one)
        self.notes.live[number].back_for.clear()

    def pair(self, place: int, other: int, _: int) -> None:
        out, into = self.pick(place), self.pick(other)
        if out is not None and into is not None and out != into:
            self._pair(out, into)

    def _pair(self, out: int, into: int) -> None:
        sent, came = self.books.live[out], self.books.live[into]
        try:
            whole = paired(sent, came)
        except REFUSALS:
            return
        check_legs(whole)
        kept = Absorbed(filing=sent.filing, row=came)
        back = unpaired(whole, kept)
        assert [moved(row) for row in back] == [moved(sent), moved(came)]
        assert [row.postings for row in back] == [sent.postings, came.postings]
        self.books.write(out, whole)
        self.books.write(into, None)
        fee = -sent.amount.amount_minor - came.amount.amount_minor
        note, arrived = self.notes.live[out], self.notes.live.pop(into)
        note.to, note.fee, note.minor = arrived.account, fee, -arrived.minor

    def delete(self, place: int, _: int, __: int) -> None:
        number = self.pick(place)
        if number is not None:
            self._release(number)
            self.books.write(number, None)
            del self.notes.live[number]


@settings(max_examples=RUNS)
@given(st.lists(steps, min_size=STEPS, max_size=STEPS))
def lives(drawn: list[tuple[str, object, object, object]]) -> None:
    both = Both()
    for step in drawn:
        both.step(*step)
    while both.books.live:
        both.step("delete", 0, 0, 0)
    assert not any(both.books.sums.values())
    assert set(both.books.balances.values()) == {0}


def test_balances_and_sums_are_those_of_what_is_left(
    record_property: Callable[[str, object], None],
) -> None:
    lives()
    record_property(
        "figure", f"ledgers equal to a notebook's: {RUNS} of {RUNS}, {STEPS} steps each"
    )


def test_a_refusal_is_one() -> None:
    assert all(issubclass(one, Refusal) for one in REFUSALS)
