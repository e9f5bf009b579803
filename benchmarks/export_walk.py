"""An export of a whole ledger, from asking for it to the downloaded file: seconds, memory and what Lambda would say.

`python -m benchmarks.export_walk [--format csv] [--memory] [ROWS ...]`: a line a size; the durable engine with data on disk, or in
memory, one process for the product and one for the engine. The rows are items as the ledger writes them, sealed, five years of 60 payees, put into
the engine by batch writes; the export then is the product's own: asked for over HTTP, handed on by its queue, written page by page into S3,
downloaded and checked against its hash. "MB added" is what the peak of the product's process grew by, the
receiving side of S3 in it, which is in the same process here.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import urllib3

from benchmarks.stack import person, stack
from local.engine import start_engine
from local.provision import REGION, STAGE
from local.rest import Rest

SIZES: Final = (100_000,)
LAMBDA_SECONDS: Final = 900
_FIRST: Final = date(2021, 11, 1)
_DAYS: Final = 1_826
_BATCH: Final = 25
_WRITERS: Final = 4
_PATIENCE: Final = 7_200.0
PAYEES: Final = tuple(
    f"{name} {number}" for name in ("REWE", "SHELL", "IKEA") for number in range(20)
)
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Walk:
    """What an export took: seconds until it was ready, the process's CPU seconds, megabytes."""

    seconds: float
    cpu_seconds: float
    added: float
    size: float


def look_into(folder: str, endpoint: str) -> None:
    """Let this process see the stack's tables and keys; nothing else of it is used."""
    ours = {
        "STAGE": STAGE,
        "SERVICE": "all",
        "REGION": REGION,
        "DYNAMODB_ENDPOINT": endpoint,
        "KEYS": f"file:{folder}/keys.json",
    }
    os.environ.update({f"XPENSE_{name}": value for name, value in ours.items()})
    os.environ.update({"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"})


def items(owner_id: str, account: str, rows: int) -> Iterator[Item]:
    """Make so many transactions of a person as the ledger would write them, oldest first."""
    from chalicelib.expenses.model.transactions import Filing, Transaction
    from chalicelib.expenses.repository import TABLE
    from chalicelib.expenses.repository.table import payee_id
    from chalicelib.expenses.repository.transactions import Transactions
    from chalicelib.kernel.clock import now
    from chalicelib.kernel.context import system_context
    from chalicelib.kernel.ids import new_id
    from chalicelib.kernel.money import Money
    from chalicelib.kernel.owners import USER, Owner
    from chalicelib.security import api as security

    ctx = system_context(Owner(USER, owner_id), TABLE, vaults=security.vault)
    store, chance, at = Transactions(ctx), random.Random(7), now()
    known = {payee: payee_id(ctx.vault, payee) for payee in PAYEES}
    for number in range(rows):
        payee = chance.choice(PAYEES)
        one = Transaction(
            id=new_id(),
            version=1,
            account_id=account,
            amount=Money(-chance.randint(100, 20_000), "EUR"),
            booked_on=_FIRST + timedelta(days=number * _DAYS // rows),
            payee=payee,
            payee_id=known[payee],
            notes=f"card payment {number}" if number % 3 == 0 else "",
            filing=Filing(category_id=None, by="none"),
            source="import",
            created_at=at,
            updated_at=at,
        )
        yield store._row(one).raw()  # noqa: SLF001 - the items that the ledger writes


def put(made: Iterable[Item]) -> None:
    """Write the items 25 a call, some calls at the same time."""
    from chalicelib.expenses.repository import TABLE
    from chalicelib.kernel import aws

    client, room = aws.dynamodb(), threading.Semaphore(2 * _WRITERS)

    def write(batch: list[Item]) -> None:
        try:
            client.batch_write_item(
                RequestItems={TABLE.name: [{"PutRequest": {"Item": one}} for one in batch]}
            )
        finally:
            room.release()

    batches = iter(made)
    with ThreadPoolExecutor(_WRITERS) as pool:
        calls = []
        while batch := list(itertools.islice(batches, _BATCH)):
            room.acquire()  # so that not a million items wait in memory
            calls.append(pool.submit(write, batch))
        for call in calls:
            call.result()


def count_in(owner_id: str, account: str, rows: int) -> None:
    """Let the account know its rows, so that the export can see that it has them all."""
    from chalicelib.expenses.repository import TABLE
    from chalicelib.expenses.repository.table import ACCOUNT, key
    from chalicelib.kernel import aws
    from chalicelib.kernel.owners import USER, Owner

    pk, sk = key(Owner(USER, owner_id), ACCOUNT, account)
    aws.dynamodb().update_item(
        TableName=TABLE.name,
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="ADD entries :rows",
        ExpressionAttributeValues={":rows": {"N": str(rows)}},
    )


def export(rest: Rest, form: str, rows: int) -> Walk:
    """Ask for everything, wait, download, and check the file against what was told of it."""
    process = Path("/proc", _product(), "status")
    process.with_name("clear_refs").write_text("5", encoding="ascii")  # forget earlier peaks
    cpu, peak, begun = _cpu(process), _peak(process), time.perf_counter()
    job = rest.call("POST", "/v1/interchange/exports", {"format": form})
    done = _ended(rest, f"/v1/interchange/exports/{job['id']}")
    seconds, cpu, added = time.perf_counter() - begun, _cpu(process) - cpu, _peak(process) - peak
    assert done["state"] == "ready", done
    assert (done["result"]["transactions"], done["result"]["exact"]) == (rows, True), done
    digest, size = hashlib.sha256(), 0
    answer = urllib3.request("GET", done["download"]["url"], preload_content=False)
    for piece in answer.stream(1 << 20):
        digest.update(piece)
        size += len(piece)
    assert (digest.hexdigest(), size) == (done["download"]["sha256"], done["download"]["size"])
    return Walk(seconds, cpu, added / 1024, size / 1e6)


def _ended(rest: Rest, url: str) -> dict[str, Any]:
    began = time.perf_counter()
    while time.perf_counter() - began < _PATIENCE:
        found: dict[str, Any] = rest.call("GET", url)
        if found["state"] in {"ready", "failed"}:
            return found
        time.sleep(0.5)
    raise RuntimeError("the export did not end")


def _product() -> str:
    """Find the process of the stack among our children: the one that serves."""
    for children in Path("/proc/self/task").glob("*/children"):
        for child in children.read_text(encoding="ascii").split():
            if b"local.serve" in Path("/proc", child, "cmdline").read_bytes():
                return child
    raise RuntimeError("the stack does not run")


def _peak(status: Path) -> int:
    return int(status.read_text(encoding="ascii").split("VmHWM:")[1].split()[0])


def _cpu(status: Path) -> float:
    told = status.with_name("stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print a line a size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.export_walk", description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--format", default="csv")
    parser.add_argument("--memory", action="store_true", help="keep the tables in memory")
    chosen = parser.parse_args()
    print("| Format | Rows | Written s | Exported s | CPU s | MB added | File MB | Of 15 min |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        engine = start_engine(None if chosen.memory else Path(folder))
        os.environ["DYNAMODB_ENDPOINT"] = engine.endpoint
        try:
            with stack(data_dir=Path(folder)) as url:
                look_into(folder, engine.endpoint)
                for rows in chosen.sizes or SIZES:
                    print(_line(url, chosen.format, rows), flush=True)
        finally:
            engine.close()


def _line(url: str, form: str, rows: int) -> str:
    rest = person(url)
    body = {"name": "Bench", "kind": "bank", "currency": "EUR"}
    account = rest.call("POST", "/v1/expenses/accounts", body)["id"]
    owner = rest.call("GET", "/v1/users/me")["id"]
    begun = time.perf_counter()
    put(items(owner, account, rows))
    count_in(owner, account, rows)
    written = time.perf_counter() - begun
    took = export(rest, form, rows)
    return (
        f"| {form} | {rows:,} | {written:.0f} | {took.seconds:.1f} | {took.cpu_seconds:.1f} | {took.added:.0f}"
        f" | {took.size:.1f} | {took.seconds / LAMBDA_SECONDS:.0%} |"
    )


if __name__ == "__main__":
    main()
