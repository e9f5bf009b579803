"""Ask what is known to be broken in the packages that the zips ship.

`python -m tools.audit` lets pip-audit look at the pins of every service (PyPI's advisories by default, `--source osv` for
OSV). It fails on each vulnerability, and also where a package could not be looked at: silence is no answer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from tools.manifest import services
from tools.requirements import Pin, closure, names_for

VULNERABLE: Final = 1
NOT_LOOKED_AT: Final = 2


class Answer(NamedTuple):
    """What is known: vulnerabilities as lines, and the packages that nobody could look at."""

    vulnerable: tuple[str, ...]
    unseen: tuple[str, ...]

    @property
    def code(self) -> int:
        """The exit code: 0 only when everything was looked at and nothing is known."""
        if self.vulnerable:
            return VULNERABLE
        return NOT_LOOKED_AT if self.unseen else 0


def shipped() -> tuple[Pin, ...]:
    """Give every third-party package of any zip, once."""
    return tuple(sorted({pin for service in services() for pin in closure(names_for(service))}))


def understand(report: str, pins: tuple[Pin, ...]) -> Answer:
    """Read pip-audit's JSON for what was asked; a package that it does not name was not looked at."""
    vulnerable, seen = [], set()
    for one in json.loads(report or "{}").get("dependencies", []):
        if "skip_reason" in one:
            continue
        seen.add(one["name"].lower())
        for flaw in one.get("vulns", []):
            fixed = ", ".join(flaw.get("fix_versions", [])) or "no fix yet"
            vulnerable.append(f"{one['name']} {one['version']}: {flaw['id']} (fixed in {fixed})")
    unseen = tuple(str(pin) for pin in pins if pin.name.lower() not in seen)
    return Answer(tuple(vulnerable), unseen)


def ask(pins: tuple[Pin, ...], source: str) -> Answer:
    """Let pip-audit look at the pins."""
    with tempfile.TemporaryDirectory() as here:
        names = Path(here) / "shipped.txt"
        lines = [f"{pin} {' '.join(f'--hash={one}' for one in pin.hashes)}\n" for pin in pins]
        names.write_text("".join(lines), encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(names), "--disable-pip"]
        command += ["--require-hashes", "--format", "json", "--progress-spinner", "off"]
        command += ["--vulnerability-service", source]
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if not answer.stdout.strip():
        print(answer.stderr.strip()[-1_000:], file=sys.stderr)
    return understand(answer.stdout, pins)


def main() -> None:
    """Print what is known, and exit with 1 for vulnerabilities, 2 where something was not looked at."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", choices=["pypi", "osv"], default="pypi")
    pins = shipped()
    answer = ask(pins, parser.parse_args().source)
    for line in answer.vulnerable:
        print(line)
    if answer.unseen:
        print(f"not looked at: {', '.join(answer.unseen)}", file=sys.stderr)
    print(f"{len(pins) - len(answer.unseen)} of {len(pins)} packages looked at, ", end="")
    print(f"{len(answer.vulnerable)} known vulnerabilities")
    sys.exit(answer.code)


if __name__ == "__main__":
    main()
