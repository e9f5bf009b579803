from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from local.rest import Rest
from tests.local.conftest import Process, until

pytestmark = pytest.mark.local
ROWS = 600


def _statement(folder: Path) -> tuple[Path, dict[str, Decimal]]:
    """Write a statement of three months, and what each of them must sum to."""
    sums: dict[str, Decimal] = {}
    lines = ["Date,Description,Amount"]
    for number in range(ROWS):
        day = f"2026-{number % 3 + 1:02d}-{number % 28 + 1:02d}"
        amount = Decimal(number % 97 + 1) + Decimal(number % 100) / 100
        lines.append(f"{day},SHOP {number},-{amount}")
        sums[day[:7]] = sums.get(day[:7], Decimal(0)) + amount
    path = folder / "statement.csv"
    path.write_text("\n".join(lines) + "\n")
    return path, sums


def _progress(rest: Rest, job: str) -> float:
    found = rest.call("GET", job)
    assert found["state"] != "failed", found["problem"]
    if found["state"] == "done":
        return 1.0
    total = found["progress"]["total"]
    return float(found["progress"]["done"]) / float(total) if total else 0.0


def _passes(rest: Rest, job: str, share: float) -> Callable[[], bool]:
    return lambda: _progress(rest, job) >= share


def _expense(rest: Rest, month: str) -> Decimal:
    report = rest.call("GET", "/v1/analytics/spending", query={"month": month})
    return sum((Decimal(one["expense"]["amount"]) for one in report["currencies"]), Decimal(0))


@pytest.fixture
def rest() -> Iterator[Rest]:
    made = Rest("")
    yield made
    made.pool.clear()


@pytest.mark.usefixtures("dynoxide")
def test_an_import_survives_kill_9_and_its_sums_are_exact(
    started: Callable[..., Process], rest: Rest, tmp_path: Path
) -> None:
    path, sums = _statement(tmp_path)
    process = started(app="app")
    rest.url = process.base
    rest.sign_up("ann@example.org")
    job = _begin(rest, path)

    for share in (0.1, 0.5):
        until(_passes(rest, job, share), seconds=60)
        process.kill()
        process = started(app="app")
        rest.url = process.base
    until(_passes(rest, job, 1.0), seconds=90)

    until(lambda: {month: _expense(rest, month) for month in sums} == sums, seconds=30)
    health = process.call("/health").json
    assert health["status"] == "ok"
    assert not any(health["dead_letters"].values())
    assert process.stop() == 0


def _begin(rest: Rest, path: Path) -> str:
    account: Any = rest.call(
        "POST", "/v1/expenses/accounts", {"name": "Giro", "kind": "bank", "currency": "EUR"}
    )
    made = rest.call(
        "POST",
        "/v1/interchange/imports",
        {"account_id": account["id"], "filename": path.name},
    )
    job = f"/v1/interchange/imports/{made['id']}"
    rest.upload(made["upload"], path)
    assert rest.wait_for(job, "ready", "failed")["state"] == "ready"
    rest.call("POST", f"{job}/commit", {})
    return job


def test_the_reference_is_served_as_it_is_committed(started: Callable[..., Process]) -> None:
    process = started("--memory", app="app")

    document = process.call("/openapi.json")
    page = process.call("/docs")

    assert document.json["openapi"].startswith("3.1")
    assert document.headers["content-type"] == "application/json"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" in page.headers["content-security-policy"]
    for route in ("/v1/users/register", "/v1/analytics/spending"):
        assert route in document.json["paths"]
        assert route.encode() in page.body
