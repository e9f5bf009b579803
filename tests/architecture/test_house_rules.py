from __future__ import annotations

from pathlib import Path

import pytest

from tools import house_rules

ROOT = Path(__file__).resolve().parents[2]
SERVICE = "chalicelib/expenses/service.py"


def test_the_tree_keeps_the_rules_of_the_house() -> None:
    found = house_rules.breaches(ROOT)

    assert not found, "\n" + "\n".join(map(str, found))


def test_the_rules_look_at_every_deployed_file() -> None:
    looked_at = {path.relative_to(ROOT).as_posix() for path in house_rules.files(ROOT)}

    assert "chalicelib/kernel/money.py" in looked_at
    assert not any(path.startswith((".venv", "tests/", "vendor/")) for path in looked_at)


@pytest.mark.parametrize(
    ("path", "text", "rule"),
    [
        (SERVICE, "x = float('1.10')", "float()"),
        (SERVICE, "try:\n    f()\nexcept Exception:\n    pass", "catches Exception"),
        (SERVICE, "try:\n    f()\nexcept (KeyError, BaseException):\n    pass", "catches Base"),
        (SERVICE, "try:\n    f()\nexcept:\n    pass", "catches everything"),
        (SERVICE, "from datetime import datetime\nx = datetime.now()", "kernel.clock"),
        (SERVICE, "import datetime\nx = datetime.datetime.utcnow()", "kernel.clock"),
        (SERVICE, "from datetime import date\nx = date.today()", "kernel.clock"),
        (SERVICE, "import os\nx = os.environ['HOME']", "kernel.settings"),
        (SERVICE, "import os\nx = os.getenv('HOME')", "kernel.settings"),
        (SERVICE, "x = 1  # TODO: later", "issue number"),
        (SERVICE, "def f() -> None:\n" + "    x = 1\n" * 40, "f has 41 lines"),
        (SERVICE, "x = 1\n" * 401, "401 lines"),
        (SERVICE, "def f(x: dict[str, Any]) -> None: ...", "across rooms"),
        (SERVICE, "def f() -> list[dict[str, Any]]: ...", "across rooms"),
    ],
)
def test_a_breach_is_found(path: str, text: str, rule: str) -> None:
    found = house_rules.breaches_of(path, text)

    assert any(rule in breach.rule for breach in found), found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (SERVICE, "x = 1  # FIXME #12: until the bank answers"),
        (SERVICE, 'def f() -> None:\n    """' + "line\n" * 60 + '"""\n    return None'),
        (SERVICE, "def _inner(x: dict[str, Any]) -> None: ..."),
        ("tools/manifest.py", "import os\nx = os.environ['HOME']"),
        ("local/pump.py", "try:\n    f()\nexcept Exception:\n    log()"),
        ("functions/_edge/endpoint.py", "try:\n    f()\nexcept Exception:\n    log()"),
        ("benchmarks/cold_import.py", "x = float('0.1')"),
        ("chalicelib/kernel/clock.py", "from datetime import datetime, UTC\nx = datetime.now(UTC)"),
    ],
)
def test_what_the_rules_allow_is_left_alone(path: str, text: str) -> None:
    assert house_rules.breaches_of(path, text) == []
