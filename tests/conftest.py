"""What holds for every test: a made-up environment, no network, the clock's warnings as errors.

The environment is set before anything of ours is imported, because `app.py` reads it at import. A
developer's own XPENSE_* and AWS_* variables never reach a test.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections import defaultdict
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from tests.support.cloud import Cloud

_HOME = Path(tempfile.mkdtemp(prefix="xpense-test-"))
_ENVIRONMENT = {
    "XPENSE_STAGE": "test",
    "XPENSE_SERVICE": "all",
    "XPENSE_REGION": "eu-central-1",
    "XPENSE_KEYS": f"file:{_HOME / 'keys.json'}",
    "XPENSE_TOPIC_ARN": "arn:aws:sns:eu-central-1:123456789012:xpense-test-events",
    "XPENSE_QUEUE_BASE": "https://sqs.eu-central-1.amazonaws.com/123456789012/",
    "XPENSE_UPLOADS_BUCKET": "xpense-test-uploads",
    "XPENSE_BULK_BUCKET": "xpense-test-bulk",
    "XPENSE_FILES_BUCKET": "xpense-test-files",
    "XPENSE_RECEIPT_READER": "local",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_REGION": "eu-central-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
for _name in [name for name in os.environ if name.startswith(("XPENSE_", "AWS_"))]:
    if _name not in {"XPENSE_FULL", "XPENSE_TEST_ENGINE"}:
        del os.environ[_name]
os.environ.update(_ENVIRONMENT)

_LOOPBACK = ["127.0.0.1", "::1"]
_CLOUDS: list[Cloud] = []
_NOT_GRANTED: list[str] = []
_CPU_OF_FILES: defaultdict[str, float] = defaultdict(float)
_BEGUN = pytest.StashKey[float]()
_FEW = 20
"""Files of a narrow run, whose times nobody needs to be told."""
_ONE_STAGE = "tests/infra/"
_SPEAKS_TO_LOOPBACK = ("engine", "infra", "journey", "local")
_DURABLE = os.environ.get("XPENSE_TEST_ENGINE") == "durable"

_REAL_LOOK_UP = socket.getaddrinfo


def _look_up(host: Any, *rest: Any, **more: Any) -> Any:
    """Look up this machine alone: a name that somebody made up leaves it by no test."""
    if host not in {None, "localhost", *_LOOPBACK}:
        raise socket.gaierror(socket.EAI_NONAME, "no names in tests")
    return _REAL_LOOK_UP(host, *rest, **more)


socket.getaddrinfo = _look_up


def _register_profiles() -> None:
    from hypothesis import settings

    settings.register_profile("normal", deadline=None, derandomize=True, database=None)
    settings.register_profile("full", deadline=None, max_examples=2_000, print_blob=True)
    settings.load_profile("full" if os.environ.get("XPENSE_FULL") else "normal")


_register_profiles()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Open the loopback for tests that start real processes; every other test has no sockets."""
    for item in items:
        on_engine = _DURABLE and item.get_closest_marker("slice")
        if on_engine or any(item.get_closest_marker(name) for name in _SPEAKS_TO_LOOPBACK):
            item.add_marker(pytest.mark.allow_hosts(_LOOPBACK))
        if item.get_closest_marker("durable") and not _DURABLE:
            item.add_marker(pytest.mark.skip(reason="runs in the second pass of make test"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep a file on one worker, and all of tests/infra: a stage takes minutes, and one is enough."""
    from xdist.scheduler import LoadFileScheduling

    if config.getvalue("dist") != "loadfile":
        return None
    scheduler = LoadFileScheduling(config, log)
    by_file = scheduler._split_scope

    def scope(nodeid: str) -> str:
        return _ONE_STAGE if nodeid.startswith(_ONE_STAGE) else str(by_file(nodeid))

    scheduler._split_scope = scope
    return scheduler


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remove the made-up key file, keep which rights the handlers needed, and fail where one is not granted."""
    from tests.support import rights

    _NOT_GRANTED.extend(rights.save())
    if _NOT_GRANTED and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remember the CPU seconds of this process: a clock would count what else the machine does."""
    item.stash[_BEGUN] = time.process_time()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
    """Send along what a test took, from the beginning of its setting up to the end of its taking down."""
    report = yield
    if call.when == "teardown":
        report.user_properties.append(("cpu", time.process_time() - item.stash[_BEGUN]))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up by file."""
    if report.when == "teardown":
        _CPU_OF_FILES[report.nodeid.partition("::")[0]] += cast(
            "float", dict(report.user_properties)["cpu"]
        )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded: `record_property("figure", "promised routes: 44")`."""
    told = [
        str(value)
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "figure" and report.when == "call"
    ]
    if told:
        terminalreporter.section("figures")
        terminalreporter.write("\n".join(told) + "\n")
    if len(_CPU_OF_FILES) > _FEW:
        terminalreporter.section("files that take longest, in CPU seconds without child processes")
        longest = sorted(_CPU_OF_FILES.items(), key=lambda one: -one[1])[:10]
        for file, seconds in longest:
            terminalreporter.write(f"{seconds:6.1f} {file}\n")
    if _NOT_GRANTED:
        terminalreporter.section("handlers did what their roles may not: make rights takes it over")
        terminalreporter.write("\n".join(_NOT_GRANTED) + "\n")


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """All of AWS on moto, once a process: tests are kept apart by owner."""
    from tests.support import rights
    from tests.support.cloud import cloud as made

    rights.watch()
    with made() as one:
        _CLOUDS.append(one)
        yield one
        _CLOUDS.clear()


@pytest.fixture(scope="module", autouse=True)
def _quiet_tables(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empty the tables after each file: on moto every query walks the whole table."""
    yield
    made = _CLOUDS[-1] if _CLOUDS else None
    if made is not None:
        made.forget()
