"""Makes labelled worlds: the ledger before an import, the import, the ledger after it, and what is true.

`python -m tests.corpus.matching.generator` writes the committed sample. The same seed makes the same world.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final

from tests.corpus.matching.banks import PEOPLE, STYLES, Style, order_number, typed
from tests.corpus.matching.life import DAYS, START, Life, Movement
from tests.corpus.matching.records import Mode, Record, World

SAMPLE: Final = Path(__file__).with_name("sample.json")
SAMPLE_SEED: Final = 7
_CUT: Final = START + timedelta(days=DAYS - 14)
"""Until this day the feed has brought everything that was booked."""
_FROM: Final = _CUT - timedelta(days=26)
"""From this day on the new statement reaches."""
_MODES: Final[tuple[Mode, ...]] = ("same", "same", "churn", "other", "other", "other", "first")
_CARD_TRADES: Final = {
    "grocery",
    "cafe",
    "restaurant",
    "fuel",
    "online",
    "taxi",
    "hotel",
    "pharmacy",
}
_PLANNED_TRADES: Final = {"rent", "subscription", "utility", "salary"}
_EXPENSES: Final = _CARD_TRADES | {
    "transit",
    "subscription",
    "utility",
    "rent",
    "refund",
    "cashback",
}
_TRADES: Final = {
    "restaurant": "tips",
    "taxi": "tips",
    "fuel": "fuel",
    "hotel": "lodging",
}
_INCOMES: Final = {"salary", "interest"}


def world(seed: int) -> World:
    """Make one household."""
    rng = Random(seed)
    life = Life(rng)
    movements = life.live()
    modes = {one: rng.choice(_MODES) for one in life.accounts}
    made = World(seed=seed, accounts=life.accounts, modes=modes, rates=life.rates)
    _Scribe(rng, made).write(movements)
    return made


def worlds(seed: int, count: int) -> Iterator[World]:
    """Make so many households."""
    for place in range(count):
        yield world(1_000 * seed + place)


class _Scribe:
    """Writes movements down as each source would have."""

    def __init__(self, rng: Random, made: World) -> None:
        self.rng = rng
        self.made = made
        self.feed = {account: rng.choice(STYLES) for account in made.accounts}
        self.other = {
            account: rng.choice([one for one in STYLES if one is not self.feed[account]])
            for account in made.accounts
        }
        self.count = 0
        self.group = ""

    def write(self, movements: list[Movement]) -> None:
        for one in movements:
            self.group = f"{one.account} {one.amount} {one.name} {one.trade}"
            day = one.trade if one.trade == "transfer" else f"{one.name} {one.day}"
            self.made.groups[one.id] = f"{one.account} {one.amount} {day}"
            self.made.ledger.append(self._row(one, self.feed[one.account], id=one.id))
            if one.leaves:
                self.made.truth["transfer"].add((one.leaves, one.id))
            if one.gives_back:
                self.made.truth["refund"].add((one.id, one.gives_back))
            if one.day >= _FROM - timedelta(days=30):
                self._import(one)
        self.rng.shuffle(self.made.known)
        self.rng.shuffle(self.made.arriving)

    def _id(self, letter: str) -> str:
        self.count += 1
        made = f"{letter}{self.count}"
        self.made.groups[made] = self.group
        return made

    def _row(self, one: Movement, style: Style, **more: object) -> Record:
        name = one.legal if one.legal and self.rng.random() < 0.1 else one.name
        payee, memo = style(self.rng, name, one.tail)
        filed = "expense" if one.trade in _EXPENSES else "income" if one.trade in _INCOMES else None
        if one.trade == "transfer" and self.rng.random() < 0.25:
            filed = "transfer"
        known = filed if filed == "transfer" or self.rng.random() < 0.65 else None
        row = Record(
            id="",
            account=one.account,
            day=one.day,
            amount=one.amount,
            currency=one.currency,
            payee=payee,
            memo=memo,
            original=one.original if self.rng.random() < 0.7 else None,
            filed_as=known,
            trade=_TRADES.get(one.trade, "other") if known == "expense" else None,
        )
        return replace(row, **more)  # type: ignore[arg-type]

    def _import(self, one: Movement) -> None:
        """Decide what the ledger knows of a movement, and whether and how the new statement brings it."""
        mode = self.made.modes[one.account]
        booked = self._booked(one) if self._is_card(one) else one.day
        arrives = one.day >= _FROM and self.rng.random() < 0.97
        before = self._before(one, mode, late=booked > _CUT)
        if before is not None:
            self.made.known.append(before)
            if before.status == "pending" and self.rng.random() < 0.1:
                self._instead(one, before, mode)
                return
        if arrives:
            row = self._arriving(one, mode, before)
            if before is not None and before.status == "pending":
                row = replace(row, day=booked, memo=self._shared_code(row, before))
            self.made.arriving.append(row)
            self._label(row, before, mode)
        if self.rng.random() < 0.02:
            self._by_hand_alone(one)

    def _is_card(self, one: Movement) -> bool:
        return one.trade in _CARD_TRADES

    def _booked(self, one: Movement) -> date:
        return one.day + timedelta(days=self.rng.choice((0, 1, 1, 2, 2, 3, 4, 5, 7)))

    def _label(self, row: Record, before: Record | None, mode: Mode) -> None:
        if before is None:
            return
        truth = self.made.truth
        if before.status == "pending":
            truth["pending"].add((row.id, before.id))
        elif before.status == "planned" or before.source != "import":
            truth["planned"].add((row.id, before.id))
        elif mode == "churn":
            truth["rekeyed"].add((row.id, before.id))
        else:
            truth["duplicate"].add((row.id, before.id))

    # -------------------------------------------------------------------- what is there before

    def _before(self, one: Movement, mode: Mode, *, late: bool) -> Record | None:
        rng = self.rng
        if one.day <= _CUT and mode != "first":
            if late and rng.random() < 0.9:
                return self._pending(one)
            if not late:
                if (one.twin_of and one.day == _CUT) or rng.random() < 0.02:
                    return None  # the feed was cut off at noon, or lost one
                done = one.day < _CUT - timedelta(days=14)
                return self._fed(one, status="reconciled" if done else "posted")
            return None
        if one.trade in _PLANNED_TRADES and rng.random() < 0.7:
            return self._planned(one)
        if rng.random() < (0.35 if mode == "first" else 0.15):
            return self._by_hand(one)
        return None

    def _fed(self, one: Movement, **more: object) -> Record:
        given = {"id": self._id("k"), "ref": f"A-{one.id}", "batch": "before", **more}
        return self._row(one, self.feed[one.account], **given)

    def _pending(self, one: Movement) -> Record:
        return self._fed(
            replace(one, amount=self._held(one)),
            status="pending",
            ref=f"P-{one.id}",
            memo=f"AUTH {order_number(self.rng)}" if self.rng.random() < 0.3 else "",
        )

    def _held(self, one: Movement) -> int:
        """Say what is held before the amount is known."""
        rng = self.rng
        if one.original is not None:
            return round(one.amount * rng.uniform(0.97, 1.03))
        if one.trade in {"restaurant", "taxi"} and rng.random() < 0.5:
            return -round(-one.amount / rng.uniform(1.05, 1.25))
        if one.trade == "fuel" and rng.random() < 0.7:
            return rng.choice((-100, -10_000, -15_000))
        if one.trade == "hotel" and rng.random() < 0.5:
            return -10_000 * (1 + -one.amount // 10_000)
        return one.amount

    def _instead(self, one: Movement, before: Record, mode: Mode) -> None:
        """Let what was held be dropped; sometimes something else is bought there at once."""
        if self.rng.random() < 0.5:
            amount = round(one.amount * self.rng.uniform(0.4, 1.8))
            day = one.day + timedelta(days=self.rng.randrange(2, 7))
            self.group += " instead"
            other = replace(one, amount=amount, day=day, original=None, tail="")
            self.made.arriving.append(self._arriving(other, mode, None))

    def _planned(self, one: Movement) -> Record:
        drift = self.rng.uniform(0.87, 1.13) if one.trade == "utility" else 1
        return Record(
            id=self._id("k"),
            account=one.account,
            day=one.day + timedelta(days=self.rng.choice((-4, -2, -1, 0, 0, 0, 1, 2, 3))),
            amount=round(one.amount * drift),
            currency=one.currency,
            payee=typed(self.rng, one.name),
            status="planned",
            source="recurring",
        )

    def _by_hand(self, one: Movement) -> Record:
        return Record(
            id=self._id("k"),
            account=one.account,
            day=one.day + timedelta(days=self.rng.choice((-1, 0, 0, 0, 0, 1, 2))),
            amount=one.amount,
            currency=one.currency,
            payee=typed(self.rng, one.name),
            source="manual",
        )

    def _by_hand_alone(self, one: Movement) -> None:
        """Write down something of the same shop that no statement will ever show: paid in cash."""
        amount = -self.rng.choice((500, 1000, 350, 1200, abs(one.amount), abs(one.amount) + 10))
        self.group += " cash"
        day = one.day + timedelta(days=self.rng.randrange(-3, 4))
        name = one.name if amount != one.amount else self.rng.choice(PEOPLE)
        paid = replace(one, amount=amount, day=day, name=name)
        self.made.known.append(self._by_hand(paid))

    # --------------------------------------------------------------------------- what arrives

    def _arriving(self, one: Movement, mode: Mode, before: Record | None) -> Record:
        rng = self.rng
        if mode == "other":
            days = rng.choice((0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3))
            row = self._row(one, self.other[one.account], id=self._id("a"))
            return replace(row, day=one.day + timedelta(days=days), batch="now")
        ref = f"{'B' if mode == 'churn' else 'A'}-{one.id}"
        row = self._row(one, self.feed[one.account], id=self._id("a"), ref=ref, batch="now")
        told = before is not None and before.status in {"posted", "reconciled"}
        if mode == "churn" and before is not None and told and rng.random() < 0.85:
            return replace(row, payee=before.payee, memo=before.memo)
        return row

    def _shared_code(self, row: Record, before: Record) -> str:
        return f"{row.memo} {before.memo}".strip() if before.memo else row.memo


def main() -> None:
    """Write the sample."""
    text = json.dumps(world(SAMPLE_SEED).to_json(), indent=None, separators=(",", ":"))
    SAMPLE.write_text(text.replace('},{"id"', '},\n{"id"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
