"""Programs of others that say whether a journal is right, and what its accounts hold."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from collections import defaultdict
from decimal import Decimal, localcontext
from typing import Any

import pytest

from chalicelib.interchange.model.formats import ParsedFile

Held = dict[tuple[str, str], Decimal]
SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}


def held_by_us(parsed: ParsedFile) -> Held:
    """Sum opening balance and rows of each statement; accounts that hold nothing are left out."""
    sums: Held = defaultdict(Decimal)
    for part in parsed.statements:
        key = part.account.name, part.currency or ""
        sums[key] += part.opening_balance or 0
        for row in part.rows:
            assert row.amount is not None
            sums[key] += row.amount
    return {key: total for key, total in sums.items() if total}


def beancount(text: str) -> tuple[Held, list[str]]:
    """Give what Beancount's own loader finds on accounts of money, and what it complains of."""
    from beancount import loader

    # Its parser is a C module without types.
    load: Any = loader.load_string
    entries, errors, _ = load(text)
    sums: Held = defaultdict(Decimal)
    for entry in entries:
        for posting in getattr(entry, "postings", ()):
            if posting.account.startswith(("Assets", "Liabilities")):
                sums[posting.account, posting.units.currency] += posting.units.number
    # A total price becomes one of 28 digits a piece there, and the total again with a rest beyond them.
    with localcontext() as context:
        context.prec = 60
        exact = {key: round(total, 9) for key, total in sums.items()}
    return {key: total for key, total in exact.items() if total}, [one.message for one in errors]


def hledger(text: bytes, *arguments: str) -> str:
    """Run hledger on a journal and give its output; a complaint of it fails the test."""
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not installed: apt-get install hledger")
    done = subprocess.run(
        [program, "-f", "-", *arguments],
        input=text,
        capture_output=True,
        check=False,
        env={**os.environ, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def held_by_hledger(text: str) -> Held:
    """Give what hledger finds on accounts of money, virtual postings left out."""
    out = hledger(text.encode(), "bal", "-R", "-N", "--flat", "-O", "csv", "--layout", "bare")
    sums: Held = defaultdict(Decimal)
    for account, commodity, amount in list(csv.reader(io.StringIO(out)))[1:]:
        if account.startswith(("assets", "liabilities")):
            sums[account, SIGNS.get(commodity, commodity)] += Decimal(amount.replace(",", ""))
    return {key: total for key, total in sums.items() if total}
