"""The bill of materials says what is in a zip, and the audit never takes silence for an answer."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from tools import audit, package, sbom
from tools.requirements import Pin, closure, host_target, names_for

PINS = (Pin("one", "1.0"), Pin("two", "2.0"))


@pytest.fixture(scope="module", name="bill")
def users_bill() -> str:
    return sbom.bill("users", host_target())


def test_a_bill_is_valid_and_the_same_each_time(bill: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    assert sbom.bill("users", host_target()) == bill


def test_a_bill_names_every_package_of_the_zip_and_no_other(bill: str, tmp_path: Path) -> None:
    made = package.build("users", host_target(), tmp_path)
    with zipfile.ZipFile(made) as archive:
        shipped = {
            canonicalize_name(name.split("-")[0])
            for name in archive.namelist()
            if name.split("/")[0].endswith(".dist-info")
        }
    told = json.loads(bill)

    names = {one["name"] for one in told["components"]}

    assert (
        names
        == shipped
        == {canonicalize_name(pin.name) for pin in closure(names_for("users"), host_target())}
    )
    for one in told["components"]:
        assert one["licenses"], f"{one['name']} states no licence"
        assert [len(each["content"]) for each in one["hashes"]] == [64]


def test_a_bill_tells_who_needs_whom(bill: str) -> None:
    told = {one["ref"]: one.get("dependsOn", []) for one in json.loads(bill)["dependencies"]}
    urls = {one["name"]: one["bom-ref"] for one in json.loads(bill)["components"]}

    asked = {canonicalize_name(name) for name in names_for("users")}

    assert set(told["xpense-users"]) == {urls[name] for name in asked & urls.keys()}
    assert urls["pydantic-core"] in told[urls["pydantic"]]
    assert told[urls["chalice"]] == []  # its router needs nothing


def test_an_audit_that_saw_all_and_found_nothing_is_well() -> None:
    report = {"dependencies": [{"name": p.name, "version": p.version, "vulns": []} for p in PINS]}

    assert audit.understand(json.dumps(report), PINS) == audit.Answer((), ())
    assert audit.understand(json.dumps(report), PINS).code == 0


def test_an_audit_names_what_is_broken_and_what_mends_it() -> None:
    flaw = {"id": "GHSA-1", "fix_versions": ["1.1"]}
    report = {
        "dependencies": [
            {"name": "one", "version": "1.0", "vulns": [flaw]},
            {"name": "two", "version": "2.0", "vulns": [{"id": "GHSA-2", "fix_versions": []}]},
        ]
    }

    answer = audit.understand(json.dumps(report), PINS)

    assert answer.vulnerable == (
        "one 1.0: GHSA-1 (fixed in 1.1)",
        "two 2.0: GHSA-2 (fixed in no fix yet)",
    )
    assert answer.code == audit.VULNERABLE


@pytest.mark.parametrize(
    "report",
    [
        "",
        '{"dependencies": []}',
        '{"dependencies": [{"name": "one", "version": "1.0", "vulns": []}]}',
        '{"dependencies": [{"name": "one", "version": "1.0", "vulns": []}, {"name": "two", "skip_reason": "no"}]}',
    ],
)
def test_an_audit_without_an_answer_is_not_well(report: str) -> None:
    answer = audit.understand(report, PINS)

    assert "two==2.0" in answer.unseen
    assert answer.code == audit.NOT_LOOKED_AT


def test_the_audit_asks_for_every_package_of_every_zip() -> None:
    names = {canonicalize_name(pin.name) for pin in audit.shipped()}

    assert {"cryptography", "pydantic", "argon2-cffi", "google-re2"} <= names
    assert "boto3" not in names
