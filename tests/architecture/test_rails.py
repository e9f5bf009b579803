"""The rails themselves: pins are exact, exceptions have reasons, CI runs what a person runs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tools.lock import entry

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = sorted(ROOT.glob("requirements*.txt"))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_exception_of_the_linter_has_a_reason() -> None:
    settings = read("pyproject.toml")
    ignored = settings.split("\nignore = [\n", 1)[1].split("\n]", 1)[0].splitlines()
    per_file = settings.split("per-file-ignores]\n", 1)[1].split("\n\n", 1)[0].splitlines()

    lines = [line for line in (*ignored, *per_file) if line.strip() not in {"]", "[", ""}]
    without = [line for line in lines if "#" not in line and not line.endswith("= [")]
    assert without == []


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_pinned_exactly_and_locked_with_hashes(path: Path) -> None:
    lock = read("requirements.lock")

    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith(("#", "-r ")):
            continue
        pin = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[\w+\])?==(\S+)", line)
        assert pin is not None, line
        assert entry(lock, pin[1].lower()).startswith(f"{pin[1].lower()}=={pin[2]} "), line


def test_the_installer_of_a_fresh_clone_is_the_locked_one() -> None:
    assert entry(read("requirements.lock"), "uv") in read("requirements-uv.lock")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-uv.lock"])
def test_a_lock_names_no_host(name: str) -> None:
    assert "://" not in read(name)


def test_ci_runs_what_a_person_runs() -> None:
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert "exec make test" in script.read_text(encoding="utf-8")


def test_every_command_of_make_says_what_it_does() -> None:
    makefile = read("Makefile")
    targets = set(re.findall(r"^\.PHONY: ([a-z-]+)$", makefile, re.MULTILINE))
    described = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))

    assert targets == described


def test_plain_chalice_commands_see_the_handlers() -> None:
    link = ROOT / "vendor" / "functions"

    assert link.is_symlink()
    assert link.resolve() == ROOT / "functions"
