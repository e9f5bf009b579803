"""What a person does in a month, done against a running product, and what each act took of AWS.

`python -m tools.cost_month docs/costs.json` starts the product in memory, gives it the demo person with two years of data,
does each act of the profile a few times, and sums the lines that use-cases log: of its requests, of the messages that they
caused, and of the relays that carried these. What an act leaves in the tables is what they hold more after it. Units, bytes
and calls are exact and do not change with the machine; milliseconds do. `tools.cost_items` shows the same item by item.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import urllib3

from benchmarks.stack import stack
from chalicelib.kernel.metering import MESSAGE
from local.demo import EMAIL, LEDGER
from local.demo import main as seed
from local.engine import start_engine
from local.provision import REGION
from local.rest import PASSWORD, Rest
from tools.cost_storage import Stored, stored
from tools.logs import Line, read
from tools.stages import LOCAL, Stage

TIMES: Final = 4
"""How often each act is done to be measured."""
UNTIL: Final = date(2026, 10, 31)
"""Where the person's data end, so that the figures are the same on every day."""
_RELAYED: Final = 0.3
"""Seconds after which a relay has deleted what it published, and said so."""
VAULT: Final = "vault"
"""What `tools.cost_vaults` puts among a line's calls."""
ROWS: Final = 60
"""Rows of a statement that is imported."""
Act = Callable[["Month"], list[str]]
"""Does it, and gives the ids of its requests."""


@dataclass(frozen=True, slots=True)
class Habit:
    """Something that an active user does so many times a month."""

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
    """Runs of the relays: each took what lay in the stream."""
    read_units: float = 0
    write_units: float = 0
    api_ms: float = 0
    worker_ms: float = 0
    relay_ms: float = 0
    api_calls: float = 0
    worker_calls: float = 0
    relay_calls: float = 0
    """Milliseconds of CPU, of the time that took least, and calls to AWS: of its requests, its messages and the relays."""
    table_bytes: float = 0
    index_bytes: float = 0
    passing_byte_days: float = 0
    """What it leaves for ever in tables and indexes; bytes of what expires, times the days that it lives."""
    log_bytes: float = 0
    vaults: dict[str, float] = field(default_factory=dict)
    """Use-cases that opened or sealed something, by the function that ran them: `expenses.api`, or a message's name."""
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
    def act(month: Month) -> list[str]:
        month.ask("GET", path, **query)
        return [month.seen]

    return act


def _month_of(month: Month) -> list[str]:
    month.ask("GET", "/v1/analytics/spending", month=f"{month.until:%Y-%m}")
    return [month.seen]


def _trend(month: Month) -> list[str]:
    month.ask("GET", "/v1/analytics/trends", until=f"{month.until:%Y-%m}", months=12)
    return [month.seen]


def _search(month: Month) -> list[str]:
    month.ask("GET", f"{LEDGER}/transactions", q="payee:rewe", limit=50)
    return [month.seen]


def _record(month: Month) -> list[str]:
    month.count += 1
    body = {
        "account_id": month.account,
        "amount": {"amount": f"-{month.count}.{month.count % 90 + 10}", "currency": "EUR"},
        "booked_on": str(month.until - timedelta(days=month.count % 25)),
        "payee": f"Corner shop {month.count}",
    }
    month.ask("POST", f"{LEDGER}/transactions", body)
    return [month.seen]


def _recategorise(month: Month) -> list[str]:
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
    return [month.rest.last_request]


def _convert(month: Month) -> list[str]:
    body = {
        "to": "EUR",
        "lines": [{"amount": {"amount": "12.50", "currency": "USD"}, "date": "2026-04-10"}],
    }
    month.ask("POST", "/v1/currency/convert", body)
    return [month.seen]


def log_in(month: Month) -> list[str]:
    """Log in, and keep what the next refresh needs."""
    answer = month.rest.call("POST", "/v1/users/login", {"email": EMAIL, "password": PASSWORD})
    month.refresh_token = answer["refresh_token"]
    return [month.rest.last_request]


def _refresh(month: Month) -> list[str]:
    """Refresh, every second time from another address: phones change networks, and where they are is kept sealed."""
    month.count += 1
    address = "127.0.0.2" if month.count // 2 % 2 else "127.0.0.1"
    month.rest.pool = urllib3.PoolManager(source_address=(address, 0))
    answer = month.rest.call(
        "POST", "/v1/users/token/refresh", {"refresh_token": month.refresh_token}
    )
    month.refresh_token = answer["refresh_token"]
    return [month.rest.last_request]


def _statement(month: Month) -> bytes:
    month.count += 1
    rows = [
        f"{month.until - timedelta(days=place % 28)},-{month.count}.{place:02d},Shop {month.count} {place}"
        for place in range(ROWS)
    ]
    return "\n".join(["Date,Amount,Payee", *rows]).encode()


def _import(month: Month) -> list[str]:
    """Upload, look, commit, and read what came of it: four requests, and the store's own for the file."""
    ids = []
    started = month.rest.call(
        "POST",
        "/v1/interchange/imports",
        {"account_id": month.account, "filename": "statement.csv"},
    )
    ids.append(month.rest.last_request)
    with tempfile.TemporaryDirectory() as here:
        path = Path(here) / "statement.csv"
        path.write_bytes(_statement(month))
        month.rest.upload(started["upload"], path)
    job = f"/v1/interchange/imports/{started['id']}"
    month.rest.wait_for(job, "ready", "failed")
    month.rest.call("GET", f"{job}/rows", query={"limit": 100})
    ids.append(month.rest.last_request)
    month.rest.call("POST", f"{job}/commit", {})
    ids.append(month.rest.last_request)
    month.rest.wait_for(job, "done", "failed")
    return [*ids, month.rest.last_request]


HABITS: Final = (
    Habit("log in", 2, log_in),
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


@dataclass(frozen=True, slots=True)
class Done:
    """An act that was done: its requests, from when until when it and its messages ran, and what it left."""

    ids: Sequence[str]
    begun: datetime
    ended: datetime


def measure() -> dict[str, Took]:
    """Do every habit some times on a fresh product, and give what each took."""
    with ExitStack() as stacked:
        here = Path(stacked.enter_context(tempfile.TemporaryDirectory()))
        (here / "tables").mkdir()
        engine = start_engine(here / "tables")
        stacked.callback(engine.close)
        url = stacked.enter_context(
            stack(data_dir=here, engine=engine.endpoint, app="tools.cost_vaults")
        )
        if seed(["--url", url, "--until", str(UNTIL)]):
            raise SystemExit("the demo person could not be made")
        rest = Rest(url)
        rest.log_in(EMAIL)
        month = Month(rest)
        log_in(month)
        rest.settle()
        begun = datetime.now(UTC)
        tables = _client(engine.endpoint)
        done: dict[str, list[Done]] = {}
        left: dict[str, Stored] = {}
        for habit in HABITS:
            before, at = stored(tables, time.time()), time.time()
            done[habit.name] = [_done(month, habit) for _ in range(TIMES)]
            left[habit.name] = stored(tables, at).since(before, TIMES)
        lines = list(read(Stage(LOCAL, here, url), begin=begun))
    return {each.name: took(each, done[each.name], lines, left[each.name]) for each in HABITS}


def _client(endpoint: str) -> Any:  # noqa: ANN401 - botocore's clients have no type
    from botocore.session import get_session

    return get_session().create_client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106 - the engine of this machine takes any
    )


def _done(month: Month, habit: Habit) -> Done:
    begun = datetime.now(UTC)
    ids = habit.act(month)
    month.rest.settle()  # so that what follows is this act's own
    time.sleep(_RELAYED)
    return Done(ids, begun, datetime.now(UTC))


def took(habit: Habit, done: Sequence[Done], lines: Sequence[Line], left: Stored) -> Took:
    """Sum what the requests, their messages and the relays took, as the mean of the times."""
    wanted = {one for each in done for one in each.ids}
    cases = [one for one in lines if one["message"] == MESSAGE]
    requests = [one for one in cases if one.get("request_id") in wanted]
    behind = [one for one in cases if "request_id" not in one and _within(one, done)]
    relays = [one for one in behind if one["operation"].endswith(".relay")]
    messages = [one for one in behind if "message_id" in one]
    own = [*requests, *messages, *relays]
    calls = Counter[str]()
    vaults = Counter[str]()
    for one in own:
        if one["calls"].pop(VAULT, 0):
            vaults[_function(one)] += 1
        calls.update(one["calls"])
    times = len(done)
    return Took(
        times=habit.times,
        requests=len(requests) / times,
        messages=len(messages) / times,
        relays=len(relays) / times,
        read_units=sum(one["read_units"] for one in own) / times,
        write_units=sum(one["write_units"] for one in own) / times,
        api_ms=_least(requests, done),
        worker_ms=_least(messages, done),
        relay_ms=_least(relays, done),
        api_calls=_called(requests) / times,
        worker_calls=_called(messages) / times,
        relay_calls=_called(relays) / times,
        table_bytes=left.table,
        index_bytes=left.index,
        passing_byte_days=left.passing,
        log_bytes=sum(len(json.dumps(one, separators=(",", ":"))) for one in own) / times,
        vaults={name: count / times for name, count in sorted(vaults.items())},
        calls={name: count / times for name, count in sorted(calls.items())},
    )


def _least(lines: Sequence[Line], done: Sequence[Done]) -> float:
    """Give the milliseconds of CPU of the time that took least: whatever else the machine does only adds to them."""
    sums = [sum(float(one["cpu_ms"]) for one in lines if _within(one, [each])) for each in done]
    return round(min(sums), 1)


def _function(line: Line) -> str:
    """Name the function that ran a use-case: a service's, or that of a message's kind."""
    operation: str = line["operation"]
    return operation if "message_id" in line else f"{operation.partition('.')[0]}.api"


def _called(lines: Sequence[Line]) -> int:
    return sum(sum(one["calls"].values()) for one in lines)


def _within(line: Line, done: Sequence[Done]) -> bool:
    at = datetime.fromisoformat(line["timestamp"])
    return any(each.begun <= at <= each.ended for each in done)


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
