"""Detection of standing orders in a bank's books, beside the heuristics of two other systems.

`python -m benchmarks.recurring` reads ../shared/data/berka in place: 15 months of a Czech bank, whose list
of standing orders is the truth. Thresholds are chosen on the accounts of one half, and the other half is
reported. Judged is what leaves an account (transfers, cash, cards), but for the bank's own fees, on which
the list is silent.

Four readings of the same books. *Payee known*: the other bank's account names the payee. *Payee unknown*:
only the words of the booking ("PREVOD NA UCET SIPO") do, so several orders and the cash of an account lie
under one name. *With drift*: each payment's amount is moved by up to 15 % and one in six payments is
missing, as utilities and forgotten months are.
"""

from __future__ import annotations

import csv
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, pstdev
from typing import Final

from chalicelib.expenses.model.recurrence.detect import THRESHOLD, detect
from chalicelib.expenses.model.recurrence.fit import Hit
from chalicelib.expenses.model.suggestions import Stream, suggestions

BERKA: Final = Path(__file__).parents[1].parent / "shared/data/berka"
TODAY: Final = date(1994, 3, 31)
_FEES: Final = frozenset({"SLUZBY", "SANKC. UROK"})
_TRANSFER: Final = "PREVOD NA UCET"
_DRIFT: Final = 0.15
_MISSING: Final = 1 / 6
_PURE: Final = 0.8
"""So much of a found series must be payments of the order."""

Found = list[tuple[float, Sequence[Hit]]]
Detector = Callable[[Sequence[Hit]], Found]


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment out of an account; `order` names the standing order that made it, if one did."""

    account: int
    payee: str
    words: str
    hit: Hit
    order: str | None


def payments() -> list[Payment]:
    """Read what left the accounts, and by which standing order."""
    orders = {
        (row["account_id"], row["bank_to"], row["account_to"], row["amount"]): row["order_id"]
        for row in _rows("order_even.asc")
    }
    found = []
    for row in _rows("trans_even.asc"):
        if row["type"] == "PRIJEM" or row["k_symbol"] in _FEES:
            continue
        place = (row["account_id"], row["bank"], row["account"], row["amount"])
        words = f"{row['operation']} {row['k_symbol']}".strip()
        partner = f"{row['bank']}/{row['account']}" if row["bank"] else words
        hit = Hit(row["trans_id"], _day(row["date"]), round(float(row["amount"]) * 100))
        order = orders.get(place) if row["operation"] == _TRANSFER else None
        found.append(Payment(int(row["account_id"]), partner, words, hit, order))
    return found


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (BERKA / name).open(encoding="ascii") as file:
        yield from csv.DictReader(file, delimiter=";")


def _day(text: str) -> date:
    return date(1900 + int(text[:2]), int(text[2:4]), int(text[4:]))


def drifted(all_of: Sequence[Payment], seed: int = 29) -> list[Payment]:
    """Move the amounts of orders, and leave some of their payments out."""
    rng = random.Random(seed)
    found = []
    for one in all_of:
        if one.order is None:
            found.append(one)
        elif rng.random() >= _MISSING:
            amount = round(one.hit.amount_minor * rng.uniform(1 - _DRIFT, 1 + _DRIFT))
            hit = Hit(one.hit.id, one.hit.day, amount)
            found.append(Payment(one.account, one.payee, one.words, hit, one.order))
    return found


# ---------------------------------------------------------------------------------- three detectors


def ours(hits: Sequence[Hit]) -> Found:
    """Suggest as the product does."""
    return [(one.score, one.hits) for one in detect(hits, today=TODAY)]


def sure(hits: Sequence[Hit]) -> Found:
    """Sure: the same amount, three times or more in three months, the last in 45 days, days that cluster."""
    found: Found = []
    for same in _equal(hits):
        recent = [hit for hit in same if hit.day >= TODAY - timedelta(days=91)]
        if len(recent) < 3 or recent[-1].day < TODAY - timedelta(days=45):
            continue
        if _spread([hit.day.day for hit in recent]) <= 5:
            found.append((1.0, same))
    return found


def _equal(hits: Sequence[Hit]) -> list[list[Hit]]:
    groups: defaultdict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        groups[hit.amount_minor].append(hit)
    return list(groups.values())


def _spread(days: Sequence[int]) -> float:
    """Say how far days of the month lie from their middle at most, on the circle of a month."""
    return min(
        max(min((day - turn) % 31, (turn - day) % 31) for day in days) for turn in range(1, 32)
    )


def money_matter(hits: Sequence[Hit]) -> Found:
    """MoneyMatter: amounts within 10 % of their mean, the median interval, 0.4 count + 0.6 regularity."""
    found: Found = []
    buckets: list[list[Hit]] = []
    for hit in sorted(hits, key=lambda one: one.day):
        for bucket in buckets:
            mean = fmean(one.amount_minor for one in bucket)
            if abs(hit.amount_minor - mean) <= 0.1 * mean:
                bucket.append(hit)
                break
        else:
            buckets.append([hit])
    for bucket in buckets:
        gaps = [(after.day - before.day).days for before, after in pairwise(bucket)]
        if len(bucket) < 3 or not _named(median(gaps)):
            continue
        variation = min(pstdev(gaps) / fmean(gaps), 1.0)
        score = 0.4 * min(len(bucket) / 6, 1) + 0.6 * (1 - variation)
        found.append((score, bucket))
    return found


def _named(days: float) -> bool:
    """Tell whether a median interval is that of a frequency."""
    names = ((5, 9), (12, 16), (26, 35), (80, 100), (350, 380))
    return any(low <= days <= high for low, high in names)


DETECTORS: Final[Mapping[str, Detector]] = {
    "ours": ours,
    "Sure": sure,
    "MoneyMatter": money_matter,
}


# --------------------------------------------------------------------------------------- judging


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found at which score, which order it is, and how many orders there were to find."""

    found: list[tuple[float, str | None]]
    orders: int
    """With two payments or more."""
    firm: int
    """With three or more."""
    firm_names: frozenset[str]
    seconds: float

    def at(self, threshold: float) -> tuple[float, float, float]:
        """Give precision, recall of orders with two payments, and of those with three."""
        told = [order for score, order in self.found if score >= threshold]
        right = {order for order in told if order}
        hits = sum(order is not None for order in told)
        firm = len(right & self.firm_names)
        return hits / max(len(told), 1), len(right) / self.orders, firm / self.firm


def judged(half: Sequence[Payment], detector: Detector, of: Callable[[Payment], str]) -> Judged:
    """Let a detector look at each payee of each account."""
    groups: defaultdict[tuple[int, str], list[Payment]] = defaultdict(list)
    counts: defaultdict[str, int] = defaultdict(int)
    for one in half:
        groups[(one.account, of(one))].append(one)
        counts[one.order or ""] += 1
    order_of = {one.hit.id: one.order for one in half}
    found: list[tuple[float, str | None]] = []
    start = time.process_time()
    for group in groups.values():
        hits = sorted((one.hit for one in group), key=lambda hit: hit.day)
        found += [(score, _order(series, order_of)) for score, series in detector(hits)]
    seconds = time.process_time() - start
    counts.pop("", None)
    firm = frozenset(order for order, count in counts.items() if count >= 3)
    orders = sum(count >= 2 for count in counts.values())
    return Judged(found, orders, len(firm), firm, seconds)


def _order(series: Sequence[Hit], order_of: Mapping[str, str | None]) -> str | None:
    """Name the order that most of a series belongs to."""
    counts: defaultdict[str, int] = defaultdict(int)
    for hit in series:
        counts[order_of[hit.id] or ""] += 1
    order, count = max(counts.items(), key=lambda pair: pair[1])
    return order if order and count >= _PURE * len(series) else None


def best_threshold(tuning: Judged) -> float:
    """Choose the threshold with the best F1 on the tuning half."""

    def f1(threshold: float) -> float:
        precision, recall, _ = tuning.at(threshold)
        return 2 * precision * recall / max(precision + recall, 1e-9)

    return max((step / 50 for step in range(1, 50)), key=f1)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    reading: str
    detector: str
    threshold: float
    precision: float
    recall: float
    firm_recall: float
    hits_per_second: float


def readings() -> dict[str, tuple[list[Payment], Callable[[Payment], str]]]:
    """Give the four readings of the books."""
    plain = payments()
    moved = drifted(plain)
    return {
        "payee known": (plain, lambda one: one.payee),
        "payee known, with drift": (moved, lambda one: one.payee),
        "payee unknown": (plain, lambda one: one.words),
        "payee unknown, with drift": (moved, lambda one: one.words),
    }


def halves(all_of: Sequence[Payment]) -> tuple[list[Payment], list[Payment]]:
    """Part the accounts (all have even numbers here) by the parity of half their number."""
    tuning = [one for one in all_of if one.account // 2 % 2 == 0]
    return tuning, [one for one in all_of if one.account // 2 % 2]


def table(*, most_accounts: int | None = None) -> Iterator[Line]:
    """Tune on one half and report the other; fewer accounts for a quick look."""
    for reading, (all_of, of) in readings().items():
        some = set(sorted({one.account for one in all_of})[:most_accounts])
        tuning, reported = halves([one for one in all_of if one.account in some])
        for name, detector in DETECTORS.items():
            threshold = (
                THRESHOLD if detector is ours else best_threshold(judged(tuning, detector, of))
            )
            result = judged(reported, detector, of)
            speed = len(reported) / max(result.seconds, 1e-9)
            yield Line(reading, name, threshold, *result.at(threshold), speed)


def year_seconds() -> float:
    """Time one look at a busy year: 4,000 payments, of 20 subscriptions and 200 shops."""
    rng = random.Random(1)
    hits = [
        (Stream(f"club {club}", -1, "EUR"), _made(f"{club}-{month}", 30 * month + club % 5, 1_000))
        for club in range(20)
        for month in range(13)
    ]
    while len(hits) < 4_000:
        shop = int(rng.paretovariate(0.6)) % 200
        hit = _made(f"{len(hits)}", rng.randrange(396), rng.randint(200, 9_000))
        hits.append((Stream(f"shop {shop}", -1, "EUR"), hit))
    times = []
    for _ in range(5):
        start = time.process_time()
        found = suggestions(hits, (), today=TODAY)
        times.append(time.process_time() - start)
        assert len(found) == 20
    return min(times)


def _made(name: str, days_ago: int, amount_minor: int) -> Hit:
    return Hit(name, TODAY - timedelta(days=days_ago), amount_minor)


def main() -> None:
    """Print the table."""
    print(f"a look at 4,000 payments of a year: {year_seconds():.3f} CPU s")
    if not BERKA.exists():
        print("standing orders: ../shared/data/berka is not here")
        return
    _, reported = halves(payments())
    accounts = len({one.account for one in reported})
    orders = judged(reported, sure, lambda one: one.payee)
    print(
        f"{accounts} accounts, {len(reported):,} payments, {orders.orders} standing orders of two"
    )
    print(f"payments or more, {orders.firm} of three or more; tuned on the other half.\n")
    print("| Reading | Detector | Threshold | Precision | Recall (2+) | Recall (3+) | Rows / s |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for line in table():
        print(
            f"| {line.reading} | {line.detector} | {line.threshold:.2f} | {line.precision:.3f} "
            f"| {line.recall:.3f} | {line.firm_recall:.3f} | {line.hits_per_second:,.0f} |"
        )


if __name__ == "__main__":
    main()
