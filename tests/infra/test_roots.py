"""The roots are formatted and valid, and refuse what must not be, before anything is asked of AWS."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.infra import stage
from tests.infra.stage import Applied, CannotBeHad
from tools.reach import ROOT
from tools.terraform import Failed, Root, found

pytestmark = [pytest.mark.infra, pytest.mark.timeout(600)]

ROOTS = ("platform", "services/users", "front_door")


@pytest.fixture(scope="module", name="prepared")
def initialised_roots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """The roots on an AWS in which nothing is."""
    folder = tmp_path_factory.mktemp("roots")
    with stage.moto(folder) as endpoint:
        try:
            made = stage.prepare(folder, endpoint)
            stage.initialise(made, only=ROOTS)
        except CannotBeHad as missing:
            if os.environ.get("CI") and stage.plugin_arguments():
                raise
            pytest.skip(str(missing))
        yield made


def test_everything_is_formatted() -> None:
    if not found():
        pytest.skip(stage.HOW)
    answer = subprocess.run(
        ["terraform", "fmt", "-check", "-recursive", "-diff", str(ROOT / "infra")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("name", ROOTS)
def test_every_root_is_valid(name: str, prepared: Applied) -> None:
    prepared.roots()[name].validate()


@pytest.mark.parametrize(
    ("name", "variables", "complaint"),
    [
        ("platform", {"protect": "false"}, "prod keeps its deletion protection"),
        ("services/users", {"protect": "false"}, "prod keeps its deletion protection"),
        ("front_door", {"protect": "false"}, "prod keeps its deletion protection"),
        ("platform", {"stage": "Prod!"}, "A stage is 2 to 12 lower-case letters"),
    ],
)
def test_what_must_not_be_is_refused(
    name: str, variables: dict[str, str], complaint: str, prepared: Applied, tmp_path: Path
) -> None:
    assert complaint in _refused(prepared.roots()[name], variables, tmp_path)


def test_a_manifest_of_another_format_is_refused(prepared: Applied, tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text('{"manifest": 1, "package": {"runtime": "python3.13"}}')

    said = _refused(prepared.roots()["services/users"], {"manifests": str(tmp_path)}, tmp_path)

    assert "knows manifests of format 2" in said


def _refused(root: Root, variables: dict[str, str], folder: Path) -> str:
    prod = (root.folder / "prod.tfvars",)
    told = {**root.variables, **variables}
    asked = replace(root, files=prod, variables=told, output=folder / "said")
    with pytest.raises(Failed):
        asked.plan()
    return " ".join((folder / "said").read_text(encoding="utf-8").replace("│", " ").split())
