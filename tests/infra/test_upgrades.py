"""The commands on a stage that stands: a service deployed alone, going back, going on after an end in the middle.

They come after test_stage.py, which looks at a stage as it was brought up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Final

import pytest

from tests.infra import leftovers, stage
from tests.infra.stage import STAGE, Applied
from tools.reach import ROOT

in_full = pytest.mark.skipif(
    not os.environ.get("XPENSE_FULL"),
    reason="minutes of the provider's waiting: make test-all FAMILY=walks",
)
pytestmark = [pytest.mark.infra, pytest.mark.timeout(1800)]

SERVICE: Final = "analytics"
"""The smallest one."""
PREFIX: Final = f"xpense-{STAGE}-"


@pytest.fixture(name="packed")
def the_zip_of_the_service(applied: Applied) -> Path:
    return applied.stage.packages / f"{SERVICE}.zip"


def functions(applied: Applied) -> list[str]:
    return [PREFIX + name.replace("_", "-") for name in applied.manifests[SERVICE]["functions"]]


def aliases(applied: Applied) -> dict[str, tuple[str, dict[str, float]]]:
    """Where the aliases of the service stand: the version, and the shares of others."""
    client = applied.client("lambda")
    found = {}
    for name in functions(applied):
        alias = client.get_alias(FunctionName=name, Name="live")
        shares = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights", {})
        found[name] = (alias["FunctionVersion"], shares)
    return found


def newest(applied: Applied) -> dict[str, int]:
    client = applied.client("lambda")
    return {
        name: len(client.list_versions_by_function(FunctionName=name)["Versions"]) - 1
        for name in functions(applied)
    }


def everything_else(applied: Applied) -> dict[str, Any]:
    """What other services have: their states, and their functions with code, version and settings."""
    pages = applied.client("s3").get_paginator("list_objects_v2").paginate(Bucket=stage.BUCKET)
    states = {one["Key"]: one["ETag"] for page in pages for one in page.get("Contents", ())}
    listed = applied.client("lambda").get_paginator("list_functions").paginate()
    every = {one["FunctionName"]: one for page in listed for one in page["Functions"]}
    mine = f"{PREFIX}{SERVICE}-"
    return {
        **{name: one for name, one in states.items() if SERVICE not in name},
        **{name: one for name, one in every.items() if not name.startswith(mine)},
    }


def test_a_service_deployed_again_without_a_change_stays_as_it_is(applied: Applied) -> None:
    before, versions, others = aliases(applied), newest(applied), everything_else(applied)

    said = applied.run("deploy", "--service", SERVICE)

    assert said.code == 0, said.text
    assert f"services/{SERVICE}: 0 added, 0 changed, 0 destroyed" in said.text
    assert "every function runs its newest version" in said.text
    assert (aliases(applied), newest(applied)) == (before, versions)
    assert everything_else(applied) == others


@in_full
def test_an_alarm_takes_a_new_version_out_of_all_functions_and_the_next_deploy_brings_it_again(
    applied: Applied, packed: Path
) -> None:
    before, others = aliases(applied), everything_else(applied)
    stage.pack(packed, "one that fails")
    alarms = applied.client("cloudwatch")
    alarm = f"{functions(applied)[-1]}-errors"
    rung = threading.Thread(target=_ring_once_it_is_tried, args=(applied, alarm))
    rung.start()

    back = applied.run("deploy", "--service", SERVICE, "--bake", "60")
    rung.join()

    assert back.code == 1, back.text
    assert f"{len(before)} functions: taken back: {alarm}" in back.text
    assert aliases(applied) == before
    assert everything_else(applied) == others, "a service's deploy touches that service alone"

    refused = applied.run("deploy", "--service", SERVICE, "--bake", "0")

    assert refused.code == 1
    assert f"these alarms ring already, and nobody could tell what a new version does: {alarm}" in (
        refused.text
    )
    assert aliases(applied) == before

    alarms.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="mended")
    mended = applied.run("deploy", "--service", SERVICE, "--bake", "1")

    assert mended.code == 0, mended.text
    assert aliases(applied) == {name: (str(one), {}) for name, one in newest(applied).items()}
    assert {version for version, _ in aliases(applied).values()} == {"2"}


def _ring_once_it_is_tried(applied: Applied, alarm: str) -> None:
    """Ring as soon as every function gives a tenth of its calls away."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if all(set(shares.values()) == {0.1} for _, shares in aliases(applied).values()):
            break
        time.sleep(0.5)
    applied.client("cloudwatch").set_alarm_state(
        AlarmName=alarm, StateValue="ALARM", StateReason="the new version fails"
    )


@in_full
def test_a_deploy_that_was_killed_half_way_goes_on_once_its_lock_is_forgotten(
    applied: Applied, packed: Path
) -> None:
    live = {int(version) for version, _ in aliases(applied).values()}
    stage.pack(packed, "one that is cut off")
    process = subprocess.Popen(
        applied.command("deploy", "--service", SERVICE, "--bake", "0"),
        cwd=ROOT,
        env=applied.process_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _wait_until(lambda: f"services/{SERVICE}" in applied.states.locks())
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert {int(version) for version, _ in aliases(applied).values()} == live

    held_up = applied.run("deploy", "--service", SERVICE, "--bake", "0")

    assert held_up.code == 1
    assert "Error acquiring the state lock" in held_up.text
    assert f"make unlock ENV={STAGE}" in held_up.text
    assert applied.run("unlock").code == 1, "nobody confirmed"
    unlocked = applied.run("unlock", "--confirm", STAGE)
    assert unlocked.code == 0, unlocked.text
    assert f"services/{SERVICE}: OperationTypeApply" in unlocked.text

    again = applied.run("deploy", "--service", SERVICE, "--bake", "0")

    assert again.code == 0, again.text
    assert {int(version) for version, _ in aliases(applied).values()} == {max(live) + 1}


def _wait_until(done: Any) -> None:
    deadline = time.monotonic() + 120
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_protected_stage_is_refused_before_anything_is_removed(applied: Applied) -> None:
    before = everything_else(applied)

    prod = applied.run("destroy", "prod", "--confirm", "prod")

    assert prod.code == 1
    assert "prod is protected, nothing was removed: protect = true in" in prod.text
    dynamo = applied.client("dynamodb")
    table = PREFIX + applied.manifests[SERVICE]["tables"][0]["name"]
    dynamo.update_table(TableName=table, DeletionProtectionEnabled=True)
    stubborn = applied.run("destroy", "--confirm", STAGE)
    dynamo.update_table(TableName=table, DeletionProtectionEnabled=False)
    assert stubborn.code == 1
    assert f"still refuse to be deleted, nothing was removed: {table}" in stubborn.text
    unasked = applied.run("destroy")
    assert unasked.code == 1
    assert f"CONFIRM={STAGE} says that it is meant" in unasked.text
    assert everything_else(applied) == before


def test_a_plan_changes_nothing_and_says_so(applied: Applied) -> None:
    said = applied.run("plan", "--service", SERVICE)

    assert said.code == 0, said.text
    assert said.text.rstrip().endswith(f"services/{SERVICE}: no changes")


@in_full
def test_a_stage_that_is_not_there_is_told_how_to_become(applied: Applied) -> None:
    for kind in ("platform", "service", "front_door"):
        file = applied.stage.roots / kind / "blank.tfvars"
        text = (applied.stage.roots / kind / f"{STAGE}.tfvars").read_text(encoding="utf-8")
        file.write_text(text.replace(f'"{STAGE}"', '"blank"'), encoding="utf-8")

    alone = applied.run("deploy", "blank", "--service", SERVICE)
    planned = applied.run("plan", "blank")

    assert alone.code == 1
    assert "make deploy ENV=blank" in alone.text
    assert planned.code == 0, planned.text
    assert "platform: changes" in planned.text
    assert f"services/{SERVICE}: can be planned once the platform is applied" in planned.text


def test_a_stage_ends_by_its_command_and_leaves_nothing(applied: Applied) -> None:
    """The last one: no test can use the stage after it, and none has to wait for its end."""
    leftovers.end(applied)
