"""Objects: bytes as files, everything else in the store. An object exists when its row does.

A put writes the file, syncs it, then commits the row together with its notification; so after
kill -9 there is the old object or the new one, and a notification exactly when there is an object.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote_plus

from chalicelib.kernel import clock
from chalicelib.kernel.ids import new_id
from local.cloud.queues import Draft, Queues
from local.cloud.store import Store

MAX_OBJECT: Final = 64 * 1024 * 1024
"""Bytes; the product's own largest upload is 50 MB."""


class NoSuchBucket(LookupError):
    """The bucket is not provisioned."""


class NoSuchKey(LookupError):
    """There is no such object."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """What HEAD tells; `headers` holds content type, user metadata and the like, lower case."""

    bucket: str
    key: str
    blob: str
    size: int
    etag: str
    modified: str
    headers: dict[str, str]


class Objects:
    """All buckets of the local cloud."""

    def __init__(self, store: Store, queues: Queues, folder: Path, *, region: str) -> None:
        self._store = store
        self._queues = queues
        self._folder = folder
        self._region = region
        self._buckets: dict[str, dict[str, str]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def create(self, bucket: str, *, notify: Mapping[str, str] | None = None) -> None:
        """Provision a bucket; `notify` names by prefix the queues that hear of new objects."""
        self._buckets[bucket] = dict(notify or {})

    def buckets(self) -> list[str]:
        """Name the buckets."""
        return sorted(self._buckets)

    def know(self, bucket: str) -> None:
        """Raise `NoSuchBucket` for one that is not provisioned."""
        if bucket not in self._buckets:
            raise NoSuchBucket(bucket)

    def put(
        self, bucket: str, key: str, body: bytes, *, headers: Mapping[str, str], event: str = "Put"
    ) -> ObjectInfo:
        """Store an object durably and tell the bucket's queue; `event` is Put or Post."""
        self.know(bucket)
        info = ObjectInfo(
            bucket,
            key,
            self.write_blob([body]),
            len(body),
            hashlib.md5(body, usedforsecurity=False).hexdigest(),
            clock.rfc3339(clock.now()),
            dict(headers),
        )
        with self._store.write() as db:
            old = self.put_within(db, info, event=event)
        self.drop_blobs(old)
        self._queues.announce()
        return info

    def put_within(self, db: sqlite3.Connection, info: ObjectInfo, *, event: str) -> list[str]:
        """Put an object whose file is there in the caller's transaction; give the blobs that it replaces."""
        bucket, key = info.bucket, info.key
        old = db.execute(
            "SELECT blob FROM objects WHERE bucket = ? AND key = ?", (bucket, key)
        ).fetchall()
        db.execute(
            "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                bucket,
                key,
                info.blob,
                info.size,
                info.etag,
                info.modified,
                json.dumps(info.headers),
            ),
        )
        for prefix, queue in self._buckets[bucket].items():
            if key.startswith(prefix):
                note = Draft(json.dumps(created_event(info, event=event, region=self._region)))
                self._queues.send_within(db, queue, [note])
        return [row["blob"] for row in old]

    def announce(self) -> None:
        """Wake who waits for a notification, after its transaction."""
        self._queues.announce()

    def write_blob(self, pieces: Iterable[bytes]) -> str:
        """Write a file and sync it; nothing leads to it before a row does."""
        blob = secrets.token_hex(16)
        path = self._path(blob)
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path.parent)
        return blob

    def read_blob(self, blob: str) -> bytes:
        """Read a whole file; raise FileNotFoundError."""
        return self._path(blob).read_bytes()

    def drop_blobs(self, blobs: Iterable[str]) -> None:
        """Remove files that no row leads to any more."""
        for blob in blobs:
            self._path(blob).unlink(missing_ok=True)

    def _path(self, blob: str) -> Path:
        return self._folder / blob[:2] / blob

    def head(self, bucket: str, key: str) -> ObjectInfo:
        """Describe an object; raise `NoSuchBucket` or `NoSuchKey`."""
        self.know(bucket)
        row = self._store.row("SELECT * FROM objects WHERE bucket = ? AND key = ?", bucket, key)
        if row is None:
            raise NoSuchKey(key)
        return ObjectInfo(**{**dict(row), "headers": json.loads(row["headers"])})

    def read(self, info: ObjectInfo, start: int = 0, length: int | None = None) -> bytes:
        """Read bytes of an object; raise `NoSuchKey` when it was removed in the meantime."""
        try:
            with self._path(info.blob).open("rb") as file:
                file.seek(start)
                return file.read(info.size if length is None else length)
        except FileNotFoundError as gone:
            raise NoSuchKey(info.key) from gone

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object; an absent one is no error, as in S3."""
        self.know(bucket)
        with self._store.write() as db:
            row = db.execute(
                "DELETE FROM objects WHERE bucket = ? AND key = ? RETURNING blob", (bucket, key)
            ).fetchone()
        if row is not None:
            self.drop_blobs([row["blob"]])

    def find(self, bucket: str, *, prefix: str, after: str, limit: int) -> list[ObjectInfo]:
        """List objects by key after `after`, at most `limit`."""
        self.know(bucket)
        rows = self._store.rows(
            "SELECT * FROM objects WHERE bucket = ? AND key > ? AND key >= ?"
            " AND substr(key, 1, ?) = ? ORDER BY key LIMIT ?",
            bucket,
            after,
            prefix,
            len(prefix),
            prefix,
            limit,
        )
        return [ObjectInfo(**{**dict(row), "headers": json.loads(row["headers"])}) for row in rows]

    def sweep(self) -> int:
        """Remove files without a row, left by a put that died before its commit."""
        known = {
            row["blob"]
            for row in self._store.rows("SELECT blob FROM objects UNION ALL SELECT blob FROM parts")
        }
        orphans = [path for path in self._folder.glob("??/*") if path.name not in known]
        for path in orphans:
            path.unlink(missing_ok=True)
        return len(orphans)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def created_event(info: ObjectInfo, *, event: str, region: str) -> dict[str, object]:
    """Write the S3 notification (record version 2.1) of a new object; its key is URL-encoded."""
    owner = {"principalId": "LOCAL"}
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": region,
                "eventTime": info.modified,
                "eventName": f"ObjectCreated:{event}",
                "userIdentity": owner,
                "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {"x-amz-request-id": new_id(), "x-amz-id-2": info.blob},
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "uploads",
                    "bucket": {
                        "name": info.bucket,
                        "ownerIdentity": owner,
                        "arn": f"arn:aws:s3:::{info.bucket}",
                    },
                    "object": {
                        "key": quote_plus(info.key, safe="/"),
                        "size": info.size,
                        "eTag": info.etag,
                        "sequencer": info.blob[:16].upper(),
                    },
                },
            }
        ]
    }
