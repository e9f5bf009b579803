"""Fifty people at once through the whole local stack: what fails, how many requests a second, and how long they take.

`python -m benchmarks.load [--people 50] [--seconds 30]`: each person signs in, has an account, and goes on as the app does:
opens the month, lists, records, changes, every few seconds imports nothing but asks again. No answer but the
expected one is accepted: any other, and any message that dies, is an error, and the command fails.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import urllib3

from benchmarks.stack import person, stack
from local.rest import Refused, Rest, Trouble

LEDGER: Final = "/v1/expenses"
_SIGNING_UP: Final = 4
"""Sign-ups at a time: each hashes a password with 64 MB, which is not what is measured here."""
_DAY: Final = date(2025, 6, 15)


@dataclass(slots=True)
class Seen:
    """What all people saw: milliseconds by request, and errors in words."""

    taken: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def time(self, name: str, act: Callable[[], Any]) -> Any:  # noqa: ANN401 - JSON
        """Do something and note how long it took, or why it failed."""
        begun = time.perf_counter()
        try:
            answer = act()
        except (Trouble, urllib3.exceptions.HTTPError) as error:
            with self.lock:
                self.errors.append(f"{name}: {error}")
            return None
        with self.lock:
            self.taken[name].append((time.perf_counter() - begun) * 1_000)
        return answer


def _live(rest: Rest, seen: Seen, until: float, seed: int) -> None:
    """Be one person until the time is over."""
    rng = random.Random(seed)
    body = {"name": "Everyday", "kind": "bank", "currency": "EUR"}
    account = seen.time("create an account", lambda: rest.call("POST", f"{LEDGER}/accounts", body))
    if account is None:
        return
    mine: list[str] = []
    while time.monotonic() < until:
        name, act = rng.choices(_ACTS, weights=[weight for *_, weight in _ACTS])[0][:2]
        made = seen.time(name, lambda act=act: act(rest, account["id"], mine, rng))  # type: ignore[misc]
        if isinstance(made, str):
            mine.append(made)


def _record(rest: Rest, account: str, _mine: Sequence[str], rng: random.Random) -> str:
    body = {
        "account_id": account,
        "amount": {"amount": f"-{rng.randint(1, 200)}.{rng.randint(10, 99)}", "currency": "EUR"},
        "booked_on": str(_DAY - timedelta(days=rng.randint(0, 300))),
        "payee": f"Shop {rng.randint(1, 40)}",
    }
    return str(rest.call("POST", f"{LEDGER}/transactions", body)["id"])


def _change(rest: Rest, _account: str, mine: Sequence[str], rng: random.Random) -> None:
    if mine:
        one = rest.call("GET", f"{LEDGER}/transactions/{rng.choice(mine)}")
        headers = {"If-Match": f'"{one["version"]}"'}
        url = f"{LEDGER}/transactions/{one['id']}"
        rest.call("PATCH", url, {"notes": f"note {rng.randint(1, 99)}"}, headers=headers)


def _newest(rest: Rest, _account: str, _mine: Sequence[str], _rng: random.Random) -> None:
    rest.call("GET", f"{LEDGER}/transactions", query={"limit": 50})


def _accounts(rest: Rest, _account: str, _mine: Sequence[str], _rng: random.Random) -> None:
    rest.call("GET", f"{LEDGER}/accounts")


def _month(rest: Rest, _account: str, _mine: Sequence[str], _rng: random.Random) -> None:
    rest.call("GET", "/v1/analytics/spending", query={"month": f"{_DAY:%Y-%m}"})


def _foreign(rest: Rest, _account: str, _mine: Sequence[str], _rng: random.Random) -> None:
    """Ask for what is not there: the refusal is the expected answer."""
    try:
        rest.call("GET", f"{LEDGER}/transactions/01a223da-b00a-70f1-8a46-ec34bdebad51")
    except Refused as refused:
        if refused.status != 404:
            raise


_ACTS: Final = (
    ("record a transaction", _record, 6),
    ("read and change one", _change, 2),
    ("list the newest 50", _newest, 6),
    ("list accounts", _accounts, 4),
    ("spending of the month", _month, 6),
    ("ask for what is not there", _foreign, 1),
)


def run(url: str, people: int, seconds: float) -> Seen:
    """Let so many people go on at once for some seconds, then wait until all is handled."""
    with ThreadPoolExecutor(_SIGNING_UP) as pool:
        rests = list(pool.map(lambda _: person(url), range(people)))
    seen = Seen()
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(people) as pool:
        for seed, rest in enumerate(rests):
            pool.submit(_live, rest, seen, until, seed)
    rests[0].settle()
    health = rests[0].call("GET", "/health")
    seen.errors += [
        f"dead letters in {name}: {count}"
        for name, count in health["dead_letters"].items()
        if count
    ]
    seen.errors += [one for rest in rests[:5] for one in _wrong_sums(rest)]
    return seen


def _wrong_sums(rest: Rest) -> list[str]:
    """Compare the balance of an account with the rows that were recorded in it."""
    total, cursor = 0, None
    while True:
        page = rest.call("GET", f"{LEDGER}/transactions", query={"limit": 200, "cursor": cursor})
        total += sum(_cents(one["amount"]) for one in page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    (account,) = rest.call("GET", f"{LEDGER}/accounts")["items"]
    balance = _cents(account["balance"])
    return [] if balance == total else [f"a balance is {balance}, its rows make {total}"]


def _cents(money: Mapping[str, str]) -> int:
    return int(money["amount"].replace(".", ""))


def main(argv: Sequence[str] | None = None) -> int:
    """Print a row a request, and fail when anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args(argv)
    with stack() as url:
        seen = run(url, given.people, given.seconds)
    count = sum(map(len, seen.taken.values()))
    print(f"{given.people} people at once for {given.seconds:.0f} s: {count} requests, ", end="")
    print(f"{count / given.seconds:.0f} a second, {len(seen.errors)} errors")
    print(f"{'milliseconds':<28}{'count':>8}{'p50':>8}{'p95':>8}{'p99':>8}")
    for name, taken in sorted(seen.taken.items()):
        cuts = statistics.quantiles(taken, n=100) if len(taken) > 1 else [taken[0]] * 99
        print(f"{name:<28}{len(taken):>8}{cuts[49]:>8.0f}{cuts[94]:>8.0f}{cuts[98]:>8.0f}")
    for error in seen.errors[:20]:
        print(error, file=sys.stderr)
    return 1 if seen.errors else 0


if __name__ == "__main__":
    sys.exit(main())
