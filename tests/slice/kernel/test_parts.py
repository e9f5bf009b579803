"""Walking an owner's part: pages of every size, versions, and files larger than one part of an upload."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, ClassVar, cast

import pytest
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.kernel import aws, parts, tables
from chalicelib.kernel.clock import now
from chalicelib.kernel.ids import new_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings
from chalicelib.kernel.tables import Key, Raw, Row, TableSpec, WholeNumber
from chalicelib.kernel.vault import Vault
from chalicelib.security import api as security
from tests.support.cloud import Cloud

pytestmark = pytest.mark.slice
SPEC = TableSpec("parts-test", ledger=False)


class ThingRow(Row):
    name = BinaryAttribute(legacy_encoding=False, null=True)
    hint = UnicodeAttribute(null=True)
    n = WholeNumber()
    ttl = WholeNumber(null=True)


def beside(row: Raw) -> Iterator[Key]:
    if "hint" in row:
        yield (row["hint"]["S"], "HINT")


PART = parts.Part(
    service="parts-test",
    spec=SPEC,
    kinds=(
        parts.Kind(
            name="things", prefix="THG#", about="Things.", row=ThingRow, opened={"name": "text"}
        ),
    ),
    files=(
        parts.Files(bucket=lambda: settings().bulk_bucket, prefix=parts.prefix_of("", "/things/")),
    ),
    beside=beside,
)


class Scene:
    made: ClassVar[bool] = False

    def __init__(self) -> None:
        if not Scene.made:
            tables.create(SPEC)
            Scene.made = True
        self.owner = Owner("U", new_id())
        self.vault: Vault = security.create_key(self.owner, now=now())

    def put(self, *rows: Row) -> None:
        for row in rows:
            aws.dynamodb().put_item(TableName=SPEC.name, Item=row.raw())

    def things(self, count: int) -> None:
        for number in range(count):
            sort = f"THG#{number:04d}"
            name = self.vault.seal(f"thing {number}", "parts-test", sort, "name")
            self.put(ThingRow(str(self.owner), sort, name=name, n=number))

    def erased(self, most: int) -> tuple[parts.Walk, int]:
        walk, gone, steps = parts.Walk(), False, 0
        while not gone:
            repeated, _ = parts.erase(PART, self.owner, walk, most=most)
            walk, gone = parts.erase(PART, self.owner, walk, most=most)  # each step comes twice
            assert walk == repeated
            steps += 1
        return walk, steps


@pytest.fixture
def scene(cloud: Cloud) -> Scene:
    return Scene()


@pytest.mark.parametrize(("count", "most"), [(0, 3), (1, 3), (3, 3), (7, 3), (7, 100)])
def test_each_row_is_counted_once_in_pages_of_any_size(scene: Scene, count: int, most: int) -> None:
    scene.things(count)

    walk, steps = scene.erased(most)

    assert walk.rows == count
    assert steps == -(-count // most) + 1


def test_expired_rows_go_too(scene: Scene) -> None:
    scene.put(ThingRow(str(scene.owner), "THG#1", n=1, ttl=1))

    assert scene.erased(10)[0].rows == 1


def test_what_lies_beside_goes_only_while_it_is_still_the_owners(scene: Scene) -> None:
    mine, anothers = f"HNT#{new_id()}", f"HNT#{new_id()}"
    scene.put(
        ThingRow(str(scene.owner), "THG#1", n=1, hint=mine),
        ThingRow(str(scene.owner), "THG#2", n=1, hint=anothers),
        ThingRow(mine, "HINT", n=1, hint=scene.owner.id),
        ThingRow(anothers, "HINT", n=1, hint=new_id()),
    )

    scene.erased(10)

    left = tables.Table(SPEC).get_many([(mine, "HINT"), (anothers, "HINT")])
    assert list(left) == [(anothers, "HINT")]


def test_every_version_of_an_object_goes(scene: Scene) -> None:
    s3, bucket = cast("Any", aws.s3()), f"xpense-versions-{new_id()}"
    where = {"LocationConstraint": settings().region}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    prefix = f"{scene.owner}/things/"
    for number in range(5):
        for _ in range(3):
            s3.put_object(Bucket=bucket, Key=f"{prefix}{number}", Body=b"x")
    s3.delete_object(Bucket=bucket, Key=f"{prefix}0")
    s3.put_object(Bucket=bucket, Key="U#other/things/1", Body=b"x")
    files = parts.Files(bucket=lambda: bucket, prefix=parts.prefix_of("", "/things/"))

    after = ""
    while (page := files.page(scene.owner, after, 4))[0]:
        files.remove(scene.owner, after, page[1], 4)
        after = page[1]

    found = s3.list_object_versions(Bucket=bucket)
    assert [one["Key"] for one in found["Versions"]] == ["U#other/things/1"]
    assert not found.get("DeleteMarkers")


def test_an_export_opens_what_is_sealed_and_names_what_is_damaged(scene: Scene) -> None:
    scene.things(5)
    scene.put(ThingRow(str(scene.owner), "THG#9", n=9, name=b"\x01\x01 not sealed here at all"))
    reading = parts.Reading(part=PART, owner=scene.owner, vault=scene.vault, job_id=new_id())

    step, done = parts.Step(), False
    while not done:
        step, done = parts.export(reading, step, most=2)

    (file,) = parts.files(PART, step)
    lines = b"".join(
        parts.chunk_lines(scene.vault, scene.owner, reading.job_id, "parts-test", file)
    )
    assert (file.count, len(file.chunks), step.unreadable) == (6, 3, 1)
    assert b'"name":"thing 4"' in lines
    assert b'"unreadable":["name"]' in lines
    assert file.fields == {
        "hint": "string",
        "n": "integer",
        "name": "string",
        "sk": "string",
        "ttl": "integer",
    }


@pytest.mark.parametrize("count", [0, 3, 4, 7])
def test_an_export_ends_though_each_step_leaves_a_mark_behind_the_last_row(
    scene: Scene, count: int
) -> None:
    scene.things(count)
    reading = parts.Reading(part=PART, owner=scene.owner, vault=scene.vault, job_id=new_id())

    step, done, steps = parts.Step(), False, 0
    while not done and steps < 10:
        step, done = parts.export(reading, step, most=4)
        scene.put(ThingRow(str(scene.owner), f"TZZ#{steps}", n=steps))  # as INB# in interchange
        steps += 1

    assert done
    assert steps <= -(-count // 4) + 1
    assert step.counts.get("things", 0) == count


def test_a_large_file_goes_in_parts_and_a_broken_one_leaves_nothing(cloud: Cloud) -> None:
    bucket, key = settings().bulk_bucket, new_id()
    digest = hashlib.sha256()
    with parts.ObjectWriter(bucket, key, "application/zip") as target:
        for number in range(20):
            block = bytes([number]) * 1_000_003
            digest.update(block)
            target.write(block)
    data = cast("Any", aws.s3()).get_object(Bucket=bucket, Key=key)["Body"].read()
    assert (target.size, hashlib.sha256(data).digest()) == (20_000_060, digest.digest())

    broken = new_id()
    with pytest.raises(RuntimeError):
        write_half(bucket, broken)
    assert aws.s3().list_objects_v2(Bucket=bucket, Prefix=broken)["KeyCount"] == 0
    uploads = cast("Any", aws.s3()).list_multipart_uploads(Bucket=bucket)
    assert not uploads.get("Uploads")


def write_half(bucket: str, key: str) -> None:
    with parts.ObjectWriter(bucket, key, "application/zip") as target:
        target.write(b"x" * 9_000_000)
        raise RuntimeError
