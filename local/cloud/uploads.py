"""Objects that come in parts: each part is a file with a row, and the last call makes one object of them.

A part that was acknowledged survives kill -9, and so does the upload; the object appears whole, in the
transaction that forgets its parts, or not at all.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.kernel import clock
from chalicelib.kernel.ids import new_id
from local.cloud.objects import ObjectInfo, Objects
from local.cloud.store import Store, millis

MOST_PARTS: Final = 10_000
LEAST_PART: Final = 5 * 1024 * 1024
"""Bytes of every part but the last, as S3 has it."""
MOST_BYTES: Final = 1024 * 1024 * 1024
"""Bytes of one object made of parts; S3 takes 5 TiB, a developer's disk should not."""
_LIFE_MS: Final = 24 * 60 * 60 * 1000
"""How long an unfinished upload is kept: the bucket's own rule in the cloud."""


class NoSuchUpload(LookupError):
    """The upload was never begun, or is completed or aborted."""


class InvalidPart(ValueError):
    """A part that is named was not uploaded, or is another one by its ETag."""


class InvalidPartOrder(ValueError):
    """The parts are not named in ascending order."""


class PartTooSmall(ValueError):
    """A part before the last has less than 5 MiB."""


class UploadTooLarge(ValueError):
    """All parts together are more than an object may have."""


@dataclass(frozen=True, slots=True)
class _Part:
    number: int
    blob: str
    size: int
    etag: str


class Uploads:
    """The uploads in parts of all buckets."""

    def __init__(self, store: Store, objects: Objects) -> None:
        self._store = store
        self._objects = objects

    def begin(self, bucket: str, key: str, *, headers: Mapping[str, str]) -> str:
        """Begin an upload and give its id; `headers` are those of the object to be."""
        self._objects.know(bucket)
        upload_id = new_id()
        with self._store.write() as db:
            db.execute(
                "INSERT INTO uploads VALUES (?, ?, ?, ?, ?)",
                (upload_id, bucket, key, millis(), json.dumps(dict(headers))),
            )
        return upload_id

    def put_part(self, bucket: str, key: str, upload_id: str, number: int, body: bytes) -> str:
        """Keep a part durably, instead of an older one of its number, and give its ETag; raise `NoSuchUpload`."""
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        blob = self._objects.write_blob([body])
        try:
            with self._store.write() as db:
                self._upload(db, bucket, key, upload_id)
                old = db.execute(
                    "SELECT blob FROM parts WHERE upload = ? AND number = ?", (upload_id, number)
                ).fetchall()
                db.execute(
                    "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?)",
                    (upload_id, number, blob, len(body), etag),
                )
        except NoSuchUpload:
            self._objects.drop_blobs([blob])
            raise
        self._objects.drop_blobs(row["blob"] for row in old)
        return etag

    def complete(
        self, bucket: str, key: str, upload_id: str, named: Sequence[tuple[int, str]]
    ) -> ObjectInfo:
        """Make the object of the parts that are named by number and ETag; parts that are not are dropped.

        Raises `NoSuchUpload`, `InvalidPart`, `InvalidPartOrder`, `PartTooSmall` and `UploadTooLarge`.
        """
        with self._store.write() as db:
            upload = self._upload(db, bucket, key, upload_id)
            parts = _chosen(self._parts(db, upload_id), named)
        blob = self._objects.write_blob(self._pieces(parts))
        info = ObjectInfo(
            bucket,
            key,
            blob,
            sum(part.size for part in parts),
            _etag(parts),
            clock.rfc3339(clock.now()),
            json.loads(upload["headers"]),
        )
        try:
            with self._store.write() as db:
                self._upload(db, bucket, key, upload_id)
                old = self._objects.put_within(db, info, event="CompleteMultipartUpload")
                old += self._forget(db, upload_id)
        except NoSuchUpload:  # somebody else completed or aborted it meanwhile
            self._objects.drop_blobs([blob])
            raise
        self._objects.drop_blobs(old)
        self._objects.announce()
        return info

    def abort(self, bucket: str, key: str, upload_id: str) -> None:
        """Drop an upload and its parts; raise `NoSuchUpload`."""
        with self._store.write() as db:
            self._upload(db, bucket, key, upload_id)
            blobs = self._forget(db, upload_id)
        self._objects.drop_blobs(blobs)

    def sweep(self) -> int:
        """Drop uploads that nobody finished in a day."""
        with self._store.write() as db:
            old = db.execute(
                "SELECT id FROM uploads WHERE begun_ms < ?", (millis() - _LIFE_MS,)
            ).fetchall()
            blobs = [blob for row in old for blob in self._forget(db, row["id"])]
        self._objects.drop_blobs(blobs)
        return len(old)

    def _upload(self, db: sqlite3.Connection, bucket: str, key: str, upload_id: str) -> sqlite3.Row:
        found: sqlite3.Row | None = db.execute(
            "SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?",
            (upload_id, bucket, key),
        ).fetchone()
        if found is None:
            raise NoSuchUpload(upload_id)
        return found

    def _parts(self, db: sqlite3.Connection, upload_id: str) -> dict[int, _Part]:
        rows = db.execute(
            "SELECT number, blob, size, etag FROM parts WHERE upload = ?", (upload_id,)
        ).fetchall()
        return {row["number"]: _Part(**dict(row)) for row in rows}

    def _pieces(self, parts: Sequence[_Part]) -> Iterator[bytes]:
        for part in parts:
            try:
                yield self._objects.read_blob(part.blob)
            except FileNotFoundError as gone:
                raise NoSuchUpload(part.blob) from gone

    def _forget(self, db: sqlite3.Connection, upload_id: str) -> list[str]:
        rows = db.execute("DELETE FROM parts WHERE upload = ? RETURNING blob", (upload_id,))
        blobs = [row["blob"] for row in rows.fetchall()]
        db.execute("DELETE FROM uploads WHERE id = ?", (upload_id,))
        return blobs


def _chosen(parts: Mapping[int, _Part], named: Sequence[tuple[int, str]]) -> list[_Part]:
    numbers = [number for number, _ in named]
    if numbers != sorted(set(numbers)):
        raise InvalidPartOrder
    chosen = [parts[number] for number, etag in named if _is(parts.get(number), etag)]
    if not chosen or len(chosen) < len(named):
        raise InvalidPart
    if any(part.size < LEAST_PART for part in chosen[:-1]):
        raise PartTooSmall
    if sum(part.size for part in chosen) > MOST_BYTES:
        raise UploadTooLarge
    return chosen


def _is(part: _Part | None, etag: str) -> bool:
    return part is not None and part.etag == etag


def _etag(parts: Sequence[_Part]) -> str:
    """Give S3's ETag of such an object: the MD5 of the parts' MD5s, and how many there are."""
    digests = b"".join(bytes.fromhex(part.etag) for part in parts)
    return f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"
