"""What interchange has of a user, for export and erasure: imports, their rows, files on their way in, bank connections."""

from __future__ import annotations

import base64
from typing import Final

from chalicelib.interchange.commands import EraseMore, ExportMore
from chalicelib.interchange.gateways import originals
from chalicelib.interchange.gateways.exports import EXPORTS
from chalicelib.interchange.gateways.s3 import INCOMING
from chalicelib.interchange.repository import TABLE
from chalicelib.interchange.repository.connections import ConnectionItem
from chalicelib.interchange.repository.exports import EXPORT, ExportItem
from chalicelib.interchange.repository.feeds import (
    CURSOR,
    RUN,
    CursorItem,
    RevocationItem,
    RunItem,
)
from chalicelib.interchange.repository.imports import (
    FileItem,
    ImportItem,
    ProgressItem,
    original_of,
)
from chalicelib.interchange.repository.leads import CONNECTION, REVOCATION, beside
from chalicelib.interchange.repository.originals import KEPT, KeptFilesItem
from chalicelib.interchange.repository.profiles import PROFILE, ProfileItem
from chalicelib.interchange.repository.recognition import KnownAccountItem
from chalicelib.interchange.service.connections_revoking import give_all_back
from chalicelib.kernel import blobs, parts
from chalicelib.kernel.context import Context
from chalicelib.kernel.owners import Owner
from chalicelib.kernel.settings import settings
from chalicelib.kernel.vault import Vault
from chalicelib.users.api import parts as users_parts
from chalicelib.users.events import ErasureStarted, ExportRequested

_PAGES: Final = parts.Files(
    bucket=lambda: settings().bulk_bucket, prefix=parts.prefix_of("", "/imports/")
)

_FEEDS: Final = parts.Files(
    bucket=lambda: settings().bulk_bucket, prefix=parts.prefix_of("", "/feeds/")
)


_KINDS: Final = {"named": "label", "labels": "label_became", "pairs": "transfer_legs"}


def _lines(vault: Vault, key: str) -> list[object]:
    """Read a sealed page of rows, labels or pairs; one that was deleted since the listing has none."""
    try:
        rows: list[object] = blobs.get(vault, key)
    except blobs.BlobGone:
        return []
    _, _, import_id, *_, page = key.split("/")
    return [{"import_id": import_id, _kind_of(page): row} for row in rows]


def _kind_of(page: str) -> str:
    """Name what a page holds by how its own name begins: rows lie on numbered ones."""
    return _KINDS.get(page.split("-", maxsplit=1)[0], "row")


_ORIGINALS: Final = parts.Files(
    bucket=lambda: settings().files_bucket, prefix=parts.prefix_of("", originals.STATEMENTS)
)


def _piece(vault: Vault, name: str) -> list[object]:
    """Read a piece of a kept file; what no import names (any more) has none."""
    owner, import_id, place, number = originals.parse_name(name)
    original = original_of(owner, vault, import_id)
    if original is None or original.place != place:
        return []
    data = originals.read(owner, import_id, original, number)
    if data is None:
        return []
    content = base64.b64encode(data).decode()
    return [{"import_id": import_id, "piece": number, "content": content}]


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
        parts.Kind(
            name="bank_connections",
            prefix=CONNECTION,
            about="Bank connections; `body` has the bank's accounts. Those with `deleted_at` are deleted.",
            row=ConnectionItem,
            opened={"body": "packed"},
            left_out={
                "secret": "what opens your bank to us: in a file of yours it could open it to anybody",
                "item": "a hash of the provider's name of the connection",
            },
        ),
        parts.Kind(
            name="bank_syncs",
            prefix=RUN,
            about="The sync of a bank connection that is under way or was last.",
            row=RunItem,
            opened={"body": "packed"},
        ),
        parts.Kind(
            name="bank_cursors",
            prefix=CURSOR,
            about="Where the next sync begins.",
            row=CursorItem,
            skipped="the provider's own word for a place in its data; it says nothing about you",
        ),
        parts.Kind(
            name="bank_accesses",
            prefix=REVOCATION,
            about="Accesses of deleted connections on their way back to their providers.",
            row=RevocationItem,
            left_out={"secret": "what opened your bank to us, until the provider has it back"},
        ),
        parts.Kind(
            name="kept_files",
            prefix=KEPT,
            about="How many of your files are kept as you sent them, and their bytes.",
            row=KeptFilesItem,
        ),
        parts.Kind(
            name="known_accounts",
            prefix="ACN#",
            about="Which account statements went to, by keyed hashes of number, last digits and name.",
            row=KnownAccountItem,
        ),
        parts.Kind(
            name="exports",
            prefix=EXPORT,
            about="Files that you asked for; `body` has what you wanted in them and what came of it.",
            row=ExportItem,
            opened={"body": "packed"},
        ),
    ),
    files=(
        _PAGES,
        _FEEDS,
        _ORIGINALS,
        parts.Files(
            bucket=lambda: settings().uploads_bucket, prefix=parts.prefix_of(INCOMING, "", "/")
        ),
        # copies of what the ledger holds, for seven days: erased, and no part of an export
        parts.Files(
            bucket=lambda: settings().bulk_bucket, prefix=parts.prefix_of(EXPORTS, "", "/")
        ),
    ),
    objects=(
        parts.ObjectKind(
            name="imported_rows",
            about="The rows that were read from your files, as they are kept for an import; also the categories that "
            "the files name, what these became, and which rows are legs of one transfer.",
            files=_PAGES,
            lines=_lines,
        ),
        parts.ObjectKind(
            name="imported_originals",
            about="The files that you imported, as you sent them: pieces of 3 MiB, in base64.",
            files=_ORIGINALS,
            lines=_piece,
        ),
    ),
    beside=beside,
)


def erase(ctx: Context, message: ErasureStarted | EraseMore) -> None:
    """Erase a page of a user's part, and order the next; first the banks' providers get their accesses back."""
    if isinstance(message, ErasureStarted):
        give_all_back(Owner.parse(message.owner))
    users_parts.erase_part(ctx, PART, message, EraseMore)


def export(ctx: Context, message: ExportRequested | ExportMore) -> None:
    """Export a page of a user's part, and order the next."""
    users_parts.export_part(ctx, PART, message, ExportMore)
