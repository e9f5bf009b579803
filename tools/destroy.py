"""Removes a stage: front door, services from high to low, platform, settings. A protected one is refused before anything."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from tools.deployed import Stage, complete
from tools.manifest import services
from tools.side_by_side import destroyed
from tools.state_bucket import States
from tools.terraform import Root


class Protected(RuntimeError):
    """The stage is protected, or nobody confirmed: nothing was removed."""


def destroy(stage: Stage, held: Sequence[str], *, confirmed: str, at_once: int) -> None:
    """Remove a stage and its data; `held` names the services that have a state. Raises `Protected`."""
    refuse(stage, held)
    without = _without_code(stage)
    complete(without, services(), site=False)
    _ask(stage.name, f"Remove the stage {stage.name} and all its data, for good?", confirmed)
    destroyed(stage, {"front_door": stage.front_door()}, 1)
    roots: dict[str, Root] = {
        f"services/{name}": without.service(name) for name in reversed(services())
    }
    destroyed(stage, roots, at_once)
    destroyed(stage, {"platform": stage.platform()}, 1)
    names = stage.forget_settings()
    print(f"settings: {len(names)} deleted")
    print(f"{stage.name} is gone. Its keys wait out their days in KMS, its states are empty")


def refuse(stage: Stage, held: Sequence[str]) -> None:
    """Raise `Protected` for a stage that can't be removed whole."""
    files = stage.protected_by()
    if files:
        named = ", ".join(str(path) for path in files)
        raise Protected(
            f"{stage.name} is protected, nothing was removed: protect = true in {named}"
        )
    tables = list(stage.stubborn_tables())
    if tables:
        why = f"these tables still refuse to be deleted, nothing was removed: {', '.join(tables)}"
        raise Protected(f"{why}. Their stage was protected: make deploy ENV={stage.name} first")
    strangers = sorted(set(held) - set(services()))
    if strangers:
        why = f"this commit has no code of {', '.join(strangers)}, which the stage has"
        raise Protected(f"{why}: destroy it from a commit that does; nothing was removed")


def _ask(name: str, question: str, confirmed: str) -> None:
    """Let somebody write the stage's name, unless the command line gave it."""
    if confirmed == name:
        return
    if confirmed or not sys.stdin.isatty():
        raise Protected(f"nothing was done: CONFIRM={name} says that it is meant")
    if input(f"{question} Write its name: ").strip() != name:
        raise Protected("nothing was done")


def _without_code(stage: Stage) -> Stage:
    """The same stage with empty zips: Terraform reads them even of functions that go."""
    folder = stage.work / stage.name / "no-code"
    folder.mkdir(parents=True, exist_ok=True)
    for service in services():
        (folder / f"{service}.zip").touch()
    return replace(stage, packages=folder)


def unlock(states: States, *, confirmed: str) -> None:
    """Forget the locks of a stage's states, which a killed run has left."""
    locks = states.locks()
    if not locks:
        print("no state is locked")
        return
    for of, lock in locks.items():
        holder = f"{lock.get('Who', 'somebody')} since {lock.get('Created', 'some time')}"
        print(f"{of}: {lock.get('Operation', 'locked')} by {holder}", flush=True)
    _ask(states.stage, "Does none of these run any more?", confirmed)
    for of in locks:
        states.unlock(of)
    print(f"{len(locks)} unlocked")
