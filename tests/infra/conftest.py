from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra import stage
from tests.infra.stage import Applied, CannotBeHad


def _prepared(folder: Path, endpoint: str, only: tuple[str, ...]) -> Applied:
    """Everything before a deploy; skipped where there is no Terraform, but never where CI could have one."""
    try:
        made = stage.prepare(folder, endpoint)
        stage.states_bucket(made)
        stage.initialise(made, only)
    except CannotBeHad as missing:
        if os.environ.get("CI") and stage.plugin_arguments():
            raise
        pytest.skip(str(missing))
    return made


@pytest.fixture(scope="session", name="applied")
def a_whole_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """Everything that there is, brought up by `make deploy`'s command; the last test of the last file removes it."""
    folder = tmp_path_factory.mktemp("stage")
    with stage.moto(folder) as endpoint:
        made = _prepared(folder, endpoint, ("platform",))
        brought = made.run("deploy", "--bake", "0")
        assert brought.code == 0, brought.text
        yield made


@pytest.fixture(scope="module", name="prepared")
def initialised_roots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """The roots on an AWS in which nothing is."""
    folder = tmp_path_factory.mktemp("roots")
    with stage.moto(folder) as endpoint:
        yield _prepared(folder, endpoint, ("platform", "services/users", "front_door"))
