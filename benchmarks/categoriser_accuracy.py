"""How right the categoriser is on a council's card payments, beside look-ups: `python -m benchmarks.categoriser_accuracy`.

Payments are split by day: the first four fifths are taught, the last fifth is guessed. *Frozen*: nothing is
taught after the split. *Online*: each line is taught after it was guessed, as in use. *Filed*: the user chose
the category while recording; *corrected*: the user put right each wrong guess, which then leads. All by the very
model that runs in the service, within the bounds of its items. Merchants never seen are those whose text does not
stand in the taught part. The ledger code was chosen by the holder of the card: one merchant has several.
"""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

from chalicelib.expenses.model.categories import Category
from chalicelib.expenses.model.categoriser import LEAST_CONFIDENCE, Categoriser
from chalicelib.expenses.model.conditions import Line
from chalicelib.expenses.model.memory import Memory, code_of, lessons, traits_of

COUNCIL: Final = Path(__file__).parents[1] / "../shared/data/categorisation/birmingham_train.csv"
TAUGHT: Final = 0.8
STEPS: Final = 20
SPEED_LINES: Final = 10_000
FILED: Final = "ours, filed"
CORRECTED: Final = "ours, corrected"
_OTHER_SPLITS: Final = (0.7, 0.85, 0.9)
_FRESH: Final = 100
"""Online, the owner's habits are looked up anew after so many lines: about a chunk of an import."""


class Payment(NamedTuple):
    """A line and the category that the holder of the card gave it."""

    line: Line
    category: str


Payments = Sequence[Payment]
Guesser = Callable[[Line], tuple[str | None, float]]
Learner = Callable[[Payment, bool], None]


def payments(cards: int = 100) -> list[Payment]:
    """Read the payments of so many percent of the cards, in the order of their days."""
    found = []
    with COUNCIL.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            card = row["card_last4"]
            if blake2b(card.encode(), digest_size=1).digest()[0] * 100 < cards * 256:
                minor = -round(float(row["amount_gbp"]) * 100)
                day = date.fromisoformat(row["date"])
                line = Line(row["merchant"], "", minor, "GBP", card, day)
                found.append(Payment(line, row["category"]))
    return sorted(found, key=lambda one: one.line.booked_on)


def split(all_: Payments, share: float = TAUGHT) -> tuple[Payments, Payments]:
    """Part payments at a day, so that a share of them is before it."""
    day = all_[int(len(all_) * share)].line.booked_on
    at = next(place for place, one in enumerate(all_) if one.line.booked_on >= day)
    return all_[:at], all_[at:]


@dataclass(slots=True)
class Score:
    """What guesses of payments came to."""

    lines: int = 0
    right: int = 0
    unseen: int = 0
    unseen_right: int = 0
    steps: dict[int, list[float]] = field(default_factory=dict)
    """By confidence: how many guesses, how many right, the sum of confidences."""

    def count(self, confidence: float, *, right: bool, unseen: bool) -> None:
        self.lines += 1
        self.right += right
        self.unseen += unseen
        self.unseen_right += right and unseen
        step = self.steps.setdefault(min(int(confidence * STEPS), STEPS - 1), [0, 0, 0.0])
        for place, more in enumerate((1, right, confidence)):
            step[place] += more

    @property
    def accuracy(self) -> float:
        return self.right / self.lines

    @property
    def unseen_accuracy(self) -> float:
        return self.unseen_right / self.unseen

    @property
    def calibration_error(self) -> float:
        return sum(abs(right - sure) for _, right, sure in self.steps.values()) / self.lines

    def curve(self, thresholds: Iterable[float]) -> Iterator[tuple[float, float, float]]:
        """Give the share of lines guessed, and of those the share right, from a confidence on."""
        for least in thresholds:
            kept = [one for step, one in self.steps.items() if step >= round(least * STEPS)]
            made, right = sum(one[0] for one in kept), sum(one[1] for one in kept)
            yield least, made / self.lines, right / made if made else 0.0


def _nothing(_line: Line) -> object:
    return None


class LookUp:
    """The commonest category of what a line shows, falling back from the closest key to the widest."""

    def __init__(self, *keys: Callable[[Line], object]) -> None:
        self._keys: tuple[Callable[[Line], object], ...] = (*keys, _nothing)
        self._seen: dict[tuple[int, object], Counter[str]] = {}

    def guess(self, line: Line) -> tuple[str | None, float]:
        for place, key in enumerate(self._keys):
            if found := self._seen.get((place, key(line))):
                ((category, count),) = found.most_common(1)
                return category, count / found.total()
        return None, 0.0

    def learn(self, one: Payment, _right: bool) -> None:  # noqa: FBT001 - the shape of a learner
        for place, key in enumerate(self._keys):
            self._seen.setdefault((place, key(one.line)), Counter())[one.category] += 1


class Ours:
    """The categoriser of the service, with its bounded memory and without its abstention."""

    def __init__(self, all_: Payments, *, corrected: bool) -> None:
        names = {one.category for one in all_}
        self._tree = {name: Category(name, name, "expense") for name in names}
        self._corrected = corrected
        self.memory = Memory()
        self._lines = 0
        self._renew()

    def _renew(self) -> None:
        self.categoriser = Categoriser(self._tree, memory=self.memory)

    def guess(self, line: Line) -> tuple[str | None, float]:
        guess = self.categoriser.guess(line)
        if guess.category_id is None and guess.others:
            return guess.others[0]
        return guess.category_id, guess.confidence

    def learn(self, one: Payment, right: bool) -> None:  # noqa: FBT001 - the shape of a learner
        corrected = self._corrected and not right
        self.memory.teach(traits_of(one.line), code_of(one.category), corrected=corrected)
        self._lines += 1
        if self._lines % _FRESH == 0:
            self._renew()


def scored(guess: Guesser, learn: Learner | None, rest: Payments, seen: set[str]) -> Score:
    """Guess payments, and where there is a learner tell it each one afterwards."""
    score = Score()
    for one in rest:
        category, confidence = guess(one.line)
        right = category == one.category
        score.count(confidence, right=right, unseen=one.line.payee not in seen)
        if learn is not None:
            learn(one, right)
    return score


@dataclass(frozen=True, slots=True)
class Row:
    """One way to guess, taught until the split and guessed after it."""

    name: str
    frozen: Score
    online: Score


def ways(all_: Payments) -> dict[str, LookUp | Ours]:
    """Give each way to guess, by name."""
    merchant: Callable[[Line], object] = lambda line: line.payee  # noqa: E731 - a key
    card: Callable[[Line], object] = lambda line: (line.payee, line.account_id)  # noqa: E731
    return {
        "commonest category": LookUp(),
        "merchant look-up": LookUp(merchant),
        "merchant and card look-up": LookUp(card, merchant),
        FILED: Ours(all_, corrected=False),
        CORRECTED: Ours(all_, corrected=True),
    }


def rows(all_: Payments) -> Iterator[Row]:
    """Teach and score each way to guess."""
    before, rest = split(all_)
    seen = {one.line.payee for one in before}
    for name, way in ways(all_).items():
        for one in before:
            way.learn(one, name == CORRECTED and way.guess(one.line)[0] == one.category)
        frozen = scored(way.guess, None, rest, seen)
        yield Row(name, frozen, scored(way.guess, way.learn, rest, seen))


def other_splits(all_: Payments) -> Iterator[str]:
    """Score the look-ups and ours, frozen, where more or less was taught."""
    for share in _OTHER_SPLITS:
        before, rest = split(all_, share)
        seen = {one.line.payee for one in before}
        parts = []
        for name in ("merchant look-up", "merchant and card look-up", FILED):
            way = ways(all_)[name]
            for one in before:
                way.learn(one, False)
            score = scored(way.guess, None, rest, seen)
            parts.append(f"{name} {score.accuracy:.1%}")
        parts.append(
            f"never seen {score.unseen_accuracy:.1%}, calib. {score.calibration_error:.3f}"
        )
        yield f"  {share:.0%} taught: " + ", ".join(parts)


def speed(all_: Payments) -> tuple[float, float]:
    """Give lines scored and lines taught a CPU second, the best of three runs."""
    before, rest = split(all_)
    tree = {one.category: Category(one.category, one.category, "expense") for one in all_}
    taught = min(_seconds(lambda: lessons(before[:SPEED_LINES])) for _ in range(3))
    categoriser = Categoriser(tree, memory=lessons(before))
    lines = [one.line for one in rest[:SPEED_LINES]]
    job = lambda: [categoriser.guess(line) for line in lines]  # noqa: E731 - a job
    scoring = min(_seconds(job) for _ in range(3))
    return len(lines) / scoring, min(len(before), SPEED_LINES) / taught


def _seconds(job: Callable[[], object]) -> float:
    start = time.process_time()
    job()
    return time.process_time() - start


def main() -> None:
    """Print the table, the curve of abstention, the speed, and what the memory takes."""
    if not COUNCIL.exists():
        print("../shared/data/categorisation is not here: nothing is measured")
        return
    all_ = payments()
    before, rest = split(all_)
    print(f"{len(before):,} payments taught, {len(rest):,} guessed, from {rest[0].line.booked_on}")
    print(
        f"{'':28}{'frozen':>9} {'unseen':>8} {'calib.':>8}   {'online':>8} {'unseen':>8} {'calib.':>8}"
    )
    last: Row | None = None
    for row in rows(all_):
        parts = (
            f"{one.accuracy:8.1%} {one.unseen_accuracy:8.1%} {one.calibration_error:8.3f}"
            for one in (row.frozen, row.online)
        )
        print(f"{row.name:28} " + "   ".join(parts), flush=True)
        last = row if row.name == FILED else last
    if last is not None:
        print(f"\nabstaining (ours, filed, frozen); the service does below {LEAST_CONFIDENCE}")
        for least, covered, right in last.frozen.curve((0, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)):
            print(f"  from {least:4.2f}   guessed {covered:6.1%}   right {right:6.1%}")
    print("\nat other days, frozen")
    for text in other_splits(all_):
        print(text, flush=True)
    scoring, teaching = speed(all_)
    print(f"\n{scoring:,.0f} lines scored and {teaching:,.0f} taught a CPU second")
    memory = lessons(before)
    shared = [len(page.to_bytes()) for page in memory.pages.values()]
    payees = sorted(len(page.to_bytes()) for page in memory.payees.values())
    print(
        f"memory: {len(shared)} shared pages of at most {max(shared):,} bytes, {len(payees):,} payees, "
        f"of {payees[len(payees) // 2]} bytes in the middle and {payees[-1]:,} at most, "
        f"habits of {len(memory.habits.to_bytes())}"
    )


if __name__ == "__main__":
    main()
