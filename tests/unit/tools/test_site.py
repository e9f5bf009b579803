"""The static files behind the front door."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools import site


@dataclass
class S3:
    """Objects with their type and how long they are kept."""

    objects: dict[str, tuple[str, str]] = field(default_factory=dict)

    def put_object(self, **request: Any) -> None:
        self.objects[request["Key"]] = (request["ContentType"], request["CacheControl"])


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
