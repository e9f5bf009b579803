from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.infra import stage
from tests.infra.stage import Applied, CannotBeHad


@pytest.fixture(scope="session", name="applied")
def a_whole_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """Everything that there is, applied; skipped where there is no Terraform, but never where CI could have one."""
    folder = tmp_path_factory.mktemp("stage")
    with stage.moto(folder) as endpoint:
        try:
            made = stage.prepare(folder, endpoint)
            stage.initialise(made)
        except CannotBeHad as missing:
            if os.environ.get("CI") and stage.plugin_arguments():
                raise
            pytest.skip(str(missing))
        stage.apply(made)
        yield made
