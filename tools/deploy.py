"""Deploys a stage, or some services of it: `make deploy ENV=dev [SERVICE=expenses]`, `make plan`, `make destroy`.

The order is platform, services from low to high, front door; each has a state of its own. Between them stands what
Terraform should not know: the stage's root secret, made and sealed by KMS without ever being seen, and the front door's
secret. A service's new version goes live by tools/rollout.py. docs/deploying.md is the manual.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools import rollout, site, state_bucket, terraform
from tools.deployed import Stage, complete
from tools.destroy import Protected, destroy, unlock
from tools.manifest import services
from tools.side_by_side import AT_ONCE, applied
from tools.stages import REGION, aws, explained
from tools.state_bucket import NotOurs, States
from tools.terraform import Failed

_PLACES: Final = ("roots", "work", "manifests", "packages", "site")


@dataclass(frozen=True, slots=True)
class Way:
    """How new versions go live, and how many services are applied at once."""

    bake: float = 300
    despite: bool = False
    at_once: int = AT_ONCE


def deploy(stage: Stage, chosen: Sequence[str], way: Way) -> bool:
    """Apply a whole stage, or the chosen services alone; False when a rollout was taken back.

    Raises `Failed` where something could not be applied: what was applied stays, and running it again goes on.
    """
    complete(stage, chosen or services(), site=not chosen)
    if chosen:
        return _some(stage, chosen, way)
    applied(stage, {"platform": stage.platform()}, 1)
    stage.settings()
    before = stage.url()
    if not _all_live(stage, services(), way):
        return False  # the front door stays as it is, in front of what ran before
    front_door = stage.front_door()
    applied(stage, {"front_door": front_door}, 1)
    outputs = front_door.outputs()
    _fill(stage, outputs)
    if outputs["url"] == before or _tell(
        stage, way if before else Way(0, way.despite, way.at_once)
    ):
        print(f"{stage.name} is {outputs['url']}")
        return True
    return False


def _some(stage: Stage, chosen: Sequence[str], way: Way) -> bool:
    """Apply services, and nothing else."""
    if not stage.stands():
        where = f"there is no stage {stage.name} in {stage.region} of this account yet"
        raise Failed(f"{where}: make deploy ENV={stage.name}")
    for service in chosen:
        _tell_embedding(stage, service, chosen)
    fresh = [service for service in chosen if not stage.knows(service)]
    done = _all_live(stage, chosen, way)
    if fresh:
        told = f"the front door leads to {', '.join(fresh)} after make deploy ENV={stage.name}"
        print(f"{told}, without SERVICE=")
    return done


def _tell(stage: Stage, way: Way) -> bool:
    """Apply the services once more, that now can know the front door's URL; not those whose file names one."""
    told = [one for one in services() if not stage.service(one).outputs()["public_url_given"]]
    if told:
        print("the front door has its address now: the services are told")
    return _all_live(stage, told, way)


def _fill(stage: Stage, front_door: Mapping[str, Any]) -> None:
    """Upload the static files, and let CloudFront forget the old ones."""
    count = site.upload(stage.client("s3"), front_door["web_bucket"], stage.site)
    stage.client("cloudfront").create_invalidation(
        DistributionId=front_door["distribution"],
        InvalidationBatch={
            "Paths": {"Quantity": 1, "Items": ["/*"]},
            "CallerReference": secrets.token_hex(8),
        },
    )
    print(f"{count} static files uploaded")


def _all_live(stage: Stage, names: Sequence[str], way: Way) -> bool:
    """Apply services, several at once, and then roll their new versions out, one after the other from low to high."""
    roots = {f"services/{name}": stage.service(name) for name in names}
    applied(stage, roots, way.at_once)
    return all(_live(stage, name, way) for name in names)


def _live(stage: Stage, service: str, way: Way) -> bool:
    wanted = rollout.Function.all_of(stage.service(service).outputs()["functions"])
    moves = rollout.Rollout(
        stage.client("lambda"),
        stage.client("cloudwatch"),
        say=lambda text: print(f"{service}: {text}", flush=True),
    )
    return moves.run(wanted, bake=way.bake, despite=way.despite)


def _tell_embedding(stage: Stage, service: str, chosen: Sequence[str]) -> None:
    """Services above hold this one's code too, and keep the old one until they are deployed themselves."""
    above = [name for name in services() if service in _embeds(stage, name) and name not in chosen]
    if above:
        print(
            f"{service}: these hold code of it too and keep the old one: {', '.join(above)}",
            flush=True,
        )


def _embeds(stage: Stage, service: str) -> list[str]:
    path = stage.manifests / f"{service}.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"package": {}}
    found: list[str] = manifest["package"].get("embeds", [])
    return found


def plan(stage: Stage, chosen: Sequence[str]) -> None:
    """Show what a deploy would do. What is not applied yet can't be planned by those that build on it."""
    complete(stage, chosen or services(), site=False)
    stands = stage.stands()
    roots = {f"services/{name}": stage.service(name) for name in chosen or services()}
    if not chosen:
        roots = {"platform": stage.platform(), **roots, "front_door": stage.front_door()}
    found = {}
    for name, root in roots.items():
        if name != "platform" and not stands:
            found[name] = "can be planned once the platform is applied"
            continue
        if name == "front_door" and not stage.url():
            found[name] = "not there yet; can be planned once the services are applied"
            continue
        root.init()
        print(f"\n== {name}", flush=True)
        found[name] = "changes" if root.shown_plan() else "no changes"
    print("\n" + "\n".join(f"{name}: {what}" for name, what in found.items()))


def _stage(given: argparse.Namespace) -> tuple[Stage, States]:
    """Give the stage that the command line names, and where its states lie; the bucket is made if need be."""
    terraform.ready()
    client = aws(given.region)
    account = client("sts").get_caller_identity()["Account"]
    bucket = given.state_bucket or f"xpense-state-{account}"
    states = States(client("s3"), bucket, given.stage, given.region)
    places = {name: getattr(given, name) for name in _PLACES if getattr(given, name)}
    stage = Stage(given.stage, given.region, client, states.backend, **places)
    complete(stage, [], site=False)
    head = "ready to work on" if given.what == "check" else given.what
    where = f"{given.stage} in {given.region} of the account {account}"
    print(f"{head} {where}, states in {bucket}", flush=True)
    there = state_bucket.there(states.client, bucket, region=given.region, account=account)
    if given.what in {"plan", "deploy"}:
        state_bucket.make(states.client, bucket, region=given.region, there=there, say=print)
    elif given.what != "check" and not there:
        raise Failed(f"there is no bucket {bucket}: nothing was deployed from this account yet")
    return stage, states


def _done(given: argparse.Namespace) -> bool:
    stage, states = _stage(given)
    way = Way(given.bake, given.despite_alarms, given.at_once)
    if given.what == "deploy":
        return deploy(stage, given.service, way)
    if given.what == "plan":
        plan(stage, given.service)
    elif given.what == "destroy":
        destroy(stage, states.services(), confirmed=given.confirm, at_once=given.at_once)
    elif given.what == "unlock":
        unlock(states, confirmed=given.confirm)
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["check", "plan", "deploy", "destroy", "unlock"])
    parser.add_argument("stage", help="dev or prod, or whatever has .tfvars files")
    parser.add_argument("--service", action="append", default=[], choices=services())
    parser.add_argument("--region", default=REGION)
    parser.add_argument("--state-bucket", default="", help="default: xpense-state-<account>")
    parser.add_argument("--bake", type=float, default=300, help="seconds of a rollout's first step")
    parser.add_argument("--despite-alarms", action="store_true", help="of those that ring already")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="services applied at once")
    parser.add_argument("--confirm", default="", help="the stage's name, where it would be asked")
    for place in _PLACES:
        parser.add_argument(f"--{place}", type=Path, help="another folder than the usual one")
    return parser.parse_args()


def main() -> int:
    """Do what the command line says; 1 when a rollout was taken back or something failed."""
    given = _arguments()
    again = f"make {given.what} ENV={given.stage}"
    try:
        with explained():
            return 0 if _done(given) else 1
    except rollout.RangAlready as ringing:
        why = "these alarms ring already, and nobody could tell what a new version does"
        print(f"not begun: {why}: {ringing}\nDESPITE_ALARMS=yes goes on", file=sys.stderr)
    except (Failed, NotOurs, Protected) as failure:
        print(f"stopped: {failure}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"interrupted; {again} goes on where this ended", file=sys.stderr)
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
