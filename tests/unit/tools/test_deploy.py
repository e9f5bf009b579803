"""The steps of a deploy and of a stage's end, in their order, with a Terraform that only writes down what it is told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from tools.deploy import Way, deploy, plan
from tools.deployed import Stage
from tools.destroy import Protected, destroy
from tools.manifest import services
from tools.terraform import Failed

SERVICES: Final = list(services())
_SAYS: Final = """#!/bin/sh
# $SCENE holds `calls`, `fails` (states that can't be applied), `outputs` and a file a state that holds something
state=${TF_DATA_DIR#$SCENE/work/dev/}
case $1 in
  version) echo '{"terraform_version": "1.11.4"}'; exit ;;
  output) cat "$SCENE/outputs"; exit ;;
  show) [ -e "$SCENE/states/$state" ] && echo '{"values": {"root_module": {"resources": [1]}}}' || echo '{}'; exit ;;
  init) exit ;;
esac
echo "$1 $state" >> "$SCENE/calls"
mkdir -p "$SCENE/states/services"
if grep -qx "$state" "$SCENE/fails" 2>/dev/null; then
  echo "Error: the queue said no"
  touch "$SCENE/states/$state"
  exit 1
fi
case $1 in
  apply) touch "$SCENE/states/$state"; echo "Apply complete! Resources: 3 added, 0 changed, 0 destroyed." ;;
  destroy) rm "$SCENE/states/$state"; echo "Destroy complete! Resources: 3 destroyed." ;;
  plan) exit 2 ;;
esac
"""


@dataclass
class Aws:
    """What stands beside Terraform, as far as a deploy asks: parameters, aliases, files; all clients in one."""

    parameters: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    protected: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def __call__(self, _service: str) -> Aws:
        return self

    def get_parameters(self, *, Names: list[str]) -> dict[str, Any]:  # noqa: N803 - AWS's
        there = [name for name in Names if name in self.parameters]
        return {"Parameters": [{"Name": name, "Value": self.parameters[name]} for name in there]}

    def put_parameter(self, **request: Any) -> None:
        self.parameters[request["Name"]] = request["Value"]

    def delete_parameters(self, *, Names: list[str]) -> None:  # noqa: N803
        assert len(Names) <= 10, "SSM takes no more"
        for name in Names:
            del self.parameters[name]

    def generate_data_key_without_plaintext(self, **_: Any) -> dict[str, bytes]:
        return {"CiphertextBlob": b"sealed"}

    def get_paginator(self, operation: str) -> Any:
        self.done.append(operation)
        return self

    def paginate(self, Path: str = "") -> Iterator[dict[str, Any]]:  # noqa: N803
        yield {
            "Parameters": [{"Name": name} for name in self.parameters if name.startswith(Path)],
            "TableNames": ["xpense-dev-users", "xpense-prod-users", "else"],
        }

    def describe_table(self, *, TableName: str) -> dict[str, Any]:  # noqa: N803
        return {"Table": {"DeletionProtectionEnabled": TableName in self.protected}}

    def get_alias(self, *, FunctionName: str, **_: Any) -> dict[str, str]:  # noqa: N803
        return {"FunctionVersion": self.versions.get(FunctionName, "2")}

    def update_alias(self, **request: Any) -> None:
        if "FunctionVersion" in request:
            self.versions[request["FunctionName"]] = request["FunctionVersion"]

    def put_object(self, **request: Any) -> None:
        self.done.append(f"upload {request['Key']}")

    def create_invalidation(self, **_: Any) -> None:
        self.done.append("invalidate")


@dataclass
class Scene:
    """A stage `dev` in a folder, with its Terraform and its AWS."""

    folder: Path
    stage: Stage
    aws: Aws

    def calls(self) -> list[str]:
        """What Terraform was told since the last time."""
        file = self.folder / "calls"
        told = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return told

    def fails(self, *states: str) -> None:
        (self.folder / "fails").write_text("\n".join(states))

    def outputs(self, **changed: Any) -> None:
        told = {
            "owners_key": "key",
            "url": "https://front.example",
            "web_bucket": "web",
            "distribution": "D",
            "public_url_given": True,
            "functions": {},
        }
        values = {name: {"value": value} for name, value in {**told, **changed}.items()}
        (self.folder / "outputs").write_text(json.dumps(values))


@pytest.fixture(name="scene")
def a_stage_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    program = tmp_path / "bin" / "terraform"
    for name in ("bin", "manifest", "dist", "site"):
        (tmp_path / name).mkdir()
    program.write_text(_SAYS)
    program.chmod(0o755)
    for kind in ("platform", "service", "front_door"):
        (tmp_path / "roots" / kind).mkdir(parents=True)
        (tmp_path / "roots" / kind / "dev.tfvars").write_text(
            "# protect = true in prod\nprotect = false\n"
        )
    for service in SERVICES:
        embeds = ["users"] if service == "expenses" else []
        text = json.dumps({"package": {"embeds": embeds}})
        (tmp_path / "manifest" / f"{service}.json").write_text(text)
        (tmp_path / "dist" / f"{service}.zip").touch()
    (tmp_path / "site" / "index.html").touch()
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    aws = Aws()
    stage = Stage(
        "dev",
        "eu-central-1",
        aws,
        lambda of: {"key": of},
        roots=tmp_path / "roots",
        work=tmp_path / "work",
        manifests=tmp_path / "manifest",
        packages=tmp_path / "dist",
        site=tmp_path / "site",
        environment={"SCENE": str(tmp_path)},
    )
    scene = Scene(tmp_path, stage, aws)
    scene.outputs()
    return scene


NOW: Final = Way(bake=0, at_once=1)
ALL: Final = ["platform", *(f"services/{name}" for name in SERVICES), "front_door"]


def applies(*states: str) -> list[str]:
    return [f"apply {state}" for state in states]


def test_a_whole_stage_is_applied_from_the_platform_to_the_front_door(scene: Scene) -> None:
    assert deploy(scene.stage, (), NOW) is True

    assert scene.calls() == applies(*ALL)
    assert scene.aws.done == ["upload index.html", "invalidate"]
    assert scene.aws.parameters["/xpense/dev/settings/sealed_root"] == "c2VhbGVk"
    secret = scene.aws.parameters["/xpense/dev/settings/front_door_secret"]
    assert len(secret) >= 40

    deploy(scene.stage, (), NOW)

    assert scene.aws.parameters["/xpense/dev/settings/front_door_secret"] == secret


def test_services_that_could_not_know_the_front_doors_url_are_told(scene: Scene) -> None:
    scene.outputs(public_url_given=False)

    assert deploy(scene.stage, (), NOW) is True

    assert scene.calls() == applies(*ALL, *(f"services/{name}" for name in SERVICES))
    scene.aws.parameters["/xpense/dev/front_door/url"] = "https://front.example"
    deploy(scene.stage, (), NOW)
    assert scene.calls() == applies(*ALL), "they know it"


def test_when_one_service_fails_the_others_are_applied_nothing_goes_live_and_again_goes_on(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.outputs(functions={"f": {"function": "f", "version": "2", "alarms": []}})
    scene.aws.versions = {"f": "1"}
    scene.fails("services/users")

    with pytest.raises(Failed, match=r"(?s)the queue said no.*the same command goes on"):
        deploy(scene.stage, (), NOW)

    assert scene.calls() == applies(*ALL[:-1]), "the front door leads where it led"
    assert scene.aws.versions == {"f": "1"}
    assert "services/users: FAILED" in capsys.readouterr().out
    scene.fails()
    assert deploy(scene.stage, (), NOW) is True
    assert scene.aws.versions == {"f": "2"}


def test_what_the_platform_lacks_stops_everything(scene: Scene) -> None:
    scene.fails("platform")

    with pytest.raises(Failed):
        deploy(scene.stage, (), NOW)

    assert scene.calls() == applies("platform")


def test_one_service_is_applied_alone_and_those_that_hold_its_code_are_named(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.aws.parameters = {"/xpense/dev/platform": "{}", "/xpense/dev/services/users": "{}"}

    assert deploy(scene.stage, ["users"], NOW) is True

    assert scene.calls() == applies("services/users")
    said = capsys.readouterr().out
    assert "users: these hold code of it too and keep the old one: expenses\n" in said
    assert "front door" not in said


def test_a_new_service_is_said_to_be_reached_after_a_whole_deploy(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.aws.parameters = {"/xpense/dev/platform": "{}"}

    deploy(scene.stage, ["users"], NOW)

    assert "the front door leads to users after make deploy ENV=dev" in capsys.readouterr().out


def test_a_service_has_no_place_in_a_stage_that_is_not_there(scene: Scene) -> None:
    with pytest.raises(Failed, match=r"there is no stage dev in eu-central-1.*make deploy ENV=dev"):
        deploy(scene.stage, ["users"], NOW)

    assert scene.calls() == []


def test_a_missing_zip_is_told_before_anything_is_applied(scene: Scene) -> None:
    (scene.folder / "dist" / "users.zip").unlink()

    with pytest.raises(Failed, match=r"users\.zip: make package"):
        deploy(scene.stage, (), NOW)

    assert scene.calls() == []


def test_a_plan_of_nothing_names_what_can_be_planned_later(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    plan(scene.stage, ())

    assert scene.calls() == ["plan platform"]
    assert "services/users: can be planned once the platform is applied" in capsys.readouterr().out


def test_a_stage_ends_from_the_front_door_down(scene: Scene) -> None:
    deploy(scene.stage, (), NOW)
    scene.aws.parameters |= {f"/xpense/dev/settings/key_{number}": "x" for number in range(12)}
    scene.aws.parameters["/xpense/prod/settings/sealed_root"] = "another's"
    scene.calls()

    destroy(scene.stage, SERVICES, confirmed="dev", at_once=1)

    down = ["front_door", *(f"services/{name}" for name in reversed(SERVICES)), "platform"]
    assert scene.calls() == [f"destroy {state}" for state in down]
    assert scene.aws.parameters == {"/xpense/prod/settings/sealed_root": "another's"}
    destroy(scene.stage, (), confirmed="dev", at_once=1)
    assert scene.calls() == [], "nothing is there"


def test_a_stage_that_came_up_half_way_ends_well(scene: Scene) -> None:
    scene.fails("services/users")
    with pytest.raises(Failed):
        deploy(scene.stage, (), NOW)
    scene.fails()
    scene.calls()

    destroy(scene.stage, (), confirmed="dev", at_once=1)

    told = scene.calls()
    assert "destroy services/users" in told
    assert "destroy front_door" not in told


def test_an_end_that_was_cut_off_goes_on(scene: Scene) -> None:
    deploy(scene.stage, (), NOW)
    scene.fails("services/users")
    scene.calls()
    with pytest.raises(Failed):
        destroy(scene.stage, (), confirmed="dev", at_once=1)
    assert "destroy platform" not in scene.calls(), "what services need stays as long as they are"
    scene.fails()

    destroy(scene.stage, (), confirmed="dev", at_once=1)

    assert scene.calls() == ["destroy services/users", "destroy platform"]


def test_a_protected_stage_is_refused_before_anything(scene: Scene) -> None:
    (scene.folder / "roots" / "service" / "dev.tfvars").write_text("  protect=true\n")

    with pytest.raises(Protected, match=r"nothing was removed: protect = true in .*service/dev"):
        destroy(scene.stage, (), confirmed="dev", at_once=1)

    assert scene.calls() == []


def test_tables_that_refuse_are_found_before_anything(scene: Scene) -> None:
    scene.aws.protected = ["xpense-dev-users", "xpense-prod-users"]

    with pytest.raises(Protected, match=r"nothing was removed: xpense-dev-users\."):
        destroy(scene.stage, (), confirmed="dev", at_once=1)

    assert scene.calls() == []


def test_a_service_without_code_is_not_left_behind(scene: Scene) -> None:
    with pytest.raises(Protected, match="no code of payments"):
        destroy(scene.stage, [*SERVICES, "payments"], confirmed="dev", at_once=1)

    assert scene.calls() == []


@pytest.mark.parametrize("said", ["", "prod", "yes"])
def test_nothing_ends_without_its_name(scene: Scene, said: str) -> None:
    with pytest.raises(Protected, match="CONFIRM=dev"):
        destroy(scene.stage, (), confirmed=said, at_once=1)

    assert scene.calls() == []
