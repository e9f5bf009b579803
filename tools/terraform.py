"""Terraform as a program to call: one root, one state, its variables; what it says goes to the terminal or a file."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, Final

from tools.reach import ROOT

ROOTS: Final = ROOT / "infra" / "terraform" / "envs"
PLUGINS: Final = ROOT / ".cache" / "terraform-plugins"
"""Where Terraform keeps its provider: 700 MB, that each root would fetch and keep for itself."""
NEEDED: Final = (1, 11)
HOW: Final = (
    "install Terraform 1.11 or later, and let it reach registry.terraform.io or set TF_CLI_ARGS_init="
    "-plugin-dir=<folder> for a mirror with hashicorp/aws 5.100 or later"
)
_CHANGES: Final = 2
"""What `plan -detailed-exitcode` exits with when there is something to do."""
_SUMMARY: Final = re.compile(
    r"^(?:Apply complete! Resources: |Destroy complete! Resources: |Plan: )(.+?)\.?$", re.MULTILINE
)
_FRAME: Final = re.compile(r"^[│╷╵] ?", re.MULTILINE)
_MOST: Final = 4_000
"""Characters of an error that are shown; the file has the rest."""


class Failed(RuntimeError):
    """Terraform ended with an error; says which, and where the rest of what it said is."""


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
        PLUGINS.mkdir(parents=True, exist_ok=True)
        told = [f"-backend-config={name}={value}" for name, value in self.backend.items()]
        self._run("init", "-input=false", "-reconfigure", *told)

    def validate(self) -> None:
        """Check the root and its modules for themselves."""
        self._run("validate")

    def apply(self) -> str:
        """Make everything as it is written; tell how much that was."""
        return self._run("apply", "-input=false", "-auto-approve", *self._told())

    def destroy(self) -> str:
        """Remove everything; tell how much that was."""
        return self._run("destroy", "-input=false", "-auto-approve", *self._told())

    def plan(self, into: Path | None = None) -> bool:
        """Show what would be done, and tell whether that is anything."""
        out = [] if into is None else [f"-out={into}"]
        code, said = self._code("plan", "-input=false", "-detailed-exitcode", *out, *self._told())
        if code not in {0, _CHANGES}:
            raise self._failed("plan", said)
        return code == _CHANGES

    def shown_plan(self) -> bool:
        """Show on the terminal what would be done, and tell whether that is anything."""
        return replace(self, output=None).plan()

    def outputs(self) -> dict[str, Any]:
        """Read the outputs of what was applied."""
        return {name: one["value"] for name, one in self._json("output", "-json").items()}

    def shown(self, plan: Path) -> dict[str, Any]:
        """Read a plan that was kept."""
        return self._json("show", "-json", str(plan))

    def holds(self) -> bool:
        """Tell whether the state holds anything that would have to be removed."""
        values = self._json("show", "-json").get("values", {}).get("root_module", {})
        return bool(values.get("resources") or values.get("child_modules"))

    def _told(self) -> list[str]:
        files = [f"-var-file={path}" for path in self.files]
        return [*files, *(f"-var={name}={value}" for name, value in self.variables.items())]

    def _json(self, *arguments: str) -> dict[str, Any]:
        answer = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env=self._environment(),
            check=False,
            capture_output=True,
            text=True,
        )
        if answer.returncode:
            raise self._failed(arguments[0], answer.stderr)
        made: dict[str, Any] = json.loads(answer.stdout)
        return made

    def _run(self, *arguments: str) -> str:
        code, said = self._code(*arguments)
        if code:
            raise self._failed(arguments[0], said)
        told: list[str] = _SUMMARY.findall(said)
        return told[-1] if told else ""

    def _failed(self, what: str, said: str) -> Failed:
        """What went wrong, of all that was said."""
        _, error, rest = _FRAME.sub("", said).partition("Error: ")
        why = f"{error}{rest}".strip()[:_MOST]
        where = "" if self.output is None else f"\nall of it: {self.output}"
        return Failed(f"terraform {what} in {self.folder.name}: {why}{where}")

    def _code(self, *arguments: str) -> tuple[int, str]:
        """Run a command; give its exit code and what it said, as far as that went to a file."""
        if self.output is None:
            return self._ended(arguments, None), ""
        self.output.parent.mkdir(parents=True, exist_ok=True)
        with self.output.open("ab") as said:
            begun = said.tell()
            code = self._ended((arguments[0], "-no-color", *arguments[1:]), said)
        return code, self.output.read_bytes()[begun:].decode(errors="replace")

    def _ended(self, arguments: Sequence[str], said: IO[bytes] | None) -> int:
        process = subprocess.Popen(
            ["terraform", *arguments],
            cwd=self.folder,
            env=self._environment(),
            stdout=said,
            stderr=said and subprocess.STDOUT,
        )
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()  # it was told too: it writes its state down and gives its lock back
            raise

    def _environment(self) -> dict[str, str]:
        return {
            "TF_PLUGIN_CACHE_DIR": str(PLUGINS),
            **os.environ,
            "TF_DATA_DIR": str(self.data),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            **self.environment,
        }


def version() -> tuple[int, ...]:
    """Give Terraform's version; raise `Failed` where there is none."""
    try:
        answer = subprocess.run(
            ["terraform", "version", "-json"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as missing:
        raise Failed(f"there is no terraform: {HOW}") from missing
    text = str(json.loads(answer.stdout)["terraform_version"])
    return tuple(int(part) for part in text.partition("-")[0].split("."))


def ready() -> None:
    """Raise `Failed` where there is no Terraform, or one that is too old."""
    there = version()
    if there < NEEDED:
        raise Failed(f"this is Terraform {'.'.join(map(str, there))}: {HOW}")
