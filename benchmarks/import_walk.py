"""An OFX statement through the whole local stack, from the upload to the last sum.

`python -m benchmarks.import_walk [SIZE ...]`: a row per size; the durable engine, data on disk, one process
for the product and one for the engine. The column before the last two is the floor that was measured in the same run: bare batch
writes of such rows to a fresh engine of the same kind, one after the other, without keys, ledger, log or sums.
Behind it the CPU time, which counts on a machine that others use.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.bare import bare_table
from benchmarks.cpu import used
from benchmarks.stack import person, running
from local.demo import Line, statement
from local.rest import Rest

SIZES: Final = (1_000, 10_000, 100_000)
PAYEES: Final = tuple(
    f"{name} {number}" for name in ("REWE", "SHELL", "IKEA") for number in range(20)
)


def rows(size: int) -> list[Line]:
    """Make five years of rows: 60 payees, seeded."""
    rng = random.Random(size)
    first = date(2021, 1, 1)
    return [
        Line(
            first + timedelta(days=index * 1_825 // size),
            -rng.randint(100, 20_000),
            rng.choice(PAYEES),
            f"ref {index}",
        )
        for index in range(size)
    ]


def prepared(url: str, size: int, folder: str) -> tuple[Rest, str, Path]:
    """Make a new person with an account, and a statement of so many rows beside them."""
    rest = person(url)
    body = {"name": "Bench", "kind": "bank", "currency": "EUR"}
    account = rest.call("POST", "/v1/expenses/accounts", body)["id"]
    path = Path(folder, f"{size}.ofx")
    path.write_text(statement("1", rows(size)), encoding="utf-8")
    return rest, account, path


def walk(rest: Rest, account: str, path: Path) -> tuple[float, float, float, dict[str, Any]]:
    """Upload, preview, commit, wait for the sums; gives the seconds of each part and the result."""
    started = time.perf_counter()
    job = rest.call(
        "POST", "/v1/interchange/imports", {"account_id": account, "filename": path.name}
    )
    rest.upload(job["upload"], path)
    url = f"/v1/interchange/imports/{job['id']}"
    rest.wait_for(url, "ready", "failed")
    previewed = time.perf_counter()
    rest.call("POST", f"{url}/commit", {})
    done = rest.wait_for(url, "done", "failed")
    stored = time.perf_counter()
    return previewed - started, stored - previewed, stored - started, done["result"]


def summed(rest: Rest, wanted: int) -> float:
    """Wait until the roll-ups hold every row; gives the seconds."""
    started = time.perf_counter()
    months = [f"{year}-{month:02d}" for year in range(2021, 2026) for month in range(1, 13)]
    while time.perf_counter() - started < 120:
        count = 0
        for month in months:
            report = rest.call("GET", "/v1/analytics/spending", query={"month": month})
            for sums in report["currencies"]:
                count += sum(line["count"] for line in sums["categories"])
        if count == wanted:
            return time.perf_counter() - started
        time.sleep(0.05)
    raise RuntimeError(f"the sums hold {count} of {wanted} rows")


def floor(size: int) -> float:
    """Write so many rows like ours to a fresh engine by bare batch writes; gives rows a second."""
    with bare_table() as table:
        started = time.perf_counter()
        for first in range(1_000, 1_000 + size, 25):
            table.store(first, 25)
        return size / (time.perf_counter() - started)


def main(arguments: list[str]) -> None:
    """Print a row per size."""
    print(
        "   rows   preview s   stored s   rows/s stored   again s (adds 0)   summed after s   of the floor"
        "   CPU s of product and engine a 1,000 rows"
    )
    with running() as stack, tempfile.TemporaryDirectory() as folder:
        for size in [int(one) for one in arguments] or SIZES:
            rest, account, path = prepared(stack.url, size, folder)
            before = used(stack.pid)
            preview, stored, _, result = walk(rest, account, path)
            assert result["recorded"] == size, result
            after = summed(rest, size)
            rest.settle()
            worked = used(stack.pid).since(before)
            bare = floor(min(size, 10_000))
            _, _, again, repeat = walk(rest, account, path)
            assert repeat["recorded"] == 0, repeat
            print(
                f"{size:>7}{preview:>12.2f}{stored:>11.2f}{size / stored:>16.0f}{again:>18.2f}"
                f"{after:>17.2f}{size / stored / bare:>15.2f}"
                f"{worked.product * 1_000 / size:>20.2f}{worked.engine * 1_000 / size:>8.2f}"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
