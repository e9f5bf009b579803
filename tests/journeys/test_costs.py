"""The page of costs is made from figures, and the figures are what the product takes now."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local import fetch
from local.errors import EngineUnavailable
from tools import cost, cost_month, scale

pytestmark = pytest.mark.journey
CLOSE = 0.05
"""A message may find a row already known, or another one beside it: sums differ by a read or two."""


@pytest.fixture(scope="module", name="figures")
def kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cost.FIGURES.read_text(encoding="utf-8"))
    return found


def test_the_page_is_what_the_figures_give(figures: dict[str, Any]) -> None:
    assert cost.PAGE.read_text(encoding="utf-8") == cost.page(figures), "make cost"


def test_the_tables_of_scale_are_what_the_figures_give(figures: dict[str, Any]) -> None:
    text = scale.PAGE.read_text(encoding="utf-8")

    assert text == scale.page(text, figures), "make cost"


def test_a_quota_is_met_by_so_many_million_users() -> None:
    row = scale.Quota("Publishes: 30 a second", 30, 2.5, ". Then wait").row()

    assert row == "| Publishes: 30 a second | 2.5 | 12 million users. Then wait |"


def test_every_habit_has_its_figures(figures: dict[str, Any]) -> None:
    assert list(figures["acts"]) == [habit.name for habit in cost_month.HABITS]


def test_each_act_takes_what_the_figures_say(figures: dict[str, Any]) -> None:
    try:
        fetch.dynoxide()
    except EngineUnavailable as reason:
        pytest.skip(f"only the durable engine counts units: {reason}")

    now = cost_month.measure()

    for name, said in figures["acts"].items():
        took = now[name]
        units = (took.read_units, took.write_units, took.messages)
        expected = (said["read_units"], said["write_units"], said["messages"])
        assert units == pytest.approx(expected, rel=CLOSE, abs=1), f"{name}: make cost"
        left = took.table_bytes + took.index_bytes
        kept = said["table_bytes"] + said["index_bytes"]
        assert left == pytest.approx(kept, rel=CLOSE, abs=100), f"{name}: make cost"


def test_a_price_counts_by_its_own_unit() -> None:
    act = {
        "requests": 2,
        "messages": 1,
        "relays": 1,
        "read_units": 8,
        "write_units": 16,
        "api_ms": 100,
        "worker_ms": 0,
        "relay_ms": 4,
        "api_calls": 6,
        "worker_calls": 0,
        "relay_calls": 2,
        "table_bytes": 1_000,
        "index_bytes": 500,
        "passing_byte_days": 365 / 12 * 100,
        "log_bytes": 800,
        "vaults": {"expenses.api": 2, "expenses.import_rows.v1": 1},
        "calls": {"s3.PutObject": 2, "s3.GetObject": 1, "Query": 5, "sns.PublishBatch": 1},
    }

    found = cost.act_cost(act, {"expenses.api": 0.25, "expenses.import_rows.v1": 1})

    assert found["gateway"] == pytest.approx(2e-6)
    assert found["reads"] == pytest.approx(1e-6)
    assert found["writes"] == pytest.approx(1e-5)
    assert found["messages"] == pytest.approx(5e-7 + 2 * 4e-7)
    assert found["keys"] == pytest.approx(1.5 * 3e-6 + 2.5 * 1.25e-7)
    assert found["logs"] == pytest.approx((800 + 4 * 400) * 5e-10)
    assert found["storage, after a year"] == pytest.approx(
        (12 * 1_000 * 0.45 + 12 * 500 * 0.25 + 100 * 0.45) / 1e9
    )
    assert found["objects"] == pytest.approx(2 * 5e-6 + 4e-7)
    assert found["functions"] == pytest.approx(
        4 * 2e-7 + ((0.3 + 0.03) * 0.5 + (0.012 + 0.01) * 0.25) * 0.0000133334
    )


def test_a_function_unwraps_a_key_once_a_visit_however_much_it_opens() -> None:
    often = {"times": 60, "vaults": {"expenses.api": 4.0}}
    seldom = {"times": 2, "vaults": {"expenses.api": 0, "expenses.import_rows.v1": 3.0}}

    found = cost.unwraps({"often": often, "seldom": seldom})

    assert found == {"expenses.api": 0.25, "expenses.import_rows.v1": 1.0}
