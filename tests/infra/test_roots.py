"""The roots are formatted and valid, and refuse what must not be, before anything is asked of AWS."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.infra.stage import Applied
from tools import terraform
from tools.reach import ROOT
from tools.terraform import Failed, Root

pytestmark = [pytest.mark.infra, pytest.mark.timeout(600)]

ROOTS = ("platform", "services/users", "front_door")


def test_everything_is_formatted() -> None:
    try:
        terraform.ready()
    except Failed as missing:
        pytest.skip(str(missing))
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

    assert "knows manifests of format 3" in said


def _refused(root: Root, variables: dict[str, str], folder: Path) -> str:
    prod = (root.folder / "prod.tfvars",)
    told = {**root.variables, **variables}
    asked = replace(root, files=prod, variables=told, output=folder / "said")
    with pytest.raises(Failed) as refused:
        asked.plan()
    return " ".join(str(refused.value).split())
