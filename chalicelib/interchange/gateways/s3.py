"""Statements on their way in: a file lies under its owner's and import's name."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from chalicelib.interchange.model.formats.types import MAX_BYTES
from chalicelib.kernel import uploads
from chalicelib.kernel.ids import is_id
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.uploads import Upload, UploadForm

INCOMING: Final = uploads.incoming("interchange")


def upload_form(owner: Owner, import_id: str, *, at: datetime, expires_at: datetime) -> UploadForm:
    """Sign a form for one file of 1 byte to 50 MB under the import's name."""
    return uploads.form(_key(owner, import_id), most=MAX_BYTES, at=at, expires_at=expires_at)


def addressee(key: str) -> tuple[Owner, str] | None:
    """Say whose import a stored file belongs to; None for a name that we never gave."""
    owner_text, _, import_id = key.removeprefix(INCOMING).partition("/")
    try:
        owner = Owner.parse(owner_text)
    except ValueError:
        return None
    return (owner, import_id) if is_id(import_id) and key == _key(owner, import_id) else None


def fetch(owner: Owner, import_id: str) -> Upload | None:
    """Read an import's file, or None when it is not there (any more)."""
    return uploads.fetch(_key(owner, import_id), most=MAX_BYTES)


def drop(owner: Owner, import_id: str) -> None:
    """Delete an import's file; an absent one is no error."""
    uploads.drop(_key(owner, import_id))


def _key(owner: Owner, import_id: str) -> str:
    return f"{INCOMING}{owner}/{import_id}"
