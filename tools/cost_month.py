"""What a person does in a month, done against a running product, and what each act took of AWS.

`python -m tools.cost_month docs/costs.json` starts the product in memory, gives it the demo person with two years of data,
does each act of the profile a few times, and sums the lines that use-cases log: the request's own and those of all
messages that it caused. Units and calls are exact and do not change with the machine; milliseconds do.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

from benchmarks.stack import stack
from chalicelib.kernel.metering import MESSAGE
from local.demo import EMAIL, LEDGER
from local.demo import main as seed
from local.rest import PASSWORD, Rest
from tools.logs import Line, read
from tools.stages import LOCAL, Stage

TIMES: Final = 4
"""How often each act is done to be measured."""
UNTIL: Final = date(2026, 10, 31)
"""Where the person's data end, so that the figures are the same on every day."""
ROWS: Final = 60
"""Rows of a statement that is imported."""
Act = Callable[["Month"], str]


@dataclass(frozen=True, slots=True)
class Habit:
    """Something that an active user does so many times a month; `act` gives the id of its request."""

    name: str
    times: int
    act: Act


@dataclass(slots=True)
class Took:
    """What one act takes on average, its messages included."""

    times: int
    requests: float = 1
    messages: float = 0
    relays: float = 0
    read_units: float = 0
    write_units: float = 0
    api_ms: float = 0
    worker_ms: float = 0
    log_bytes: float = 0
    calls: dict[str, float] = field(default_factory=dict)


class Month:
    """The person whose month it is."""

    def __init__(self, rest: Rest) -> None:
        """Take somebody who is signed in and has data."""
        self.rest = rest
        self.seen = ""
        self.refresh_token = ""
        self.account: str = rest.call("GET", f"{LEDGER}/accounts")["items"][0]["id"]
        self.until = UNTIL
        self.count = 0

    def ask(self, method: str, path: str, body: object = None, **query: object) -> Any:  # noqa: ANN401 - JSON
        """Call, and remember the request's id."""
        answer = self.rest.call(method, path, body, query=dict(query) or None)
        self.seen = self.rest.last_request
        return answer


def _get(path: str, **query: object) -> Act:
    def act(month: Month) -> str:
        month.ask("GET", path, **query)
        return month.seen

    return act


def _month_of(month: Month) -> str:
    month.ask("GET", "/v1/analytics/spending", month=f"{month.until:%Y-%m}")
    return month.seen


def _trend(month: Month) -> str:
    month.ask("GET", "/v1/analytics/trends", until=f"{month.until:%Y-%m}", months=12)
    return month.seen


def _search(month: Month) -> str:
    month.ask("GET", f"{LEDGER}/transactions", q="payee:rewe", limit=50)
    return month.seen


def _record(month: Month) -> str:
    month.count += 1
    body = {
        "account_id": month.account,
        "amount": {"amount": f"-{month.count}.{month.count % 90 + 10}", "currency": "EUR"},
        "booked_on": str(month.until - timedelta(days=month.count % 25)),
        "payee": f"Corner shop {month.count}",
    }
    month.ask("POST", f"{LEDGER}/transactions", body)
    return month.seen


def _recategorise(month: Month) -> str:
    month.count += 1
    spent = {"limit": 50, "q": "kind:expense"}  # a transfer has no category
    found = month.rest.call("GET", f"{LEDGER}/transactions", query=spent)["items"]
    one = found[month.count % len(found)]
    categories = month.rest.call("GET", f"{LEDGER}/categories", query={"limit": 200})["items"]
    kinds = [each for each in categories if each["kind"] == "expense"]
    wanted = kinds[month.count % len(kinds)]["id"]
    month.rest.call(
        "PATCH",
        f"{LEDGER}/transactions/{one['id']}",
        {"category_id": wanted},
        headers={"If-Match": f'"{one["version"]}"'},
    )
    return month.rest.last_request


def _convert(month: Month) -> str:
    body = {
        "to": "EUR",
        "lines": [{"amount": {"amount": "12.50", "currency": "USD"}, "date": "2026-04-10"}],
    }
    month.ask("POST", "/v1/currency/convert", body)
    return month.seen


def _log_in(month: Month) -> str:
    answer = month.rest.call("POST", "/v1/users/login", {"email": EMAIL, "password": PASSWORD})
    month.refresh_token = answer["refresh_token"]
    return month.rest.last_request


def _refresh(month: Month) -> str:
    answer = month.rest.call(
        "POST", "/v1/users/token/refresh", {"refresh_token": month.refresh_token}
    )
    month.refresh_token = answer["refresh_token"]
    return month.rest.last_request


def _statement(month: Month) -> bytes:
    month.count += 1
    rows = [
        f"{month.until - timedelta(days=place % 28)},-{month.count}.{place:02d},Shop {month.count} {place}"
        for place in range(ROWS)
    ]
    return "\n".join(["Date,Amount,Payee", *rows]).encode()


def _import(month: Month) -> str:
    """Upload, look, commit; the id is the commit's, which causes nearly all of the work."""
    started = month.rest.call(
        "POST",
        "/v1/interchange/imports",
        {"account_id": month.account, "filename": "statement.csv"},
    )
    with tempfile.TemporaryDirectory() as here:
        path = Path(here) / "statement.csv"
        path.write_bytes(_statement(month))
        month.rest.upload(started["upload"], path)
    job = f"/v1/interchange/imports/{started['id']}"
    month.rest.wait_for(job, "ready", "failed")
    month.rest.call("GET", f"{job}/rows", query={"limit": 100})
    month.rest.call("POST", f"{job}/commit", {})
    committed = month.rest.last_request
    month.rest.wait_for(job, "done", "failed")
    return committed


HABITS: Final = (
    Habit("log in", 2, _log_in),
    Habit("refresh the session", 60, _refresh),
    Habit("list accounts", 60, _get(f"{LEDGER}/accounts", limit=50)),
    Habit("list the newest 50 transactions", 60, _get(f"{LEDGER}/transactions", limit=50)),
    Habit("spending of the month", 60, _month_of),
    Habit("trend of twelve months", 10, _trend),
    Habit("record a transaction", 60, _record),
    Habit("change a category", 20, _recategorise),
    Habit("search by payee", 10, _search),
    Habit("list the categories", 30, _get(f"{LEDGER}/categories", limit=200)),
    Habit("convert an amount", 5, _convert),
    Habit(f"import a statement of {ROWS} rows", 2, _import),
)
"""An active user: opens the app twice a day, records by hand what is paid in cash, imports two statements."""


def measure() -> dict[str, Took]:
    """Do every habit some times on a fresh product, and give what each took."""
    with tempfile.TemporaryDirectory() as here, stack(data_dir=Path(here)) as url:
        if seed(["--url", url, "--until", str(UNTIL)]):
            raise SystemExit("the demo person could not be made")
        rest = Rest(url)
        rest.log_in(EMAIL)
        month = Month(rest)
        _log_in(month)
        rest.settle()
        begun = datetime.now(UTC)
        ids = {habit.name: _done(month, habit) for habit in HABITS}
        stage = Stage(LOCAL, Path(here), url)
        lines = list(read(stage, begin=begun))
    return {habit.name: took(habit, ids[habit.name], lines) for habit in HABITS}


def _done(month: Month, habit: Habit) -> list[str]:
    found = []
    for _ in range(TIMES):
        found.append(habit.act(month))
        month.rest.settle()  # so that what follows is this act's own
    return found


def took(habit: Habit, ids: Sequence[str], lines: Sequence[Line]) -> Took:
    """Sum what the requests and their messages took, as the mean of the times."""
    wanted = set(ids)
    cases = [one for one in lines if one["message"] == MESSAGE]
    requests = [one for one in cases if one.get("request_id") in wanted]
    messages = [one for one in cases if one.get("trace") in wanted and "message_id" in one]
    own = [*requests, *messages]
    calls = Counter[str]()
    for one in own:
        calls.update(one["calls"])
    return Took(
        times=habit.times,
        messages=len(messages) / len(ids),
        read_units=sum(one["read_units"] for one in own) / len(ids),
        write_units=sum(one["write_units"] for one in own) / len(ids),
        api_ms=median(one["duration_ms"] for one in requests),
        worker_ms=mean([one["duration_ms"] for one in messages] or [0]) * len(messages) / len(ids),
        log_bytes=sum(len(json.dumps(one)) for one in own) / len(ids),
        calls={name: count / len(ids) for name, count in sorted(calls.items())},
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(prog="python -m tools.cost_month", description=__doc__)
    parser.add_argument("file", type=Path)
    given = parser.parse_args(argv)
    found = {name: asdict(one) for name, one in measure().items()}
    told = {"measured": str(datetime.now(UTC).date()), "acts": found}
    given.file.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
