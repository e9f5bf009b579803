"""The states' bucket: closed, versioned, encrypted, of this account and region; and who holds which state."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tools import state_bucket
from tools.state_bucket import NotOurs, States

NAME = "xpense-state-1"
HERE = "eu-central-1"


@dataclass
class S3:
    """A bucket with its owner and region, and what was asked of it."""

    owner: str = ""
    place: str | None = HERE
    settings: dict[str, Any] = field(default_factory=dict)
    objects: dict[str, Any] = field(default_factory=dict)
    fails_at: str = ""

    def head_bucket(self, **request: Any) -> None:
        if request["ExpectedBucketOwner"] != self.owner:
            code = "403" if self.owner else "404"
            raise ClientError({"Error": {"Code": code, "Message": ""}}, "HeadBucket")

    def get_bucket_location(self, **_: Any) -> dict[str, Any]:
        return {"LocationConstraint": self.place}

    def create_bucket(self, **request: Any) -> None:
        self.owner = "1"
        self.settings["made"] = request.get("CreateBucketConfiguration")

    def get_bucket_versioning(self, **_: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.settings.get("put_bucket_versioning", {})
        return found.get("VersioningConfiguration", {})  # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Any:
        def put(**request: Any) -> None:
            if name == self.fails_at:
                raise ConnectionError
            self.settings[name] = request

        return put

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, *, Prefix: str, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803 - AWS's
        yield {"Contents": [{"Key": key} for key in self.objects if key.startswith(Prefix)]}

    def get_object(self, **request: Any) -> dict[str, Any]:
        return {"Body": io.BytesIO(json.dumps(self.objects[request["Key"]]).encode())}

    def delete_object(self, **request: Any) -> None:
        del self.objects[request["Key"]]


def make(s3: S3, region: str = HERE) -> None:
    there = state_bucket.there(s3, NAME, region=region, account="1")
    state_bucket.make(s3, NAME, region=region, there=there, say=lambda _: None)


def test_the_states_lie_in_a_bucket_that_is_closed_versioned_and_encrypted() -> None:
    s3 = S3()

    make(s3)

    assert s3.settings["made"] == {"LocationConstraint": HERE}
    closed = s3.settings["put_public_access_block"]["PublicAccessBlockConfiguration"]
    assert len(closed) == 4
    assert set(closed.values()) == {True}
    assert s3.get_bucket_versioning() == {"Status": "Enabled"}
    (statement,) = json.loads(s3.settings["put_bucket_policy"]["Policy"])["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    (rule,) = s3.settings["put_bucket_lifecycle_configuration"]["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}, "they hold secrets"


def test_the_first_region_is_not_told_to_s3() -> None:
    s3 = S3(place=None)

    make(s3, "us-east-1")

    assert s3.settings["made"] is None


def test_a_bucket_that_is_there_is_left_as_it_is() -> None:
    s3 = S3()
    make(s3)
    s3.settings.pop("put_bucket_policy")

    make(s3)

    assert "put_bucket_policy" not in s3.settings


def test_a_bucket_whose_making_was_cut_off_is_finished() -> None:
    s3 = S3(fails_at="put_bucket_policy")
    with pytest.raises(ConnectionError):
        make(s3)
    s3.fails_at = ""

    make(s3)

    assert "put_bucket_policy" in s3.settings
    assert s3.get_bucket_versioning() == {"Status": "Enabled"}


def test_a_name_that_another_account_took_is_not_used() -> None:
    with pytest.raises(NotOurs, match="not this account's"):
        make(S3(owner="2"))


def test_states_of_another_region_are_named() -> None:
    with pytest.raises(NotOurs, match="REGION=eu-west-1"):
        make(S3(owner="1", place="eu-west-1"))


def test_locks_say_who_holds_them_and_are_forgotten_by_name() -> None:
    lock = {"ID": "1", "Who": "me@here", "Operation": "OperationTypeApply"}
    s3 = S3(objects={"dev/services/users.tfstate.tflock": lock, "prod/platform.tfstate.tflock": {}})
    states = States(s3, NAME, "dev", HERE)

    assert states.locks() == {"services/users": lock}

    states.unlock("services/users")
    assert states.locks() == {}
    assert list(s3.objects) == ["prod/platform.tfstate.tflock"]


def test_services_with_a_state_are_found_without_their_code() -> None:
    states: dict[str, Any] = {
        "dev/services/gone.tfstate": {"resources": [{}]},
        "dev/services/empty.tfstate": {},
    }

    assert States(S3(objects=states), NAME, "dev", HERE).services() == ["gone"]


def test_the_backend_locks_and_encrypts_each_state_by_itself() -> None:
    told = States(S3(), NAME, "dev", HERE).backend("services/users")

    assert told["key"] == "dev/services/users.tfstate"
    assert (told["use_lockfile"], told["encrypt"]) == ("true", "true")
