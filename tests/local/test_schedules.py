from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from chalice.app import Chalice, CloudWatchEvent, Cron, Rate

from chalicelib.kernel import clock
from local.cloud.cloud import Cloud, open_cloud
from local.schedules import BadSchedule, Ticker, parse
from tests.local.conftest import until

AT = datetime(2026, 2, 27, 13, 45, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "first"),
    [
        ("rate(1 minute)", "2026-02-27T13:46:10"),
        ("rate(5 minutes)", "2026-02-27T13:50:10"),
        ("rate(2 hours)", "2026-02-27T15:45:10"),
        ("rate(1 day)", "2026-02-28T13:45:10"),
        ("cron(0 2 * * ? *)", "2026-02-28T02:00:00"),
        ("cron(46 13 * * ? *)", "2026-02-27T13:46:00"),
        ("cron(45 13 * * ? *)", "2026-02-28T13:45:00"),
        ("cron(0/15 * * * ? *)", "2026-02-27T14:00:00"),
        ("cron(0 8 1 * ? *)", "2026-03-01T08:00:00"),
        ("cron(0 8 ? * MON-FRI *)", "2026-03-02T08:00:00"),
        ("cron(0 8 ? * 1 *)", "2026-03-01T08:00:00"),
        ("cron(30 6,18 * * ? *)", "2026-02-27T18:30:00"),
        ("cron(0 0 29 2 ? *)", "2028-02-29T00:00:00"),
        ("cron(0 0 1 JAN ? 2030)", "2030-01-01T00:00:00"),
        ("cron(10-20/5 * * * ? *)", "2026-02-27T14:10:00"),
    ],
)
def test_the_next_run_follows_from_the_last(expression: str, first: str) -> None:
    assert parse(expression).after(AT) == datetime.fromisoformat(first).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "expression",
    ["rate(0.5 hours)", "hourly", "cron(0 2 * * ?)", "cron(0 2 L * ? *)", "cron(61 2 * * ? *)"],
)
def test_what_is_not_understood_is_refused(expression: str) -> None:
    with pytest.raises(BadSchedule):
        parse(expression)


def test_a_schedule_that_never_comes_is_refused() -> None:
    with pytest.raises(BadSchedule):
        parse("cron(0 0 31 2 ? *)").after(AT)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    made = open_cloud(None, region="eu-central-1", stage="test")
    yield made
    made.close()


def _app(ran: list[dict[str, object]], block: threading.Event | None = None) -> Chalice:
    app = Chalice(app_name="clockwork", configure_logs=False)

    @app.schedule(Rate(1, unit=Rate.HOURS), name="hourly")
    def hourly(event: CloudWatchEvent) -> None:
        ran.append(event.to_dict())
        if block is not None:
            block.wait(10)

    @app.schedule(Cron(0, 2, "*", "*", "?", "*"), name="nightly")
    def nightly(event: CloudWatchEvent) -> None:
        ran.append(event.to_dict())
        raise RuntimeError("a failed run does not stop the clock")

    return app


def _names(ran: list[dict[str, object]]) -> list[str]:
    return [str(event["resources"]).rpartition("/")[2][:-2] for event in ran]


def test_runs_come_by_the_clock(cloud: Cloud) -> None:
    ran: list[dict[str, object]] = []
    ticker = Ticker(_app(ran), cloud, scale=36_000)  # an hour is a tenth of a second

    ticker.start()
    until(lambda: _names(ran).count("hourly") >= 3)
    ticker.stop()

    assert ran[0]["detail-type"] == "Scheduled Event"
    assert json.dumps(ran[0])


def test_a_new_schedule_does_not_run_at_once_and_a_missed_one_does(cloud: Cloud) -> None:
    ran: list[dict[str, object]] = []
    now = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    first = Ticker(_app(ran), cloud, now=lambda: now)
    first.start()
    first.stop()
    assert ran == []

    asleep = now + timedelta(days=3)
    second = Ticker(_app(ran), cloud, now=lambda: asleep)
    second.start()
    until(lambda: len(ran) == 2)
    second.stop()

    assert sorted(_names(ran)) == ["hourly", "nightly"]
    kept = {row["name"]: row["last"] for row in cloud.store.rows("SELECT * FROM ticks")}
    assert kept == {"hourly": clock.rfc3339(asleep), "nightly": clock.rfc3339(asleep)}


def test_a_run_that_takes_long_is_not_started_twice(cloud: Cloud) -> None:
    ran: list[dict[str, object]] = []
    block = threading.Event()
    ticker = Ticker(_app(ran, block), cloud, scale=360_000)

    ticker.start()
    until(lambda: _names(ran).count("hourly") == 1)
    block.wait(0.2)
    assert _names(ran).count("hourly") == 1
    block.set()
    ticker.stop()
