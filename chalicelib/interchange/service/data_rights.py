"""What interchange has of a user, for export and erasure: imports, their rows, and files on their way in."""

from __future__ import annotations

from typing import Final

from chalicelib.interchange.commands import EraseMore, ExportMore
from chalicelib.interchange.gateways.s3 import INCOMING
from chalicelib.interchange.repository import TABLE
from chalicelib.interchange.repository.imports import FileItem, ImportItem, ProgressItem
from chalicelib.interchange.repository.profiles import PROFILE, ProfileItem
from chalicelib.kernel import blobs, parts
from chalicelib.kernel.context import Context
from chalicelib.kernel.settings import settings
from chalicelib.kernel.vault import Vault
from chalicelib.users import api as users
from chalicelib.users.events import ErasureStarted, ExportRequested

_PAGES: Final = parts.Files(
    bucket=lambda: settings().bulk_bucket, prefix=parts.prefix_of("", "/imports/")
)


def _lines(vault: Vault, key: str) -> list[object]:
    """Read a sealed page of rows; one that was deleted since the listing has none."""
    try:
        rows: list[object] = blobs.get(vault, key)
    except blobs.BlobGone:
        return []
    import_id = key.split("/")[2]
    return [{"import_id": import_id, "row": row} for row in rows]


PART: Final = parts.Part(
    service="interchange",
    spec=TABLE,
    kinds=(
        *parts.CHANGE_LOG,
        *parts.MARKS,
        parts.Kind(
            name="imports",
            prefix="IMP#",
            about="Imports; `body` has the file's name and what was read. Those with `deleted_at` are deleted.",
            row=ImportItem,
            opened={"body": "packed"},
        ),
        parts.Kind(
            name="import_profiles",
            prefix=PROFILE,
            about="Layouts of files that you saved; those with `deleted_at` are deleted.",
            row=ProfileItem,
            opened={"body": "packed"},
        ),
        parts.Kind(
            name="import_progress",
            prefix="PRG#",
            about="What the ledger did with your imports; `seen` has a bit for each chunk.",
            row=ProgressItem,
        ),
        parts.Kind(
            name="imported_files",
            prefix="SUM#",
            about="Which import took a file last, by a keyed hash of its content.",
            row=FileItem,
        ),
    ),
    files=(
        _PAGES,
        parts.Files(
            bucket=lambda: settings().uploads_bucket, prefix=parts.prefix_of(INCOMING, "", "/")
        ),
    ),
    objects=(
        parts.ObjectKind(
            name="imported_rows",
            about="The rows that were read from your files, as they are kept for an import.",
            files=_PAGES,
            lines=_lines,
        ),
    ),
)


def erase(ctx: Context, message: ErasureStarted | EraseMore) -> None:
    """Erase a page of a user's part, and order the next."""
    users.erase_part(ctx, PART, message, EraseMore)


def export(ctx: Context, message: ExportRequested | ExportMore) -> None:
    """Export a page of a user's part, and order the next."""
    users.export_part(ctx, PART, message, ExportMore)
