"""The steps of a deploy that Terraform does not do: the state's bucket, the stage's secrets, the static files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools import deploy, site


@dataclass
class S3:
    """Buckets and objects as they were asked for."""

    buckets: list[str] = field(default_factory=list)
    objects: dict[str, tuple[str, str]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    def list_buckets(self) -> dict[str, Any]:
        return {"Buckets": [{"Name": name} for name in self.buckets]}

    def create_bucket(self, **request: Any) -> None:
        self.buckets.append(request["Bucket"])

    def put_public_access_block(self, **request: Any) -> None:
        self.settings["public"] = request["PublicAccessBlockConfiguration"]

    def put_bucket_versioning(self, **request: Any) -> None:
        self.settings["versioning"] = request["VersioningConfiguration"]

    def put_bucket_encryption(self, **request: Any) -> None:
        self.settings["encryption"] = request["ServerSideEncryptionConfiguration"]

    def put_bucket_policy(self, **request: Any) -> None:
        self.settings["policy"] = json.loads(request["Policy"])

    def put_object(self, **request: Any) -> None:
        self.objects[request["Key"]] = (request["ContentType"], request["CacheControl"])


def test_the_states_lie_in_a_bucket_that_is_closed_versioned_and_encrypted() -> None:
    s3 = S3()

    deploy.state_bucket(s3, "xpense-state-1", "eu-central-1")

    assert s3.buckets == ["xpense-state-1"]
    assert set(s3.settings["public"].values()) == {True}
    assert s3.settings["versioning"] == {"Status": "Enabled"}
    (statement,) = s3.settings["policy"]["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_bucket_that_is_there_is_left_as_it_is() -> None:
    s3 = S3(["xpense-state-1"])

    deploy.state_bucket(s3, "xpense-state-1", "eu-central-1")

    assert s3.settings == {}


def test_static_files_have_types_and_only_hashed_ones_are_kept_for_ever(tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "docs", "openapi.json", "assets/app-3f2a.js", "strange.bin"):
        (tmp_path / name).write_bytes(b"x")
    s3 = S3()

    assert site.upload(s3, "web", tmp_path) == 5

    assert s3.objects["index.html"] == ("text/html; charset=utf-8", "no-cache")
    assert s3.objects["docs"] == ("text/html; charset=utf-8", "no-cache")
    assert s3.objects["openapi.json"] == ("application/json", "no-cache")
    assert s3.objects["strange.bin"] == ("application/octet-stream", "no-cache")
    kind, kept = s3.objects["assets/app-3f2a.js"]
    assert kind == "text/javascript"
    assert "immutable" in kept
