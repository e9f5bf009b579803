"""The key pair of the local AWS endpoint, made at random per data directory.

So no web page, no other program and no committed constant can speak to it.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Credentials:
    """What boto3 calls access key id and secret access key."""

    key_id: str
    secret: str = field(repr=False)


def open_credentials(file: Path | None) -> Credentials:
    """Read the key pair, or make it on first use, in a file that only its owner can read."""
    if file is not None and file.exists():
        stored = json.loads(file.read_text())
        return Credentials(stored["key_id"], stored["secret"])
    made = Credentials("LOCAL" + secrets.token_hex(8).upper(), secrets.token_urlsafe(32))
    if file is not None:
        partial = file.with_suffix(".new")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as writer:
            json.dump({"key_id": made.key_id, "secret": made.secret}, writer)
            writer.flush()
            os.fsync(writer.fileno())
        partial.replace(file)
    return made
