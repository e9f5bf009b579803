"""Terraform as a program to call: one root, one state, its variables; what it says goes to the terminal or a file."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from tools.reach import ROOT

ROOTS: Final = ROOT / "infra" / "terraform" / "envs"
_CHANGES: Final = 2
"""What `plan -detailed-exitcode` exits with when there is something to do."""


class Failed(RuntimeError):
    """Terraform ended with an error, which it has explained already."""


@dataclass(frozen=True, slots=True)
class Root:
    """A root module with one state: its data lies apart, so that several services may be worked on at once."""

    folder: Path
    data: Path
    backend: Mapping[str, str]
    """What the backend is told at `init`, such as bucket and key."""
    files: Sequence[Path] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    output: Path | None = None
    """A file for what Terraform says; none: the terminal."""

    def init(self) -> None:
        """Get the provider and the state."""
        told = [f"-backend-config={name}={value}" for name, value in self.backend.items()]
        self._run("init", "-input=false", "-reconfigure", *told)

    def validate(self) -> None:
        """Check the root and its modules for themselves."""
        self._run("validate")

    def apply(self) -> None:
        """Make everything as it is written."""
        self._run("apply", "-input=false", "-auto-approve", *self._told())

    def destroy(self) -> None:
        """Remove everything."""
        self._run("destroy", "-input=false", "-auto-approve", *self._told())

    def plan(self, into: Path | None = None) -> bool:
        """Show what would be done, and tell whether that is anything."""
        out = [] if into is None else [f"-out={into}"]
        code = self._code("plan", "-input=false", "-detailed-exitcode", *out, *self._told())
        if code not in {0, _CHANGES}:
            raise Failed(f"terraform plan in {self.folder.name}")
        return code == _CHANGES

    def outputs(self) -> dict[str, Any]:
        """Read the outputs of what was applied."""
        return {name: one["value"] for name, one in self._json("output", "-json").items()}

    def shown(self, plan: Path) -> dict[str, Any]:
        """Read a plan that was kept."""
        return self._json("show", "-json", str(plan))

    def _told(self) -> list[str]:
        files = [f"-var-file={path}" for path in self.files]
        return [*files, *(f"-var={name}={value}" for name, value in self.variables.items())]

    def _json(self, *arguments: str) -> dict[str, Any]:
        answer = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=self._environment(),
            check=True,
            stdout=subprocess.PIPE,
        )
        made: dict[str, Any] = json.loads(answer.stdout)
        return made

    def _run(self, *arguments: str) -> None:
        if self._code(*arguments):
            raise Failed(f"terraform {arguments[0]} in {self.folder.name}")

    def _code(self, *arguments: str) -> int:
        if self.output is None:
            return self._ended(arguments, None)
        with self.output.open("ab") as said:
            return self._ended(arguments, said)

    def _ended(self, arguments: Sequence[str], said: IO[bytes] | None) -> int:
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=self._environment(),
            check=False,
            stdout=said,
            stderr=said and subprocess.STDOUT,
        ).returncode

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "TF_DATA_DIR": str(self.data),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            **self.environment,
        }


def found() -> bool:
    """Tell whether there is a Terraform."""
    return shutil.which("terraform") is not None
