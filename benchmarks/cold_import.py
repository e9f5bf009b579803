"""What a cold start imports: each service's handlers beside bare Python with a DynamoDB client, in one run.

Every figure is the median of fresh processes' CPU time (user and system, with bytecode), taken in turns so
that a busy machine is busy for all of them. Only the ratios count; the budget is 1.6 (docs/performance.md).
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Final

from tools.manifest import ENVIRONMENT, services

ROOT: Final = Path(__file__).resolve().parent.parent
BUDGET: Final = 1.6
_BARE: Final = "pass"
_FLOOR: Final = (
    "import boto3; boto3.client('dynamodb', region_name='eu-central-1',"
    " endpoint_url='http://127.0.0.1:1')"
)
_SERVICE: Final = "import app; from chalicelib.kernel import aws; aws.dynamodb()"


def cpu_ms(code: str, service: str = "all") -> float:
    """Give the CPU milliseconds of one fresh process that runs `code`."""
    environment = {
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
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1_000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def measure(rounds: int) -> dict[str, float]:
    """Measure all of them in turns; the first turn writes bytecode and is thrown away."""
    jobs = {"bare Python": (_BARE, "all"), "boto3 + dynamodb": (_FLOOR, "all")}
    jobs |= {name: (_SERVICE, name) for name in services()}
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, (code, service) in jobs.items():
            spent = cpu_ms(code, service)
            if turn:
                taken[name].append(spent)
    return {name: statistics.median(values) for name, values in taken.items()}


def main() -> None:
    """Print a row per service."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    medians = measure(parser.parse_args().rounds)
    floor = medians["boto3 + dynamodb"]
    print(f"{'cold import with a client':<28}{'CPU ms':>8}{'ratio':>8}   budget {BUDGET}")
    for name, spent in medians.items():
        print(f"{name:<28}{spent:>8.0f}{spent / floor:>8.2f}")


if __name__ == "__main__":
    main()
