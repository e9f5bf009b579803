"""What a cold start costs: each service's functions beside bare Python with a DynamoDB client, in one run.

Every figure is the median of fresh processes' CPU time (user and system, with bytecode), taken in turns so
that a busy machine is busy for all of them. Only the ratios count. "Whole" is a process from its start to its end,
"import" the same without its end, which a function never comes to. The measure is boto3 as the cloud has it, without
pyOpenSSL, which botocore would load here because it is installed for other reasons: with it all ratios were smaller.
The budget (docs/performance.md) is for the functions that somebody waits for, by both figures; relays and workers of
queues are shown. Then what a first and a second request add, and the ten modules that take longest by themselves.
Ends with 1 where a service is over its budget.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.cold_requests import REQUESTS, functions
from tools.manifest import ENVIRONMENT, services

ROOT: Final = Path(__file__).resolve().parent.parent
BUDGET: Final = 1.6
_BARE: Final = "pass"
_CLIENT: Final = (
    "import boto3; boto3.client('dynamodb', region_name='eu-central-1',"
    " endpoint_url='http://127.0.0.1:1')"
)
_FLOOR: Final = f"import sys; sys.modules['urllib3.contrib.pyopenssl'] = None; {_CLIENT}"
_MEASURE: Final = "boto3 + dynamodb"
_OWN_TIME: Final = re.compile(r"^import time: +(\d+) \| +\d+ \| *(\S+)$", re.MULTILINE)
_SHOWN: Final = 10
_SERVICE: Final = "import app; app.{}; from chalicelib.kernel import aws; aws.dynamodb()"
"""Imports the module and takes the handler by name, as the runtime does."""


class Spent(NamedTuple):
    """CPU milliseconds of one fresh process: all of it, and up to the end of what it was told to run."""

    whole: float
    run: float


def _environment(service: str) -> dict[str, str]:
    return {
        **ENVIRONMENT,
        "PATH": os.environ.get("PATH", ""),
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "XPENSE_STAGE": "bench",
        "XPENSE_SERVICE": service,
        "XPENSE_DYNAMODB_ENDPOINT": "http://127.0.0.1:1",
    }


def cpu_ms(code: str, service: str = "all") -> Spent:
    """Run `code` in a fresh process and give what it spent."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport time; print(time.process_time())"],
        cwd=ROOT,
        env=_environment(service),
        check=True,
        stdout=subprocess.PIPE,
        timeout=60,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(1_000 * whole, 1_000 * float(answer.stdout.split()[-1]))


def measure(rounds: int) -> dict[str, Spent]:
    """Measure all of them in turns; the first turn writes bytecode and is thrown away."""
    jobs = {
        "bare Python": (_BARE, "all"),
        "and pyOpenSSL": (_CLIENT, "all"),
        _MEASURE: (_FLOOR, "all"),
    }
    for name in services():
        jobs[name] = _SERVICE.format("app"), name
        jobs[f"{name} relay"] = _SERVICE.format(f"{name}_relay"), name
        jobs[f"{name} inbox"] = _SERVICE.format(f"{name}_inbox"), name
    taken: dict[str, list[Spent]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, (code, service) in jobs.items():
            spent = cpu_ms(code, service)
            if turn:
                taken[name].append(spent)
    return {
        name: Spent(*(statistics.median(column) for column in zip(*values, strict=True)))
        for name, values in taken.items()
    }


def slowest(service: str, rounds: int) -> list[tuple[str, float]]:
    """Give the modules that take longest by themselves, with the least milliseconds of some runs."""
    least: dict[str, float] = {}
    for _ in range(rounds):
        answer = subprocess.run(
            [sys.executable, "-X", "importtime", "-c", _SERVICE.format("app")],
            cwd=ROOT,
            env=_environment(service),
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        for own, name in _OWN_TIME.findall(answer.stderr):
            least[name] = min(least.get(name, math.inf), int(own) / 1_000)
    return sorted(least.items(), key=lambda one: -one[1])[:_SHOWN]


def over(medians: dict[str, Spent]) -> list[str]:
    """Name the services whose functions for requests are over the budget, by either figure."""
    floor = medians[_MEASURE]
    return [
        name
        for name in services()
        if max(medians[name].whole / floor.whole, medians[name].run / floor.run) > BUDGET
    ]


def _show(medians: dict[str, Spent]) -> None:
    floor = medians[_MEASURE]
    print(f"{'CPU ms with a client':<22}{'whole':>8}{'ratio':>7}{'import':>9}{'ratio':>7}")
    for name, spent in medians.items():
        ratios = spent.whole / floor.whole, spent.run / floor.run
        print(f"{name:<22}{spent.whole:>8.0f}{ratios[0]:>7.2f}{spent.run:>9.0f}{ratios[1]:>7.2f}")


def _show_requests(rounds: int, floor: float) -> None:
    print(f"{'CPU ms':<24}{'import':>8}{'first':>8}{'second':>8}{'import + first':>16}")
    with functions() as made:
        for name in REQUESTS:
            taken = [made.take(name) for _ in range(rounds)]
            start, first, second = (statistics.median(one) for one in zip(*taken, strict=True))
            both = (start + first) / floor
            print(f"{name:<24}{start:>8.0f}{first:>8.0f}{second:>8.1f}{both:>16.2f}")


def main() -> int:
    """Print a row per service; give 1 where one is over the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    medians = measure(rounds)
    _show(medians)
    late = over(medians)
    print(f"budget {BUDGET}: {', '.join(late) if late else 'all'} {'over' if late else 'within'}")
    _show_requests(min(rounds, 5), medians[_MEASURE].run)
    for service in services():
        listed = ", ".join(f"{name} {own:.1f}" for name, own in slowest(service, min(rounds, 3)))
        print(f"{service}: {listed}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
